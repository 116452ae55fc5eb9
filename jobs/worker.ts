import { Logger, run, type JobHelpers, type Runner, type TaskList } from 'graphile-worker';
import { releaseExpiredLeases, wakeIdleRuns, workingWorkspaces } from '../db/leases.ts';
import { WINDOW_MS } from '../db/rate-budget.ts';
import { enqueueWaiting, type TaskName, type WaitingJob } from '../db/queue.ts';
import type { Log } from '../log.ts';
import type { Task } from './define-task.ts';
import type { Deps } from '../pipeline/deps.ts';
import { leaseMsOf } from '../pipeline/runs/batch.ts';
import { reviveDiscoveries } from '../pipeline/discovery/discover.ts';
import { createSlots, runnersFor, type Slots } from './slots.ts';
import { TASK_LIST } from './task-list.ts';

/** How often a worker looks for the work of workers that died, in the life of a lease. */
const SWEEPS_PER_LEASE = 4;
/** For jobs that nobody announced (a lost notification); announced ones start at once. */
const POLL_MS = 1_000;

/** Starts one worker on the shared queue; any number may run, on any machine. `stop` finishes what is in hand. */
export async function startWorker(
  deps: Deps,
  options: { databaseUrl: string; concurrency: number },
): Promise<{ stop(): Promise<void> }> {
  const slots = createSlots(options.concurrency);
  const taskList: TaskList = Object.fromEntries(
    Object.entries(TASK_LIST).map(([name, task]) => [
      name,
      (payload: unknown, helpers: JobHelpers) =>
        inSlot(deps, slots, name as TaskName, task, payload, helpers),
    ]),
  );
  const runner: Runner = await run({
    connectionString: options.databaseUrl,
    concurrency: runnersFor(options.concurrency),
    pollInterval: POLL_MS,
    noHandleSignals: true,
    forbiddenFlags: () => slots.forbidden(),
    taskList,
    logger: queueLogger(deps.log),
  });
  const sweeper = setInterval(() => void sweep(deps, slots), leaseMsOf(deps) / SWEEPS_PER_LEASE);
  return {
    async stop() {
      clearInterval(sweeper);
      await runner.stop();
    },
  };
}

/** Slots of one process ask for jobs side by side, so one may get a job too many of a kind: it goes back to the queue. */
async function inSlot(
  deps: Deps,
  slots: Slots,
  name: TaskName,
  task: Task,
  payload: unknown,
  helpers: JobHelpers,
): Promise<void> {
  const { key, flags, priority } = helpers.job;
  const slot = slots.take(Object.keys(flags ?? {}));
  if (slot === undefined) {
    await enqueueWaiting(deps.db.sql, [{ task: name, payload, jobKey: key, priority } as WaitingJob]);
    return;
  }
  try {
    await task(deps, payload, helpers, () => slot.leave());
  } finally {
    slot.release();
  }
}

/** Its share is nothing, or other apps leave none of it: not only until the next window, so its batches only wait. */
function isWithoutBudget(deps: Deps, workspaceId: string): boolean {
  const since = deps.rateGates(workspaceId).waitingSince?.();
  return since !== undefined && deps.clock.now().getTime() - since > 2 * WINDOW_MS;
}

/** Gives back the work of processes that died: their batches, and a discovery nobody is at. */
async function sweep(deps: Deps, slots: Slots): Promise<void> {
  try {
    const working = await workingWorkspaces(deps.db.sql);
    slots.shareAmong(
      working.length,
      working.filter((workspaceId) => isWithoutBudget(deps, workspaceId)),
    );
    const released = await releaseExpiredLeases(deps.db.sql);
    await wakeIdleRuns(deps.db.sql);
    const revived = await reviveDiscoveries(deps);
    if (released + revived > 0)
      deps.log.info({ released, revived }, 'took over the work of workers that stopped');
  } catch (error) {
    deps.log.warn({ err: error }, 'sweep failed');
  }
}

function queueLogger(log: Log): Logger {
  return new Logger(() => (level, message) => {
    if (String(level) === 'error') log.error({ queue: true }, message);
    else if (String(level) === 'warning') log.warn({ queue: true }, message);
    else log.trace({ queue: true }, message);
  });
}
