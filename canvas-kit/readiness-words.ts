import type { NextRun } from '../pipeline/panel/next-step.ts';
import type { PreflightCheck } from '../pipeline/readiness/preflight-document.ts';

/** What the checks come to, as the panel and the console both say it. */
export interface Readiness {
  /** What stops a run, if anything does. */
  failing: PreflightCheck[];
  /** What the button that starts the run confirms. */
  toConfirm: PreflightCheck[];
  /** Whatever did not pass, the most pressing first. */
  open: PreflightCheck[];
}

export function readinessOf(checks: PreflightCheck[]): Readiness {
  const failing = checks.filter(({ state, severity }) => state === 'fail' && severity === 'error');
  const toConfirm = checks.filter(({ state }) => state === 'needs_confirmation');
  const worthALook = checks.filter(({ state, severity }) => state === 'fail' && severity !== 'error');
  return { failing, toConfirm, open: [...failing, ...toConfirm, ...worthALook] };
}

export const START_LABELS: Record<NextRun, string> = { sample: 'Run sample', full: 'Start migration' };

export const CHECKING = {
  title: 'Checking…',
  words: 'Infraon and Intercom are being asked whether everything is ready. This takes up to a minute.',
};

export const PUT_RIGHT_FIRST = 'These must be put right first.';
export const NOTHING_STANDS_IN_THE_WAY = 'Nothing stands in the way.';

export function checkState({ state, severity }: PreflightCheck): string {
  if (state === 'pass') return 'All right';
  if (state === 'needs_confirmation') return 'Needs your confirmation';
  return severity === 'error' ? 'Must be put right' : 'Worth a look';
}

/** Where a check is put right, when that is a page of the console. */
const PAGES: Record<string, { label: string; path: string }> = {
  source_connected: { label: 'Connect Infraon', path: '/console/connect' },
  source_capabilities: { label: 'What was found', path: '/console' },
  source_account: { label: 'What was found', path: '/console' },
  maps_approved: { label: 'Maps', path: '/console/maps' },
  attribute_limit: { label: 'Maps', path: '/console/maps' },
  attribute_types: { label: 'Maps', path: '/console/maps' },
  object_types: { label: 'The schema sheet', path: '/console/object-types' },
  fallback_teammate: { label: 'Settings', path: '/console/settings' },
  help_center: { label: 'Settings', path: '/console/settings' },
};

export function checkPage({ id, state }: PreflightCheck): { label: string; path: string } | undefined {
  return state !== 'pass' && Object.hasOwn(PAGES, id) ? PAGES[id] : undefined;
}
