import { z } from 'zod';
import { textOf } from '../read-values.ts';
import type { ThreadRow } from '../thread-rows.ts';
import { readableText } from './html.ts';
import { bodyOf } from './thread.ts';
import { defineTransform, type RecordContext } from './transform.ts';

function nameOf(row: ThreadRow, systemName: string, context: RecordContext): string {
  for (const id of row.authorIds) {
    const known = context.person?.(id);
    if (known !== undefined) return known.name;
  }
  if (row.authorName !== undefined) return row.authorName;
  if (row.system) return systemName;
  const id = row.authorIds[0];
  return id === undefined ? 'Unknown author' : `Unknown author (Infraon id ${id})`;
}

/** A thread as one text, oldest entry first, for records that become something without a thread of its own. */
export const transcript = defineTransform({
  options: z.strictObject({
    /** Field with the opening text, whose copy in the thread is left out. */
    description: z.string().optional(),
    systemName: z.string().default('Infraon system'),
  }),
  accepts: ['thread'],
  produces: 'text',
  apply(value, options, context) {
    const rows = Array.isArray(value) ? (value as ThreadRow[]) : [];
    const opening =
      options.description === undefined
        ? undefined
        : readableText(textOf(context.values[options.description]) ?? '');
    let last = Number.NEGATIVE_INFINITY;
    const entries = rows
      .filter((row) => !row.deleted && !(row.isDescription && readableText(row.body) === opening))
      .map((row) => {
        // An entry without a readable time keeps its place after the entry before it.
        last = row.at ?? last;
        return { row, at: last };
      })
      .sort((a, b) => a.at - b.at || a.row.position - b.row.position)
      .map(({ row }) => {
        const time = row.at === undefined ? '' : `${new Date(row.at).toISOString().slice(0, 16)} UTC, `;
        const note = row.private === false ? '' : ' (internal)';
        const author = nameOf(row, options.systemName, context);
        return `${time.replace('T', ' ')}${author}${note}: ${bodyOf(row)}`;
      });
    return { value: entries.length === 0 ? undefined : entries.join('\n\n') };
  },
});
