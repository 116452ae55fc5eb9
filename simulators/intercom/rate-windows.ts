export interface RateWindows {
  /** Counts one call under `key` and says what the three headers are and whether the call is over the limit. */
  take: (key: string, nowMs: number) => RateAnswer;
  setLimit: (perWindow: number) => void;
  limit: () => number;
  windowMs: number;
}

export interface RateAnswer {
  limit: number;
  remaining: number;
  /** Unix seconds at which the window ends. */
  resetSeconds: number;
  exceeded: boolean;
}

/** Fixed windows aligned to the clock, ten seconds unless configured (Intercom API, rate limiting). */
export function createRateWindows(initialLimit: number, windowMs: number): RateWindows {
  let limit = initialLimit;
  const windows = new Map<string, { startMs: number; used: number }>();
  return {
    windowMs,
    limit: () => limit,
    setLimit: (perWindow) => {
      limit = perWindow;
    },
    take: (key, nowMs) => {
      const startMs = Math.floor(nowMs / windowMs) * windowMs;
      let window = windows.get(key);
      if (window?.startMs !== startMs) {
        window = { startMs, used: 0 };
        windows.set(key, window);
      }
      window.used += 1;
      return {
        limit,
        remaining: Math.max(0, limit - window.used),
        resetSeconds: Math.ceil((startMs + windowMs) / 1_000),
        exceeded: window.used > limit,
      };
    },
  };
}
