import type { Queryable } from '../../db/client.ts';
import { enqueue, enqueueAdvance, enqueueWaiting, PRIORITY, type WaitingJob } from '../../db/queue.ts';
import type { RecordStep, RunState } from '../../db/schema/runs.ts';
import type { Registry } from '../../objects/registry.ts';
import type { BatchStep } from './batch.ts';
import type { Deps } from '../deps.ts';
import { requireRun, type FrozenRun } from './frozen-run.ts';
import { keepDuration } from '../delta/forecast.ts';
import { followChanges, isFollowed, reopenCarriedGaps } from '../delta/settle-delta.ts';
import { reverseSources } from '../map/reverse-links.ts';
import { wakeFollowers } from './followers.ts';
import { lateParents, mayLoadWhileStaged } from './load-order.ts';
import { WORKING_STATES } from './run-state.ts';
import { closeLedger, keepCounts } from './balance.ts';
import { closeLinks, countLinks } from '../links/count-links.ts';
import { isLinkEnd } from '../links/link-ends.ts';
import { OR } from '../load/load-record.ts';
import { countOutstanding, has, slotsFor, type Outstanding } from './outstanding.ts';
import { openSetCount } from '../verify/sets/set-state.ts';
import { advanceRollback } from '../rollback/advance-rollback.ts';

/**
 * The stage gate: looks at what is outstanding, opens what can go on, and finishes the run when nothing is left.
 * It is idempotent and runs after every batch, so a run can stop at any instant and go on from its rows.
 */
export async function advanceRun(deps: Deps, workspaceId: string, runId: string): Promise<void> {
  await deps.db.sql.begin(async (tx) => {
    await tx`select 1 from runs where id = ${runId} and workspace_id = ${workspaceId} for update`;
    const run = await requireRun(tx, workspaceId, runId);
    if (!WORKING_STATES.includes(run.state)) return;
    if (run.state === 'queued')
      await tx`update runs set state = 'running', started_at = coalesce(started_at, now()) where id = ${runId}`;

    if (run.kind === 'rollback') {
      await advanceRollback(tx, deps, run);
      return;
    }
    let outstanding = await countOutstanding(tx, run);
    if (run.kind === 'delta' && !isFollowed(run) && isRead(run, outstanding)) {
      await followChanges(tx, run, deps.registry);
      outstanding = await countOutstanding(tx, run);
    }
    if (await letGo(tx, deps.registry, run, outstanding)) outstanding = await countOutstanding(tx, run);
    if (isLoaded(run, outstanding)) {
      const woken = await wakeForgotten(tx, run);
      if ((await reopenGaps(tx, run)) || woken > 0) outstanding = await countOutstanding(tx, run);
    }
    if (!run.prepared)
      await enqueue(tx, 'prepare_run', { workspaceId, runId }, { jobKey: `prepare:${runId}` });
    const jobs = listsToRead(deps.registry, run, outstanding);
    if (run.kind === 'sample' && run.objects.every((object) => isListed(run, object)) && !isSelected(run)) {
      await enqueue(tx, 'select_sample', { workspaceId, runId }, { jobKey: `select:${runId}` });
      return;
    }
    let nextAt: Date | null = null;
    for (const object of run.objects) {
      for (const step of ['extract', 'map', 'load', 'verify'] as const) {
        const work = outstanding.get(object)?.[step];
        if (work === undefined || !isOpen(deps.registry, run, outstanding, object, step)) continue;
        jobs.push(...slotsFor(run, object, step, work.ready));
        if (work.nextAt !== null && (nextAt === null || work.nextAt < nextAt)) nextAt = work.nextAt;
      }
    }
    await enqueueWaiting(tx, jobs);
    if (nextAt !== null) await enqueueAdvance(tx, { workspaceId, runId }, nextAt);
    await settleState(tx, run, outstanding, deps.clock.now());
  });
  await keepCounts(deps.db.sql, workspaceId, runId, { olderThanMs: COUNTED_EVERY_MS });
}

/** A count reads an index of all records of the run: with 100,000 of them some 50 ms, so this is one part in a hundred. */
const COUNTED_EVERY_MS = 5_000;

const UNLOADED: readonly RecordStep[] = ['list', 'extract', 'map', 'load'];

/** Everything that was found is in Intercom, or settled otherwise. */
function isLoaded(run: FrozenRun, outstanding: Outstanding): boolean {
  return run.objects.every((object) => isThrough(run, outstanding, object));
}

/** All of an object that was found is in Intercom, or settled otherwise. */
function isThrough(run: FrozenRun, outstanding: Outstanding, object: string): boolean {
  return isListed(run, object) && !has(outstanding, object, UNLOADED);
}

/** Every list came to its end, and every record that was found changed has been read. */
function isRead(run: FrozenRun, outstanding: Outstanding): boolean {
  return run.objects.every(
    (object) => isListed(run, object) && !has(outstanding, object, ['list', 'extract']),
  );
}

function isListed(run: FrozenRun, object: string): boolean {
  return run.extraction[object]?.listed === true;
}

/** A sample's records are chosen once all lists are known; the mark is kept with the lists. */
export const SELECTED = '$selected';

function isSelected(run: FrozenRun): boolean {
  return run.extraction[SELECTED] !== undefined;
}

/** Lists are read from the first moment on; a derived object waits for the full records of the object it comes from. */
function listsToRead(registry: Registry, run: FrozenRun, outstanding: Outstanding): WaitingJob[] {
  return run.objects.flatMap((object, place): WaitingJob[] => {
    if (isListed(run, object)) return [];
    const { source } = registry.get(object);
    if (source.kind === 'derived' && run.objects.includes(source.from)) {
      if (!isListed(run, source.from) || has(outstanding, source.from, ['list', 'extract'])) return [];
    }
    const payload = { workspaceId: run.workspaceId, runId: run.id, object };
    return [
      {
        task: 'list_source',
        payload,
        jobKey: `list:${run.id}:${object}`,
        priority: PRIORITY.read + place,
      },
    ];
  });
}

