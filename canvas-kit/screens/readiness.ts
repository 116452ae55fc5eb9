import type { PreflightCheck } from '../../pipeline/readiness/preflight-document.ts';
import {
  back,
  button,
  canvas,
  header,
  item,
  link,
  list,
  muted,
  paragraph,
  plain,
  textarea,
  type Canvas,
  type Component,
} from '../components.ts';
import { asOf, type View } from '../format.ts';

export type NextRun = 'sample' | 'full';

function isOpen(check: PreflightCheck): boolean {
  return check.state !== 'pass';
}

/** Failed errors stop a run; what needs a confirmation is confirmed by the button that names it. */
export function readinessScreen(checks: PreflightCheck[], next: NextRun, checkedAt: View): Canvas {
  const failing = checks.filter((check) => check.state === 'fail' && check.severity === 'error');
  const toConfirm = checks.filter((check) => check.state === 'needs_confirmation');
  const label = next === 'sample' ? 'Run sample' : 'Start migration';
  return canvas(
    [
      header('Readiness'),
      muted(
        failing.length > 0
          ? 'These must be put right first. Choose one to see how.'
          : 'Nothing stands in the way.',
      ),
      ...list(
        checks.filter(isOpen).map((check) => item(`check:${next}:${check.id}`, check.title, stateOf(check))),
      ),
      ...(toConfirm.length === 0 || failing.length > 0
        ? []
        : [muted(`Choosing ${label} confirms: ${toConfirm.map((check) => plain(check.title)).join(' · ')}`)]),
      ...(failing.length > 0
        ? [button(next === 'sample' ? 'readiness' : 'readiness_full', 'Check again', 'secondary')]
        : [button(next === 'sample' ? 'confirm_sample' : 'confirm_full', label, 'primary')]),
      muted(asOf(checkedAt)),
      ...back('migration'),
    ],
    { view: 'readiness', shown: toConfirm.map((check) => check.id) },
  );
}

function stateOf(check: PreflightCheck): string {
  if (check.state === 'needs_confirmation') return 'Needs your confirmation';
  return check.severity === 'error' ? 'Must be put right' : 'Worth a look';
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

function pageOf({ id, state }: PreflightCheck, consoleUrl: string): Component[] {
  const page = Object.hasOwn(PAGES, id) ? PAGES[id] : undefined;
  return page === undefined || state === 'pass'
    ? []
    : [muted(`${link(page.label, `${consoleUrl}${page.path}`)} in the console.`)];
}

export function checkScreen(check: PreflightCheck, next: NextRun, consoleUrl: string): Canvas {
  return canvas(
    [
      header(plain(check.title)),
      paragraph(plain(check.detail)),
      ...(check.fix === '' ? [] : [muted(plain(check.fix))]),
      ...pageOf(check, consoleUrl),
      ...(check.state === 'needs_confirmation'
        ? [
            textarea('note', 'Note for the audit log'),
            button(`confirm:${next}:${check.id}`, 'Confirm', 'primary'),
          ]
        : []),
      // As it was last seen: whoever only read about a check does not wait for all of them again.
      ...back(`readiness_seen:${next}`),
    ],
    { view: 'check' },
  );
}
