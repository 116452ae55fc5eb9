import type { CutoverDocument, CutoverItem } from '../../pipeline/cutover/documents.ts';
import { freezeSection, hypercareSection } from './cut-over-sections.ts';
import { confirmForm } from './confirm-form.ts';
import { html, type SafeHtml } from './html.ts';
import { page, type Viewer } from './page.ts';
import { withTimesOf } from './times.ts';
import { durationOf } from './words.ts';

export interface CutOverView {
  board: CutoverDocument;
  mayConfirm: boolean;
  maySign: boolean;
  /** The refusal of a form, and which one it was about. */
  error: { form: string; message: string } | null;
}

/** The cut-over on one page: the list, what people say to it, the last delta, and the sign-off. */
export function cutOverPage(viewer: Viewer, state: CutOverView): string {
  const view = withTimesOf(viewer.timezone, state);
  const { board } = view;
  return page(
    'Cut over',
    viewer,
    html`${board.signed_off === null ? verdict(board) : signedOff(view)}
      ${board.hypercare !== null && hypercareSection(board.hypercare.days)}
      <h2>Go or no-go</h2>
      <ol class="board">
        ${board.items.map((item) => itemEntry(item, view))}
      </ol>
      ${freezeSection(board.freeze, view)} ${deltaSection(view)}
      ${board.signed_off === null && signOffSection(view)}`,
    { script: view.maySign },
  );
}

const OPEN: readonly CutoverItem['state'][] = ['no_go', 'needs_confirmation'];

function verdict({ items, verdict: outcome }: CutoverDocument): SafeHtml {
  const open = items.filter(({ state }) => OPEN.includes(state)).length;
  return outcome === 'go'
    ? html`<p class="notice good"><strong>Go.</strong> Everything is done; an owner can sign off.</p>`
    : html`<p class="notice">
        <strong>No-go.</strong> ${open} of ${items.length} items are open. The list is computed from the
        ledger each time this page is opened.
      </p>`;
}

const STATE_WORDS: Record<CutoverItem['state'], string> = {
  go: 'Go',
  no_go: 'No-go',
  needs_confirmation: 'To be confirmed',
  confirmed: 'Confirmed',
};

function itemEntry(item: CutoverItem, view: CutOverView): SafeHtml {
  const isOpen = OPEN.includes(item.state);
  const refusal = view.error?.form === item.id ? view.error.message : null;
  const confirmation = { action: '/console/cut-over/confirm', field: 'item', refusal };
  return html`<li id="${item.id}">
    <h3>${item.title}: <span class="${isOpen ? 'bad' : 'good'}">${STATE_WORDS[item.state]}</span></h3>
    <p>${item.detail}</p>
    ${
      item.confirmed_by !== null &&
      html`<p class="muted">${item.confirmed_by}, ${item.confirmed_at}: ${item.note}</p>`
    }
    ${
      isOpen &&
      item.fix !== '' &&
      html`<p><strong>To do:</strong></p>
        ${steps(item.fix)} ${pageOf(item)}`
    }
    ${item.state === 'needs_confirmation' && view.mayConfirm && confirmForm(item, confirmation)}
  </li>`;
}

/** Where an open item is put right, when that is another page. */
const PAGES: Record<string, { path: string; name: string }> = {
  maps_approved: { path: '/console/maps', name: 'Maps' },
  nothing_rejected: { path: '/console/rejections', name: 'Rejected records' },
  nothing_running: { path: '/console/runs', name: 'Runs' },
  verified: { path: '/console/runs', name: 'Runs' },
  handoff_package: { path: '/console/downloads', name: 'Downloads' },
};

function pageOf({ id }: CutoverItem): SafeHtml | false {
  const page = Object.hasOwn(PAGES, id) ? PAGES[id] : undefined;
  return page !== undefined && html`<p><a href="${page.path}">${page.name}</a></p>`;
}

/** A text of numbered steps as a list, any other as it is. */
function steps(text: string): SafeHtml {
  const parts = text.split(/(?:^|\s)\d\. /).filter((part) => part.trim() !== '');
  if (parts.length < 2) return html`<p>${text}</p>`;
  return html`<ol>
    ${parts.map((part) => html`<li>${part}</li>`)}
  </ol>`;
}

