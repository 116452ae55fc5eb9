import { counted } from '../../canvas-kit/format.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import type { DiscoveryDocument } from '../../pipeline/discovery/discovery-document.ts';

/** What the API calls by a key, as the console says it. */
export const RUN_NAMES: Record<RunDocument['kind'], string> = {
  sample: 'Sample',
  full: 'Full run',
  delta: 'Delta',
  verify: 'Verification',
  rollback: 'Rollback',
};

export const RUN_STATES: Record<RunDocument['state'], string> = {
  queued: 'Queued',
  running: 'Running',
  paused: 'Paused',
  verifying: 'Being verified',
  completed: 'Complete',
  completed_with_findings: 'Complete, with findings',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

export const DISCOVERY_STATES: Record<DiscoveryDocument['state'], string> = {
  idle: 'Not discovered yet.',
  running: 'Being discovered.',
  done: 'Discovered.',
  failed: 'The discovery failed.',
};

/** `missing_email` → `missing email`, `sla_policy` → `SLA policy`. */
export function spaced(key: string): string {
  return key.replaceAll('_', ' ').replace(/\bsla\b/, 'SLA');
}

/** A dry run undoes nothing, and should never read as if it had. */
export function runName({ kind, rollback }: RunDocument): string {
  return rollback?.dry_run === true ? 'Dry run of an undo' : RUN_NAMES[kind];
}

/** The state with its reason, where there is one. */
export function runState({ state, state_reason: reason }: RunDocument): string {
  return reason === null ? RUN_STATES[state] : `${RUN_STATES[state]}: ${reason}`;
}

export function durationOf(seconds: number): string {
  if (seconds < 90) return counted(Math.max(1, Math.round(seconds)), 'second');
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`;
}
