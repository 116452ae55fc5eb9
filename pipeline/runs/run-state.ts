import { UserError } from '../../errors.ts';
import type { RunState } from '../../db/schema/runs.ts';

/** Which state may follow which; everything that changes a run goes through here. */
const NEXT: Record<RunState, readonly RunState[]> = {
  queued: ['running', 'paused', 'cancelled', 'failed'],
  running: ['verifying', 'paused', 'cancelled', 'failed', 'completed', 'completed_with_findings'],
  verifying: ['running', 'paused', 'cancelled', 'failed', 'completed', 'completed_with_findings'],
  paused: ['running', 'cancelled', 'failed'],
  // A rejected record that somebody fixes opens its run again.
  completed: ['running'],
  completed_with_findings: ['running'],
  failed: [],
  cancelled: [],
};

export const ACTIVE_STATES: readonly RunState[] = ['queued', 'running', 'paused', 'verifying'];
/** States in which workers may claim records. */
export const WORKING_STATES: readonly RunState[] = ['queued', 'running', 'verifying'];

export function canBecome(from: RunState, to: RunState): boolean {
  return NEXT[from].includes(to);
}

export function requireTransition(from: RunState, to: RunState): void {
  if (canBecome(from, to)) return;
  throw new UserError(`A run that is ${from.replaceAll('_', ' ')} cannot become ${to}.`, {
    code: 'wrong_state',
    httpStatus: 409,
  });
}
