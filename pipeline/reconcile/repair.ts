import { UserError } from '../../errors.ts';
import type { Queryable } from '../../db/client.ts';
import { enqueueAdvance } from '../../db/queue.ts';
import { requireRole, type Actor } from '../actors.ts';
import { writeAudit } from '../audit.ts';
import type { Deps } from '../deps.ts';
import {
  FINDING_COLUMNS,
  findingsMatching,
  openRepairs,
  type FindingFilter,
  type FindingRow,
} from './findings.ts';
import { forgetPlaces, forgetSteps, takeBackReferrers, type Renewed } from './made-anew.ts';
import { factName, type FileFact } from '../load/files/file-facts.ts';
import { isOnlyByName, suggestionFor, type Repair, type RepairAction } from '../load/repairs.ts';
import type { ThreadLayout } from '../load/conversations/thread-layout.ts';
import { activeRunError, reopenRuns } from '../runs/run-control.ts';
import { requireNamedRun } from '../runs/run-input.ts';

/** What is only done when it is asked for: to delete and make anew, and to bring back what people deleted. */
export const NAMED_REPAIRS = ['reload', 'create'] as const satisfies readonly RepairAction[];
export type NamedRepair = (typeof NAMED_REPAIRS)[number];

export type RepairRequest = { action?: NamedRepair | undefined };

/** Findings that one call repairs; the caller asks again for the rest. */
const MAX_AT_ONCE = 5_000;

/** Undoes one difference: the record goes back to loading, which does only what is missing, and is read back. */
export async function repairFinding(
  deps: Deps,
  actor: Actor,
  id: string,
  request: RepairRequest = {},
): Promise<{ affected: number }> {
  requireRole(actor, 'operator');
  const { sql } = deps.db;
  const rows = /^\d{1,18}$/.test(id)
    ? await sql<FindingRow[]>`
        select ${FINDING_COLUMNS(sql)} ${findingsMatching(sql, actor.workspaceId, {})} and f.id = ${id} and f.repaired_at is null`
    : [];
  const finding = rows[0];
  if (finding === undefined)
    throw new UserError('There is no such open finding.', { code: 'finding_not_found', httpStatus: 404 });
  const chosen = choose(finding, request);
  if (chosen === undefined) {
    throw new UserError(
      `${finding.field} of ${finding.object} ${finding.displayId ?? finding.sourceId} (${finding.class}) cannot be repaired this way. ` +
        suggestionFor(finding, openRepairs(finding)),
      { code: 'not_repairable', httpStatus: 422 },
    );
  }
  const done = await repair(deps, actor, [{ finding, chosen }], {});
  if (done.affected === 0) {
    throw new UserError('The record is in work just now. Try again when the run has finished.', {
      code: 'record_in_work',
      httpStatus: 409,
    });
  }
  return done;
}

/** Undoes every open difference of a kind; what cannot be undone this way is left alone and not counted. */
export async function repairFindings(
  deps: Deps,
  actor: Actor,
  filter: FindingFilter & { class: string },
  request: RepairRequest = {},
): Promise<{ affected: number }> {
  requireRole(actor, 'operator');
  const { sql } = deps.db;
  if (filter.run !== undefined) await requireNamedRun(sql, actor, filter.run, 'run');
  const rows = await sql<FindingRow[]>`
    select ${FINDING_COLUMNS(sql)} ${findingsMatching(sql, actor.workspaceId, filter)} and f.repaired_at is null
    order by f.id limit ${MAX_AT_ONCE}`;
  const chosen = rows.flatMap((finding) => {
    const repairs = choose(finding, request);
    return repairs === undefined ? [] : [{ finding, chosen: repairs }];
  });
  return repair(deps, actor, chosen, filter);
}

function choose(finding: FindingRow, { action }: RepairRequest): Repair | undefined {
  const repairs = openRepairs(finding);
  return action === undefined
    ? repairs.find((repair) => !isOnlyByName(repair, finding))
    : repairs.find((repair) => repair.action === action);
}

interface Chosen {
  finding: FindingRow;
  chosen: Repair;
}

/** All that is to be undone of one record. */
interface RecordRepair extends Renewed {
  /** Beginnings of the steps that are done again; null: all of them. */
  steps: string[] | null;
  repairs: Repair[];
}

async function repair(
  deps: Deps,
  actor: Actor,
  chosen: Chosen[],
  filter: FindingFilter,
): Promise<{ affected: number }> {
  const { workspaceId } = actor;
  const work = deps.db.sql.begin(async (tx) => {
    const settled = await takeBack(tx, workspaceId, chosen);
    if (settled.length === 0) return 0;
    const records = byRecord(settled);
    const runIds = [...new Set(records.map((record) => record.run_id))];
    await reopenRuns(tx, workspaceId, runIds);
    await forgetSteps(tx, workspaceId, records);
    await takeBackReferrers(
      tx,
      workspaceId,
      records.filter(({ steps }) => steps === null),
    );
    await markIdMap(tx, workspaceId, records);
    await tx`
      update findings set repaired_at = now()
      where workspace_id = ${workspaceId} and id = any(${settled.map(({ finding }) => finding.id)}::bigint[])`;
    await writeAudit(tx, actor, settled.length === 1 ? 'finding_repaired' : 'findings_repaired', {
      findings: settled.length,
      records: records.length,
      actions: [...new Set(settled.map((each) => each.chosen.action))],
      ...filter,
      ...(settled.length === 1 ? detailOf(settled[0]) : {}),
    });
    for (const runId of runIds) await enqueueAdvance(tx, { workspaceId, runId });
    return settled.length;
  });
  const affected = await work.catch((error: unknown) => {
    throw activeRunError(error);
  });
  return { affected };
}

