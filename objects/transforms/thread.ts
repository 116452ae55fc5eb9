import { z } from 'zod';
import { listedFiles, messageFiles } from '../message-files.ts';
import type { ThreadPart } from '../payloads.ts';
import { isEmptyValue, isObject } from '../paths.ts';
import { textOf } from '../read-values.ts';
import type { ThreadRow } from '../thread-rows.ts';
import { readableText } from './html.ts';
import { keptEntries } from './thread-entries.ts';
import { defineTransform, type RecordContext } from './transform.ts';

const NO_TEXT = '(no text)';

const threadOptions = z.strictObject({
  /** Field with the person who asked, and the object that person is. */
  requester: z.string(),
  requesterName: z.string().optional(),
  /** Field with the technician in charge. */
  technician: z.string().optional(),
  technicianName: z.string().optional(),
  /** Field with the opening text, whose copy in the thread is left out. */
  description: z.string().optional(),
  /** Field with the time of the record. */
  created: z.string(),
  /** Field with the files of the record; without it, entries are moved without theirs. */
  files: z.string().optional(),
  /** Entry types that are bookkeeping of the desk and stay internal. */
  internalTypes: z.array(z.string()).default([]),
  systemName: z.string().default('Infraon system'),
});
type ThreadOptions = z.output<typeof threadOptions>;

function workLine(duration: unknown): string | undefined {
  if (isEmptyValue(duration)) return undefined;
  if (!isObject(duration)) return `Work logged: ${textOf(duration) ?? ''}`;
  const parts = Object.entries(duration).flatMap(([unit, value]) => {
    const amount = textOf(value);
    return amount === undefined || amount === '0' ? [] : [`${amount} ${unit.replaceAll('_', ' ')}`];
  });
  return parts.length === 0 ? undefined : `Work logged: ${parts.join(' ')}`;
}

function authorOf(row: ThreadRow, options: ThreadOptions, context: RecordContext): ThreadPart['author'] {
  if (row.system && row.authorIds.length === 0) return { kind: 'other', name: options.systemName };
  for (const id of row.authorIds) {
    const known = context.person?.(id);
    if (known !== undefined) {
      return known.as === 'contact'
        ? { kind: 'contact', ref: known.ref, name: known.name }
        : { kind: 'teammate', ref: known.ref, name: known.name };
    }
    const own = ownPerson(id, options, context);
    if (own !== undefined) return own;
  }
  if (row.authorName !== undefined) return { kind: 'other', name: row.authorName };
  const id = row.authorIds[0];
  return { kind: 'other', name: id === undefined ? 'Unknown author' : `Unknown author (Infraon id ${id})` };
}

/** Without a directory of people, the two that the ticket itself names are still recognised. */
function ownPerson(
  id: string,
  options: ThreadOptions,
  context: RecordContext,
): ThreadPart['author'] | undefined {
  const nameOr = (field: string | undefined, fallback: string) =>
    (field === undefined ? undefined : textOf(context.values[field])) ?? fallback;
  const objectOf = (field: string) =>
    context.definition.fields.find((candidate) => candidate.key === field)?.object ?? '';
  if (id === textOf(context.values[options.requester])) {
    return {
      kind: 'contact',
      ref: { ref: objectOf(options.requester), sourceId: id },
      name: nameOr(options.requesterName, 'Requester'),
    };
  }
  if (options.technician !== undefined && id === textOf(context.values[options.technician])) {
    return {
      kind: 'teammate',
      ref: { ref: objectOf(options.technician), sourceId: id },
      name: nameOr(options.technicianName, 'Technician'),
    };
  }
  return undefined;
}

/** Private, of unknown privacy, written by the system, or a work-log entry: never shown to the customer. */
function kindOf(row: ThreadRow, options: ThreadOptions): ThreadPart['kind'] {
  if (row.private !== false || row.system || !isEmptyValue(row.workDuration)) return 'note';
  const type = row.type.toLowerCase();
  return options.internalTypes.some((name) => name.toLowerCase() === type) ? 'note' : 'comment';
}

/** What an entry says, with the work it logs; never empty. */
export function bodyOf(row: ThreadRow): string {
  const text = readableText(row.body);
  const work = workLine(row.workDuration);
  const lines = [text, work].filter((line) => line !== undefined && line !== '');
  return lines.length === 0 ? NO_TEXT : lines.join('\n\n');
}

/**
 * Puts times in a strictly increasing order after `created` and not after `now` (Unix seconds): Intercom keeps parts in
 * the order of insertion and may refuse a time in the future or before the conversation (Intercom reference, 6.2).
 * When all of that cannot be had, order and "not in the future" win.
 */
export function placeInTime(times: readonly number[], created: number, now: number): number[] {
  const placed: number[] = [];
  let last = created;
  for (const time of times) {
    last = Math.max(time, last + 1);
    placed.push(last);
  }
  let next = now + 1;
  for (let index = placed.length - 1; index >= 0; index -= 1) {
    next = Math.min(placed[index] ?? next, next - 1);
    placed[index] = next;
  }
  return placed;
}

/** An entry without a readable time keeps its place after the entry before it. */
function withTimes(rows: readonly ThreadRow[], created: number): { row: ThreadRow; at: number }[] {
  let last = created;
  return rows.map((row) => {
    last = row.at ?? last;
    return { row, at: last };
  });
}

export const thread = defineTransform({
  options: threadOptions,
  accepts: ['thread'],
  produces: 'thread',
  handlesEmpty: true,
  apply(value, options, context) {
    const rows = Array.isArray(value) ? (value as ThreadRow[]) : [];
    const createdMs = Date.parse(textOf(context.values[options.created]) ?? '');
    const now = Math.floor(context.now.getTime() / 1000);
    const created = Number.isNaN(createdMs) ? 0 : Math.min(Math.floor(createdMs / 1000), now);
    const description =
      options.description === undefined ? undefined : (textOf(context.values[options.description]) ?? '');
    const kept = withTimes(keptEntries(rows, description), created * 1000).sort(
      (a, b) => a.at - b.at || a.row.position - b.row.position,
    );
    const listed = listedFiles(options.files === undefined ? undefined : context.values[options.files]);
    const times = placeInTime(
      kept.map(({ at }) => Math.floor(at / 1000)),
      created,
      now,
    );
    const parts: ThreadPart[] = kept.map(({ row }, index) => {
      const files = options.files === undefined ? [] : messageFiles(row.body, row.fileIds, listed);
      return {
        key: row.key,
        kind: kindOf(row, options),
        author: authorOf(row, options, context),
        body: bodyOf(row),
        created_at: times[index] ?? created + index + 1,
        ...(files.length === 0 ? {} : { files }),
      };
    });
    return { value: parts };
  },
});
