/** Pages of a large run take a moment: no more often than people read. */
const PERIOD_MS = 2000;

const PARTS = '[data-live]';

/** It says how its page hears of changes: from a run's stream, or by looking again and again. */
function mainOf(page: Document): HTMLElement | null {
  return page.querySelector('main');
}

async function presentPage(): Promise<Document | undefined> {
  try {
    const response = await fetch(location.pathname + location.search);
    if (response.redirected) {
      // What was waited for is on another page. Signed out meanwhile: the page stays as it was last true.
      if (new URL(response.url).pathname.startsWith('/console')) location.replace(response.url);
      return undefined;
    }
    // What was waited for was refused, and the page now says why.
    if (response.status >= 400 && response.status < 500) location.reload();
    return response.ok ? new DOMParser().parseFromString(await response.text(), 'text/html') : undefined;
  } catch {
    return undefined;
  }
}

/** Takes over each part that looks different now. What somebody is in the middle of using stays. */
function takeOver(next: Document): void {
  for (const part of document.querySelectorAll(PARTS)) {
    const newer = next.getElementById(part.id);
    if (newer === null || newer.innerHTML === part.innerHTML || part.contains(document.activeElement))
      continue;
    part.replaceChildren(...newer.childNodes);
  }
}

/** The page's own address says how it looks now: what is shown is written once. */
export function keepCurrent(): void {
  let shown: Document = document;
  let events: EventSource | undefined;
  let busy = false;
  let changed = false;

  /** A browser would ask again and again for a stream that ended with its run. */
  function listen(): void {
    const address = mainOf(shown)?.dataset['events'];
    if (events !== undefined && new URL(events.url).pathname === address) return;
    events?.close();
    events = address === undefined ? undefined : new EventSource(address);
    events?.addEventListener('message', () => void refresh());
  }

  function isPolled(): boolean {
    return mainOf(shown)?.dataset['poll'] !== undefined;
  }

  async function refresh(): Promise<void> {
    changed = true;
    if (busy) return;
    busy = true;
    while (changed) {
      changed = false;
      const next = await presentPage();
      if (next !== undefined) {
        takeOver(next);
        shown = next;
        listen();
      }
      await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
      if (isPolled()) changed = true;
    }
    busy = false;
  }

  listen();
  if (isPolled()) void refresh();
}
