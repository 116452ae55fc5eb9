/** One measured figure, as it is printed: a JSON line on stdout. */
export interface Figure {
  name: FigureName;
  value: number;
  unit: string;
  detail: Record<string, unknown>;
}

/** What each figure has to reach; `null` where the figure is for comparing versions only. */
const TARGETS = {
  load_ratio: '>= 0.75',
  load_ratio_at_latency: '>= 0.75',
  budget_utilisation: '>= 0.97 with 1, 2 and 4 workers',
  rejected_429_share: '<= 0.005',
  calls_over_floor: '<= 1.02',
  delta_calls_per_change: 'the same on a small and a large desk',
  calls_per_contact: '<= 0.05 by the hundred',
  cost_growth: '<= 1.10',
  worker_rss_mb: '<= 300',
  recovery_seconds: '<= 15',
  queue_jobs_per_second: null,
  panel_p95_ms: '<= 150 on 2 cores',
  map_records_per_second: null,
  estimate_error: null,
} as const;

export type FigureName = keyof typeof TARGETS;

export const FIGURE_NAMES = Object.keys(TARGETS) as FigureName[];

export interface Report {
  wants(...names: FigureName[]): boolean;
  figure(name: FigureName, value: number, unit: string, detail: Record<string, unknown>): void;
  progress(text: string): void;
}

/** Figures go to stdout, one JSON document a line; what is being done goes to stderr. */
export function createReport(only: readonly string[]): Report {
  const startedAt = performance.now();
  return {
    wants: (...names) => only.length === 0 || names.some((name) => only.includes(name)),
    figure(name, value, unit, detail) {
      if (only.length > 0 && !only.includes(name)) return;
      const target = TARGETS[name];
      const figure: Figure = {
        name,
        value: rounded(value),
        unit,
        detail: { ...(target === null ? {} : { target }), ...detail },
      };
      process.stdout.write(`${JSON.stringify(figure)}\n`);
    },
    progress(text) {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(0).padStart(4);
      process.stderr.write(`${seconds} s  ${text}\n`);
    },
  };
}

export function rounded(value: number, digits = 4): number {
  return Number(value.toFixed(digits));
}

/** The value below which `share` of the values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
