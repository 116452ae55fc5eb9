import type { ThreadRow } from '../thread-rows.ts';
import { readableText } from './html.ts';

/**
 * The entries of a thread that are moved, in the order of the source: without deleted ones, and without the first that
 * repeats the opening text (messages marked `is_description`; Infraon reference, stored messages).
 * @param description the opening text; undefined when the thread keeps its copy.
 */
export function keptEntries(rows: readonly ThreadRow[], description: string | undefined): ThreadRow[] {
  const live = rows.filter((row) => !row.deleted);
  if (description === undefined || !live.some((row) => row.isDescription)) return live;
  const opening = readableText(description);
  const copy = live.find((row) => row.isDescription && readableText(row.body) === opening);
  return live.filter((row) => row !== copy);
}