/**
 * Whether a step of an object may run now. Reading is open at once, and so is mapping unless links are read from records
 * of another object; loading waits for what it refers to.
 */
function isOpen(
  registry: Registry,
  run: FrozenRun,
  outstanding: Outstanding,
  object: string,
  step: BatchStep,
): boolean {
  if (step === 'extract') return true;
  if (step === 'map') {
    const sources = reverseSources(registry.get(object)).filter((source) => run.objects.includes(source));
    return sources.every((source) => isListed(run, source) && !has(outstanding, source, ['list', 'extract']));
  }
  if (step === 'load') {
    const late = lateParents(registry, run, registry.get(object));
    const parents = registry
      .get(object)
      .dependsOn.filter((parent) => run.objects.includes(parent) && !late.includes(parent));
    const self =
      mayLoadWhileStaged(registry.get(object), run) ||
      (isListed(run, object) && !has(outstanding, object, ['list', 'extract', 'map']));
    return run.prepared && self && parents.every((parent) => isThrough(run, outstanding, parent));
  }
  // Reading back shares the rate budget with loading: it starts when the whole load is through.
  return isLoaded(run, outstanding);
}

/**
 * Links that had to be left out because their other end was not loaded yet (cycles, edges inside one object, a record
 * that was fixed later) are made in a second pass, in which records that are finished later are finished too. It ends, because
 * each pass leaves only ends that do not exist; one that is to be made anew, and perhaps never is, does not (links/link-ends.ts).
 * Both kinds are found in an index, whose condition stands in the statement word for word (`UNFINISHED`).
 */
async function reopenGaps(tx: Queryable, run: FrozenRun): Promise<boolean> {
  const reopened = await tx`
    update run_records r set step = 'load', outcome = 'pending'
    where r.id in (
      select g.id from run_records g
      cross join jsonb_array_elements(g.warnings) w
      join id_map m on m.workspace_id = g.workspace_id and m.object = any(string_to_array(w->>'field', ${OR}))
        and m.source_id = w->>'value'
      where g.workspace_id = ${run.workspaceId} and g.run_id = ${run.id} and g.step = 'verify'
        and ${isLinkEnd(tx)}
        and g.warnings @> '[{"code": "parent_missing", "stage": "load"}]'
        and w->>'stage' = 'load' and w->>'code' = 'parent_missing'
      union
      select u.id from id_map m
      join run_records u on u.workspace_id = m.workspace_id and u.object = m.object and u.source_id = m.source_id
      where m.workspace_id = ${run.workspaceId} and m.loaded_hash like '%!unfinished'
        and u.run_id = ${run.id} and u.step = 'verify')
    returning 1`;
  const carried = run.kind === 'delta' && (await reopenCarriedGaps(tx, run, OR));
  return carried || reopened.length > 0;
}

/**
 * Records that wait for one that is in Intercom meanwhile: it was loaded between the look at it and the note that it was
 * not there yet, so nobody else wakes them.
 */
function wakeForgotten(tx: Queryable, { workspaceId, id }: FrozenRun): Promise<number> {
  return wakeFollowers(
    tx,
    tx`c.workspace_id = ${workspaceId} and c.run_id = ${id} and c.waits_for is not null and c.mapped is not null
      and p.outcome in ('created', 'updated', 'adopted', 'unchanged') and exists (
        select 1 from id_map m
        where m.workspace_id = p.workspace_id and m.object = p.object and m.source_id = p.source_id)`,
  );
}

/** Records that were held back because they name records that are loaded late may be loaded once those are through. */
async function letGo(
  tx: Queryable,
  registry: Registry,
  run: FrozenRun,
  outstanding: Outstanding,
): Promise<boolean> {
  const objects = run.objects.filter((object) => {
    const late = lateParents(registry, run, registry.get(object));
    return late.length > 0 && late.every((parent) => isThrough(run, outstanding, parent));
  });
  if (objects.length === 0) return false;
  const freed = await tx`
    update run_records set not_before = null
    where workspace_id = ${run.workspaceId} and run_id = ${run.id} and object = any(${objects}) and step = 'load'
      and not_before = 'infinity'
    returning 1`;
  return freed.length > 0;
}

/** What the end of a run is called; links are counted here, once, because a large graph takes a while to count. */
async function endOf(tx: Queryable, run: FrozenRun): Promise<RunState> {
  await closeLinks(tx, run);
  const edges = await countLinks(tx, run);
  await tx`update runs set edges = ${JSON.stringify(edges)}::jsonb where id = ${run.id}`;
  const state = await closeLedger(tx, run);
  return edges.some(({ missing }) => missing > 0) ? 'completed_with_findings' : state;
}

async function settleState(
  tx: Queryable,
  run: FrozenRun,
  outstanding: Outstanding,
  now: Date,
): Promise<void> {
  if (!run.objects.every((object) => isListed(run, object))) return;
  const left = [...outstanding.values()].flatMap((steps) => Object.keys(steps) as RecordStep[]);
  const isDone = left.length === 0 && (await openSetCount(tx, run, now));
  const ended = isDone ? await endOf(tx, run) : null;
  const state: RunState =
    ended !== null ? ended : left.every((step) => step === 'verify') ? 'verifying' : 'running';
  if (state === run.state) return;
  const finished = state === 'completed' || state === 'completed_with_findings';
  await tx`
    update runs set state = ${state}, finished_at = ${finished ? tx`now()` : null} where id = ${run.id}`;
  if (finished) await keepDuration(tx, run);
}
