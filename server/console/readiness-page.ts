import type { Errand } from '../../pipeline/panel/errands.ts';
import type { NextRun } from '../../pipeline/panel/next-step.ts';
import type { PreflightCheck } from '../../pipeline/readiness/preflight-document.ts';
import {
  checkPage,
  CHECKING,
  checkState,
  NOTHING_STANDS_IN_THE_WAY,
  PUT_RIGHT_FIRST,
  readinessOf,
  START_LABELS,
} from '../../canvas-kit/readiness-words.ts';
import { formatTime } from '../../canvas-kit/format.ts';
import { confirmForm } from './confirm-form.ts';
import { html, type SafeHtml } from './html.ts';
import { page, type Viewer } from './page.ts';
import { withTimesOf } from './times.ts';

export const READINESS = '/console/readiness';

export interface ReadinessView {
  errand: Errand;
  /** As the checks were last made; null before the first time. */
  last: { checks: PreflightCheck[]; checkedAt: Date } | null;
  /** The load that may be started from here. */
  next: NextRun | null;
  mayCheck: boolean;
  /** The refusal of a confirmation, and the check that it was about. */
  error: { check: string; message: string } | null;
}

/** Everything that has to be right, or confirmed by a person, before records move; and then the way to begin. */
export function readinessPage(viewer: Viewer, view: ReadinessView): string {
  const { errand, last, mayCheck } = view;
  const checking = errand.state === 'running';
  return page(
    'Readiness',
    viewer,
    html`<div id="readiness" data-live>
      ${errand.state === 'failed' && html`<p class="bad" role="alert">${errand.message}</p>`}
      ${checking && waiting()} ${!checking && last === null && html`<p>Nothing was checked yet.</p>`}
      ${!checking && last !== null && checksSection(last, view, viewer.timezone)}
      ${!checking && mayCheck && buttons(view)}
      ${!mayCheck && html`<p class="muted">Operators and owners check readiness.</p>`}
    </div>`,
    { follow: checking ? 'poll' : undefined },
  );
}

function waiting(): SafeHtml {
  return html`<h2>${CHECKING.title}</h2>
    <p>${CHECKING.words}</p>
    <p><a class="button" href="${READINESS}">Refresh</a></p>`;
}

function checksSection(
  { checks, checkedAt }: NonNullable<ReadinessView['last']>,
  view: ReadinessView,
  timezone: string,
): SafeHtml {
  const { failing, open } = readinessOf(checks);
  const passed = withTimesOf(
    timezone,
    checks.filter((check) => !open.includes(check)),
  );
  return html`<p class="notice ${failing.length === 0 && 'good'}">
      ${failing.length > 0 ? PUT_RIGHT_FIRST : NOTHING_STANDS_IN_THE_WAY} As of
      ${formatTime(checkedAt, timezone)}.
    </p>
    ${
      open.length > 0 &&
      html`<h2>Open</h2>
        <ol class="board">
          ${withTimesOf(timezone, open).map((check) => openEntry(check, view))}
        </ol>`
    }
    ${passed.length > 0 && passedList(passed)}`;
}

function openEntry(check: PreflightCheck, view: ReadinessView): SafeHtml {
  const { id, title, detail, fix, state } = check;
  const put = checkPage(check);
  const refusal = view.error?.check === id ? view.error.message : null;
  const form = { action: `${READINESS}/confirm`, field: 'check', refusal };
  return html`<li id="check-${id}">
    <h3>
      ${title}:
      <span class="${check.severity === 'error' ? 'bad' : 'muted'}">${checkState(check)}</span>
    </h3>
    <p>${detail}</p>
    ${refusal !== null && state !== 'needs_confirmation' && html`<p class="bad" role="alert">${refusal}</p>`}
    ${fix !== '' && html`<p><strong>To do:</strong> ${fix}</p>`}
    ${put !== undefined && html`<p><a href="${put.path}">${put.label}</a></p>`}
    ${state === 'needs_confirmation' && view.mayCheck && confirmForm(check, form)}
  </li>`;
}

function passedList(checks: PreflightCheck[]): SafeHtml {
  return html`<details>
    <summary>All right (${checks.length})</summary>
    <ul>
      ${checks.map(({ title, detail }) => html`<li>${title}: ${detail}</li>`)}
    </ul>
  </details>`;
}

/** As in the panel, the button that starts the run confirms what stands beside it. */
function buttons({ last, next }: ReadinessView): SafeHtml {
  const { failing, toConfirm } = readinessOf(last?.checks ?? []);
  const start = last === null || failing.length > 0 ? null : next;
  const label = start === null ? '' : START_LABELS[start];
  return html`${
      start !== null &&
      toConfirm.length > 0 &&
      html`<p>Choosing ${label} confirms: ${toConfirm.map(({ title }) => title).join(' · ')}</p>`
    }
    <div class="actions">
      ${
        start !== null &&
        html`<form method="post" action="/console/runs">
          <input type="hidden" name="kind" value="${start}" />
          <input type="hidden" name="shown" value="${toConfirm.map(({ id }) => id).join(' ')}" />
          <button type="submit" class="primary">${label}</button>
        </form>`
      }
      <form method="post" action="${READINESS}">
        <button type="submit">${last === null ? 'Check readiness' : 'Check again'}</button>
      </form>
    </div>`;
}
