import type { RecordDocument } from '../../pipeline/records.ts';
import {
  back,
  button,
  canvas,
  errorText,
  header,
  input,
  item,
  link,
  list,
  muted,
  plain,
  table,
  textarea,
  type Canvas,
} from '../components.ts';

const MAX_RESULTS = 10;

export function findScreen(
  query: string,
  results: RecordDocument[] | null,
  labelOf: (object: string) => string,
): Canvas {
  const shown = results?.slice(0, MAX_RESULTS) ?? [];
  return canvas(
    [
      header('Find an Infraon record'),
      input('q', 'Infraon number, id or link', { value: query }),
      button('search', 'Search', 'primary'),
      ...(results !== null && results.length === 0
        ? [muted(`No moved record matches ${plain(query)}. Check the letter O and the digit 0.`)]
        : []),
      ...list(
        shown.map((record) =>
          item(
            `record:${record.object}:${record.source_id}`,
            record.display_id ?? record.source_id,
            labelOf(record.object),
            record.state,
          ),
        ),
      ),
      ...(results !== null && results.length > MAX_RESULTS
        ? [muted(`Showing ${MAX_RESULTS} of ${results.length}. Enter more of the number.`)]
        : []),
      ...back(),
    ],
    { view: 'find' },
  );
}

export function recordScreen(record: RecordDocument, label: string): Canvas {
  const url = record.destination?.url ?? null;
  return canvas(
    [
      header(plain(record.display_id ?? record.source_id)),
      ...table([
        ['Object', label],
        ['State', record.state],
        ['Infraon id', record.source_id],
        ['Intercom id', record.destination?.id ?? null],
        ['Reason', record.reason?.code ?? null],
      ]),
      ...(record.reason === null ? [] : [muted(plain(record.reason.message))]),
      ...record.warnings
        .filter(({ code }) => code === 'deleted_in_intercom')
        .map(({ message }) => muted(plain(message))),
      ...(url === null ? [] : [muted(link('Open in Intercom', url))]),
      ...back('find'),
    ],
    { view: 'record' },
  );
}

export function reportScreen(text: string, error: string | null): Canvas {
  return canvas(
    [
      header('Report something missing'),
      textarea('text', 'What is missing?', { value: text, ...(error === null ? {} : { error: true }) }),
      ...(error === null ? [] : [errorText(plain(error))]),
      button('send_report', 'Send report', 'primary'),
      ...back(),
    ],
    { view: 'report' },
  );
}
