import { RateLimitError, TransientError } from '../../errors.ts';
import { createLatencyWatch, type LatencyWatch } from './latency-watch.ts';

export interface AdaptiveGateOptions {
  start: number;
  max: number;
  /** Starts per second, at most; a pace set by the operator. */
  maxPerSecond: number;
  /** Successes at the current width before it grows by one. */
  successesPerStep: number;
  /** Consecutive failures that open the circuit. */
  breakerThreshold: number;
  /** How long an open circuit refuses before it lets one call try. */
  breakerOpenMs: number;
  /** Milliseconds; only differences matter. */
  now: () => number;
  sleep: (ms: number) => Promise<void>;
}

export interface AdaptiveGate {
  /**
   * Runs `call` when there is room. Calls of one `kind` (list, detail, media…) share a latency baseline. Throws
   * `TransientError` `source_circuit_open` without calling while the circuit is open.
   */
  run<T>(kind: string, call: () => Promise<T>): Promise<T>;
  state(): { width: number; running: number; waiting: number; circuit: 'closed' | 'open' | 'half_open' };
}

interface Waiter {
  resolve: () => void;
  reject: (error: Error) => void;
}

const LATENCY_WINDOW = 20;
const LATENCY_FLOOR_MS = 100;
const CONGESTION_STATUSES = new Set([429, 502, 503, 504]);

/** Overload shows as these statuses, or as a connection that was cut or went silent; a plain 500 is no such sign. */
function isCongestion(error: unknown): boolean {
  if (error instanceof RateLimitError) return true;
  return (
    error instanceof TransientError && (error.status === undefined || CONGESTION_STATUSES.has(error.status))
  );
}

function isFailure(error: unknown): boolean {
  return error instanceof TransientError || error instanceof RateLimitError;
}

function circuitOpen(): TransientError {
  return new TransientError('the source failed repeatedly and is left alone for a while', {
    code: 'source_circuit_open',
    outcomeUnknown: false,
  });
}

/**
 * Additive increase, multiplicative decrease: the source documents no rate limit, so its limit is found by watching it.
 * After repeated failures the circuit opens and the job pauses with its checkpoint instead of failing.
 */
export function createAdaptiveGate(options: AdaptiveGateOptions): AdaptiveGate {
  const watches = new Map<string, LatencyWatch>();
  const waiters: Waiter[] = [];
  let width = Math.min(options.start, options.max);
  let running = 0;
  let successes = 0;
  let failures = 0;
  let openedAt: number | null = null;
  let trial = false;
  let nextStartAt = -Infinity;
  let narrowedAt = -Infinity;

  function circuit(): 'closed' | 'open' | 'half_open' {
    if (openedAt === null) return 'closed';
    return options.now() - openedAt >= options.breakerOpenMs ? 'half_open' : 'open';
  }

  function watchOf(kind: string): LatencyWatch {
    const known = watches.get(kind);
    if (known !== undefined) return known;
    const created = createLatencyWatch({ windowSize: LATENCY_WINDOW, floorMs: LATENCY_FLOOR_MS });
    watches.set(kind, created);
    return created;
  }

  /** Calls that were under way when the gate last narrowed tell nothing new: one burst of errors halves once. */
  function narrow(startedAt: number): void {
    if (startedAt < narrowedAt) return;
    narrowedAt = options.now();
    width = Math.max(1, Math.floor(width / 2));
    successes = 0;
  }

  function release(): void {
    running -= 1;
    while (running < width) {
      const next = waiters.shift();
      if (next === undefined) return;
      running += 1;
      next.resolve();
    }
  }

  async function enter(): Promise<void> {
    if (running < width) {
      running += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => waiters.push({ resolve, reject }));
  }

  async function pace(): Promise<void> {
    const now = options.now();
    const startAt = Math.max(now, nextStartAt);
    nextStartAt = startAt + 1000 / options.maxPerSecond;
    if (startAt > now) await options.sleep(startAt - now);
  }

  function succeeded(kind: string, startedAt: number): void {
    failures = 0;
    openedAt = null;
    if (watchOf(kind).record(options.now() - startedAt)) {
      narrow(startedAt);
      return;
    }
    successes += 1;
    if (successes < options.successesPerStep) return;
    successes = 0;
    width = Math.min(options.max, width + 1);
  }

  function failed(error: unknown, startedAt: number): void {
    if (!isFailure(error)) {
      // A refusal is an answer: the source is well.
      failures = 0;
      openedAt = null;
      return;
    }
    if (isCongestion(error)) narrow(startedAt);
    failures += 1;
    if (failures < options.breakerThreshold) return;
    openedAt = options.now();
    for (const waiter of waiters.splice(0)) waiter.reject(circuitOpen());
  }

  function admit(): boolean {
    const state = circuit();
    if (state === 'closed') return false;
    if (state === 'open' || trial) throw circuitOpen();
    trial = true;
    return true;
  }

  async function timed<T>(kind: string, call: () => Promise<T>): Promise<T> {
    const startedAt = options.now();
    try {
      const result = await call();
      succeeded(kind, startedAt);
      return result;
    } catch (error) {
      failed(error, startedAt);
      throw error;
    }
  }

  async function run<T>(kind: string, call: () => Promise<T>): Promise<T> {
    const isTrial = admit();
    try {
      await enter();
      try {
        await pace();
        return await timed(kind, call);
      } finally {
        release();
      }
    } finally {
      if (isTrial) trial = false;
    }
  }

  return {
    run,
    state: () => ({ width, running, waiting: waiters.length, circuit: circuit() }),
  };
}
