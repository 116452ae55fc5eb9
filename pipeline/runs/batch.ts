import {
  claimBatch,
  claimExclusive,
  createFence,
  HEARTBEATS_PER_LEASE,
  heartbeat,
  LEASE_MS,
  moment,
  releaseLease,
  type ClaimedRecord,
  type Fence,
  type Moment,
} from '../../db/leases.ts';
import { enqueueAdvance, enqueueWaiting } from '../../db/queue.ts';
import type { Activity } from './bottleneck.ts';
import { batchJob } from './outstanding.ts';
import { AuthError, LeaseLostError, messageOf } from '../../errors.ts';
import type { RecordStep } from '../../db/schema/runs.ts';
import type { Deps } from '../deps.ts';
import { requireRun, type FrozenRun } from './frozen-run.ts';
import { actionFor } from '../failure-policy.ts';
import { enqueueHealthReport } from '../install/health-report.ts';
import { pauseForReason } from './run-control.ts';
import { WORKING_STATES } from './run-state.ts';
import { countTrouble, forgetTrouble, isResting, restUntil } from './troubles.ts';
import type { RunState } from '../../db/schema/runs.ts';

/**
 * Of a batch as it lies in the database, compressed. In a worker's memory it is about eight times as much, and four
 * batches are in work at a time.
 */
const BATCH_BYTES = 1_000_000;

/** Tries of a whole batch before the run is paused. */
const MAX_BATCH_TRIES = 8;

export interface BatchScope {
  deps: Deps;
  run: FrozenRun;
  object: string;
  token: string;
  /** Aborted when the lease is lost, the run is paused or cancelled, or the process stops: start nothing new. */
  signal: AbortSignal;
  /** To be asked right before a write leaves the process. */
  fence: Fence;
  /** To be called when few records are left that mostly wait: the next batch may begin beside them. */
  nearlyDone: () => void;
}

/** Steps of a load that are worked on in batches. */
export type BatchStep = Extract<RecordStep, 'extract' | 'map' | 'load' | 'verify'>;
/** Those, and the steps of a rollback. */
export type WorkStep = BatchStep | Extract<RecordStep, 'inspect' | 'undo' | 'confirm'>;

/**
 * Claims one batch, keeps its lease alive while `work` runs, gives back what was not settled, and lets the stage gate
 * look. The job goes on with the next batch by adding itself again, so that one job stays short.
 */
export async function runBatch(
  deps: Deps,
  request: { workspaceId: string; runId: string; object: string; step: WorkStep; slot: number },
  work: (records: ClaimedRecord[], scope: BatchScope) => Promise<void>,
  leaveSlot: () => void = () => undefined,
): Promise<void> {
  const { sql } = deps.db;
  const { workspaceId, runId, object, step, slot } = request;
  const run = await requireRun(sql, workspaceId, runId);
  if (!WORKING_STATES.includes(run.state)) return;
  const claimedAt = moment();
  const { token, records, isFull } = await claimBatch(sql, {
    workspaceId,
    runId,
    object,
    step,
    worker: deps.options.worker,
    size: deps.batchSizes.next(object, step),
    maxBytes: BATCH_BYTES,
    leaseMs: leaseMsOf(deps),
  });
  // Nothing was claimed, so nothing is held: whoever has the records lets the gate look.
  if (records.length === 0) return;
  if (isFull) deps.batchSizes.filled(object, step, records.length);
  let retryAt: Date | null = null;
  let isFollowed = !isFull;
  function nearlyDone(): void {
    leaveSlot();
    if (isFollowed) return;
    isFollowed = true;
    enqueueWaiting(sql, [batchJob(run, object, step, slot)]).catch((error: unknown) => {
      isFollowed = false;
      deps.log.warn({ err: error, runId }, 'the next batch begins only when this one has ended');
    });
  }
  try {
    await deps.bottleneck.during(request, activityOf(step), () =>
      withHeartbeat(deps, token, claimedAt, (signal, fence) =>
        work(records, { deps, run, object, token, signal, fence, nearlyDone }),
      ),
    );
  } catch (error) {
    retryAt = await afterFailure(deps, run, error, Math.max(...records.map((record) => record.attempts)));
  } finally {
    await sql.begin(async (tx) => {
      await releaseLease(tx, token, retryAt);
      if (!isFollowed) await enqueueWaiting(tx, [batchJob(run, object, step, slot)]);
      await enqueueAdvance(tx, { workspaceId, runId });
    });
  }
}

function activityOf(step: WorkStep): Activity {
  if (step === 'extract') return 'read';
  return step === 'map' ? 'map' : 'write';
}

/**
 * What failed was not one record but the way to all of them. Returns when the batch may be tried again; after some
 * tries the run waits for a person instead of hammering a system that is down.
 */
