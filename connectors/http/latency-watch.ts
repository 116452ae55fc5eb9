/** Compares recent response times with those at the start of the run. */
export interface LatencyWatch {
  /** Records one latency; true when the moving median has doubled against the baseline and it is time to slow down. */
  record(latencyMs: number): boolean;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/**
 * The baseline is the median of the first `windowSize` calls. After an alarm the window starts afresh, so that one slow
 * spell slows us down once and not at every call. Medians under `floorMs` never alarm: there, doubling is noise.
 */
export function createLatencyWatch(options: { windowSize: number; floorMs: number }): LatencyWatch {
  let baseline: number | null = null;
  let recent: number[] = [];

  return {
    record(latencyMs) {
      recent.push(latencyMs);
      if (recent.length < options.windowSize) return false;
      if (baseline === null) {
        baseline = median(recent);
        recent = [];
        return false;
      }
      if (recent.length > options.windowSize) recent.shift();
      const slow = median(recent) > Math.max(options.floorMs, 2 * baseline);
      if (slow) recent = [];
      return slow;
    },
  };
}
