import { UserError } from '../../errors.ts';
import type { Queryable } from '../../db/client.ts';
import { enqueueAdvance } from '../../db/queue.ts';
import type { RecordOutcome, StoredReason } from '../../db/schema/runs.ts';
import { requireRole, type Actor } from '../actors.ts';
import { writeAudit } from '../audit.ts';
import type { Deps } from '../deps.ts';
import { awaitedParents, type AwaitedParent } from './awaited-parents.ts';
import { forgetDeleted } from './made-anew.ts';
import { INTERCOM_ID } from '../load/known-records.ts';
import { findPage, NUMBERS, type Page, type PageRequest } from '../paging.ts';
import { requireNote } from '../require-note.ts';
import { keyOf, namesOf } from './rejected-people.ts';
import { forgetCounts } from '../runs/balance.ts';
import { wakeFollowers } from '../runs/followers.ts';
import { activeRunError, reopenRuns } from '../runs/run-control.ts';
import { ACTIVE_STATES } from '../runs/run-state.ts';
import type { RejectionAction, RejectionDocument } from './rejection-document.ts';
import { mayBeMadeAgain } from './ways-on.ts';

interface Row {
  id: string;
  runId: string;
  object: string;
  sourceId: string;
  displayId: string | null;
  code: string;
  reason: StoredReason | null;
  attempts: number;
  waitsFor: string | null;
}

/** What waits for a person, or for a record that does. */
const OPEN: readonly RecordOutcome[] = ['rejected', 'waiting'];

type Filter = { object?: string | undefined; code?: string | undefined };

/**
 * Only the newest run of a record counts: an older run's rejection may have been fixed since. A dry run of a rollback says
 * nothing new of it, and what a rolled back run set aside is for the next run.
 */
function newest(
  sql: Queryable,
  workspaceId: string,
  filter: Filter,
  outcomes: readonly RecordOutcome[] = OPEN,
) {
  return sql`
    from run_records r
    where r.workspace_id = ${workspaceId} and r.outcome = any(${[...outcomes]})
      ${filter.object === undefined ? sql`` : sql`and r.object = ${filter.object}`}
      ${filter.code === undefined ? sql`` : sql`and r.reason_code = ${filter.code}`}
      and not exists (
        select 1 from run_records n where n.workspace_id = r.workspace_id and n.object = r.object and n.source_id = r.source_id and n.id > r.id
          and (n.undo is null or n.outcome = 'updated'))
      and not exists (select 1 from runs u where u.id = r.run_id and u.rolled_back_by is not null)`;
}

const COLUMNS = (sql: Queryable) => sql`
  r.id, r.run_id as "runId", r.object, r.source_id as "sourceId", r.display_id as "displayId", r.reason_code as code, r.reason,
  r.attempts, r.waits_for as "waitsFor"`;

/** Records that wait for a person, oldest first. */
export async function listRejections(
  deps: Deps,
  actor: Actor,
  filter: Filter & PageRequest,
): Promise<Page<RejectionDocument>> {
  const { sql } = deps.db;
  const page = await findPage<Row>(filter, {
    count: () => sql`select count(*) as count ${newest(sql, actor.workspaceId, filter)}`,
    rows: (after, limit) => sql<Row[]>`
      select ${COLUMNS(sql)} ${newest(sql, actor.workspaceId, filter)}
        ${after === null ? sql`` : sql`and r.id > ${after}`} order by r.id limit ${limit}`,
    keyOf: ({ id }) => id,
    keys: NUMBERS,
  });
  const names = await namesOf(deps, actor.workspaceId, page.items);
  const parents = await awaitedParents(deps, actor.workspaceId, page.items);
  return {
    ...page,
    items: page.items.map((row) => documentOf(row, names.get(keyOf(row)) ?? null, parents.get(row.id))),
  };
}

function documentOf(row: Row, name: string | null, parent: AwaitedParent | undefined): RejectionDocument {
  return {
    id: row.id,
    object: row.object,
    source_id: row.sourceId,
    display_id: row.displayId,
    name,
    code: row.code,
    message: parent?.message ?? row.reason?.message ?? '',
    field: row.reason?.field ?? null,
    value: row.reason?.value ?? null,
    suggestion: parent?.suggestion ?? row.reason?.suggestion ?? null,
    attempts: row.attempts,
    waits_for: row.waitsFor,
    waits_for_name: parent?.name ?? null,
  };
}

