import type { Page } from '../../pipeline/paging.ts';
import type { RejectionDocument } from '../../pipeline/reconcile/rejection-document.ts';
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

function nameOf(rejection: RejectionDocument): string {
  return rejection.display_id ?? rejection.source_id;
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
      ...back(),
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
  const value = formatValue(rejection.value, view.timezone);
  const editable = typeof rejection.value === 'string' ? rejection.value : value;
  return canvas(
    [
      header(plain(`${label} ${nameOf(rejection)}`)),
      paragraph(plain(rejection.message)),
      ...table([
        ['Reason', rejection.code],
        ['Field', field],
        ['Value', value],
        ['Waits for', rejection.waits_for],
        ['Attempts', String(rejection.attempts)],
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
      button(`retry:${id}`, 'Retry', 'secondary'),
      ...(rejection.code === 'deleted_in_intercom'
        ? [button(`make_again:${id}`, 'Make again', 'secondary')]
        : []),
      ...(alike > 1 ? [button(`retry_all:${id}`, `Retry ${all}`, 'secondary')] : []),
      textarea('note', 'Note for the handoff when waived'),
      button(`waive:${id}`, 'Waive', 'secondary'),
      ...(alike > 1 ? [button(`waive_all:${id}`, `Waive ${all}`, 'secondary')] : []),
      ...back('rejections'),
    ],
    { view: 'rejection', cursor: cursor ?? '' },
  );
}
