import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import { runMigrations } from 'graphile-worker';
import postgres from 'postgres';

/** Any constant: processes that start together take turns. */
const MIGRATION_LOCK = 7_140_226_001;
const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));

/** Applies our migrations and the queue's, under an advisory lock, in a session of its own. */
export async function migrate(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined, connect_timeout: 10 });
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await applyMigrations(drizzle(sql), { migrationsFolder: MIGRATIONS });
    await runMigrations({ connectionString: url });
  } finally {
    await sql.end({ timeout: 5 });
  }
}
