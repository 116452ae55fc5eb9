/** Pages of a large run take a moment: no more often than people read. */
const PERIOD_MS = 2000;

const EVENTS = '[data-events]';
const PARTS = '[data-live]';

async function presentPage(): Promise<Document | undefined> {
  try {
    const response = await fetch(location.pathname);
    // Signed out meanwhile: the page stays as it was last true.
    if (!response.ok || response.redirected) return undefined;
    return new DOMParser().parseFromString(await response.text(), 'text/html');
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

/** The stream says that the run changed, and the page's own address how it looks now: what is shown is written once. */
function follow(address: string): void {
  const events = new EventSource(address);
  let busy = false;
  let changed = false;

  async function refresh(): Promise<void> {
    changed = true;
    if (busy) return;
    busy = true;
    while (changed) {
      changed = false;
      const next = await presentPage();
      if (next !== undefined) takeOver(next);
      // A browser would ask again and again for a stream that ended with its run.
      if (next?.querySelector(EVENTS) === null) events.close();
      await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
    }
    busy = false;
  }

  events.addEventListener('message', () => void refresh());
}

const address = document.querySelector<HTMLElement>(EVENTS)?.dataset['events'];
if (address !== undefined) follow(address);
