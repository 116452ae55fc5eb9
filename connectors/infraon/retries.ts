import { RateLimitError, TransientError } from '../../errors.ts';
import { retryDelay } from '../http/retry.ts';
import type { InfraonProfile } from './profile.ts';

export interface RetryDeps {
  profile: InfraonProfile;
  clock: () => Date;
  random: () => number;
  sleep: (ms: number) => Promise<void>;
}

/** Milliseconds to wait before another try of a read; null when there should be none. */
function waitFor(error: unknown, attempt: number, deps: RetryDeps): number | null {
  const { maxAttempts, retryBaseMs, retryCapMs } = deps.profile.http;
  if (attempt >= maxAttempts) return null;
  const base = { attempt, baseMs: retryBaseMs, capMs: retryCapMs, random: deps.random };
  if (error instanceof RateLimitError) {
    const retryAfterMs = error.retryAt.getTime() - deps.clock().getTime();
    // A longer pause is the job's business: it comes back then instead of holding a worker.
    return retryAfterMs > retryCapMs ? null : retryDelay({ ...base, retryAfterMs });
  }
  if (!(error instanceof TransientError) || error.code === 'source_circuit_open') return null;
  return retryDelay(base);
}

/** Repeats a read after failures that may pass. Only for calls that change nothing. */
export async function withRetries<T>(deps: RetryDeps, call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const waitMs = waitFor(error, attempt, deps);
      if (waitMs === null) throw error;
      await deps.sleep(waitMs);
    }
  }
}
