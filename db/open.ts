import { setTimeout as sleep } from 'node:timers/promises';
import { connectDatabase, isConnectionLoss, type Database } from './client.ts';
import { ensureEmbeddedPostgres } from './embedded/embedded-postgres.ts';
import { migrate } from './migrate-database.ts';

export interface OpenDatabase extends Database {
  url: string;
}

/** A process may start while PostgreSQL starts too, or recovers from a crash. */
const WAIT_MS = 60_000;
const LOOK_AGAIN_MS = 500;

/**
 * The database of a process: `DATABASE_URL`, or embedded PostgreSQL under `DATA_DIR`; migrated before it is returned.
 * Waits up to a minute for a PostgreSQL that does not answer yet, and says so once. `close` also stops the embedded server
 * when nobody else uses it.
 */
export async function openDatabase(
  config: { databaseUrl: string | undefined; dataDir: string },
  options: { max?: number; applicationName: string; onWait?: (error: unknown) => void },
): Promise<OpenDatabase> {
  const embedded =
    config.databaseUrl === undefined ? await ensureEmbeddedPostgres(config.dataDir) : undefined;
  const url = config.databaseUrl ?? embedded?.url ?? '';
  try {
    await migrateWhenUp(url, options.onWait);
  } catch (error) {
    await embedded?.release();
    throw error;
  }
  const database = connectDatabase(url, options);
  return {
    ...database,
    url,
    close: async () => {
      await database.close();
      await embedded?.release();
    },
  };
}

async function migrateWhenUp(url: string, onWait: ((error: unknown) => void) | undefined): Promise<void> {
  const giveUpAt = performance.now() + WAIT_MS;
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await migrate(url);
    } catch (error) {
      if (!isConnectionLoss(error) || performance.now() > giveUpAt) throw error;
      if (isFirst) onWait?.(error);
      await sleep(LOOK_AGAIN_MS);
    }
  }
}
