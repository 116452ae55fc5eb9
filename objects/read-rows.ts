import type { FieldDefinition } from './define-object.ts';
import { parseTime } from './dates.ts';
import { firstValue, isEmptyValue, isObject, type Raw } from './paths.ts';
import { idOf, textOf } from './read-values.ts';
import { readableText } from './transforms/html.ts';

type Links = NonNullable<FieldDefinition['links']>;
type Lines = NonNullable<FieldDefinition['lines']>;

function rowsAt(raw: Raw, paths: readonly string[]): Raw[] {
  const rows = firstValue(raw, paths);
  const items: unknown[] = Array.isArray(rows) ? rows : [rows];
  return items.filter((row): row is Raw => isObject(row) && !isEmptyValue(row));
}

/** The ids of a record's links, without those that say they are of another kind. */
export function readLinks(raw: Raw, links: Links): string[] {
  const others = new Set(links.isNot.map((word) => word.toLowerCase()));
  const ids = rowsAt(raw, links.rows)
    .filter((row) => !others.has((textOf(firstValue(row, links.kind)) ?? '').trim().toLowerCase()))
    .map((row) => idOf(firstValue(row, links.id)));
  return [...new Set(ids.filter((id) => id !== undefined))];
}

function timeText(text: string, timezone: string): string {
  const at = parseTime(text, timezone);
  return at === undefined ? text : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** One line per row, in the order of the source; rows without any value are left out. */
export function readLines(raw: Raw, lines: Lines, timezone: string): string[] {
  return rowsAt(raw, lines.rows)
    .map((row) =>
      lines.parts
        .map(({ paths, prefix, as }) => {
          const text = textOf(firstValue(row, paths));
          if (text === undefined) return '';
          const words = as === 'time' ? timeText(text, timezone) : readableText(text);
          const line = words.replace(/\s+/g, ' ').trim();
          return line === '' || prefix === undefined ? line : `${prefix} ${line}`;
        })
        .filter((part) => part !== '')
        .join(' · '),
    )
    .filter((line) => line !== '');
}
