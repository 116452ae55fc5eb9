import type { SourceDocument } from '../../pipeline/source/source.ts';
import { inputField, type FormError } from './form-fields.ts';
import { html, type SafeHtml } from './html.ts';
import { page, type Viewer } from './page.ts';

export type ConnectField = 'base_url' | 'username' | 'password' | 'api_key';

export interface ConnectForm {
  baseUrl: string;
  username: string;
  error: (FormError & { field: ConnectField | null }) | null;
}

/** The form that connects Infraon. Secrets are never sent back: after an error they are typed again. */
export function connectPage(
  viewer: Viewer,
  source: SourceDocument,
  mayConnect: boolean,
  form: ConnectForm,
): string {
  return page(
    form.error === null ? 'Connect Infraon' : 'Connect Infraon: not connected',
    viewer,
    html`${presentConnection(source)}
    ${mayConnect ? connectForm(form) : html`<p>Only an owner of the migration can connect Infraon. <a href="/console/teammates">See who is one</a>.</p>`}`,
    { script: mayConnect },
  );
}

function presentConnection(source: SourceDocument): SafeHtml {
  if (source.state === 'not_connected') {
    return html`<p>Nothing is connected yet. Infraon is only read; nothing there is changed.</p>`;
  }
  const means = source.auth.strategy === 'api_key' ? 'an API key' : 'a user name and password';
  return html`<p class="good">
      Connected to ${source.base_url} with ${means}, by ${source.connected_by}.
      <a href="/console">See what the account can read</a>.
    </p>
    <p>Connecting again replaces the account.</p>`;
}

function connectForm(form: ConnectForm): SafeHtml {
  const { error } = form;
  return html`<form class="stack" method="post" action="/console/connect">
    <p class="muted">
      Use an account of its own with Infraon's built-in full-access role (Infraon Admin): from other roles
      Infraon hides records and fields without saying so. The app only reads. Connecting tries what the
      account can read, which takes up to a minute. User name, password and key are stored encrypted and never
      shown again.
    </p>
    ${error !== null && error.field === null && html`<p role="alert" class="bad">${error.message}</p>`}
    ${inputField(
      {
        name: 'base_url',
        label: 'Infraon address',
        hint: 'Such as https://your-desk.infraon.app',
        value: form.baseUrl,
        required: true,
      },
      error,
    )}
    <fieldset>
      <legend>Account: a user name and password, or an API key</legend>
      ${inputField({ name: 'username', label: 'User name', value: form.username }, error)}
      ${inputField({ name: 'password', label: 'Password', type: 'password' }, error)}
      ${inputField(
        {
          name: 'api_key',
          label: 'API key',
          type: 'password',
          hint: 'When it is filled in, it is used instead of the password.',
        },
        error,
      )}
    </fieldset>
    <button type="submit" class="primary" data-under-way="Connecting…">Connect</button>
  </form>`;
}
