import type { CutoverDocument } from '../../pipeline/cutover/documents.ts';
import { isOpen } from '../../pipeline/cutover/items.ts';
import {
  back,
  button,
  canvas,
  header,
  link,
  muted,
  paragraph,
  plain,
  table,
  type Canvas,
} from '../components.ts';
import { asOf, formatCount, formatMoment, type View } from '../format.ts';

/** Open items named on the canvas; the console has them all, with what to do. */
const ITEMS_SHOWN = 6;

const FREEZE_WORDS: Record<CutoverDocument['freeze']['state'], string> = {
  not_checked: 'Not checked',
  one_look: 'First look taken',
  changing: 'Still changing',
  behind: 'Holds changes not read',
  too_old: 'Check again',
  unknown: 'Cannot be known',
  frozen: 'Stands still',
};

/** The board in short: what is open, and the way to the page where it is confirmed and signed. */
export function cutOverScreen(board: CutoverDocument, view: View, may: { undo: boolean }): Canvas {
  const open = board.items.filter(isOpen);
  const { signed_off: signed, last_delta: last, forecast, hypercare } = board;
  const troubled = hypercare?.days.filter(({ state }) => state === 'attention').length ?? 0;
  return canvas(
    [
      header(signed !== null ? 'Signed off' : board.verdict === 'go' ? 'Go: ready to sign off' : 'No-go'),
      ...table([
        ['Open items', `${open.length} of ${board.items.length}`],
        ['Infraon', FREEZE_WORDS[board.freeze.state]],
        ['Last delta', last?.finished_at == null ? null : formatMoment(last.finished_at, view)],
        ['Next delta takes', forecast === null ? null : minutesOf(forecast.seconds)],
        ['Signed off', signed === null ? null : formatMoment(signed.at, view)],
        ['Days that need attention', hypercare === null ? null : formatCount(troubled)],
      ]),
      ...open.slice(0, ITEMS_SHOWN).map(({ title }) => muted(`• ${plain(title)}`)),
      ...(open.length > ITEMS_SHOWN ? [muted(`and ${open.length - ITEMS_SHOWN} more`)] : []),
      muted(link('Open the cut-over board', `${view.consoleUrl}/console/cut-over`)),
      ...(signed !== null
        ? []
        : [
            button('rehearse_delta', 'Rehearse delta', 'secondary'),
            ...(may.undo ? [button('undo', 'Undo', 'secondary')] : []),
          ]),
      muted(asOf(view)),
      ...back('migration'),
    ],
    { view: 'cut_over' },
  );
}

function minutesOf(seconds: number): string {
  return seconds < 60 ? 'less than a minute' : `about ${formatCount(Math.ceil(seconds / 60))} min`;
}

/** Nothing is undone from here: a dry run counts first, and the word is typed in the console. */
export function undoScreen(view: View): Canvas {
  return canvas(
    [
      header('Undo the migration'),
      paragraph(
        'A dry run counts what would be deleted, archived and restored, and lists what is spared because people worked with it since. It changes nothing.',
      ),
      button('undo_dry_run', 'Dry run', 'secondary'),
      muted(`${link('Undo a single run', `${view.consoleUrl}/console/runs`)} in the console.`),
      ...back('cut_over'),
    ],
    { view: 'undo' },
  );
}
