import type { ChildDefinition } from './define-object.ts';
import { firstValue, isObject } from './paths.ts';
import type { FileRef } from './payloads.ts';
import { textOf } from './read-values.ts';

/** Where a row of a list of files says what; only the names are on record (Infraon reference, 2.1.4). */
export const FILE_FIELDS: ChildDefinition['fields'] = {
  key: { paths: ['attachment_id', 'file_id', 'id'], evidence: 'inferred' },
  name: { paths: ['file_name', 'name'], evidence: 'seen' },
  path: { paths: ['file_path', 'url', 'file_url', 'path'], evidence: 'inferred' },
  size: { paths: ['size', 'file_size', 'formatted_size'], evidence: 'seen' },
  type: { paths: ['content_type', 'mime_type'], evidence: 'inferred' },
};

const UNITS: Record<string, number> = { b: 0, bytes: 0, kb: 1, kib: 1, mb: 2, mib: 2, gb: 3, gib: 3 };

/** Bytes of `12345` or of `12.3 KB`; a rounded size is read as the largest that is rounded to it. */
export function sizeInBytes(value: unknown): number | null {
  const match = /^\s*(\d+(?:\.(\d+))?)\s*([a-z]*)\s*$/i.exec(textOf(value) ?? '');
  const power = UNITS[(match?.[3] ?? '').toLowerCase() || 'b'];
  if (match === null || power === undefined) return null;
  if (power === 0) return Math.round(Number(match[1]));
  const rounding = 0.5 / 10 ** (match[2]?.length ?? 0);
  return Math.ceil((Number(match[1]) + rounding) * 1024 ** power);
}

/** The last segment of an address, as people named the file. */
export function fileNameOf(address: string): string {
  const segment = (address.split(/[?#]/)[0] ?? '').split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** A name that any system can store: no folders, no control characters, at most 200 characters with its extension. */
export function safeFileName(name: string, fallback: string): string {
  const clean = name
    .replace(/[\p{Cc}\p{Cs}]/gu, '')
    .replace(/[/\\]/g, '_')
    .trim();
  if (clean === '' || /^\.+$/.test(clean)) return fallback;
  if (clean.length <= 200) return clean;
  const extension = /\.[\p{L}\p{N}]{1,10}$/u.exec(clean)?.[0] ?? '';
  return [...clean].slice(0, 180).join('') + extension;
}

/** The rows of a list of files. A row without an id is known by its address, else by its position. */
export function readFileRows(rows: unknown, child: ChildDefinition): FileRef[] | undefined {
  if (!Array.isArray(rows)) return undefined;
  const seen = new Map<string, number>();
  const files: FileRef[] = [];
  for (const [position, row] of (rows as unknown[]).entries()) {
    if (!isObject(row)) continue;
    const read = (name: string): unknown => firstValue(row, child.fields[name]?.paths ?? []);
    const path = textOf(read('path')) ?? null;
    const key = textOf(read('key')) ?? path ?? `file-${position + 1}`;
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    files.push({
      key: times === 1 ? key : `${key}~${times}`,
      name: safeFileName(textOf(read('name')) ?? fileNameOf(path ?? ''), `file-${position + 1}`),
      content_type: textOf(read('type'))?.split(';')[0]?.trim().toLowerCase() ?? null,
      size: sizeInBytes(read('size')),
      path,
    });
  }
  return files.length === 0 ? undefined : files;
}

const ID_PATHS = ['attachment_id', 'file_id', 'id'];

/** The ids by which a message names its files, given as ids or as objects that carry one. */
export function fileIdsOf(value: unknown): string[] {
  const items: unknown[] = Array.isArray(value) ? value : [value];
  const ids = items.map((item) => textOf(isObject(item) ? firstValue(item, ID_PATHS) : item)?.trim());
  return [...new Set(ids.filter((id) => id !== undefined && id !== ''))] as string[];
}
