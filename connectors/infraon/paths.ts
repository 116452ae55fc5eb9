import type { RawRecord } from './types.ts';

function isRecord(value: unknown): value is RawRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Infraon's ways of saying "not set": null, `""`, `[]`, `{}`, and an object whose values are all null
 * (unset choices are stored like that).
 */
export function isEmptyValue(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.values(value).every((item) => item === null);
}

function step(values: readonly unknown[], segment: string): unknown[] {
  const spread = segment.endsWith('[]');
  const key = spread ? segment.slice(0, -2) : segment;
  const found: unknown[] = [];
  for (const value of values) {
    const inner = key === '' ? value : isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    if (inner === undefined) continue;
    if (spread && Array.isArray(inner)) found.push(...(inner as unknown[]));
    else found.push(inner);
  }
  return found;
}

/** Every value at a path; `[]` after a key goes through the list there, and takes a lone object for a list of one. */
export function readAll(record: unknown, path: string): unknown[] {
  let values: unknown[] = [record];
  for (const segment of path === '' ? [] : path.split('.')) values = step(values, segment);
  return values;
}

/**
 * The value at a path such as `a.b` or `a[].c`. A path with `[]` gives the list of all values there, another one the
 * value itself or undefined.
 */
export function readPath(record: unknown, path: string): unknown {
  const values = readAll(record, path);
  return path.includes('[]') ? values : values[0];
}

/** The first of several paths that holds a value; undefined when none does. */
export function firstValue(record: unknown, paths: readonly string[]): unknown {
  for (const path of paths) {
    const value = readPath(record, path);
    if (!isEmptyValue(value)) return value;
  }
  return undefined;
}

/** The first non-empty string or number of several paths, as text: ids are strings, always. */
export function firstText(record: unknown, paths: readonly string[]): string | null {
  const value = firstValue(record, paths);
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : null;
}

/** The first list at the given paths; null when there is none. `""` stands for the value itself. */
export function findRows(body: unknown, paths: readonly string[]): unknown[] | null {
  for (const path of paths) {
    const value = path === '' ? body : readPath(body, path);
    if (Array.isArray(value)) return value as unknown[];
  }
  return null;
}

/** Keeps the rows that are objects; a list of anything else is not a list of records. */
export function asRecords(rows: readonly unknown[]): RawRecord[] {
  return rows.filter(isRecord);
}

function keepAt(value: unknown, segments: readonly string[], keys: readonly string[]): unknown {
  const [segment, ...rest] = segments;
  if (segment === undefined) {
    return isRecord(value)
      ? Object.fromEntries(Object.entries(value).filter(([key]) => keys.includes(key)))
      : value;
  }
  const spread = segment.endsWith('[]');
  const name = spread ? segment.slice(0, -2) : segment;
  if (!isRecord(value) || !Object.hasOwn(value, name)) return value;
  const inner = value[name];
  const kept =
    spread && Array.isArray(inner)
      ? inner.map((item) => keepAt(item, rest, keys))
      : keepAt(inner, rest, keys);
  return { ...value, [name]: kept };
}

/** A copy of the record in which only the listed keys are left at the given paths. */
export function keepOnly(record: RawRecord, keep: Readonly<Record<string, readonly string[]>>): RawRecord {
  let kept: unknown = record;
  for (const [path, keys] of Object.entries(keep))
    kept = keepAt(kept, path === '' ? [] : path.split('.'), keys);
  return isRecord(kept) ? kept : record;
}
