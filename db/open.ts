import type { Database } from './client.ts';
import { connectDatabase } from './client.ts';
import { ensureEmbeddedPostgres } from './embedded.ts';
import { migrate } from './migrate-database.ts';

export interface OpenDatabase extends Database {
  url: string;
}

/**
 * The database of a process: `DATABASE_URL`, or embedded PostgreSQL under `DATA_DIR`; migrated before it is returned.
 * `close` also stops the embedded server when nobody else uses it.
 */
export async function openDatabase(
  config: { databaseUrl: string | undefined; dataDir: string },
  options: { max?: number; applicationName: string },
): Promise<OpenDatabase> {
  const embedded =
    config.databaseUrl === undefined ? await ensureEmbeddedPostgres(config.dataDir) : undefined;
  const url = config.databaseUrl ?? embedded?.url ?? '';
  try {
    await migrate(url);
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
