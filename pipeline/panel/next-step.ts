import type { RunDocument } from '../runs/run-document.ts';
import { ACTIVE_STATES } from '../runs/run-state.ts';
import type { Standing } from './standing.ts';

/** Where the migration stands, and so what is offered next. */
export type Step =
  | { kind: 'connect'; failure: string | null }
  | { kind: 'connecting' }
  | { kind: 'discover'; failure: string | null }
  | { kind: 'discovering'; discovery: Standing['discovery'] }
  | { kind: 'review'; maps: Standing['maps'] }
  | { kind: 'sample' }
  | { kind: 'starting' }
  | { kind: 'running'; run: RunDocument }
  | { kind: 'approve'; run: RunDocument }
  | { kind: 'start' }
  | { kind: 'finished'; run: RunDocument };

/** What readiness is asked for. */
export type NextRun = 'sample' | 'full';

/** From what is stored: no step asks Infraon or Intercom. */
export function stepOf(standing: Standing): Step {
  const { connected, connecting, discovery, maps, run, starting } = standing;
  // Only one run can be active, and no other can start meanwhile: the newest decides.
  if (run !== null && ACTIVE_STATES.includes(run.state)) return { kind: 'running', run };

  if (connecting?.failure === null) return { kind: 'connecting' };
  if (!connected) return { kind: 'connect', failure: connecting?.failure ?? null };
  if (starting) return { kind: 'starting' };
  if (discovery.state === 'running') return { kind: 'discovering', discovery };
  if (discovery.state !== 'done') return { kind: 'discover', failure: discovery.error };

  if (maps.length === 0 || maps.some((map) => map.state !== 'approved')) return { kind: 'review', maps };
  return stepAfterMaps(run);
}

function stepAfterMaps(latest: RunDocument | null): Step {
  if (latest === null || isUndone(latest)) return { kind: 'sample' };
  if (latest.kind !== 'sample') return { kind: 'finished', run: latest };
  if (latest.approved_at !== null) return { kind: 'start' };
  return gaveUp(latest) ? { kind: 'finished', run: latest } : { kind: 'approve', run: latest };
}

/** A dry run undoes nothing. */
function isUndone(run: RunDocument): boolean {
  return run.kind === 'rollback' && run.state === 'completed' && run.rollback?.dry_run !== true;
}

/** It ended without an end of its own, so that it may be started again. */
export function gaveUp({ state }: RunDocument): boolean {
  return state === 'failed' || state === 'cancelled';
}

/** The load that this step offers to start; null where it offers none. */
export function nextRunOf(step: Step): NextRun | null {
  if (step.kind === 'sample' || step.kind === 'approve') return 'sample';
  if (step.kind === 'start') return 'full';
  if (step.kind !== 'finished' || !gaveUp(step.run)) return null;
  return step.run.kind === 'sample' || step.run.kind === 'full' ? step.run.kind : null;
}
