import { z } from 'zod';
import type { Queryable } from './client.ts';

/**
 * Task names and payloads: the one list that the enqueuing side and jobs/task-list.ts share. Payloads hold ids only.
 * Jobs are added by graphile-worker's own SQL function, inside the transaction of the write that causes them.
 */
const RunPayload = z.object({ workspaceId: z.string(), runId: z.string() });

export const TASKS = {
  discover: z.object({ workspaceId: z.string() }),
  advance_run: RunPayload,
  prepare_run: RunPayload,
  list_source: RunPayload.extend({ object: z.string() }),
  select_sample: RunPayload,
  decide_rollback: RunPayload,
  run_batch: RunPayload.extend({
    object: z.string(),
    step: z.enum(['extract', 'map', 'load', 'verify', 'inspect', 'undo', 'confirm']),
    slot: z.number().int(),
  }),
  look_at_source: z.object({ workspaceId: z.string(), lookId: z.string() }),
  hypercare_check: z.object({ workspaceId: z.string(), signOffId: z.string(), day: z.number().int() }),
  process_notifications: z.object({ workspaceId: z.string() }),
  report_health: z.object({ workspaceId: z.string() }),
  erase_staged: z.object({ workspaceId: z.string(), signOffId: z.string() }),
} as const;

export type TaskName = keyof typeof TASKS;
export type TaskPayload<T extends TaskName> = z.infer<(typeof TASKS)[T]>;

export interface EnqueueOptions {
  /** Jobs with one key replace each other while they wait; a running one is left alone and a new one is added. */
  jobKey?: string;
  runAt?: Date;
  /** Lower runs first. */
  priority?: number;
  maxAttempts?: number;
}

export async function enqueue<T extends TaskName>(
  sql: Queryable,
  task: T,
  payload: TaskPayload<T>,
  options: EnqueueOptions = {},
): Promise<void> {
  await sql`
    select graphile_worker.add_job(
      identifier := ${task},
      payload := ${JSON.stringify(payload)}::json,
      job_key := ${options.jobKey ?? null},
      job_key_mode := ${options.jobKey === undefined ? null : 'replace'},
      run_at := ${options.runAt ?? null},
      priority := ${options.priority ?? null},
      max_attempts := ${options.maxAttempts ?? null}
    )`;
}

/** Lets the stage gate of a run look again, now or at `runAt`. */
export async function enqueueAdvance(
  sql: Queryable,
  run: { workspaceId: string; runId: string },
  runAt?: Date,
): Promise<void> {
  await enqueue(sql, 'advance_run', run, {
    jobKey: runAt === undefined ? `advance:${run.runId}` : `advance-later:${run.runId}`,
    priority: -10,
    ...(runAt === undefined ? {} : { runAt }),
  });
}
