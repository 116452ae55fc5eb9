import type { JSONValue } from 'postgres';
import type { Queryable } from '../db/client.ts';
import type { Actor } from './actors.ts';
import type { Deps } from './deps.ts';
import { findPage, NUMBERS, type Page, type PageRequest } from './paging.ts';

export interface AuditEntry {
  id: string;
  at: string;
  admin_id: string;
  action: string;
  detail: Record<string, unknown>;
}

/** Records who did what, in the transaction of the change. `detail` holds ids and choices, never secrets or record contents. */
export async function writeAudit(
  sql: Queryable,
  actor: Pick<Actor, 'workspaceId' | 'adminId'>,
  action: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await sql`
    insert into audit_log (workspace_id, admin_id, action, detail)
    values (${actor.workspaceId}, ${actor.adminId}, ${action}, ${sql.json(detail as JSONValue)})`;
}

type Row = Omit<AuditEntry, 'at'> & { at: Date };

/** Newest first. */
export async function listAudit(
  deps: Pick<Deps, 'db'>,
  actor: Actor,
  request: PageRequest,
): Promise<Page<AuditEntry>> {
  const { sql } = deps.db;
  const page = await findPage<Row>(request, {
    count: () => sql`select count(*) as count from audit_log where workspace_id = ${actor.workspaceId}`,
    rows: (after, limit) => sql<Row[]>`
      select id::text, created_at as at, admin_id, action, detail from audit_log
      where workspace_id = ${actor.workspaceId} ${after === null ? sql`` : sql`and id < ${after}`}
      order by audit_log.id desc limit ${limit}`,
    keyOf: ({ id }) => id,
    keys: NUMBERS,
  });
  return { ...page, items: page.items.map((row) => ({ ...row, at: row.at.toISOString() })) };
}
