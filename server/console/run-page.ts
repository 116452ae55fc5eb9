import { bottleneckText } from '../../pipeline/runs/bottleneck.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import { html, type SafeHtml } from './html.ts';
import { durationOf } from './cut-over-page.ts';
import { page, type Viewer } from './page.ts';
import { ledgerTable } from './pages.ts';
import { withTimesOf } from './times.ts';

export interface RunView {
  run: RunDocument;
  mayRun: boolean;
  error: string | null;
  /** What only this kind of run has. */
  more: SafeHtml;
}

const NAMES: Record<RunDocument['kind'], string> = {
  sample: 'Sample',
  full: 'Full run',
  delta: 'Delta',
  verify: 'Verification',
  rollback: 'Rollback',
};

/** One run: where it stands, what can be done to it, its ledger and what reading back found. */
export function runPage(viewer: Viewer, view: RunView): string {
  const { mayRun, error, more } = view;
  const run = withTimesOf(viewer.timezone, view.run);
  return page(
    NAMES[run.kind],
    viewer,
    html`${error !== null && html`<p class="bad" role="alert">${error}</p>`} ${facts(run)}
      ${mayRun && actions(run)} ${more}
      ${
        run.kind !== 'rollback' &&
        html`<h2>Ledger</h2>
          ${ledgerTable(run)} ${verification(run)}`
      }
      <p><a href="/console/runs">All runs</a></p>`,
  );
}

function facts(run: RunDocument): SafeHtml {
  const active = run.finished_at === null && run.state !== 'cancelled';
  const limit = bottleneckText(run.bottleneck);
  return html`<dl>
      <dt>State</dt>
      <dd>${run.state.replaceAll('_', ' ')}${run.state_reason === null ? '' : `: ${run.state_reason}`}</dd>
      <dt>Progress</dt>
      <dd>
        ${Math.floor(run.progress * 100)}
        %${active && run.eta_seconds !== null && `, about ${durationOf(run.eta_seconds)} left`}
      </dd>
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

function actions({ id, state }: RunDocument): SafeHtml {
  const offered =
    state === 'paused'
      ? [
          ['resume', 'Resume'],
          ['cancel', 'Cancel the run'],
        ]
      : ['queued', 'running', 'verifying'].includes(state)
        ? [
            ['pause', 'Pause'],
            ['cancel', 'Cancel the run'],
          ]
        : [];
  return html`<p class="actions">
    ${offered.map(
      ([verb, label]) =>
        html`<form method="post" action="/console/runs/${id}/${verb}">
          <button type="submit">${label}</button>
        </form> `,
    )}
  </p>`;
}

function verification({ verification: counts }: RunDocument): SafeHtml {
  const rows = Object.entries(counts).filter(([name, count]) => name === 'checked' || count > 0);
  return html`<h2>Verification</h2>
    <dl>
      ${rows.map(
        ([name, count]) =>
          html`<dt>${name.replaceAll('_', ' ')}</dt>
            <dd>${count}</dd>`,
      )}
    </dl>`;
}
