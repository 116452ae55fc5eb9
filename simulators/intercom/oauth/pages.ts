import type { App, SimState } from '../state.ts';
import { escapeHtml } from '../text.ts';

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem;color:#17171c}' +
  'fieldset{border:1px solid #ccc;border-radius:8px;margin:1rem 0;padding:.5rem 1rem}' +
  'button{font:inherit;padding:.5rem 1.25rem;margin-right:.5rem;border-radius:6px;border:1px solid #17171c;background:#fff}' +
  'button[value=approve]{background:#17171c;color:#fff}';

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>${body}</body></html>`;
}

/** The scopes every Canvas Kit app has, and the ones a migration needs (app platform, section 1.5). */
const SCOPES = [
  'Read and list users and companies',
  'Read conversations',
  'Read admins',
  'Gather App data',
  'Write users and companies',
  'Write conversations',
  'Read and write custom object instances',
  'Write data attributes',
  'Read tags, Write tags',
  'Read and Write Articles',
];

export function consentPage(
  state: SimState,
  app: App,
  redirectUri: string,
  oauthState: string | null,
): string {
  const teammates = [...state.workspaces.values()]
    .flatMap((workspace) =>
      [...workspace.admins.values()].map(
        (admin) =>
          `<option value="${escapeHtml(`${workspace.id}/${admin.id}`)}">${escapeHtml(`${admin.name}, ${workspace.name}`)}</option>`,
      ),
    )
    .join('');
  const stateField =
    oauthState === null ? '' : `<input type="hidden" name="state" value="${escapeHtml(oauthState)}">`;
  return page(
    `Authorize ${app.name}`,
    `<h1>${escapeHtml(app.name)} would like to access your Intercom workspace</h1>
<p>Simulated Intercom. The app will be able to:</p>
<ul>${SCOPES.map((scope) => `<li>${escapeHtml(scope)}</li>`).join('')}</ul>
<form method="post" action="/oauth/decision">
<input type="hidden" name="client_id" value="${escapeHtml(app.clientId)}">
<input type="hidden" name="redirect_uri" value="${escapeHtml(redirectUri)}">
${stateField}
<fieldset><legend>Signed in as</legend><label>Teammate <select name="teammate">${teammates}</select></label></fieldset>
<button type="submit" name="decision" value="approve">Approve</button>
<button type="submit" name="decision" value="deny">Deny</button>
</form>`,
  );
}

export function errorPage(message: string): string {
  return page(
    'Authorization error',
    `<h1>Something went wrong</h1><p role="alert">${escapeHtml(message)}</p>`,
  );
}

export function storePage(success: boolean, errorMessage: string | null): string {
  const body = success
    ? '<h1>App Store</h1><p role="status">The app was installed successfully.</p>'
    : `<h1>App Store</h1><p role="alert">The app could not be installed. ${escapeHtml(errorMessage ?? '')}</p>`;
  return page('App Store', body);
}
