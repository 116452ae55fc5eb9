import { UserError } from '../errors.ts';
import { enqueueAdvance } from '../db/queue.ts';
import type { Queryable } from '../db/client.ts';
import type { DifferenceClass } from '../db/schema/ledger.ts';
import { requireRole } from './actors.ts';
import { writeAudit } from './audit.ts';
import type { Deps } from './deps.ts';
import type { Actor, FindingDocument, Page, PageRequest } from './documents.ts';
import { findPage } from './paging.ts';
import { reopenRuns } from './run-control.ts';

type Filter = { run?: string | undefined; object?: string | undefined; class?: string | undefined };

interface Row {
  id: string;
  run: string;
  object: string;
  sourceId: string;
  displayId: string | null;
  class: DifferenceClass;
  field: string;
  expected: unknown;
  actual: unknown;
  repairedAt: Date | null;
}

function matching(sql: Queryable, workspaceId: string, filter: Filter) {
  return sql`
    from findings f
    left join run_records r on r.run_id = f.run_id and r.object = f.object and r.source_id = f.source_id
    where f.workspace_id = ${workspaceId}
      ${filter.run === undefined ? sql`` : sql`and f.run_id::text = ${filter.run}`}
      ${filter.object === undefined ? sql`` : sql`and f.object = ${filter.object}`}
      ${filter.class === undefined ? sql`` : sql`and f.class = ${filter.class}`}`;
}

/** Differences that reading back found, oldest first. */
export async function listFindings(
  deps: Deps,
  actor: Actor,
  filter: Filter & PageRequest,
): Promise<Page<FindingDocument>> {
  const { sql } = deps.db;
  const page = await findPage<Row>(filter, {
    count: () => sql`select count(*) as count ${matching(sql, actor.workspaceId, filter)}`,
    rows: (offset, limit) => sql<Row[]>`
      select f.id, f.run_id as run, f.object, f.source_id as "sourceId", r.display_id as "displayId", f.class, f.field, f.expected,
        f.actual, f.repaired_at as "repairedAt"
      ${matching(sql, actor.workspaceId, filter)} order by f.id limit ${limit} offset ${offset}`,
  });
  return {
    ...page,
    items: page.items.map(({ sourceId, displayId, repairedAt, ...row }) => ({
      ...row,
      source_id: sourceId,
      display_id: displayId,
      repaired_at: repairedAt?.toISOString() ?? null,
    })),
  };
}

const REPAIRABLE: readonly DifferenceClass[] = ['mismatch', 'missing', 'late'];

/** Loads the record again as if it had changed, and reads it back. Thread entries cannot be edited in Intercom. */
export async function repairFinding(deps: Deps, actor: Actor, id: string): Promise<{ affected: number }> {
  requireRole(actor, 'operator');
  const { sql } = deps.db;
  const rows = /^\d{1,18}$/.test(id)
    ? await sql<(Row & { runId: string })[]>`
        select id, run_id as "runId", object, source_id as "sourceId", class, field from findings
        where workspace_id = ${actor.workspaceId} and id = ${id} and repaired_at is null`
    : [];
  const finding = rows[0];
  if (finding === undefined)
    throw new UserError('There is no such open finding.', { code: 'finding_not_found', httpStatus: 404 });
  if (!REPAIRABLE.includes(finding.class) || finding.field.startsWith('parts.')) {
    throw new UserError(
      `A difference of class ${finding.class} in ${finding.field} cannot be repaired by loading again.`,
      {
        code: 'not_repairable',
        httpStatus: 422,
      },
    );
  }
  await sql.begin(async (tx) => {
    await reopenRuns(tx, actor.workspaceId, [finding.runId]);
    // What sets a state may be done again; what adds something (a reply, a tag) never is.
    await tx`
      update load_journal set state = 'superseded'
      where workspace_id = ${actor.workspaceId} and object = ${finding.object} and source_id = ${finding.sourceId} and state = 'done'
        and step ~ '^(attributes|update|close|assign):'`;
    await tx`
      update id_map set loaded_hash = null
      where workspace_id = ${actor.workspaceId} and object = ${finding.object} and source_id = ${finding.sourceId}`;
    await tx`
      update run_records set step = 'load', outcome = 'pending'
      where run_id = ${finding.runId} and object = ${finding.object} and source_id = ${finding.sourceId} and step = 'done'`;
    await tx`update findings set repaired_at = now() where id = ${id}`;
    await writeAudit(tx, actor, 'finding_repaired', {
      finding: id,
      object: finding.object,
      source_id: finding.sourceId,
      field: finding.field,
    });
    await enqueueAdvance(tx, { workspaceId: actor.workspaceId, runId: finding.runId });
  });
  return { affected: 1 };
}