/**
 * Puts the records back to loading, and answers the findings of those that could be: a record that a worker holds would
 * write over what is noted here.
 */
async function takeBack(tx: Queryable, workspaceId: string, chosen: Chosen[]): Promise<Chosen[]> {
  const wanted = byRecord(chosen).map(({ run_id, object, source_id }) => ({ run_id, object, source_id }));
  const taken = await tx<{ run: string; object: string; sourceId: string }[]>`
    update run_records r set step = 'load', outcome = 'pending', attempts = 0, not_before = null
    from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as v(run_id uuid, object text, source_id text)
    where r.workspace_id = ${workspaceId} and r.run_id = v.run_id and r.object = v.object and r.source_id = v.source_id
      and r.step = 'done' and r.outcome in ('created', 'updated', 'adopted', 'unchanged')
    returning r.run_id as run, r.object, r.source_id as "sourceId"`;
  const known = new Set(taken.map((row) => JSON.stringify([row.run, row.object, row.sourceId])));
  return chosen.filter(({ finding: { run, object, sourceId } }) =>
    known.has(JSON.stringify([run, object, sourceId])),
  );
}

function detailOf(only: Chosen | undefined): Record<string, unknown> {
  const { id, object, sourceId, field } = only?.finding ?? {};
  return { finding: id, object, source_id: sourceId, field };
}

function byRecord(chosen: Chosen[]): RecordRepair[] {
  const records = new Map<string, RecordRepair>();
  for (const { finding, chosen: repair } of chosen) {
    const key = JSON.stringify([finding.run, finding.object, finding.sourceId]);
    const record: RecordRepair = records.get(key) ?? {
      run_id: finding.run,
      object: finding.object,
      source_id: finding.sourceId,
      steps: [],
      repairs: [],
    };
    const steps = stepsOf(repair);
    record.steps = record.steps === null || steps === null ? null : [...record.steps, ...steps];
    record.repairs.push(repair);
    records.set(key, record);
  }
  return [...records.values()];
}

function stepsOf(repair: Repair): string[] | null {
  switch (repair.action) {
    case 'write':
      return repair.steps;
    case 'restore':
      return [`part:${repair.part}`];
    case 'attach':
      return [];
    case 'create':
    case 'reload':
      return null;
  }
}

interface IdMapRow {
  object: string;
  sourceId: string;
  destinationId: string;
  facts: Record<string, unknown>;
  updatedAt: Date;
}

/** What loading reads of a record decides what it does: see `Repair`. */
async function markIdMap(tx: Queryable, workspaceId: string, records: RecordRepair[]): Promise<void> {
  const rows = await tx<IdMapRow[]>`
    select m.object, m.source_id as "sourceId", m.destination_id as "destinationId", m.facts, m.updated_at as "updatedAt"
    from id_map m join jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as v(object text, source_id text)
      on m.object = v.object and m.source_id = v.source_id
    where m.workspace_id = ${workspaceId} for update of m`;
  const known = new Map(rows.map((row) => [JSON.stringify([row.object, row.sourceId]), row]));
  const gone: { object: string; source_id: string }[] = [];
  const changed: { object: string; source_id: string; state: string; facts: Record<string, unknown> }[] = [];
  for (const { object, source_id, repairs } of records) {
    const row = known.get(JSON.stringify([object, source_id]));
    if (row === undefined) continue;
    if (repairs.some(({ action }) => action === 'create')) gone.push({ object, source_id });
    else if (repairs.some(({ action }) => action === 'reload')) {
      const untouched_since = Math.floor(row.updatedAt.getTime() / 1000);
      const facts = { reload: { id: row.destinationId, untouched_since } };
      changed.push({ object, source_id, state: 'partial', facts });
    } else {
      changed.push({ object, source_id, state: 'complete', facts: factsAfter(row.facts, repairs) });
    }
  }
  await forgetPlaces(tx, workspaceId, gone);
  await tx`
    update id_map m set loaded_hash = null, state = v.state, facts = v.facts
    from jsonb_to_recordset(${JSON.stringify(changed)}::jsonb) as v(object text, source_id text, state text, facts jsonb)
    where m.workspace_id = ${workspaceId} and m.object = v.object and m.source_id = v.source_id`;
}

function factsAfter(facts: Record<string, unknown>, repairs: Repair[]): Record<string, unknown> {
  const after = { ...facts };
  for (const repair of repairs) {
    if (repair.action === 'restore') {
      const layout = after['layout'] as ThreadLayout;
      const restored = [...new Set([...(layout.restored ?? []), repair.part])];
      after['layout'] = { ...layout, restored } satisfies ThreadLayout;
    }
    if (repair.action === 'attach') {
      const name = factName(repair.part, repair.file);
      const fact = after[name] as FileFact | undefined;
      if (fact?.sent === true) after[name] = { ...fact, again: true } satisfies FileFact;
    }
  }
  return after;
}
