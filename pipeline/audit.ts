import type { JSONValue } from 'postgres';
import type { Queryable } from '../db/client.ts';
import type { Actor } from './actors.ts';
import type { Deps } from './deps.ts';
import type { Page, PageRequest } from './paging.ts';

export interface AuditEntry {
  id: string;
  at: string;
  admin_id: string;
  action: string;
  detail: Record<string, unknown>;
}

const DEFAULT_PAGE = 50;
const MAX_PAGE = 500;

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

/** Newest first; the cursor is the id of the last entry shown. */
export async function listAudit(
  deps: Pick<Deps, 'db'>,
  actor: Actor,
  page: PageRequest,
): Promise<Page<AuditEntry>> {
  const { sql } = deps.db;
  const limit = Math.min(Math.max(page.limit ?? DEFAULT_PAGE, 1), MAX_PAGE);
  const before = page.cursor !== undefined && /^\d{1,18}$/.test(page.cursor) ? page.cursor : null;
  const rows = await sql<
    { id: string; at: Date; admin_id: string; action: string; detail: Record<string, unknown> }[]
  >`
    select id::text, created_at as at, admin_id, action, detail from audit_log
    where workspace_id = ${actor.workspaceId} and (${before}::bigint is null or id < ${before}::bigint)
    order by audit_log.id desc limit ${limit + 1}`;
  const [count] = await sql<{ total: number }[]>`
    select count(*)::int as total from audit_log where workspace_id = ${actor.workspaceId}`;
  const items = rows.slice(0, limit).map((row) => ({ ...row, at: row.at.toISOString() }));
  return {
    items,
    next_cursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null,
    total: count?.total ?? 0,
  };
}
