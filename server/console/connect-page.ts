import type { SourceDocument } from '../../pipeline/source/source.ts';
import { html, type SafeHtml } from './html.ts';
import { page, type Viewer } from './page.ts';

export type ConnectField = 'base_url' | 'username' | 'password' | 'api_key';

export interface ConnectForm {
  baseUrl: string;
  username: string;
  /** `field` is null when the refusal is about no field in particular. */
  error: { message: string; field: ConnectField | null } | null;
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
      A service account with read access is enough. Connecting tries what the account can read, which takes up
      to a minute. User name, password and key are stored encrypted and never shown again.
    </p>
    ${error !== null && error.field === null && html`<p role="alert" class="bad">${error.message}</p>`}
    ${field(form, {
      name: 'base_url',
      label: 'Infraon address',
      type: 'text',
      hint: 'Such as https://your-desk.infraon.app',
      value: form.baseUrl,
      required: true,
    })}
    <fieldset>
      <legend>Account: a user name and password, or an API key</legend>
      ${field(form, { name: 'username', label: 'User name', type: 'text', value: form.username })}
      ${field(form, { name: 'password', label: 'Password', type: 'password' })}
      ${field(form, {
        name: 'api_key',
        label: 'API key',
        type: 'password',
        hint: 'When it is filled in, it is used instead of the password.',
      })}
    </fieldset>
    <button type="submit" class="primary">Connect</button>
  </form>`;
}

interface Field {
  name: ConnectField;
  label: string;
  type: 'text' | 'password';
  hint?: string;
  value?: string;
  required?: boolean;
}

/** An input with its words: label, hint, and the error beside it, both read out with the input. */
function field({ error }: ConnectForm, { name, label, type, hint, value, required }: Field): SafeHtml {
  const failed = error?.field === name;
  const describedBy = [hint !== undefined && `${name}-hint`, failed && `${name}-error`].filter(Boolean);
  return html`<p class="field">
    <label for="${name}">${label}</label>
    ${hint !== undefined && html`<span class="muted" id="${name}-hint">${hint}</span>`}
    <input
      id="${name}"
      name="${name}"
      type="${type}"
      value="${value ?? ''}"
      maxlength="1000"
      autocomplete="off"
      autocapitalize="none"
      spellcheck="false"
      ${required === true && html`required`}
      ${describedBy.length > 0 && html`aria-describedby="${describedBy.join(' ')}"`}
      ${failed && html`aria-invalid="true" autofocus`}
    />
    ${failed && html`<span class="bad" role="alert" id="${name}-error">${error.message}</span>`}
  </p>`;
}
