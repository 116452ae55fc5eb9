import { stringify } from 'csv-stringify/sync';
import { safeJson } from './safe-json.ts';

/** A cell of a spreadsheet holds 32,767 characters; what is longer would run over into others. */
const MAX_CELL = 32_000;

/** Signs that begin a formula; some versions take the full-width ones as well. */
const FORMULA = '[=+\\-@＝＋－＠]';
const BEGINS_FORMULA = new RegExp(`^(?:\\s*${FORMULA}|[\\t\\r])`);
/** A spreadsheet that splits at `;` or tab, as some countries' do, begins cells where we began none. */
const HIDES_FORMULA = new RegExp(`([;\\t\\r\\n]\\s*)(?=${FORMULA})`, 'g');
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

function plain(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  return safeJson(value);
}

/** A value as a cell that no spreadsheet takes for a formula: an apostrophe in front makes it text. */
export function cellOf(value: unknown): string {
  const text = plain(value).toWellFormed().replace(CONTROLS, ' ');
  const short =
    text.length <= MAX_CELL
      ? text
      : `${text.slice(0, MAX_CELL).toWellFormed()} … [cut: the value has ${text.length} characters]`;
  const marked = BEGINS_FORMULA.test(short) ? `'${short}` : short;
  return marked.replace(HIDES_FORMULA, "$1'");
}

/** Rows in the form of RFC 4180, every cell neutralised. */
export function csvLines(rows: readonly (readonly unknown[])[]): string {
  return stringify(rows.map((row) => row.map(cellOf)));
}

/** A table from batches of rows, with its head. */
export async function* csvTable<Row>(
  columns: readonly string[],
  batches: AsyncIterable<Row[]>,
  cells: (row: Row) => readonly unknown[],
): AsyncGenerator<string> {
  yield csvLines([columns]);
  for await (const rows of batches) if (rows.length > 0) yield csvLines(rows.map(cells));
}
