import { setTimeout as sleep } from 'node:timers/promises';

/** What the headers of an answer said; a missing header is a missing key. */
export interface RateObservation {
  limit?: number;
  remaining?: number;
  resetAtMs?: number;
}

export interface RateGate {
  /** Resolves when one call may be sent. */
  take(): Promise<void>;
  observe(headers: RateObservation, refused: boolean): void;
  /** When a call last had to wait because the budget was used up; undefined when none had to. */
  waitedAt?(): number | undefined;
  /** Since when no call at all was granted, although one waits; undefined when calls are granted. */
  waitingSince?(): number | undefined;
}

export interface Grant {
  /** Calls we may send now; 0 when the window is used up. */
  calls: number;
  windowEndsAtMs: number;
}

export interface RateBudget {
  /** Takes up to `calls` from the budget that all processes share. */
  acquire(calls: number): Promise<Grant>;
  /** Tells the shared budget what Intercom's headers said. `refused`: a 429 proved the window empty. */
  report(headers: RateObservation, refused: boolean): Promise<void>;
}

/** `X-RateLimit-Reset` has whole seconds. */
const GRID_TOLERANCE_MS = 1_000;

export interface RateLimiterOptions {
  budget: RateBudget;
  now: () => number;
  /** Calls taken from the shared budget at a time: one round trip to it per slice, not per call. */
  sliceCalls: number;
  /** Shortest pause before asking an empty budget again; keeps a reset in the past from becoming a busy loop. */
  minPauseMs: number;
}

/**
 * One process's view of a workspace's budget. Calls are taken from a slice in memory; slices come from the shared
 * budget. A slice is worth nothing after its window.
 */
export function createRateLimiter(options: RateLimiterOptions): RateGate {
  let left = 0;
  let endsAtMs = 0;
  let knownLimit: number | undefined;
  let refill: Promise<void> | undefined;
  let reporting = false;
  let waitedAt: number | undefined;
  let waitingSince: number | undefined;

  /** Whether Intercom's window ends at another moment than the one our slice is for. */
  function isOffGrid(resetAtMs: number | undefined): boolean {
    return (
      resetAtMs !== undefined &&
      resetAtMs > options.now() &&
      endsAtMs > 0 &&
      Math.abs(resetAtMs - endsAtMs) > GRID_TOLERANCE_MS
    );
  }

  async function refillSlice(): Promise<void> {
    for (;;) {
      const grant = await options.budget.acquire(options.sliceCalls);
      if (grant.calls > 0) {
        left = grant.calls;
        endsAtMs = grant.windowEndsAtMs;
        waitingSince = undefined;
        return;
      }
      waitedAt = options.now();
      waitingSince ??= waitedAt;
      await sleep(Math.max(options.minPauseMs, grant.windowEndsAtMs - options.now()));
    }
  }

  return {
    waitedAt: () => waitedAt,
    waitingSince: () => waitingSince,
    async take() {
      for (;;) {
        if (left > 0 && options.now() < endsAtMs) {
          left -= 1;
          return;
        }
        refill ??= refillSlice().finally(() => {
          refill = undefined;
        });
        await refill;
      }
    },
    observe(headers, refused) {
      if (refused) left = 0;
      // Other apps of the workspace were faster: what is left of the window is all there is.
      const isCrowded =
        !refused &&
        headers.remaining !== undefined &&
        headers.remaining < left &&
        !isOffGrid(headers.resetAtMs);
      if (isCrowded) left = headers.remaining ?? left;
      const news =
        refused ||
        isCrowded ||
        (headers.limit !== undefined && headers.limit !== knownLimit) ||
        isOffGrid(headers.resetAtMs);
      if (!news || reporting) return;
      knownLimit = headers.limit ?? knownLimit;
      reporting = true;
      // Best effort: the next answer reports again what could not be stored now.
      void options.budget
        .report(headers, refused)
        .catch(() => undefined)
        .finally(() => {
          reporting = false;
        });
    },
  };
}