function deltaSection({ board, mayConfirm, error }: CutOverView): SafeHtml {
  const { last_delta: last, forecast } = board;
  return html`<h2>Last delta</h2>
    ${
      last === null
        ? html`<p>None was run. Any number of rehearsals may come before the last one.</p>`
        : html`<p>
            <a href="/console/runs/${last.id}">The newest one</a> began ${last.started_at}, ended
            ${last.finished_at}: ${last.written} written, ${last.unchanged} unchanged.
          </p>`
    }
    ${
      forecast !== null &&
      html`<p>
        The next one takes about ${durationOf(forecast.seconds)} and ${forecast.calls} calls to Intercom.
      </p>`
    }
    ${
      mayConfirm &&
      board.signed_off === null &&
      html`<form method="post" action="/console/runs">
          <input type="hidden" name="kind" value="delta" />
          <button type="submit">Run a delta</button>
        </form>
        ${error?.form === 'delta' && html`<p class="bad" role="alert">${error.message}</p>`}`
    }`;
}

function signOffSection({ board, maySign, error }: CutOverView): SafeHtml {
  const failed = error?.form === 'sign-off';
  return html`<h2>Sign off</h2>
    <p>
      Signing off makes the final handoff package, ends the possibility of undoing, and begins seven days in
      which the migration is checked once a day. Staged texts are erased after the retention time.
    </p>
    ${
      board.verdict === 'no_go'
        ? html`<p class="muted">Possible once every item above is done.</p>`
        : !maySign && html`<p class="muted">An owner signs off.</p>`
    }
    ${
      maySign &&
      board.verdict === 'go' &&
      noteForm(
        {
          action: '/console/cut-over/sign-off',
          form: 'sign-off',
          label: 'Your decision, in your words',
          button: 'Sign off',
          // The package is made meanwhile.
          underWay: 'Signing off…',
        },
        failed ? error.message : null,
      )
    }
    ${failed && board.verdict === 'no_go' && html`<p class="bad" role="alert">${error.message}</p>`}`;
}

function noteForm(
  form: { action: string; form: string; label: string; button: string; underWay: string },
  error: string | null,
): SafeHtml {
  return html`<form class="stack" method="post" action="${form.action}">
    <p class="field">
      <label for="${form.form}-note">${form.label}</label>
      <textarea
        id="${form.form}-note"
        name="note"
        rows="3"
        maxlength="2000"
        required
        ${error !== null && html`aria-invalid="true" aria-describedby="${form.form}-error" autofocus`}
      ></textarea>
      ${error !== null && html`<span class="bad" role="alert" id="${form.form}-error">${error}</span>`}
    </p>
    <button type="submit" class="primary" data-under-way="${form.underWay}">${form.button}</button>
  </form>`;
}

function signedOff({ board, maySign, error }: CutOverView): SafeHtml {
  const { signed_off: signed } = board;
  if (signed === null) return html``;
  const failed = error?.form === 'revoke';
  return html`<p class="notice good">
      <strong>Signed off</strong> by ${signed.by} on ${signed.at}: ${signed.note}
    </p>
    <dl>
      <dt>Package</dt>
      <dd>
        <a href="/api/v1/handoff.zip">${signed.package.name}</a>, ${signed.package.size} bytes, SHA-256
        <code>${signed.package.sha256}</code>
      </dd>
      <dt>Texts</dt>
      <dd>
        ${
          signed.erased_at === null
            ? `Staged texts are erased after ${signed.erase_at}; ids and hashes stay.`
            : `The staged texts were erased on ${signed.erased_at}; ids and hashes stay.`
        }
      </dd>
    </dl>
    ${
      maySign &&
      signed.erased_at === null &&
      html`<details ${failed && html`open`}>
        <summary>Revoke the sign-off</summary>
        <p>
          Until ${signed.revocable_until} an owner can open the migration again, to write or undo something.
          The final package is then made anew at the next sign-off.
        </p>
        ${noteForm({ action: '/console/cut-over/revoke', form: 'revoke', label: 'Why it has to be opened again', button: 'Revoke the sign-off', underWay: 'Revoking…' }, failed ? error.message : null)}
      </details>`
    }`;
}
