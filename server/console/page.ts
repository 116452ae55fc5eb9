import type { SessionDocument } from '../sessions.ts';
import { html, htmlText, type SafeHtml } from './html.ts';

/** Shown by the page's script: without it the button would do nothing. */
const SUPPORT = html`<button type="button" id="support" hidden>Support</button>
  <span id="support-unread" role="status"></span>`;

/** Who looks at a page, and whether the page loads the Messenger for them. */
export interface Viewer extends SessionDocument {
  messenger: boolean;
  /** The workspace's zone, of every time on the page. */
  timezone: string;
  /** Path of the page. */
  path: string;
}

const PAGES = [
  { path: '/console', name: 'Status' },
  { path: '/console/connect', name: 'Infraon connection' },
  { path: '/console/maps', name: 'Maps' },
  { path: '/console/object-types', name: 'Custom objects' },
  { path: '/console/readiness', name: 'Readiness' },
  { path: '/console/runs', name: 'Runs' },
  { path: '/console/rejections', name: 'Rejected records' },
  { path: '/console/cut-over', name: 'Cut over' },
  { path: '/console/downloads', name: 'Downloads' },
  { path: '/console/settings', name: 'Settings' },
  { path: '/console/teammates', name: 'Teammates' },
  { path: '/console/audit', name: 'Audit log' },
];

function navigation(here: string): SafeHtml {
  return html`<nav aria-label="Console">
    ${PAGES.map(
      ({ path, name }) =>
        html`<a href="${path}" ${isHere(path, here) && html`aria-current="page"`}>${name}</a> `,
    )}
  </nav>`;
}

/** A page of one run belongs to Runs. */
function isHere(path: string, here: string): boolean {
  return path === here || (path !== '/console' && here.startsWith(`${path}/`));
}

/** How a page hears that it looks different now: from the stream of a run, or by looking again. */
export type Follow = { run: string } | 'poll';

function followed(follow: Follow | undefined): SafeHtml | false {
  if (follow === undefined) return false;
  return follow === 'poll' ? html`data-poll` : html`data-events="/api/v1/runs/${follow.run}/events"`;
}

/** A whole page; `viewer` puts the workspace, the person, support and the way out at its top. */
export function page(
  title: string,
  viewer: Viewer | undefined,
  content: SafeHtml,
  options: { follow?: Follow | undefined; script?: boolean } = {},
): string {
  const { follow, script = follow !== undefined } = options;
  const messenger = viewer?.messenger === true;
  const person =
    viewer === undefined
      ? null
      : html`<div class="muted">
          ${viewer.admin.name}, ${viewer.admin.role} · ${viewer.workspace.name} (${viewer.workspace.region})
          ${messenger && SUPPORT}
          <form method="post" action="/sign-out"><button type="submit">Sign out</button></form>
        </div>`;
  return htmlText(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${title} · Infraon Desk Migration</title>
          <link rel="stylesheet" href="/console/style.css" />
          ${messenger && html`<script src="/console/messenger.js" defer></script>`}
          ${script && html`<script src="/console/console.js" defer></script>`}
        </head>
        <body>
          <header>
            <p><strong>Infraon Desk Migration</strong></p>
            ${person}
          </header>
          ${viewer !== undefined && navigation(viewer.path)}
          <main ${followed(follow)}>
            <h1>${title}</h1>
            ${content}
          </main>
          ${viewer !== undefined && html`<footer class="muted">Times are those of ${viewer.timezone}.</footer>`}
        </body>
      </html>`,
  );
}
