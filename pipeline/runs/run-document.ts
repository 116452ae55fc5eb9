import type { DifferenceClass } from '../../db/schema/ledger.ts';
import type { RunKind, RunState } from '../../db/schema/runs.ts';
import type { RunForecast } from '../delta/forecast.ts';
import type { EdgeCounts } from '../links/count-links.ts';
import type { RollbackDocument } from '../rollback/rollback-document.ts';
import type { SetCount } from '../verify/sets/compare-set.ts';
import type { Bottleneck } from './bottleneck.ts';

/** What was found, and what became of it: the others add up to the first. In the order in which tables show them. */
export const LEDGER_COLUMNS = [
  'discovered',
  'created',
  'updated',
  'adopted',
  'unchanged',
  'rejected',
  'waiting',
  'excluded',
  'waived',
  'pending',
] as const;
export type LedgerCounts = Record<(typeof LEDGER_COLUMNS)[number], number>;

/** What reading back found of files in Intercom; counted when the run ends. */
export interface FileProofs {
  /** Compared byte by byte, by SHA-256. */
  by_bytes: number;
  /** Compared by name, size and type only. */
  by_name_and_size: number;
  /** Why the latter could not be read. */
  unread: { reason: string; count: number }[];
}

/** A run as the API and the panel show it. */
export interface RunDocument {
  id: string;
  kind: RunKind;
  state: RunState;
  state_reason: string | null;
  objects: Record<string, LedgerCounts>;
  /** Object → the source's own count at the start and the end of the scan; null when it does not say. */
  source_counts: Record<string, { at_start: number | null; at_end: number | null }>;
  balanced: boolean;
  verification: Record<DifferenceClass, number> & { checked: number };
  /** Counted when the run ends; empty before. */
  edges: EdgeCounts[];
  files: FileProofs;
  /** Counted when everything was read back; empty before, and of samples and rollbacks. */
  sets: SetCount[];
  rate: { calls_per_minute: number; limit_per_minute: number; share: number };
  /** What the run waited for, in seconds over all workers, and for what most. */
  bottleneck: Bottleneck;
  calls: Record<string, { total: number; per_record: number }>;
  progress: number;
  eta_seconds: number | null;
  /** What the next delta takes, judged by this one; null before it ended, and of other runs. */
  forecast: RunForecast | null;
  approved_by: string | null;
  approved_at: string | null;
  /** The rollback that undid this run. */
  rolled_back_by: string | null;
  /** Of a rollback: what went, what stays and what the API cannot undo. */
  rollback: RollbackDocument | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export interface StartRunInput {
  kind: RunKind;
  objects?: string[] | undefined;
  limit?: number | undefined;
  run_id?: string | undefined;
  dry_run?: boolean | undefined;
  /** Rollbacks: what becomes of contacts that loading created. Archived ones can come back; deleted ones cannot. */
  contacts?: 'archive' | 'delete' | undefined;
}
