import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import { connectDatabase, type Database } from '../../db/client.ts';
import { ensureEmbeddedPostgres } from '../../db/embedded/embedded-postgres.ts';
import { migrate } from '../../db/migrate-database.ts';

const MIGRATIONS = new URL('../../migrations/', import.meta.url);
const DATA_DIR = path.join(tmpdir(), 'infraon-to-intercom-tests');
const TEMPLATE_LOCK = 7_140_226_002;

export interface TestDatabase {
  db: Database;
  url: string;
  drop(): Promise<void>;
}

/** Names the template after the migrations, so that an older one is never cloned. */
function templateName(): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith('.sql'))
    .sort()) {
    hash.update(readFileSync(new URL(file, MIGRATIONS)));
  }
  return `template_${hash.digest('hex').slice(0, 12)}`;
}

/** A migrated database of its own for one test file, cloned from a template that is migrated once per machine. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await ensureEmbeddedPostgres(DATA_DIR, {
    // Tests survive no power failure: they need speed, and every promise about crashes is about our processes.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  });
  const template = templateName();
  const name = `test_${randomBytes(6).toString('hex')}`;
  const urlOf = (database: string) => server.url.replace(/\/app$/, `/${database}`);
  const admin = postgres(server.url, { max: 1, onnotice: () => undefined });
  try {
    await admin`select pg_advisory_lock(${TEMPLATE_LOCK})`;
    const present = await admin`select 1 from pg_database where datname = ${template}`;
    if (present.length === 0) {
      const building = `building_${randomBytes(6).toString('hex')}`;
      await admin.unsafe(`create database ${building}`);
      await migrate(urlOf(building));
      await admin.unsafe(`alter database ${building} rename to ${template}`);
    }
    await admin.unsafe(`create database ${name} template ${template}`);
  } finally {
    await admin.end({ timeout: 5 });
  }
  const db = connectDatabase(urlOf(name), { applicationName: name, max: 5 });
  return {
    db,
    url: urlOf(name),
    async drop() {
      await db.close();
      const cleaner = postgres(server.url, { max: 1, onnotice: () => undefined });
      await cleaner.unsafe(`drop database if exists ${name} with (force)`);
      await cleaner.end({ timeout: 5 });
      await server.release();
    },
  };
}

/** Every row of every table, as text to be searched. */
export async function everyRow({ sql }: Database): Promise<string> {
  const tables = await sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public'`;
  const texts = await Promise.all(
    tables.map(({ name }) => sql<{ row: string }[]>`select t::text as row from ${sql(name)} t`),
  );
  return texts
    .flat()
    .map(({ row }) => row)
    .join('\n');
}
