import { html } from './html.ts';
import { page, type Viewer } from './page.ts';

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
          Choose <strong>Discover</strong> to see what is there and how long the move will take. The written
          scope is then under <a href="/console/downloads">Downloads</a>.
        </li>
        <li>
          Review and approve the maps, check readiness, and run a sample before anything else. The panel and
          the console's <a href="/console">Status</a> both say what comes next.
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
