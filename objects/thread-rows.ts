import type { ChildDefinition } from './define-object.ts';
import { parseTime } from './dates.ts';
import { fileIdsOf } from './file-rows.ts';
import { firstValue, isObject } from './paths.ts';
import { coerceValue, idOf, textOf } from './read-values.ts';

/** One thread entry as read, before it becomes a part of a conversation. */
export interface ThreadRow {
  key: string;
  body: string;
  /** undefined: the source does not say. */
  private: boolean | undefined;
  system: boolean;
  deleted: boolean;
  type: string;
  isDescription: boolean;
  workDuration: unknown;
  /** Every id by which the entry may name its author, best first. */
  authorIds: string[];
  authorName: string | undefined;
  /** Ids of the files that came with the entry. */
  fileIds: string[];
  /** Milliseconds since the epoch. */
  at: number | undefined;
  position: number;
}

const SYSTEM_ACTORS = new Set(['-1', '@@@k_system@@@']);

function readRow(row: unknown, position: number, child: ChildDefinition, timezone: string): ThreadRow {
  const read = (name: string): unknown => firstValue(row, child.fields[name]?.paths ?? []);
  const flag = (name: string): boolean | undefined => {
    const value = coerceValue(read(name), { type: 'boolean' }, timezone);
    return typeof value === 'boolean' ? value : undefined;
  };
  const ids = (child.fields.author?.paths ?? []).map((path) => firstValue(row, [path]));
  const authorName = textOf(read('author_name'));
  const time = textOf(read('at'));
  return {
    key: textOf(read('key')) ?? `position-${position + 1}`,
    body: textOf(read('body')) ?? '',
    private: flag('private'),
    system:
      flag('system') === true ||
      ids.some((id) => SYSTEM_ACTORS.has(textOf(id) ?? '')) ||
      (authorName !== undefined && SYSTEM_ACTORS.has(authorName)),
    deleted: flag('deleted') === true,
    type: textOf(read('type')) ?? '',
    isDescription: flag('is_description') === true,
    workDuration: read('work_duration'),
    authorIds: ids.map(idOf).filter((id) => id !== undefined && !SYSTEM_ACTORS.has(id)) as string[],
    authorName: authorName !== undefined && SYSTEM_ACTORS.has(authorName) ? undefined : authorName,
    fileIds: fileIdsOf(read('attachments')),
    at: time === undefined ? undefined : parseTime(time, timezone),
    position,
  };
}

/** The rows of a thread with unique keys, in the order of the source. */
export function readThread(rows: unknown, child: ChildDefinition, timezone: string): ThreadRow[] | undefined {
  if (!Array.isArray(rows)) return undefined;
  const seen = new Map<string, number>();
  const read: ThreadRow[] = [];
  for (const [position, row] of (rows as unknown[]).entries()) {
    if (!isObject(row)) continue;
    const entry = readRow(row, position, child, timezone);
    const times = (seen.get(entry.key) ?? 0) + 1;
    seen.set(entry.key, times);
    read.push(times === 1 ? entry : { ...entry, key: `${entry.key}~${times}` });
  }
  return read.length === 0 ? undefined : read;
}
