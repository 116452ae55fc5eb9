import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import { STARTING } from '../../canvas-kit/step-words.ts';
import { html, type SafeHtml } from './html.ts';
import { page, type Viewer } from './page.ts';
import { runsTable } from './run-tables.ts';
import { withTimesOf } from './times.ts';
import { RUN_NAMES } from './words.ts';

export interface RunsView {
  runs: RunDocument[];
  mayRun: boolean;
  mayUndo: boolean;
  signedOff: boolean;
  error: string | null;
}

const FINISHED: readonly RunDocument['state'][] = [
  'completed',
  'completed_with_findings',
  'cancelled',
  'failed',
];
const WROTE: readonly RunDocument['kind'][] = ['sample', 'full', 'delta'];

/** The runs so far, and what can be started from here: rehearsals, a verification, the dry run of an undo. */
export function runsPage(viewer: Viewer, view: RunsView): string {
  const runs = withTimesOf(viewer.timezone, view.runs);
  const { error } = view;
  return page(
    'Runs',
    viewer,
    html`${error !== null && html`<p class="bad" role="alert">${error}</p>`}
    ${
      runs.length === 0
        ? html`<p class="muted">
            No run yet. <a href="/console">Status</a> says what comes first, and starts the sample and the
            migration.
          </p>`
        : html`${runsTable(runs)}
            <p><a class="button" href="/console/runs">Refresh</a></p>`
    }
    ${view.mayRun ? startSection(view) : html`<p class="muted">Operators and owners start runs.</p>`}
    ${view.mayUndo && undoSection({ ...view, runs })}`,
  );
}

export const STARTING_PAGE = '/console/starting';

/** While a worker asks whether a run may start. */
export function startingPage(viewer: Viewer): string {
  return page(
    STARTING.title,
    viewer,
    html`<p>${STARTING.words}</p>
      <p><a class="button" href="${STARTING_PAGE}">Refresh</a></p>`,
    { follow: 'poll' },
  );
}

function startSection({ signedOff }: RunsView): SafeHtml {
  if (signedOff) {
    return html`<h2>Start</h2>
      <p>The migration is signed off: nothing is written any more.</p>
      ${startForm('verify', 'Verify everything')}`;
  }
  return html`<h2>Start</h2>
    <p>
      A delta brings what is new or changed in Infraon since the last run; as a rehearsal it may be run as
      often as you like. A verification only reads back.
    </p>
    <div class="actions">
      ${startForm('delta', 'Rehearse a delta')} ${startForm('verify', 'Verify everything')}
    </div>`;
}

function startForm(kind: string, label: string): SafeHtml {
  return html`<form method="post" action="/console/runs">
    <input type="hidden" name="kind" value="${kind}" />
    <button type="submit">${label}</button>
  </form>`;
}

function undoSection({ runs, signedOff }: RunsView): SafeHtml {
  if (signedOff) return html``;
  const undoable = runs.filter((run) => WROTE.includes(run.kind) && FINISHED.includes(run.state));
  if (undoable.length === 0) return html``;
  return html`<h2>Undo</h2>
    <p>
      A dry run first counts what would be deleted, archived and restored, and lists what is spared because
      people worked with it since. It changes nothing. What it found is on its page, and so is the undo
      itself.
    </p>
    <form method="post" action="/console/runs">
      <input type="hidden" name="kind" value="rollback" />
      <label for="undo-run">What to undo</label>
      <select id="undo-run" name="run">
        <option value="">Everything that was moved</option>
        ${undoable.map(
          (run) =>
            html`<option value="${run.id}">
              ${RUN_NAMES[run.kind]} of ${run.started_at ?? run.created_at}
            </option>`,
        )}
      </select>
      <button type="submit">Dry run</button>
    </form>`;
}
