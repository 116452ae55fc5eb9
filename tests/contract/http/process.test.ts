import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { ReservedSql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../support/database.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SERVER = 'server/main.ts';

let database: TestDatabase;
let keepsItRunning: ReservedSql;
beforeAll(async () => {
  database = await testDatabase();
  // The embedded server stops with its last connection, and the process under test has none yet.
  keepsItRunning = await database.db.sql.reserve();
});
afterAll(async () => {
  keepsItRunning.release();
  await database.drop();
});

function start(
  environment: Record<string, string>,
  main = SERVER,
): { child: ChildProcess; stderr: () => string } {
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, DATABASE_URL: database.url, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  return { child, stderr: () => text };
}

/** The test's database with something else about its address. */
function databaseWith(change: (url: URL) => void): string {
  const url = new URL(database.url);
  change(url);
  return url.href;
}

async function exitCode(child: ChildProcess): Promise<unknown> {
  const [code] = (await once(child, 'exit')) as [unknown];
  return code;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const complete = {
  INTERCOM_CLIENT_ID: 'id',
  INTERCOM_CLIENT_SECRET: 'a-secret-that-must-not-be-logged',
  SECRET_KEY: Buffer.alloc(32, 3).toString('base64'),
};

describe('the server process', { timeout: 90_000 }, () => {
  it.each([
    ['missing', { ...complete, SECRET_KEY: '' }, /^SECRET_KEY is missing: expected .*\n$/],
    ['malformed', { ...complete, RATE_SHARE: '7' }, /^RATE_SHARE is malformed: expected .*\n$/],
  ])('does not start with a %s variable, and names it in one line', async (_name, environment, line) => {
    const { child, stderr } = start(environment);
    expect(await exitCode(child)).toBe(1);
    expect(stderr()).toMatch(line);
  });

  it('listens, and stops on SIGTERM', async () => {
    const port = await freePort();
    const { child, stderr } = start({ ...complete, PORT: String(port) });
    const exited = exitCode(child);
    await expect
      .poll(
        () =>
          fetch(`http://127.0.0.1:${port}/readyz`).then(
            (response) => response.status,
            () => 0,
          ),
        {
          timeout: 60_000,
          interval: 200,
        },
      )
      .toBe(200);
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(stderr()).toContain('"msg":"stopping"');
    expect(stderr()).not.toContain(complete.INTERCOM_CLIENT_SECRET);
  });

  it.each([
    [SERVER, '"msg":"listening"'],
    ['jobs/main.ts', '"msg":"worker started"'],
  ])('%s ends with the shell that npm runs it in, which hands no signal on', async (main, ready) => {
    const shell = spawn('sh', ['-c', `"${process.execPath}" --import tsx ${main}; exit 1`], {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: database.url,
        ...complete,
        PORT: '0',
        npm_lifecycle_event: 'start',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    shell.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    // Closed when the last process that writes to it has ended.
    const closed = once(shell.stderr, 'close');
    await expect.poll(() => stderr, { timeout: 80_000, interval: 100 }).toContain(ready);
    shell.kill('SIGTERM');
    await closed;
    expect(stderr).toContain('"signal":"npm ended"');
  });

  it.each([SERVER, 'jobs/main.ts', 'db/migrate.ts'])(
    'does not start where DATABASE_URL opens nothing: %s says so in one line, without the password',
    async (main) => {
      const refused: [string, RegExp][] = [
        [
          databaseWith((url) => (url.password = 'wrong-word')),
          /check the user and the password of DATABASE_URL/,
        ],
        [databaseWith((url) => (url.pathname = '/nowhere')), /create the database that DATABASE_URL names/],
      ];
      for (const [url, hint] of refused) {
        const { child, stderr } = start({ ...complete, PORT: '0', DATABASE_URL: url }, main);
        expect(await exitCode(child)).toBe(1);
        expect(stderr().trim().split('\n')).toEqual([expect.stringMatching(hint)]);
        expect(stderr()).toContain(new URL(database.url).host);
        expect(stderr()).not.toContain(new URL(url).password);
      }
    },
  );

  it('does not start on a port that another program has, and names it', async () => {
    const holder = createServer().listen(0);
    await once(holder, 'listening');
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { child, stderr } = start({ ...complete, PORT: String(port), LOG_LEVEL: 'silent' });
    expect(await exitCode(child)).toBe(1);
    expect(stderr()).toMatch(new RegExp(`^Cannot listen on port ${port}: .*EADDRINUSE.*\\n$`));
    holder.close();
  });

  it('waits for a PostgreSQL that does not answer yet', async () => {
    const [port, databasePort] = [await freePort(), await freePort()];
    const real = new URL(database.url);
    const url = new URL(database.url);
    url.host = `127.0.0.1:${databasePort}`;
    const { child, stderr } = start({ ...complete, PORT: String(port), DATABASE_URL: url.href });
    const exited = exitCode(child);
    await expect.poll(stderr, { timeout: 60_000, interval: 100 }).toContain('"msg":"waiting for PostgreSQL"');
    const door = createServer((socket) => {
      const inner = connect(Number(real.port), real.hostname);
      socket.pipe(inner).pipe(socket);
      for (const end of [socket, inner]) end.on('error', () => undefined);
    }).listen(databasePort, '127.0.0.1');
    await expect.poll(stderr, { timeout: 60_000, interval: 100 }).toContain('"msg":"listening"');
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    door.close();
  });
});
