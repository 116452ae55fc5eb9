import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import { ensureEmbeddedPostgres } from '../../db/embedded/embedded-postgres.ts';
import { restartPostgres } from '../support/restart-postgres.ts';

export interface Cluster {
  urlOf(database: string): string;
  create(database: string, template?: string): Promise<void>;
  drop(database: string): Promise<void>;
  /** `immediate` is what a crash is: nothing is written down, the log is replayed. */
  restart(mode: 'fast' | 'immediate'): Promise<void>;
  close(): Promise<void>;
}

/** A PostgreSQL of the suite's own, so that a restart disturbs nobody else. Commits are kept as in production. */
export async function openCluster(): Promise<Cluster> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'infraon-to-intercom-faults-'));
  chmodSync(dataDir, 0o755);
  const server = await ensureEmbeddedPostgres(dataDir, {
    settings: { fsync: 'off', full_page_writes: 'off', max_connections: '200' },
  });
  const urlOf = (database: string) => server.url.replace(/\/app$/, `/${database}`);
  const ask = async (statement: string) => {
    const sql = postgres(server.url, { max: 1, onnotice: () => undefined });
    try {
      await sql.unsafe(statement);
    } finally {
      await sql.end({ timeout: 5 });
    }
  };
  return {
    urlOf,
    // Not by the log: it would hold the sequences' pages as they are, ahead of which `nextval` logs nothing for 32 numbers,
    // so that a crash took the copy's sequences back, which happens to no database that was not copied.
    create: (database, template) =>
      ask(
        `create database ${database}${template === undefined ? '' : ` template ${template} strategy file_copy`}`,
      ),
    drop: (database) => ask(`drop database if exists ${database} with (force)`),
    restart: (mode) => restartPostgres(dataDir, mode),
    async close() {
      await server.release();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
