export interface RetryDelayInput {
  /** 1 for the delay before the second try. */
  attempt: number;
  baseMs: number;
  capMs: number;
  /** Milliseconds the server asked for, already parsed. */
  retryAfterMs?: number | null | undefined;
  /** In [0, 1). */
  random: () => number;
}

/**
 * Milliseconds to wait before the next try: exponential with full jitter, so that workers which failed together do
 * not come back together. A `Retry-After` is a floor, not a replacement.
 */
export function retryDelay(input: RetryDelayInput): number {
  const ceiling = Math.min(input.capMs, input.baseMs * 2 ** (input.attempt - 1));
  const jittered = Math.floor(input.random() * ceiling);
  return Math.max(jittered, input.retryAfterMs ?? 0);
}

/** Milliseconds until the moment a `Retry-After` names, in seconds or as an HTTP date; null when it says nothing. */
export function parseRetryAfter(header: string | undefined, now: Date): number | null {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  // An HTTP date begins with the weekday; Date.parse alone would accept "-5" or "2".
  if (!/^[A-Za-z]{3,9},? /.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}
