import { html, type SafeHtml } from './html.ts';
import { page, type Viewer } from './page.ts';

export interface Downloads {
  /** There is a scope once the source was discovered. */
  discovered: boolean;
  mayDownloadHandoff: boolean;
}

/** The documents of the migration, as files. */
export function downloadsPage(viewer: Viewer, downloads: Downloads): string {
  return page(
    'Downloads',
    viewer,
    html`<h2>Migration scope</h2>
      <p>What is in Infraon, where each field goes, what stays behind, and how long the move takes.</p>
      ${downloads.discovered ? scopeLinks() : html`<p class="muted">There is none yet: <a href="/console">discover Infraon</a> first.</p>`}
      <h2>Handoff package</h2>
      <p>
        One archive of the scope, the maps, the list of every Infraon id with its Intercom id, the
        verification report, rejections and waivers, the service catalogue, SLA policies and the workflow
        inventory, with the SHA-256 of every file. It may be made at any time; what is not there yet is empty.
      </p>
      ${downloads.mayDownloadHandoff ? handoffLink() : html`<p class="muted">Operators and owners can download it: it holds personal data.</p>`}`,
  );
}

function scopeLinks(): SafeHtml {
  return html`<ul>
    <li><a href="/api/v1/scope">Read the migration scope as a page</a></li>
    <li>
      <a href="/api/v1/scope?format=md" download="migration-scope.md"
        >Download the migration scope as Markdown</a
      >
    </li>
    <li>
      <a href="/api/v1/scope?format=json" download="migration-scope.json"
        >Download the migration scope as JSON</a
      >
    </li>
  </ul>`;
}

function handoffLink(): SafeHtml {
  return html`<p><a class="button" href="/api/v1/handoff.zip">Download the handoff package</a></p>
    <p class="muted"><code>npm run verify-handoff -- FILE</code> checks it offline.</p>`;
}
