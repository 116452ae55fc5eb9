import type { Queryable } from '../../db/client.ts';
import { PRIORITY, type WaitingJob } from '../../db/queue.ts';
import type { RecordStep } from '../../db/schema/runs.ts';
import type { WorkStep } from './batch.ts';
import type { FrozenRun } from './frozen-run.ts';

/** Batches of one object and step that may be in work at the same time, over all workers. */
const MAX_SLOTS = 16;
/** A batch of long records is about this small; a slot whose batch finds nothing left costs one query. */
const RECORDS_PER_SLOT = 100;

/** What is left to do of a run, by object and step. */
export type Outstanding = Map<
  string,
  Partial<Record<RecordStep, { records: number; ready: number; nextAt: Date | null }>>
>;

export async function countOutstanding(tx: Queryable, run: FrozenRun): Promise<Outstanding> {
  const rows = await tx<
    { object: string; step: RecordStep; records: string; ready: string; nextAt: Date | null }[]
  >`
    select object, step, count(*) as records,
      count(*) filter (where lease_token is null and (not_before is null or not_before <= now())) as ready,
      min(not_before) filter (where lease_token is null and not_before > now()) as "nextAt"
    from run_records where workspace_id = ${run.workspaceId} and run_id = ${run.id} and step <> 'done'
    group by object, step`;
  const outstanding: Outstanding = new Map();
  for (const row of rows) {
    const steps = outstanding.get(row.object) ?? {};
    steps[row.step] = { records: Number(row.records), ready: Number(row.ready), nextAt: row.nextAt };
    outstanding.set(row.object, steps);
  }
  return outstanding;
}

export function has(outstanding: Outstanding, object: string, steps: readonly RecordStep[]): boolean {
  return steps.some((step) => (outstanding.get(object)?.[step]?.records ?? 0) > 0);
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
