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
  count_sets: RunPayload,
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
  run_errand: z.object({ workspaceId: z.string(), errandId: z.string() }),
  report_health: z.object({ workspaceId: z.string() }),
  erase_staged: z.object({ workspaceId: z.string(), signOffId: z.string() }),
} as const;

export type TaskName = keyof typeof TASKS;
export type TaskPayload<T extends TaskName> = z.infer<(typeof TASKS)[T]>;

/**
 * What a worker takes first, lower first: gates open the way for others, single tasks are few and somebody waits for them, writing to Intercom is what a run is limited
 * by, and what is mapped can be written. Reading the source comes last, in the order in which its objects are loaded.
 */
export const PRIORITY = { advance: -30, single: -25, load: -20, map: -10, read: 0 } as const;

export interface EnqueueOptions {
  /** Jobs with one key replace each other while they wait; a running one is left alone and a new one is added. */
  jobKey?: string;
  runAt?: Date;
  /** Lower runs first. Default: `PRIORITY.single`. */
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
      priority := ${options.priority ?? PRIORITY.single},
      max_attempts := ${options.maxAttempts ?? null}
    )`;
}

export interface WaitingJob<T extends TaskName = TaskName> {
  task: T;
  payload: TaskPayload<T>;
  jobKey: string;
  priority?: number;
}

/**
 * How flags begin by which a worker keeps slots free for a workspace's other kind of work and for other workspaces
 * (jobs/slots.ts); all that needs a slot carries `any`.
 */
export const SLOT_FLAGS = { read: 'reads:', write: 'writes:', workspace: 'of:', any: 'slots' } as const;

/** What a worker goes by when it has slots to share: the kind of work, and whose it is. */
function slotFlags(task: TaskName, payload: { workspaceId: string; step?: string }): string[] {
  const { workspaceId, step = '' } = payload;
  const isRead = task === 'list_source' || step === 'extract';
  if (task !== 'run_batch' && !isRead) return [];
  const kind = isRead ? [SLOT_FLAGS.read] : step === 'map' ? [] : [SLOT_FLAGS.write];
  return [
    ...kind.map((name) => `${name}${workspaceId}`),
    `${SLOT_FLAGS.workspace}${workspaceId}`,
    SLOT_FLAGS.any,
  ];
}

function priorityOf(task: TaskName, { step }: { step?: string }): number {
  if (task !== 'run_batch') return PRIORITY.read;
  if (step === 'extract') return PRIORITY.read;
  return step === 'map' ? PRIORITY.map : PRIORITY.load;
}

/**
 * Adds many jobs with one statement. One that waits already keeps its place in the queue: adding it again would send it
 * to the end, and the gate adds what waits after every batch.
 */
export async function enqueueWaiting(sql: Queryable, jobs: readonly WaitingJob[]): Promise<void> {
  if (jobs.length === 0) return;
  const rows = jobs.map(({ task, payload, jobKey, priority }) => ({
    task,
    payload: TASKS[task].parse(payload),
    key: jobKey,
    priority: priority ?? priorityOf(task, payload as { step?: string }),
    flags: slotFlags(task, payload),
  }));
  await sql`
    select graphile_worker.add_jobs(array_agg(row(v.task, v.payload, null, null, null, v.key, v.priority,
      (select array_agg(f) from jsonb_array_elements_text(v.flags) f))::graphile_worker.job_spec), true)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as v(task text, payload json, key text, priority smallint, flags jsonb)`;
}

/** Lets the stage gate of a run look again, now or at `runAt`. */
export async function enqueueAdvance(
  sql: Queryable,
  run: { workspaceId: string; runId: string },
  runAt?: Date,
): Promise<void> {
  await enqueue(sql, 'advance_run', run, {
    jobKey: runAt === undefined ? `advance:${run.runId}` : `advance-later:${run.runId}`,
    priority: PRIORITY.advance,
    ...(runAt === undefined ? {} : { runAt }),
  });
}
