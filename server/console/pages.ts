import type { DiscoveryDocument } from '../../pipeline/discovery/discovery-document.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import type { SourceDocument } from '../../pipeline/source/source.ts';
import { counted, formatCount } from '../../canvas-kit/format.ts';
import { html, type SafeHtml } from './html.ts';
import { page, type Viewer } from './page.ts';
import { withTimesOf } from './times.ts';
import { DISCOVERY_STATES, durationOf, runName, runState, spaced } from './words.ts';

export function signInPage(): string {
  return page(
    'Sign in',
    undefined,
    html`<p>The console belongs to your Intercom workspace. Signing in opens Intercom's consent page.</p>
      <p><a class="button primary" href="/install">Sign in with Intercom</a></p>`,
  );
}

/** Where the installation ends before the App Store; the steps are those of the journey. */
export function welcomePage(viewer: Viewer, storeUrl: string): string {
  return page(
    'The app is installed',
    viewer,
    html`<p>It is connected to ${viewer.workspace.name}. Nothing has been moved and nobody is notified.</p>
      <h2>Next steps</h2>
      <ol>
        <li>
          <a href="/console/connect">Connect Infraon</a>: the address and an account of your desk. What the
          account can read is tried and reported.
        </li>
        <li>
          <a href="/console/teammates">Decide who may do what</a>. You are an owner; everybody else only looks
          on.
        </li>
        <li>
          Pin the app: in the Intercom Inbox, open a conversation, choose <strong>Edit apps</strong> at the
          top of the right sidebar and pin it. Each teammate pins it once.
        </li>
        <li>
          In the panel choose <strong>Discover</strong> to see what is there and how long the move will take.
          The written scope is then under <a href="/console/downloads">Downloads</a>.
        </li>
        <li>
          In the panel review and approve the maps, check readiness, and run a sample before anything else.
          The console shows <a href="/console">how far it is</a>.
        </li>
      </ol>
      <p>
        <a class="button primary" href="/console/connect">Connect Infraon</a>
        <a class="button" href="${storeUrl}">Return to Intercom</a>
      </p>`,
  );
}

export function failurePage(message: string): string {
  return page(
    'The app was not installed',
    undefined,
    html`<p role="alert" class="bad">${message}</p>
      <p>
        <a class="button primary" href="/install">Install again</a>
        <a class="button" href="/">Open the console</a>
      </p>`,
  );
}

export function errorPage(message: string, requestId: string): string {
  return page(
    'Something went wrong',
    undefined,
    html`<p role="alert" class="bad">${message}</p>
      <p class="muted">Reference ${requestId}</p>
      <p><a class="button" href="/">Back to the console</a></p>`,
  );
}

export interface Status {
  source: SourceDocument;
  discovery: DiscoveryDocument;
  runs: RunDocument[];
  settings: { rate_share: number };
}

export function statusPage(viewer: Viewer, state: Status): string {
  const status = withTimesOf(viewer.timezone, state);
  const [latest] = status.runs;
  return page(
    'Status',
    viewer,
    html`${sourceSection(status.source)} ${discoverySection(status.discovery)}
      <h2>Runs</h2>
      ${
        latest === undefined
          ? html`<p class="muted">No run yet.</p>`
          : html`${runsTable(status.runs)}
              <h2>Ledger of the latest run</h2>
              ${ledgerTable(latest)} ${setAside(latest)}`
      }
      <p class="muted">
        <a href="/console/settings">Share of the rate budget</a>:
        ${Math.round(status.settings.rate_share * 100)} %.
        <a href="/api/v1/openapi.json">API description</a>
      </p>`,
  );
}

function setAside(run: RunDocument): SafeHtml {
  const count = Object.values(run.objects).reduce(
    (sum, { rejected, waiting }) => sum + rejected + waiting,
    0,
  );
  if (count === 0) return html``;
  return html`<p>
    ${counted(count, 'record')} set aside: <a href="/console/rejections">see why, and what can be done</a>.
  </p>`;
}

function sourceSection(source: SourceDocument): SafeHtml {
  if (source.state === 'not_connected') {
    return html`<h2>Infraon</h2>
      <p>Not connected. <a href="/console/connect">Connect Infraon</a></p>`;
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
  const rows = discovery.objects.map(
    ({ object, count, fields, quality }) =>
      html`<tr>
        <td>${spaced(object)}</td>
        <td class="number">${formatCount(count)}</td>
        <td class="number">${fields.length}</td>
        <td>
          ${quality.map((finding) => `${spaced(finding.code)} (${formatCount(finding.count)})`).join(', ')}
        </td>
      </tr>`,
  );
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
    ${
      rows.length > 0 &&
      html`<div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Object</th>
              <th scope="col" class="number">Records</th>
              <th scope="col" class="number">Fields</th>
              <th scope="col">Quality findings</th>
            </tr>
          </thead>
          <tbody>
            ${rows}
          </tbody>
        </table>
      </div>`
    }`;
}

export function runsTable(runs: RunDocument[]): SafeHtml {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">State</th>
          <th scope="col" class="number">Progress</th>
          <th scope="col">Balanced</th>
          <th scope="col">Started</th>
          <th scope="col">Finished</th>
        </tr>
      </thead>
      <tbody>
        ${runs.map(
          (run) =>
            html`<tr>
              <td><a href="/console/runs/${run.id}">${runName(run)}</a></td>
              <td>${runState(run)}</td>
              <td class="number">${Math.round(run.progress * 100)} %</td>
              <td>${run.balanced ? 'yes' : 'no'}</td>
              <td>${run.started_at}</td>
              <td>${run.finished_at}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const COLUMNS = [
  'discovered',
  'created',
  'updated',
  'adopted',
  'unchanged',
  'rejected',
  'waiting',
  'excluded',
  'waived',
  'pending',
] as const;

export function ledgerTable(run: RunDocument): SafeHtml {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Object</th>
          ${COLUMNS.map((column) => html`<th scope="col" class="number">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${Object.entries(run.objects).map(
          ([object, counts]) =>
            html`<tr>
              <td>${spaced(object)}</td>
              ${COLUMNS.map((column) => html`<td class="number">${formatCount(counts[column])}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
