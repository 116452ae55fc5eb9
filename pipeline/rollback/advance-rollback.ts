import type { Queryable } from '../../db/client.ts';
import { enqueue, enqueueAdvance, enqueueWaiting, type WaitingJob } from '../../db/queue.ts';
import type { RecordStep, RunState } from '../../db/schema/runs.ts';
import type { Registry } from '../../objects/registry.ts';
import { closeLedger } from '../runs/balance.ts';
import type { WorkStep } from '../runs/batch.ts';
import type { Deps } from '../deps.ts';
import type { FrozenRun } from '../runs/frozen-run.ts';
import { countOutstanding, has, slotsFor, type Outstanding } from '../runs/outstanding.ts';
import { undoRunOf, WORKSPACE_ITEMS } from './undo-plan.ts';

/**
 * The stage gate of a rollback, a road of its own: everything is looked at, then it is decided what stays, then things
 * go in the reverse order of loading, and what is gone is confirmed by reading. A dry run ends after deciding.
 */
export async function advanceRollback(tx: Queryable, deps: Deps, run: FrozenRun): Promise<void> {
  const outstanding = await countOutstanding(tx, run);
  const place = { workspaceId: run.workspaceId, runId: run.id };
  const { decided } = undoRunOf(run.undo);
  const objects = [...run.objects, WORKSPACE_ITEMS];
  const isInspected = run.objects.every((object) => !has(outstanding, object, ['inspect']));
  if (!decided && isInspected) {
    await enqueue(tx, 'decide_rollback', place, { jobKey: `decide:${run.id}` });
    return;
  }
  const jobs: WaitingJob[] = [];
  let nextAt: Date | null = null;
  for (const object of objects) {
    for (const step of ['inspect', 'undo', 'confirm'] as const) {
      const work = outstanding.get(object)?.[step];
      if (work === undefined || !isOpen(deps.registry, run, outstanding, object, step, decided)) continue;
      // Collections go one after the other, the inner ones first.
      const ready = object === WORKSPACE_ITEMS ? Math.min(1, work.ready) : work.ready;
      jobs.push(...slotsFor(run, object, step, ready));
      if (work.nextAt !== null && (nextAt === null || work.nextAt < nextAt)) nextAt = work.nextAt;
    }
  }
  await enqueueWaiting(tx, jobs);
  if (nextAt !== null) await enqueueAdvance(tx, place, nextAt);
  if (decided) await settleState(tx, run, outstanding);
}

function isOpen(
  registry: Registry,
  run: FrozenRun,
  outstanding: Outstanding,
  object: string,
  step: Extract<WorkStep, 'inspect' | 'undo' | 'confirm'>,
  decided: boolean,
): boolean {
  if (step === 'inspect') return object !== WORKSPACE_ITEMS;
  if (!decided) return false;
  const isUndone = (other: string) => !has(outstanding, other, ['inspect', 'undo']);
  if (step === 'confirm') return [...run.objects, WORKSPACE_ITEMS].every(isUndone);
  if (object === WORKSPACE_ITEMS) return run.objects.every(isUndone);
  // What refers to a thing goes before it: Intercom deletes a contact's conversations, and that must be our doing.
  return run.objects
    .filter((other) => registry.get(other).dependsOn.includes(object))
    .every((other) => isUndone(other));
}

async function settleState(tx: Queryable, run: FrozenRun, outstanding: Outstanding): Promise<void> {
  const left = [...outstanding.values()].flatMap((steps) => Object.keys(steps) as RecordStep[]);
  const state: RunState =
    left.length === 0
      ? await closeLedger(tx, run)
      : left.every((step) => step === 'confirm')
        ? 'verifying'
        : 'running';
  if (state === run.state) return;
  const finished = left.length === 0;
  await tx`
    update runs set state = ${state}, finished_at = ${finished ? tx`now()` : null}
    where workspace_id = ${run.workspaceId} and id = ${run.id}`;
  if (!finished || run.dryRun) return;
  await markRolledBack(tx, run);
  await wantLinksAgain(tx, run);
}

/** What stays for the sake of others may have lost links to what is gone: the next run writes it anew. */
async function wantLinksAgain(tx: Queryable, run: FrozenRun): Promise<void> {
  await tx`
    update id_map m set loaded_hash = null
    from run_records r
    where r.workspace_id = ${run.workspaceId} and r.run_id = ${run.id} and r.undo->'reasons'->0->>'code' = 'needed_by'
      and m.workspace_id = r.workspace_id and m.object = r.object and m.source_id = r.source_id
      and m.resource = 'custom_object_instances'`;
}

/** Runs whose whole work was taken back say so; one of which something was refused can be rolled back again. */
async function markRolledBack(tx: Queryable, run: FrozenRun): Promise<void> {
  await tx`
    update runs r set rolled_back_by = ${run.id}
    where r.workspace_id = ${run.workspaceId} and r.kind in ('sample', 'full', 'delta') and r.rolled_back_by is null
      and (${run.ofRunId}::uuid is null or r.id = ${run.ofRunId}::uuid) and r.objects <@ ${JSON.stringify(run.objects)}::jsonb
      and not exists (
        select 1 from run_records u
        where u.workspace_id = r.workspace_id and u.run_id = ${run.id} and u.outcome = 'rejected')`;
}
