import type { DiscoveryDocument } from '../../pipeline/discovery/discovery-document.ts';
import { stepOf } from '../../pipeline/panel/next-step.ts';
import type { Standing } from '../../pipeline/panel/standing.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import type { SourceDocument } from '../../pipeline/source/source.ts';
import { counted, formatCount, type View } from '../../canvas-kit/format.ts';
import { setAsideIn } from '../../canvas-kit/run-words.ts';
import { html, type SafeHtml } from './html.ts';
import { followOf, nextStepSection } from './next-step.ts';
import { page, type Viewer } from './page.ts';
import { ledgerTable, runsTable } from './run-tables.ts';
import { table } from './table.ts';
import { withTimesOf } from './times.ts';
import { DISCOVERY_STATES, durationOf, spaced } from './words.ts';

export interface Status {
  source: SourceDocument;
  discovery: DiscoveryDocument;
  runs: RunDocument[];
  settings: { rate_share: number };
}

/** What comes next, and all that it follows from; while something is under way the page follows it. */
export function statusPage(viewer: Viewer, standing: Standing, view: View, state: Status): string {
  const status = withTimesOf(viewer.timezone, state);
  const step = stepOf(standing);
  const [latest] = status.runs;
  return page(
    'Status',
    viewer,
    html`<section id="status-next" class="notice" data-live>${nextStepSection(step, view, viewer)}</section>
      <div id="status-source" data-live>
        ${sourceSection(status.source)} ${discoverySection(status.discovery)}
      </div>
      <h2>Runs</h2>
      <div id="status-runs" data-live>
        ${runsTable(status.runs)}
        ${
          latest !== undefined &&
          html`<h2>Ledger of the latest run</h2>
            ${ledgerTable(latest)} ${setAside(latest)}`
        }
      </div>
      <p class="muted">
        <a href="/console/settings">Share of the rate budget</a>:
        ${Math.round(status.settings.rate_share * 100)} %.
        <a href="/api/v1/openapi.json">API description</a>
      </p>`,
    { follow: followOf(step) },
  );
}

function setAside(run: RunDocument): SafeHtml | false {
  const count = setAsideIn(run);
  return (
    count > 0 &&
    html`<p>
      ${counted(count, 'record')} set aside: <a href="/console/rejections">see why, and what can be done</a>.
    </p>`
  );
}

function sourceSection(source: SourceDocument): SafeHtml {
  if (source.state === 'not_connected') {
    return html`<h2>Infraon</h2>
      <p>Not connected.</p>`;
  }
  const weak = source.capabilities.filter(({ ok }) => !ok);
  const proven = source.capabilities.filter(({ ok }) => ok);
  const list = (capabilities: typeof weak) =>
    html`<ul>
      ${capabilities.map(({ id, detail }) => html`<li>${id}: ${detail}</li>`)}
    </ul>`;
  return html`<h2>Infraon</h2>
    <p>${source.base_url}, connected ${source.connected_at}</p>
    ${
      weak.length === 0
        ? html`<p class="good">Everything that was tried works.</p>`
        : html`<p class="bad">Not proven:</p>
            ${list(weak)}`
    }
    <details>
      <summary>What was proven (${proven.length})</summary>
      ${list(proven)}
    </details>`;
}

function discoverySection(discovery: DiscoveryDocument): SafeHtml {
  return html`<h2>Discovery</h2>
    <p>
      ${DISCOVERY_STATES[discovery.state]}
      ${
        discovery.estimate !== null &&
        html`The move takes about ${formatCount(discovery.estimate.calls)} calls to Intercom, whose rate limit
          allows them in ${durationOf(discovery.estimate.seconds)}.
          <a href="/api/v1/scope">Migration scope</a>`
      }
    </p>
    ${discovery.error !== null && html`<p class="bad">${discovery.error}</p>`}
    ${discovery.state !== 'idle' && foundTable(discovery)}`;
}

function foundTable({ objects }: DiscoveryDocument): SafeHtml {
  return table(
    'What was discovered',
    objects,
    [
      { head: 'Object', cell: ({ object }) => spaced(object), kind: 'row' },
      { head: 'Records', cell: ({ count }) => formatCount(count), kind: 'number' },
      { head: 'Fields', cell: ({ fields }) => fields.length, kind: 'number' },
      {
        head: 'Quality findings',
        cell: ({ quality }) =>
          quality.map(({ code, count }) => `${spaced(code)} (${formatCount(count)})`).join(', '),
      },
    ],
    { empty: 'Nothing was found so far.' },
  );
}
