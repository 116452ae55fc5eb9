import type { RejectionDocument } from '../../pipeline/reconcile/rejection-document.ts';
import type { Page } from '../../pipeline/paging.ts';
import { formatValue } from '../../canvas-kit/format.ts';
import {
  awaited,
  bothSidesOf,
  mayBeMadeAgain,
  offeredValue,
  withoutAddress,
} from '../../pipeline/reconcile/ways-on.ts';
import { html, type SafeHtml } from './html.ts';
import { page, type Viewer } from './page.ts';
import { spaced } from './words.ts';

export const REJECTIONS = '/console/rejections';

/** One cause: an object and a reason code. */
export type Cause = { object: string; code: string };

export interface RejectionsView {
  rejections: Page<RejectionDocument>;
  /** Null: whatever waits for a person. */
  cause: Cause | null;
  labelOf: (object: string) => string;
  mayResolve: boolean;
  /** The refusal of a form, and the record that it was about; all of a cause when null. */
  error: { id: string | null; message: string } | null;
  done: string | null;
}

export function rejectionsAddress(cause: Cause | null, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...cause, ...more }).toString();
  return query === '' ? REJECTIONS : `${REJECTIONS}?${query}`;
}

/** What was set aside, with the value at fault and the ways on: correct, try again, leave behind. */
export function rejectionsPage(viewer: Viewer, view: RejectionsView): string {
  const { rejections, cause, error, done } = view;
  const { items, total, next_cursor: next } = rejections;
  return page(
    'Rejected records',
    viewer,
    html`${done !== null && html`<p class="notice good" role="status">${done}</p>`}
      ${error?.id === null && html`<p class="bad" role="alert">${error.message}</p>`}
      ${total === 0 ? nothing(cause) : heading(view)}
      ${total > 0 && cause !== null && view.mayResolve && allForm(cause, total)}
      <ol class="board">
        ${items.map((rejection) => entry(rejection, view, viewer.timezone))}
      </ol>
      ${
        next !== null &&
        html`<p><a class="button" href="${rejectionsAddress(cause, { cursor: next })}">More records</a></p>`
      }`,
  );
}

function nothing(cause: Cause | null): SafeHtml {
  return cause === null
    ? html`<p>Nothing is rejected and nothing waits.</p>`
    : html`<p>No record is left with this reason. <a href="${REJECTIONS}">All rejected records</a></p>`;
}

function heading({ rejections, cause, labelOf }: RejectionsView): SafeHtml {
  const shown = rejections.items.length < rejections.total ? `, ${rejections.items.length} of them here` : '';
  if (cause === null) {
    return html`<p>
      ${rejections.total} set aside${shown}. The others went on without them. What waits for one of these
      follows it.
    </p>`;
  }
  return html`<p>
    ${labelOf(cause.object)}, ${spaced(cause.code)}: ${rejections.total}${shown}.
    <a href="${REJECTIONS}">All rejected records</a>
  </p>`;
}

function causeFields({ object, code }: Cause): SafeHtml {
  return html`<input type="hidden" name="object" value="${object}" />
    <input type="hidden" name="code" value="${code}" />`;
}

function allForm(cause: Cause, total: number): SafeHtml {
  return html`<form class="stack" method="post" action="${REJECTIONS}">
    ${causeFields(cause)}
    <p class="field">
      <label for="note-all">Why they stay behind, when you waive them</label>
      <input id="note-all" name="note" maxlength="2000" />
    </p>
    <p class="actions">
      <button type="submit" name="do" value="retry">Retry all ${total}</button>
      ${
        mayBeMadeAgain(cause) &&
        html`<button type="submit" name="do" value="make_again">Make all ${total} again</button>`
      }
      <button type="submit" name="do" value="waive">Waive all ${total}</button>
    </p>
  </form>`;
}

function entry(rejection: RejectionDocument, view: RejectionsView, timezone: string): SafeHtml {
  const { id, object, code, message, suggestion } = rejection;
  const name = `${view.labelOf(object)} ${rejection.name ?? rejection.display_id ?? rejection.source_id}`;
  return html`<li id="record-${id}">
    <h3>${name}</h3>
    <p>${message}</p>
    ${suggestion !== null && html`<p class="muted">${suggestion}</p>`}
    <p class="muted">
      ${factsOf(rejection, timezone)} ·
      <a href="${rejectionsAddress({ object, code })}">all with this reason</a>
    </p>
    ${view.error?.id === id && html`<p class="bad" role="alert">${view.error.message}</p>`}
    ${view.mayResolve && forms(rejection, name)}
  </li>`;
}

function factsOf(rejection: RejectionDocument, timezone: string): string {
  const { code, name, source_id, field, attempts } = rejection;
  const parent = awaited(rejection);
  return [
    spaced(code),
    ...(name === null ? [] : [`Infraon id ${source_id}`]),
    ...(field === null ? [] : [`${field}: ${valueWords(rejection, timezone)}`]),
    ...(parent === null ? [] : [`waits for ${parent}`]),
    ...(attempts > 1 ? [`tried ${attempts} times`] : []),
  ].join(' · ');
}

function valueWords(rejection: RejectionDocument, timezone: string): string {
  const words = (value: unknown) => formatValue(value, timezone) || 'empty';
  const sides = bothSidesOf(rejection);
  return sides === undefined
    ? words(rejection.value)
    : `${words(sides.infraon)} in Infraon, ${words(sides.intercom)} in Intercom`;
}

function forms(rejection: RejectionDocument, name: string): SafeHtml {
  const { id, field } = rejection;
  const sides = bothSidesOf(rejection);
  return html`${
      field !== null &&
      html`<form method="post" action="${REJECTIONS}">
        <input type="hidden" name="id" value="${id}" />
        <input type="hidden" name="field" value="${field}" />
        <div class="field">
          <label for="value-${id}">New value of ${field}</label>
          <input
            id="value-${id}"
            name="value"
            required
            maxlength="10000"
            autocomplete="off"
            value="${offeredValue(rejection)}"
          />
        </div>
        <button type="submit" name="do" value="edit" aria-label="Save and retry: ${name}">
          Save and retry
        </button>
      </form>`
    }
    <form method="post" action="${REJECTIONS}">
      <input type="hidden" name="id" value="${id}" />
      <div class="field">
        <label for="note-${id}">Why it stays behind, when you waive it</label>
        <input id="note-${id}" name="note" maxlength="2000" />
      </div>
      <button type="submit" name="do" value="waive" aria-label="Waive: ${name}">Waive</button>
      ${
        withoutAddress(rejection) !== undefined &&
        html`<input type="hidden" name="field" value="${field ?? ''}" />
          <button type="submit" name="do" value="without" aria-label="Load without an address: ${name}">
            Load without an address
          </button>`
      }
      ${
        sides !== undefined &&
        html`<button type="submit" name="do" value="infraon" aria-label="Retry with Infraon's value: ${name}">
            Retry with Infraon's value
          </button>
          <button type="submit" name="do" value="intercom" aria-label="Retry with Intercom's value: ${name}">
            Retry with Intercom's value
          </button>`
      }
      <button type="submit" name="do" value="retry" aria-label="Retry: ${name}">Retry</button>
      ${
        mayBeMadeAgain(rejection) &&
        html`<button type="submit" name="do" value="make_again" aria-label="Make again: ${name}">
          Make again
        </button>`
      }
    </form>`;
}
