import type { Page } from '../../pipeline/paging.ts';
import type { RejectionDocument } from '../../pipeline/reconcile/rejection-document.ts';
import {
  awaited,
  bothSidesOf,
  mayBeMadeAgain,
  offeredValue,
  withoutAddress,
} from '../../pipeline/reconcile/ways-on.ts';
import {
  LENGTHS,
  back,
  button,
  canvas,
  errorText,
  header,
  input,
  item,
  list,
  muted,
  paragraph,
  plain,
  table,
  textarea,
  type Canvas,
} from '../components.ts';
import { counted, formatValue, type View } from '../format.ts';

/** As people know it: their name, a number, or the id where there is nothing else. */
function nameOf(rejection: RejectionDocument): string {
  return rejection.name ?? rejection.display_id ?? rejection.source_id;
}

export function rejectionsScreen(
  page: Page<RejectionDocument>,
  labelOf: (object: string) => string,
  options: { note: string | null; cursor: string | null },
): Canvas {
  const { note, cursor } = options;
  return canvas(
    [
      header('Rejected records'),
      ...(note === null ? [] : [paragraph(`✅ ${plain(note)}`)]),
      muted(
        page.total === 0
          ? 'Nothing is rejected.'
          : `${counted(page.total, 'record')} set aside. The others went on without them.`,
      ),
      ...list(
        page.items.map((rejection) =>
          item(
            `rejection:${rejection.id}`,
            `${labelOf(rejection.object)} ${nameOf(rejection)}`,
            rejection.message,
            rejection.code,
          ),
        ),
      ),
      ...(page.next_cursor === null
        ? []
        : [button(`rejections:${page.next_cursor}`, 'Show more records', 'secondary')]),
      ...back('migration'),
    ],
    { view: 'rejections', cursor: cursor ?? '' },
  );
}

/** The offending value is offered for correction when the rejection names the field. */
export function rejectionScreen(
  rejection: RejectionDocument,
  label: string,
  view: View,
  options: { error: string | null; cursor: string | null; alike: number },
): Canvas {
  const { error, cursor, alike } = options;
  const { id, field } = rejection;
  const all = `all ${counted(alike, 'record')} with this reason`;
  const sides = bothSidesOf(rejection);
  const shown = (value: unknown) => formatValue(value, view.timezone);
  const editable = offeredValue(rejection);
  return canvas(
    [
      header(plain(`${label} ${nameOf(rejection)}`)),
      paragraph(plain(rejection.message)),
      ...table([
        ['Infraon id', rejection.name === null ? null : rejection.source_id],
        ['Reason', rejection.code],
        ['Field', field],
        ...(sides === undefined
          ? ([['Value', shown(rejection.value)]] as const)
          : ([
              ['In Infraon', shown(sides.infraon)],
              ['In Intercom', shown(sides.intercom)],
            ] as const)),
        ['Waits for', awaited(rejection)],
        ['Attempts', rejection.attempts === 0 ? null : String(rejection.attempts)],
      ]),
      ...(rejection.suggestion === null ? [] : [muted(plain(rejection.suggestion))]),
      ...(error === null ? [] : [errorText(plain(error))]),
      ...(field === null
        ? []
        : [
            input('value', `New value of ${field}`, {
              // Half of a value would be saved as the whole.
              value: editable.length <= LENGTHS.text ? editable : '',
              ...(error === null ? {} : { save_state: 'failed' }),
            }),
            button(`save:${id}`, 'Save and retry', 'primary'),
          ]),
      ...(withoutAddress(rejection) === undefined
        ? []
        : [button(`without_address:${id}`, 'Load without an address', 'secondary')]),
      ...(sides === undefined
        ? []
        : [
            button(`retry_infraon:${id}`, "Retry with Infraon's value", 'secondary'),
            button(`retry_intercom:${id}`, "Retry with Intercom's value", 'secondary'),
          ]),
      button(`retry:${id}`, 'Retry', 'secondary'),
      ...(mayBeMadeAgain(rejection) ? [button(`make_again:${id}`, 'Make again', 'secondary')] : []),
      ...(alike > 1 ? [button(`retry_all:${id}`, `Retry ${all}`, 'secondary')] : []),
      textarea('note', 'Note for the handoff when waived'),
      button(`waive:${id}`, 'Waive', 'secondary'),
      ...(alike > 1 ? [button(`waive_all:${id}`, `Waive ${all}`, 'secondary')] : []),
      ...back('rejections'),
    ],
    { view: 'rejection', cursor: cursor ?? '' },
  );
}
