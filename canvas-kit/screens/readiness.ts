import type { NextRun } from '../../pipeline/panel/next-step.ts';
import type { PreflightCheck } from '../../pipeline/readiness/preflight-document.ts';
import {
  back,
  button,
  canvas,
  errorText,
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
import {
  checkPage,
  checkState,
  NOTHING_STANDS_IN_THE_WAY,
  PUT_RIGHT_FIRST,
  readinessOf,
  START_LABELS,
} from '../readiness-words.ts';

/** Failed errors stop a run; what needs a confirmation is confirmed by the button that names it. */
export function readinessScreen(checks: PreflightCheck[], next: NextRun, checkedAt: View): Canvas {
  const { failing, toConfirm, open } = readinessOf(checks);
  const label = START_LABELS[next];
  return canvas(
    [
      header('Readiness'),
      muted(failing.length > 0 ? `${PUT_RIGHT_FIRST} Choose one to see how.` : NOTHING_STANDS_IN_THE_WAY),
      ...list(open.map((check) => item(`check:${next}:${check.id}`, check.title, checkState(check)))),
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

function pageLink(check: PreflightCheck, consoleUrl: string): Component[] {
  const page = checkPage(check);
  return page === undefined
    ? []
    : [muted(`${link(page.label, `${consoleUrl}${page.path}`)} in the console.`)];
}

export function checkScreen(
  check: PreflightCheck,
  next: NextRun,
  consoleUrl: string,
  error: string | null = null,
): Canvas {
  return canvas(
    [
      header(plain(check.title)),
      paragraph(plain(check.detail)),
      ...(check.fix === '' ? [] : [muted(plain(check.fix))]),
      ...pageLink(check, consoleUrl),
      ...(check.state === 'needs_confirmation'
        ? [
            textarea('note', 'What you did or saw', error === null ? {} : { error: true }),
            ...(error === null ? [] : [errorText(plain(error))]),
            button(`confirm:${next}:${check.id}`, 'Confirm', 'primary'),
          ]
        : []),
      // As it was last seen: whoever only read about a check does not wait for all of them again.
      ...back(`readiness_seen:${next}`),
    ],
    { view: 'check' },
  );
}
