import { setTimeout as sleep } from 'node:timers/promises';
import { connectDatabase, isConnectionLoss, type Database } from './client.ts';
import { ensureEmbeddedPostgres, type EmbeddedPostgres } from './embedded/embedded-postgres.ts';
import { migrate } from './migrate-database.ts';
import { StartError, messageOf } from '../errors.ts';

export interface OpenDatabase extends Database {
  url: string;
}

/** A process may start while PostgreSQL starts too, or recovers from a crash. */
const WAIT_MS = 60_000;
const LOOK_AGAIN_MS = 500;

/**
 * The database of a process: `DATABASE_URL`, or embedded PostgreSQL under `DATA_DIR`; migrated before it is returned.
 * Waits up to a minute for a PostgreSQL that does not answer yet, and says so once. `close` also stops the embedded server
 * when nobody else uses it. Throws {@link StartError} when there is no database to work with.
 */
export async function openDatabase(
  config: { databaseUrl: string | undefined; dataDir: string },
  options: { max?: number; applicationName: string; onWait?: (error: unknown) => void },
): Promise<OpenDatabase> {
  const found = await migratedDatabase(config, options.onWait);
  const database = connectDatabase(found.url, options);
  return {
    ...database,
    url: found.url,
    close: async () => {
      await database.close();
      await found.release();
    },
  };
}

/** Finds or starts the database and brings its schema up to date; `release` gives an embedded one back. */
export async function migratedDatabase(
  config: { databaseUrl: string | undefined; dataDir: string },
  onWait?: (error: unknown) => void,
): Promise<EmbeddedPostgres> {
  const found =
    config.databaseUrl === undefined
      ? await embeddedDatabase(config.dataDir)
      : { url: config.databaseUrl, release: () => Promise.resolve() };
  try {
    await migrateWhenUp(found.url, onWait);
  } catch (error) {
    await found.release();
    throw startError(found.url, error);
  }
  return found;
}

function embeddedDatabase(dataDir: string): Promise<EmbeddedPostgres> {
  return ensureEmbeddedPostgres(dataDir).catch((error: unknown) => {
    throw new StartError(
      `The embedded PostgreSQL cannot be used; check DATA_DIR, or set DATABASE_URL: ${messageOf(error)}`,
      { cause: error },
    );
  });
}

/** What a person can put right; a migration that fails is not among it. SQLSTATE or system code → what to look at. */
const HINTS: Record<string, string> = {
  '28P01': 'check the user and the password of DATABASE_URL',
  '28000': 'check the user of DATABASE_URL, and whether the server lets it in from here',
  '3D000': 'create the database that DATABASE_URL names',
  '42501': 'give the user of DATABASE_URL the right to create tables and schemas',
  '53300': 'too many connections are open; allow more or start fewer processes',
};

function startError(url: string, error: unknown): unknown {
  const cause = databaseErrorOf(error);
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  const unreachable = isConnectionLoss(cause)
    ? 'check DATABASE_URL, and whether PostgreSQL runs there'
    : undefined;
  const hint = HINTS[code] ?? unreachable;
  if (hint === undefined) return error;
  const { hostname, port } = new URL(url);
  return new StartError(
    `PostgreSQL at ${hostname}:${port === '' ? 5432 : port} cannot be used: ${hint}. It says: ${messageOf(cause) || code}`,
    { cause: error },
  );
}

/** drizzle wraps what the database said into an error of its own, which quotes the statement. */
function databaseErrorOf(error: unknown): unknown {
  return error instanceof Error && !('code' in error) && error.cause !== undefined ? error.cause : error;
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
