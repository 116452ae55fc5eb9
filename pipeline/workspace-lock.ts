import type { Deps } from './deps.ts';

/**
 * Runs `work` while holding a named lock of the workspace; false when another process holds it. The lock belongs to a
 * database connection, so it is free as soon as its process is gone, whatever the job queue still believes.
 */
export async function withWorkspaceLock(
  deps: Pick<Deps, 'db'>,
  workspaceId: string,
  name: string,
  work: () => Promise<void>,
): Promise<boolean> {
  const connection = await deps.db.sql.reserve();
  const key = `${name}:${workspaceId}`;
  try {
    const [lock] = await connection<{ taken: boolean }[]>`
      select pg_try_advisory_lock(hashtextextended(${key}, 0)) as taken`;
    if (lock?.taken !== true) return false;
    try {
      await work();
    } finally {
      // A connection that reached the end of its life took the lock with it.
      await connection`select pg_advisory_unlock(hashtextextended(${key}, 0))`.catch(() => undefined);
    }
    return true;
  } finally {
    connection.release();
  }
}
