import { bottleneckText } from '../../pipeline/runs/bottleneck.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import { formatCount } from '../../canvas-kit/format.ts';
import { CLASSES, findingsAddress, type DifferenceClass } from './findings-page.ts';
import { html, type SafeHtml } from './html.ts';
import { page, type Viewer } from './page.ts';
import { ledgerTable } from './run-tables.ts';
import { withTimesOf } from './times.ts';
import { durationOf, runName, runState } from './words.ts';

export interface RunView {
  run: RunDocument;
  mayRun: boolean;
  error: string | null;
  /** What only this kind of run has. */
  more: SafeHtml;
}

/** One run: where it stands, what can be done to it, its ledger and what reading back found. */
export function runPage(viewer: Viewer, view: RunView): string {
  const { mayRun, error, more } = view;
  const run = withTimesOf(viewer.timezone, view.run);
  return page(
    runName(run),
    viewer,
    html`${error !== null && html`<p class="bad" role="alert">${error}</p>`}
      <div id="run-facts" data-live>${facts(run)}</div>
      <div id="run-actions" data-live>${mayRun && actions(run)}</div>
      <div id="run-more" data-live>${more}</div>
      <div id="run-ledger" data-live>
        ${
          run.kind !== 'rollback' &&
          html`<h2>Ledger</h2>
            ${ledgerTable(run)} ${verification(run)}`
        }
      </div>
      <p><a href="/console">What comes next</a> · <a href="/console/runs">All runs</a></p>`,
    { follow: isActive(run) ? { run: run.id } : undefined },
  );
}

/** Without a script the page is refreshed by hand. */
function isActive({ state }: RunDocument): boolean {
  return ['queued', 'running', 'paused', 'verifying'].includes(state);
}

function facts(run: RunDocument): SafeHtml {
  const active = isActive(run);
  const limit = bottleneckText(run.bottleneck);
  return html`<dl>
      <dt>State</dt>
      <dd>${runState(run)}</dd>
      <dt>Progress</dt>
      <dd>
        ${Math.floor(run.progress * 100)}
        %${active && run.eta_seconds !== null && `, about ${durationOf(run.eta_seconds)} left`}
      </dd>
      ${
        active &&
        html`<dt>Pace</dt>
          <dd>${paceOf(run)}</dd>`
      }
      ${
        limit !== undefined &&
        html`<dt>Limited by</dt>
          <dd>${limit}</dd>`
      }
      <dt>Started</dt>
      <dd>${run.started_at ?? 'not yet'}</dd>
      <dt>Ended</dt>
      <dd>${run.finished_at ?? 'not yet'}</dd>
    </dl>
    <p><a class="button" href="/console/runs/${run.id}">Refresh</a></p>`;
}

function paceOf({ rate }: RunDocument): string {
  const allowed = Math.round(rate.limit_per_minute * rate.share);
  return `${formatCount(Math.round(rate.calls_per_minute))} calls a minute, of ${formatCount(allowed)} that are ours`;
}

/** Ending a run is for good, and one step further away than what can be taken back. */
function actions(run: RunDocument): SafeHtml {
  if (!isActive(run)) return html``;
  const button = (verb: string, label: string) =>
    html`<form method="post" action="/console/runs/${run.id}/${verb}">
      <button type="submit">${label}</button>
    </form>`;
  return html`${run.state === 'paused' ? button('resume', 'Resume') : button('pause', 'Pause')}
    <details>
      <summary>Cancel the run</summary>
      <p>A cancelled run cannot be resumed. What it moved stays, and the next run takes up the rest.</p>
      ${button('cancel', 'Cancel for good')}
    </details>`;
}

/** Every count is the way to what was counted; of what is equal there is no list. */
function verification({ id, verification: counts }: RunDocument): SafeHtml {
  const classes = Object.entries(CLASSES).filter(([name]) => counts[name as DifferenceClass] > 0);
  return html`<h2>Verification</h2>
    <dl>
      <dt>Values compared</dt>
      <dd>${formatCount(counts.checked)}</dd>
      ${classes.map(([name, words]) => {
        const count = formatCount(counts[name as DifferenceClass]);
        return html`<dt>${words}</dt>
          <dd>
            ${name.startsWith('equal') ? count : html`<a href="${findingsAddress(id, name as DifferenceClass)}">${count}</a>`}
          </dd>`;
      })}
    </dl>`;
}
