import { UserError } from '../../errors.ts';
import type { ReservedSql, Sql } from 'postgres';

/** Rows asked of the database at a time. */
export const ROWS_AT_A_TIME = 500;

/**
 * A connection of its own whose queries all see the same instant, however long the package takes to be downloaded. One
 * per workspace, so that no client can take all connections. Throws `UserError` 409 `handoff_running`.
 */
export async function openSnapshot(sql: Sql, workspaceId: string): Promise<Snapshot> {
  const connection = await sql.reserve();
  try {
    await connection`begin isolation level repeatable read read only`;
    const [lock] = await connection<{ held: boolean }[]>`
      select pg_try_advisory_xact_lock(hashtext('handoff'), hashtext(${workspaceId})) as held`;
    if (lock?.held !== true) {
      throw new UserError('The handoff package is being downloaded already. Wait until that is done.', {
        code: 'handoff_running',
        httpStatus: 409,
      });
    }
  } catch (error) {
    await endSnapshot(connection);
    throw error;
  }
  let ended: Promise<void> | undefined;
  return { sql: connection, end: () => (ended ??= endSnapshot(connection)) };
}

export interface Snapshot {
  sql: ReservedSql;
  /** Gives the connection back; may be called again. */
  end(): Promise<void>;
}

async function endSnapshot(connection: ReservedSql): Promise<void> {
  try {
    // Nothing was written; a connection that is gone has rolled back by itself.
    await connection`rollback`.catch(() => undefined);
  } finally {
    connection.release();
  }
}
