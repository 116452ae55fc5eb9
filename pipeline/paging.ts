import { UserError } from '../errors.ts';

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
  total: number;
}

export interface PageRequest {
  cursor?: string | undefined;
  limit?: number | undefined;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/**
 * One page of a list in the order of a key that no row ever changes. The cursor is the key of the last row shown, so that
 * whoever settles the rows of a page while reading misses none of the next. Throws 400 for a cursor that is not ours.
 */
export async function findPage<T>(
  request: PageRequest,
  query: {
    count: () => PromiseLike<readonly unknown[]>;
    /** Rows beyond the one with the key `after`. */
    rows: (after: string | null, limit: number) => PromiseLike<readonly T[]>;
    keyOf: (row: T) => string;
    /** What a key looks like. */
    keys: RegExp;
  },
): Promise<Page<T>> {
  const limit = limitOf(request);
  const after = readCursor(request.cursor, (key) => query.keys.test(key));
  const [counted, rows] = await Promise.all([query.count(), query.rows(after, limit + 1)]);
  const total = Number((counted[0] as { count: string } | undefined)?.count ?? 0);
  return { ...shown(rows, limit, query.keyOf), total };
}

/** Ids of ledger rows. */
export const NUMBERS = /^\d{1,18}$/;
export const UUIDS = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A page of a list that is at hand as a whole. Throws 400 for a cursor that is not ours. */
export function pageOf<T>(items: readonly T[], request: PageRequest, keyOf: (item: T) => string): Page<T> {
  const keys = items.map(keyOf);
  const after = readCursor(request.cursor, (key) => keys.includes(key));
  const rest = after === null ? items : items.slice(keys.indexOf(after) + 1);
  const limit = request.limit === undefined ? items.length : limitOf(request);
  return { ...shown(rest, limit, keyOf), total: items.length };
}

function limitOf(request: PageRequest): number {
  return Math.min(Math.max(1, request.limit ?? DEFAULT_LIMIT), MAX_LIMIT);
}

/** As many as were asked for, and where the next page begins if there are more. */
function shown<T>(
  rows: readonly T[],
  limit: number,
  keyOf: (row: T) => string,
): { items: T[]; next_cursor: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next_cursor: rows.length > limit && last !== undefined ? writeCursor(keyOf(last)) : null };
}

function writeCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function readCursor(cursor: string | undefined, isKey: (key: string) => boolean): string | null {
  if (cursor === undefined) return null;
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  if (isKey(key)) return key;
  throw new UserError('The cursor is not one of ours.', {
    code: 'cursor_invalid',
    httpStatus: 400,
    field: 'cursor',
  });
}