export async function resolveRejection(
  deps: Deps,
  actor: Actor,
  id: string,
  action: RejectionAction,
): Promise<{ affected: number }> {
  requireRole(actor, 'operator');
  if (!NUMBERS.test(id)) throw notFound();
  // A waiver is lifted by trying the record again.
  const outcomes: readonly RecordOutcome[] = action.action === 'waive' ? OPEN : [...OPEN, 'waived'];
  const find = (sql: Queryable) =>
    sql<Row[]>`select ${COLUMNS(sql)} ${newest(sql, actor.workspaceId, {}, outcomes)} and r.id = ${id}`;
  const settled = await apply(deps, actor, find, action);
  if (settled.affected === 0) throw notFound();
  return settled;
}

function notFound(): UserError {
  return new UserError('There is no such rejected record; it may have been resolved already.', {
    code: 'rejection_not_found',
    httpStatus: 404,
  });
}

/** One action for all records that share a cause. */
export async function resolveRejections(
  deps: Deps,
  actor: Actor,
  filter: { object?: string | undefined; code: string },
  action: RejectionAction,
): Promise<{ affected: number }> {
  requireRole(actor, 'operator');
  const find = (sql: Queryable) =>
    sql<Row[]>`select ${COLUMNS(sql)} ${newest(sql, actor.workspaceId, filter)}`;
  return apply(deps, actor, find, action);
}

async function apply(
  deps: Deps,
  actor: Actor,
  find: (sql: Queryable) => PromiseLike<Row[]>,
  action: RejectionAction,
): Promise<{ affected: number }> {
  if (action.action === 'waive') requireNote(action.note, 'Say in a note why the record stays behind.');
  const work = deps.db.sql.begin(async (tx) => {
    // Of two people who settle the same record at once, the second finds it settled; and what waited and is woken by the
    // gate just now is in work: the gate holds the run while it does that.
    await tx`select pg_advisory_xact_lock(hashtext('rejections'), hashtext(${actor.workspaceId}))`;
    await tx`select 1 from runs where workspace_id = ${actor.workspaceId} and state = any(${[...ACTIVE_STATES]}) for update`;
    const rows = await find(tx);
    if (rows.length === 0) return 0;
    if (action.action === 'edit') checkFields(deps, rows, action.values);
    if (action.action === 'make_again') checkDeleted(rows);
    await carryOut(tx, actor, rows, action, deps.clock.now());
    await writeAudit(tx, actor, `rejections_${action.action}`, {
      records: rows.length,
      codes: [...new Set(rows.map((row) => row.code))],
      ...(action.action === 'edit' ? { fields: Object.keys(action.values) } : {}),
      ...(action.action === 'waive' ? { note: action.note } : {}),
      ...(action.action === 'retry' && action.take !== undefined ? { take: action.take } : {}),
    });
    for (const runId of new Set(rows.map((row) => row.runId)))
      await enqueueAdvance(tx, { workspaceId: actor.workspaceId, runId });
    return rows.length;
  });
  const affected = await work.catch((error: unknown) => {
    throw activeRunError(error);
  });
  return { affected };
}

async function carryOut(
  tx: Queryable,
  actor: Actor,
  rows: Row[],
  action: RejectionAction,
  at: Date,
): Promise<void> {
  const { workspaceId } = actor;
  switch (action.action) {
    case 'waive':
      return waive(tx, actor, rows, { note: action.note, at });
    case 'edit':
      await storeFixes(tx, actor, rows, action.values);
      // A value that a person gave is to be written, whatever stands in Intercom.
      return retry(tx, workspaceId, rows, 'infraon');
    case 'retry':
      return retry(tx, workspaceId, rows, action.take);
    case 'make_again':
      return makeAgain(tx, workspaceId, rows);
  }
}

function checkDeleted(rows: Row[]): void {
  const other = rows.find((row) => !mayBeMadeAgain(row));
  if (other === undefined) return;
  throw new UserError(
    `${other.object} ${other.displayId ?? other.sourceId} was not deleted in Intercom (${other.code}): there is nothing to make again.`,
    { code: 'not_deleted', httpStatus: 422, field: 'action' },
  );
}

