import type { JobHelpers } from 'graphile-worker';
import { TASKS, type TaskName, type TaskPayload } from '../db/queue.ts';
import { AuthError, LeaseLostError, messageOf } from '../errors.ts';
import type { Deps } from '../pipeline/deps.ts';
import { enqueueHealthReport } from '../pipeline/install/health-report.ts';
import { pauseForReason } from '../pipeline/runs/run-control.ts';

/** `leaveSlot` lets another job begin beside one that only waits. */
export type Task = (
  deps: Deps,
  payload: unknown,
  helpers: JobHelpers,
  leaveSlot: () => void,
) => Promise<void>;

/**
 * A task is a payload, parsed, and one pipeline call. What a failure means is decided once, here: a refused connection
 * pauses the run and ends the job (the queue is not the place to keep it), everything else is tried again by the queue,
 * and the last try pauses the run with the reason.
 */
export function defineTask<T extends TaskName>(
  name: T,
  run: (deps: Deps, payload: TaskPayload<T>, leaveSlot: () => void) => Promise<void>,
): Task {
  return async (deps, raw, helpers, leaveSlot) => {
    const payload = TASKS[name].parse(raw) as TaskPayload<T>;
    const log = deps.log.child({ task: name, job: helpers.job.id, ...payload });
    const startedAt = performance.now();
    try {
      await run({ ...deps, log }, payload, leaveSlot);
      log.debug({ ms: Math.round(performance.now() - startedAt) }, 'task done');
    } catch (error) {
      if (error instanceof LeaseLostError) return;
      log.warn({ err: error, attempt: helpers.job.attempts }, 'task failed');
      const lastTry = helpers.job.attempts >= helpers.job.max_attempts;
      if ('runId' in payload && (error instanceof AuthError || lastTry)) {
        const reason =
          error instanceof AuthError
            ? `The connection was refused: ${messageOf(error)}. Reconnect, then resume the run.`
            : `${name.replaceAll('_', ' ')} failed ${helpers.job.attempts} times: ${messageOf(error)}`;
        await pauseForReason(deps.db.sql, payload.workspaceId, payload.runId, reason);
        if (error instanceof AuthError) await enqueueHealthReport(deps.db.sql, payload.workspaceId);
        return;
      }
      throw error;
    }
  };
}
