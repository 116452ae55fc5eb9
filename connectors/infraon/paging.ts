import { SchemaError } from '../../errors.ts';
import { asRecords, findRows, firstText, firstValue } from './paths.ts';
import type { ObjectSpec, PagingSpec } from './profile.ts';
import type { Query } from './read-guard.ts';
import type { Cursor, RawRecord } from './types.ts';

/** Every cursor parameter of the paging at once; otherwise the mode is the name of the only one sent. */
export const ALL_CURSORS = 'all';
/** Probing found that the server sends the whole list whatever is asked for. */
export const UNPAGED = 'unpaged';

export interface ParsedPage {
  rows: RawRecord[];
  count: number | null;
  next: string | null;
  serverMax: number | null;
}

/** The id of a row as text. */
export function recordId(spec: Pick<ObjectSpec, 'id'>, row: RawRecord): string | null {
  return firstText(row, spec.id);
}

function wholeNumber(value: unknown): number | null {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}

/** Rows and totals of a list reply in any of the envelopes on record. Throws `SchemaError` when it holds no list. */
export function parsePage(paging: PagingSpec, body: unknown): ParsedPage {
  const rows = findRows(body, paging.rows);
  if (rows === null) throw new SchemaError('the answer holds no list of rows', { code: 'source_list_shape' });
  const next = paging.next === undefined ? undefined : firstValue(body, [paging.next]);
  return {
    rows: asRecords(rows),
    count: wholeNumber(firstValue(body, paging.count)),
    next: typeof next === 'string' ? next : null,
    serverMax: paging.serverMax === undefined ? null : wholeNumber(firstValue(body, [paging.serverMax])),
  };
}

/** Parameters for one page. Several cursor parameters go together because tenants differ in which one they heed. */
export function pageQuery(paging: PagingSpec, cursor: Pick<Cursor, 'size' | 'page' | 'mode'>): Query {
  if (paging.size === undefined || cursor.mode === UNPAGED) return {};
  const query: Query = { [paging.size.param]: String(cursor.size) };
  for (const { param, kind } of paging.cursor) {
    if (cursor.mode !== ALL_CURSORS && cursor.mode !== param) continue;
    query[param] = String(kind === 'page1' ? cursor.page : (cursor.page - 1) * cursor.size);
  }
  return query;
}

/** The other ways to ask for the same page, for a server that ignored the first. */
export function otherModes(paging: PagingSpec, mode: string): string[] {
  return paging.cursor
    .map(({ param }) => param)
    .filter((param) => param !== mode && paging.cursor.length > 1);
}

export function sameRows(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  const known = new Set(a);
  return b.every((id) => known.has(id));
}

/**
 * The size to start again with when the server gave fewer rows than asked for although there are more, announced or
 * not; null when the page is what it seems. Going on with the old size would leave out the rows in between.
 */
export function shrunkSize(page: ParsedPage, cursor: Cursor, seenWithPage: number): number | null {
  const { rows, count, serverMax, next } = page;
  if (rows.length === 0 || rows.length >= cursor.size) return null;
  const more = count === null ? next !== null || rows.length === serverMax : count > seenWithPage;
  if (!more) return null;
  // A short page in the middle of a scan without an announced limit is a list that shrank meanwhile.
  if (cursor.page > 1 && serverMax === null) return null;
  const limit =
    serverMax !== null && serverMax >= rows.length && serverMax < cursor.size ? serverMax : rows.length;
  return Math.max(1, limit);
}

/** What to do after a page was read. */
export type Continuation = 'end' | 'next' | 'look_once_more';

/**
 * `look_once_more`: without a count, a first page that is shorter than asked for may be the whole list, or the first
 * page of a server with a smaller limit that it does not announce.
 */
export function continuation(page: ParsedPage, cursor: Cursor, seenWithPage: number): Continuation {
  if (page.rows.length === 0) return 'end';
  if (page.next !== null) return 'next';
  if (page.count !== null) return seenWithPage >= page.count ? 'end' : 'next';
  if (page.rows.length >= cursor.size) return 'next';
  return cursor.page === 1 ? 'look_once_more' : 'end';
}

/** Lifts rows out of rows, each told its parent's id unless it says so itself. */
export function flattenNested(
  spec: ObjectSpec,
  rows: readonly RawRecord[],
  parentId: string | null = null,
): RawRecord[] {
  const { nested } = spec.list;
  if (nested === undefined) return [...rows];
  return rows.flatMap((row) => {
    const { [nested.children]: inner, ...rest } = row;
    const own =
      parentId === null || rest[nested.parent] !== undefined ? rest : { ...rest, [nested.parent]: parentId };
    if (!Array.isArray(inner)) return [inner === undefined ? own : { ...own, [nested.children]: inner }];
    return [own, ...flattenNested(spec, asRecords(inner as unknown[]), recordId(spec, row))];
  });
}

/** Whether a row of a shared list is this object's. Values are compared as text: ids may come as numbers. */
export function passesFilter(spec: ObjectSpec, row: RawRecord): boolean {
  if (spec.filter === undefined) return true;
  const value = firstValue(row, [spec.filter.path]);
  const text =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  const listed = (values: readonly unknown[]) => values.some((item) => String(item) === text);
  if (spec.filter.in !== undefined && !listed(spec.filter.in)) return false;
  return spec.filter.notIn === undefined || !listed(spec.filter.notIn);
}