/** Fixes that are not values of the record: what the owner allows for it, or knows of it. */
const PERMISSIONS = ['allow_without_email', INTERCOM_ID];

function checkFields(deps: Deps, rows: Row[], values: Record<string, unknown>): void {
  for (const object of new Set(rows.map((row) => row.object))) {
    const fields = deps.registry.find(object)?.fields ?? [];
    const unknown = Object.keys(values).find(
      (key) =>
        !PERMISSIONS.includes(key) &&
        !key.startsWith('custom.') &&
        !fields.some((field) => field.key === key),
    );
    if (unknown !== undefined) {
      const names = fields.map((field) => field.key).join(', ');
      throw new UserError(`${object} has no field ${unknown}. Its fields: ${names}.`, {
        code: 'field_unknown',
        httpStatus: 422,
        field: unknown,
      });
    }
  }
}

/** Kept apart from source data, so that the next delta does not lose them. */
async function storeFixes(
  tx: Queryable,
  actor: Actor,
  rows: Row[],
  values: Record<string, unknown>,
): Promise<void> {
  await tx`
    insert into record_fixes (workspace_id, object, source_id, values, admin_id)
    select ${actor.workspaceId}, object, source_id, ${JSON.stringify(values)}::jsonb, ${actor.adminId}
    from jsonb_to_recordset(${JSON.stringify(rows.map((row) => ({ object: row.object, source_id: row.sourceId })))}::jsonb)
      as v(object text, source_id text)
    on conflict (workspace_id, object, source_id) do update
      set values = record_fixes.values || excluded.values, admin_id = excluded.admin_id, updated_at = now()`;
}

/** The records go back to mapping; those that wait for one of them follow as soon as it is loaded. */
async function retry(
  tx: Queryable,
  workspaceId: string,
  rows: Row[],
  take?: 'infraon' | 'intercom',
  others: string[] = [],
): Promise<void> {
  const ids = [...rows.map((row) => row.id), ...others];
  await reopenRuns(tx, workspaceId, [...new Set(rows.map((row) => row.runId))]);
  await tx`
    update run_records r
    set step = case when s.depth = 'full' then 'map' else 'extract' end, outcome = 'pending', reason_code = null, reason = null,
      waits_for = null, not_before = null, take = ${take ?? null}
    from source_records s
    where r.id = any(${ids}::bigint[]) and r.undo is null and s.workspace_id = r.workspace_id and s.object = r.object and s.source_id = r.source_id`;
  // What Intercom refused to take back is tried again.
  await tx`
    update run_records r
    set step = 'undo', outcome = 'pending', reason_code = null, reason = null, not_before = null, attempts = 0
    where r.workspace_id = ${workspaceId} and r.id = any(${ids}::bigint[]) and r.undo is not null`;
  await wakeFollowers(tx, tx`p.id = any(${ids}::bigint[])`);
}

/** Of a person who was deleted for good the conversations went too: each has a rejection or a finding of its own. */
async function makeAgain(tx: Queryable, workspaceId: string, rows: Row[]): Promise<void> {
  const ids = rows.map(({ id }) => id);
  await retry(tx, workspaceId, rows, undefined, await forgetDeleted(tx, workspaceId, ids));
}

/**
 * A waived record stays out for good; what waited for it then lacks its parent, and says so. Why it was rejected stays
 * with the decision: the handoff package shows both.
 */
async function waive(
  tx: Queryable,
  actor: Actor,
  rows: Row[],
  decision: { note: string; at: Date },
): Promise<void> {
  const ids = rows.map((row) => row.id);
  const { note, at } = decision;
  const waived: StoredReason['waived'] = { note, by: actor.adminId, at: at.toISOString() };
  const unsaid: StoredReason = { field: null, value: null, message: '', suggestion: null };
  await tx`
    update run_records set outcome = 'waived', step = 'done', waits_for = null,
      reason = coalesce(reason, ${JSON.stringify(unsaid)}::jsonb) || ${JSON.stringify({ waived })}::jsonb
    where id = any(${ids}::bigint[])`;
  const runIds = [...new Set(rows.map((row) => row.runId))];
  await forgetCounts(tx, actor.workspaceId, runIds);
  const woken = await wakeFollowers(tx, tx`p.id = any(${ids}::bigint[])`);
  if (woken > 0) await reopenRuns(tx, actor.workspaceId, runIds);
}
