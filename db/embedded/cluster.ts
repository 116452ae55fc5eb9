import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { reachable, run, type Binaries } from './binaries.ts';

export interface Cluster {
  /** Directory that holds the data, the log and what we know of the cluster. */
  root: string;
  port: number;
  password: string;
}

/** After a kill, the backends of the old server hold its shared memory for a moment, and a new one refuses to start. */
const START_TRIES = 8;
const START_PAUSE_MS = 1_000;

function dataOf(root: string): string {
  return path.join(root, 'data');
}

function descriptionOf(root: string): string {
  return path.join(root, 'cluster.json');
}

export function urlOf(cluster: Cluster, database: string): string {
  return `postgres://postgres:${cluster.password}@127.0.0.1:${cluster.port}/${database}`;
}

/** The cluster that was created under `root`. */
export function readCluster(root: string): Cluster {
  const known = JSON.parse(readFileSync(descriptionOf(root), 'utf8')) as Omit<Cluster, 'root'>;
  return { ...known, root };
}

/** @param settings extra `postgresql.conf` settings, used when this call creates the cluster. */
export async function createCluster(
  root: string,
  binaries: Binaries,
  settings: Record<string, string>,
): Promise<Cluster> {
  if (existsSync(descriptionOf(root))) return readCluster(root);
  const { user } = binaries;
  if (user !== undefined && !reachable(root)) {
    throw new Error(
      `DATA_DIR ${root} lies under a directory that only root can enter, and PostgreSQL does not run as root. Set DATA_DIR to a directory other users can reach, or set DATABASE_URL.`,
    );
  }
  const data = dataOf(root);
  rmSync(data, { recursive: true, force: true });
  if (user !== undefined) chownSync(root, user.uid, user.gid);
  const known = { port: await freePort(), password: randomBytes(18).toString('base64url') };
  const passwordFile = path.join(root, 'password');
  writeFileSync(passwordFile, known.password, { mode: 0o600 });
  if (user !== undefined) chownSync(passwordFile, user.uid, user.gid);
  await run(binaries, binaries.initdb, [
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
  ]);
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
  writeFileSync(descriptionOf(root), JSON.stringify(known), { mode: 0o600 });
  return { ...known, root };
}

export async function startCluster(cluster: Cluster, binaries: Binaries): Promise<void> {
  const { root, port } = cluster;
  const log = path.join(root, 'log.txt');
  const start = ['-D', dataOf(root), '-l', log, '-w', '-t', '60', '-o', `-p ${port}`, 'start'];
  for (let tries = 1; ; tries += 1) {
    try {
      await run(binaries, binaries.pgCtl, start);
      return;
    } catch (cause) {
      if (tries >= START_TRIES) throw startFailure(root, log, cause);
      await sleep(START_PAUSE_MS);
    }
  }
}

function startFailure(root: string, log: string, cause: unknown): Error {
  const tail = existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(-5).join(' ') : '';
  return new Error(`The embedded PostgreSQL under ${root} did not start. Its log ends: ${tail}`, { cause });
}

/** One that is not running is as it should be. */
export async function stopCluster(
  { root }: Cluster,
  binaries: Binaries,
  mode: 'fast' | 'immediate',
): Promise<void> {
  await run(binaries, binaries.pgCtl, ['-D', dataOf(root), '-m', mode, '-w', 'stop']).catch(() => undefined);
}

/** Whether it answers and no other client is connected. */
export async function isUnused(cluster: Cluster): Promise<boolean> {
  const sql = postgres(urlOf(cluster, 'postgres'), { max: 1, connect_timeout: 3 });
  try {
    const others = await sql<{ count: string }[]>`
      select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`;
    return others[0]?.count === '0';
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

export async function createDatabase(cluster: Cluster): Promise<void> {
  const sql = postgres(urlOf(cluster, 'postgres'), { max: 1, connect_timeout: 10 });
  try {
    const present = await sql`select 1 from pg_database where datname = 'app'`;
    if (present.length === 0) await sql`create database app`;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

export async function answers(cluster: Cluster): Promise<boolean> {
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
