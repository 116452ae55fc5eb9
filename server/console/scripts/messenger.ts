import { Intercom, onUnreadCountChange, show, shutdown, update } from '@intercom/messenger-js-sdk';
import type { MessengerIdentity } from './messenger-identity.ts';

/** The token is replaced this long before it expires. */
const MARGIN_MS = 5 * 60_000;
const RETRY_MS = 60_000;

async function fetchIdentity(): Promise<MessengerIdentity | 'signed_out' | 'unavailable'> {
  try {
    const response = await fetch('/messenger/identity');
    if (response.status === 401) return 'signed_out';
    return response.ok ? ((await response.json()) as MessengerIdentity) : 'unavailable';
  } catch {
    return 'unavailable';
  }
}

function boot(identity: MessengerIdentity): void {
  // The person's id, e-mail and name are in the token alone: Intercom wants signed fields left out of the clear ones.
  Intercom({
    app_id: identity.app_id,
    region: identity.region,
    intercom_user_jwt: identity.intercom_user_jwt,
    hide_default_launcher: true,
    ...(identity.widget_url === null ? {} : { widgetUrl: identity.widget_url }),
  });
  const unread = document.querySelector('#support-unread');
  onUnreadCountChange((count: number) => {
    if (unread !== null) unread.textContent = count > 0 ? `${count} unread` : '';
  });
  const support = document.querySelector<HTMLElement>('#support');
  if (support === null) return;
  support.addEventListener('click', () => show());
  support.hidden = false;
}

function end(): void {
  shutdown();
  const support = document.querySelector<HTMLElement>('#support');
  if (support !== null) support.hidden = true;
  document.querySelector('#support-unread')?.replaceChildren();
}

/** Keeps the Messenger signed in as long as the person is, and no longer. */
function keepMessenger(): void {
  let userId: string | undefined;
  let timer: number | undefined;
  let dueAt = Infinity;

  function scheduleIn(milliseconds: number): void {
    dueAt = Date.now() + milliseconds;
    timer = window.setTimeout(() => void refresh(), milliseconds);
  }

  async function refresh(): Promise<void> {
    window.clearTimeout(timer);
    dueAt = Infinity;
    const identity = await fetchIdentity();
    if (identity === 'unavailable') {
      scheduleIn(RETRY_MS);
      return;
    }
    if (identity === 'signed_out') {
      if (userId !== undefined) end();
      return;
    }
    if (userId !== undefined && userId !== identity.user_id) {
      // Somebody else has signed in since, in another tab: nothing on this page is theirs.
      shutdown();
      location.reload();
      return;
    }
    if (userId === undefined) boot(identity);
    else update({ intercom_user_jwt: identity.intercom_user_jwt });
    userId = identity.user_id;
    scheduleIn(Math.max(RETRY_MS, identity.expires_in_seconds * 1000 - MARGIN_MS));
  }

  // Timers stand still while the machine sleeps, and the token expires all the same.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && Date.now() >= dueAt) void refresh();
  });
  // Runs before the form is sent, so the Messenger forgets the person before our session ends.
  document.querySelector('form[action="/sign-out"]')?.addEventListener('submit', () => {
    if (userId !== undefined) shutdown();
  });
  void refresh();
}

keepMessenger();
