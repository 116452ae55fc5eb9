import { back, button, canvas, errorText, header, input, muted, plain, type Canvas } from '../components.ts';

export interface ConnectForm {
  baseUrl: string;
  username: string;
  error: { message: string; field: string | null } | null;
}

/** Secrets are never sent back: after an error they are typed again. */
export function connectScreen(form: ConnectForm): Canvas {
  const failed = form.error === null ? {} : ({ save_state: 'failed' } as const);
  return canvas(
    [
      header('Connect Infraon'),
      muted(
        'Enter a user name and a password, or an API key, of an account with the full-access role (Infraon Admin): from other roles Infraon hides records. The app only reads.',
      ),
      input('base_url', 'Infraon address', {
        placeholder: 'https://your-desk.infraon.app',
        value: form.baseUrl,
        ...(form.error === null || form.error.field === 'base_url' ? failed : {}),
      }),
      input('username', 'User name', { value: form.username }),
      input('password', 'Password'),
      input('api_key', 'API key'),
      ...(form.error === null ? [] : [errorText(plain(form.error.message))]),
      button('connect', 'Connect', 'primary'),
      ...back(),
    ],
    { view: 'connect' },
  );
}
