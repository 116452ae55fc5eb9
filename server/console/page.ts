import type { SessionDocument } from '../../pipeline/documents.ts';
import { html, htmlText, type SafeHtml } from './html.ts';

/** A whole page; `session` puts the workspace, the person and the way out at its top. */
export function page(title: string, session: SessionDocument | undefined, content: SafeHtml): string {
  const person =
    session === undefined
      ? null
      : html`<p class="muted">
          ${session.admin.name}, ${session.admin.role} · ${session.workspace.name} (${session.workspace.region})
          <form method="post" action="/sign-out"><button type="submit">Sign out</button></form>
        </p>`;
  return htmlText(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${title} · Infraon Desk to Intercom</title>
          <link rel="stylesheet" href="/console/style.css" />
        </head>
        <body>
          <header>
            <p><strong>Infraon Desk to Intercom</strong></p>
            ${person}
          </header>
          <main>
            <h1>${title}</h1>
            ${content}
          </main>
        </body>
      </html>`,
  );
}
