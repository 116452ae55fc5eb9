import type { Queryable } from '../../db/client.ts';
import { PRIORITY, type WaitingJob } from '../../db/queue.ts';
import type { RecordStep } from '../../db/schema/runs.ts';
import { WORKSPACE_ITEMS } from '../rollback/undo-plan.ts';
import type { WorkStep } from './batch.ts';
import type { FrozenRun } from './frozen-run.ts';

/** Batches of one object and step that may be in work at the same time, over all workers. */
const MAX_SLOTS = 16;
/** A batch of long records is about this small; a slot whose batch finds nothing left costs one query. */
const RECORDS_PER_SLOT = 100;

/**
 * What is left to do of a run, by object and step: how much is ready, as far as there are slots for it, and when more
 * is. What is held back (`not_before` 'infinity') is left to do and never ready.
 */
export type Outstanding = Map<string, Partial<Record<RecordStep, { ready: number; nextAt: Date | null }>>>;

const STEPS: readonly RecordStep[] = [
  'list',
  'extract',
  'map',
  'load',
  'verify',
  'inspect',
  'undo',
  'confirm',
];

/**
 * The gate asks this after every batch, so it must cost the same for 100,000 records as for a hundred: each object and
 * step is looked up in an index, and no more is counted than there are slots for.
 */
export async function countOutstanding(tx: Queryable, run: FrozenRun): Promise<Outstanding> {
  const { workspaceId, id } = run;
  const rows = await tx<{ object: string; step: RecordStep; ready: number; nextAt: Date | null }[]>`
    select o.object, s.step,
      (select count(*)::int from (
        select 1 from run_records r
        where r.workspace_id = ${workspaceId} and r.run_id = ${id} and r.object = o.object and r.step = s.step
          and r.lease_token is null and (r.not_before is null or r.not_before <= now())
        order by r.id limit ${MAX_SLOTS * RECORDS_PER_SLOT}) counted) as ready,
      (select min(r.not_before) from run_records r
        where r.workspace_id = ${workspaceId} and r.run_id = ${id} and r.object = o.object and r.step = s.step
          and r.lease_token is null and r.not_before > now() and r.not_before < 'infinity') as "nextAt"
    from unnest(${[...run.objects, WORKSPACE_ITEMS]}::text[]) o(object) cross join unnest(${STEPS}::text[]) s(step)
    cross join lateral (
      select 1 from run_records r
      where r.workspace_id = ${workspaceId} and r.run_id = ${id} and r.object = o.object and r.step = s.step
      limit 1) there`;
  const outstanding: Outstanding = new Map();
  for (const { object, step, ready, nextAt } of rows) {
    const steps = outstanding.get(object) ?? {};
    steps[step] = { ready, nextAt };
    outstanding.set(object, steps);
  }
  return outstanding;
}

export function has(outstanding: Outstanding, object: string, steps: readonly RecordStep[]): boolean {
  return steps.some((step) => outstanding.get(object)?.[step] !== undefined);
}

/** The jobs that work on what is ready; one that waits already is not doubled. */
export function slotsFor(run: FrozenRun, object: string, step: WorkStep, ready: number): WaitingJob[] {
  const slots = Math.min(MAX_SLOTS, Math.ceil(ready / RECORDS_PER_SLOT));
  return Array.from({ length: slots }, (_, slot) => batchJob(run, object, step, slot));
}

/** Reading goes in the order in which the objects are loaded: what is written first is wanted first. */
export function batchJob(run: FrozenRun, object: string, step: WorkStep, slot: number): WaitingJob {
  const payload = { workspaceId: run.workspaceId, runId: run.id, object, step, slot };
  return {
    task: 'run_batch',
    payload,
    jobKey: `batch:${run.id}:${object}:${step}:${slot}`,
    ...(step === 'extract' ? { priority: PRIORITY.read + run.objects.indexOf(object) } : {}),
  };
}
