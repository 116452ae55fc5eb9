import type { Queryable } from '../../db/client.ts';

/** The name of a teammate, for documents people read; the id when no name is known. */
export async function teammateName(sql: Queryable, workspaceId: string, adminId: string): Promise<string> {
  const rows = await sql<{ name: string }[]>`
    select name from teammates where workspace_id = ${workspaceId} and admin_id = ${adminId}`;
  return rows[0]?.name || adminId;
}
