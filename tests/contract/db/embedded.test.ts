import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureEmbeddedPostgres } from '../../../db/embedded/embedded-postgres.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TSX = createRequire(import.meta.url).resolve('tsx');

describe('the embedded PostgreSQL', () => {
  let dataDir: string;

  beforeAll(() => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'infraon-to-intercom-embedded-'));
    // PostgreSQL may run as a user of its own, which must be able to enter.
    chmodSync(dataDir, 0o755);
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  async function migrateInAProcess(): Promise<number> {
    const child = spawn(process.execPath, ['--import', TSX, 'db/migrate.ts'], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], DATA_DIR: dataDir },
      stdio: ['ignore', 2, 2],
    });
    const [code] = (await once(child, 'exit')) as [number];
    return code;
  }

  async function ask(url: string): Promise<string> {
    const sql = postgres(url, { max: 1, connect_timeout: 5 });
    try {
      const [row] = await sql<{ answer: string }[]>`select note as answer from kept`;
      return row?.answer ?? '';
    } finally {
      await sql.end({ timeout: 1 });
    }
  }

  it('is shared by processes that start together, outlives the first to leave, and recovers from an unclean stop', async () => {
    expect(await Promise.all([migrateInAProcess(), migrateInAProcess()])).toEqual([0, 0]);

    const [one, two] = await Promise.all([ensureEmbeddedPostgres(dataDir), ensureEmbeddedPostgres(dataDir)]);
    expect(one.url).toBe(two.url);
    const sql = postgres(one.url, { max: 1 });
    await sql`create table kept as select 'still here' as note`;
    await sql.end();
    await one.release();
    expect(await ask(two.url)).toBe('still here');

    const [pid = ''] = readFileSync(path.join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8').split(
      '\n',
    );
    process.kill(Number(pid), 'SIGKILL');
    await sleep(500);
    const again = await ensureEmbeddedPostgres(dataDir);
    expect(await ask(again.url)).toBe('still here');
    await two.release();
    expect(await ask(again.url)).toBe('still here');
    await again.release();
    await expect(ask(again.url)).rejects.toThrow();
  }, 120_000);
});