async function afterFailure(
  deps: Deps,
  run: FrozenRun,
  error: unknown,
  attempts: number,
): Promise<Date | null> {
  const failure = actionFor(error, deps.clock.now(), attempts);
  if (failure.action === 'stop') return null;
  deps.log.warn({ err: error, runId: run.id, attempts, action: failure.action }, 'batch failed');
  const reason =
    failure.action === 'pause' ? failure.reason : `Stopped after ${attempts} tries: ${messageOf(error)}`;
  if (failure.action === 'pause' || attempts >= MAX_BATCH_TRIES) {
    await pauseForReason(deps.db.sql, run.workspaceId, run.id, reason);
    await enqueueHealthReport(deps.db.sql, run.workspaceId);
    return null;
  }
  return failure.action === 'retry' ? failure.at : new Date(deps.clock.now().getTime() + 5_000);
}

/** Work of a whole run in the hands of one worker, with the run as it is now. */
export interface ExclusiveScope {
  run: FrozenRun;
  /** Aborted when the lease is lost, the run is paused or cancelled, or the process stops. */
  signal: AbortSignal;
  fence: Fence;
  token: string;
}

/**
 * Does a piece of a run's work that only one worker may do at a time, under a lease of its own; does nothing when it is not
 * to be done (any more), when somebody is at it, or when it failed a moment ago. What fails is tried again after a pause,
 * and pauses the run after some tries, as a batch does. The stage gate looks afterwards.
 */
export async function runExclusive(
  deps: Deps,
  place: { workspaceId: string; runId: string },
  work: string,
  isToDo: (run: FrozenRun) => boolean | Promise<boolean>,
  perform: (scope: ExclusiveScope) => Promise<void>,
): Promise<void> {
  const { sql } = deps.db;
  const run = await requireRun(sql, place.workspaceId, place.runId);
  const isOpen = async (now: FrozenRun) => WORKING_STATES.includes(now.state) && (await isToDo(now));
  if (!(await isOpen(run)) || (await isResting(sql, place, work))) return;
  const claimedAt = moment();
  const token = await claimExclusive(sql, {
    ...place,
    work,
    worker: deps.options.worker,
    leaseMs: leaseMsOf(deps),
  });
  if (token === null) return;
  let isStopped = false;
  let retryAt: Date | null = null;
  try {
    await withHeartbeat(deps, token, claimedAt, async (signal, fence) => {
      // Whoever held the lease until a moment ago may have done it.
      const now = await requireRun(sql, place.workspaceId, place.runId);
      if (!(await isOpen(now))) return;
      await perform({ run: now, signal, fence, token }).finally(() => (isStopped = signal.aborted));
    });
    await forgetTrouble(sql, place, work);
  } catch (error) {
    // Nothing is wrong with the work itself: it was stopped, or the connection is for a person to renew.
    if (isStopped || error instanceof LeaseLostError || error instanceof AuthError) throw error;
    retryAt = await afterFailure(deps, run, error, await countTrouble(sql, place, work));
    if (retryAt === null) await forgetTrouble(sql, place, work);
    else await restUntil(sql, place, work, retryAt);
  } finally {
    const lookAgainAt = retryAt;
    await sql.begin(async (tx) => {
      await releaseLease(tx, token);
      await enqueueAdvance(tx, place);
      if (lookAgainAt !== null) await enqueueAdvance(tx, place, lookAgainAt);
    });
  }
}

export function leaseMsOf({ options }: Pick<Deps, 'options'>): number {
  return options.leaseMs ?? LEASE_MS;
}

/**
 * Extends a lease four times in its life. The signal tells the work to stop starting new things; the fence stops a call
 * that is about to leave after the lease has ended.
 */
export async function withHeartbeat<T>(
  deps: Deps,
  token: string,
  claimedAt: Moment,
  work: (signal: AbortSignal, fence: Fence) => Promise<T>,
): Promise<T> {
  const leaseMs = leaseMsOf(deps);
  const fence = createFence(leaseMs, claimedAt);
  const controller = new AbortController();
  const stop = () => controller.abort();
  deps.stopping.addEventListener('abort', stop, { once: true });
  if (deps.stopping.aborted) stop();
  const timer = setInterval(() => {
    const askedAt = moment();
    heartbeat(deps.db.sql, token, leaseMs).then(
      (beat) => {
        if (beat.held) fence.renew(askedAt);
        if (!beat.held || !WORKING_STATES.includes(beat.runState as RunState)) stop();
      },
      // The database may be restarting: the lease outlives a few missed beats, and the ledger refuses late writes.
      (error: unknown) => deps.log.warn({ err: error }, 'lease heartbeat failed'),
    );
  }, leaseMs / HEARTBEATS_PER_LEASE);
  try {
    return await work(controller.signal, fence);
  } finally {
    clearInterval(timer);
    deps.stopping.removeEventListener('abort', stop);
  }
}

/** Runs `work` for every item, at most `limit` at a time, until the signal says stop. The first error ends it. */
export async function forEachConcurrently<T>(
  items: readonly T[],
  limit: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const lanes = Array.from({ length: Math.min(limit, items.length) }, async () => {
    while (next < items.length && !signal.aborted && !failed) {
      const item = items[next];
      next += 1;
      if (item === undefined) return;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  });
  const results = await Promise.allSettled(lanes);
  const rejected = results.find((result) => result.status === 'rejected');
  if (rejected !== undefined) throw rejected.reason;
}
