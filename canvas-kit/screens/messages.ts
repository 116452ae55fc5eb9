import {
  back,
  button,
  canvas,
  errorText,
  header,
  link,
  muted,
  paragraph,
  plain,
  type Canvas,
  type StoredData,
} from '../components.ts';
import { asOf, type View } from '../format.ts';

/** The app was removed, or Intercom no longer accepts our access; the health check says the same. */
export function reconnectScreen(consoleUrl: string): Canvas {
  return canvas([
    muted('Intercom no longer accepts the access of this app. Install it again; the migration is kept.'),
    muted(link('Install the app again', `${consoleUrl}/install`)),
    button('home', 'Check again', 'secondary'),
  ]);
}

/** Whole-panel error with a way out. */
export function unavailableScreen(reference: string): Canvas {
  return canvas([
    muted(`This did not work, and nothing was changed in this panel. Reference ${reference}.`),
    button('home', 'Try again', 'secondary'),
  ]);
}

/** What was asked takes longer than a panel can wait. */
export function slowScreen(): Canvas {
  return canvas([
    muted('This takes longer than expected. It goes on in the background.'),
    button('home', 'Refresh', 'secondary'),
  ]);
}

/** What was asked is under way; `refreshId` shows what became of it. */
export function waitingScreen(
  what: { title: string; words: string; refreshId: string; stored?: StoredData },
  view: View,
): Canvas {
  return canvas(
    [
      header(what.title),
      muted(plain(what.words)),
      button(what.refreshId, 'Refresh', 'secondary'),
      muted(asOf(view)),
      ...back(),
    ],
    { view: 'waiting', ...what.stored },
  );
}

/** A refusal in words that were made for the person. */
export function refusedScreen(message: string, backTo = 'home'): Canvas {
  return canvas([errorText(plain(message)), ...back(backTo)]);
}

export function doneScreen(message: string, next: { id: string; label: string } | null): Canvas {
  return canvas([
    paragraph(`✅ ${plain(message)}`),
    ...(next === null ? [] : [button(next.id, next.label, 'secondary')]),
    ...back('home', 'Done'),
  ]);
}
