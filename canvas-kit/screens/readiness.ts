import type { PreflightCheck } from '../../pipeline/readiness/preflight-document.ts';
import {
  back,
  button,
  canvas,
  header,
  item,
  list,
  muted,
  paragraph,
  plain,
  textarea,
  type Canvas,
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
      muted(`${asOf(checkedAt)}.`),
      ...back(),
    ],
    { view: 'readiness', shown: toConfirm.map((check) => check.id) },
  );
}

function stateOf(check: PreflightCheck): string {
  if (check.state === 'needs_confirmation') return 'Needs your confirmation';
  return check.severity === 'error' ? 'Must be put right' : 'Worth a look';
}

export function checkScreen(check: PreflightCheck, next: NextRun): Canvas {
  return canvas(
    [
      header(plain(check.title)),
      paragraph(plain(check.detail)),
      ...(check.fix === '' ? [] : [muted(plain(check.fix))]),
      ...(check.state === 'needs_confirmation'
        ? [
            textarea('note', 'Note for the audit log'),
            button(`confirm:${next}:${check.id}`, 'Confirm', 'primary'),
          ]
        : []),
      ...back(next === 'sample' ? 'readiness' : 'readiness_full'),
    ],
    { view: 'check' },
  );
}
