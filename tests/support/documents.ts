import type { LedgerCounts, RunDocument } from '../../pipeline/runs/run-document.ts';

const NO_COUNTS: LedgerCounts = {
  discovered: 0,
  created: 0,
  updated: 0,
  adopted: 0,
  unchanged: 0,
  rejected: 0,
  waiting: 0,
  excluded: 0,
  waived: 0,
  pending: 0,
};

export function counts(some: Partial<LedgerCounts>): LedgerCounts {
  return { ...NO_COUNTS, ...some };
}

/** A run document with believable figures, for screens and streams. */
export function sampleRun(some: Partial<RunDocument> = {}): RunDocument {
  return {
    id: '7d1f0a52-3a51-4e50-9d0a-6f3c1b2a4e10',
    kind: 'full',
    state: 'running',
    state_reason: null,
    objects: {
      requester: counts({ discovered: 1200, created: 1100, rejected: 12, pending: 88 }),
      incident: counts({ discovered: 3400, created: 900, waiting: 3, pending: 2497 }),
    },
    source_counts: { incident: { at_start: 3400, at_end: null } },
    balanced: true,
    verification: {
      checked: 0,
      equal: 0,
      equal_after_normalising: 0,
      lossy_by_design: 0,
      late: 0,
      changed_at_source: 0,
      changed_in_intercom: 0,
      mismatch: 0,
      missing: 0,
      extra: 0,
    },
    edges: [],
    sets: [],
    files: { by_bytes: 0, by_name_and_size: 0, unread: [] },
    rate: { calls_per_minute: 4210.5, limit_per_minute: 10_000, share: 0.8 },
    bottleneck: {
      side: 'intercom_budget',
      seconds: { source: 40, intercom_budget: 3_100, intercom_answers: 0, worker: 12 },
    },
    calls: { incident: { total: 5100, per_record: 5.7 } },
    progress: 0.437,
    eta_seconds: 5400,
    forecast: null,
    approved_by: null,
    approved_at: null,
    rolled_back_by: null,
    rollback: null,
    created_at: '2026-03-04T09:00:00.000Z',
    started_at: '2026-03-04T09:00:01.000Z',
    finished_at: null,
    ...some,
  };
}
