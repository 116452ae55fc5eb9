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

/** One page of a list; the cursor is opaque to callers. Throws 400 for a cursor that is not ours. */
export async function findPage<T>(
  request: PageRequest,
  query: {
    count: () => PromiseLike<readonly unknown[]>;
    rows: (offset: number, limit: number) => PromiseLike<readonly T[]>;
  },
): Promise<Page<T>> {
  const limit = Math.min(Math.max(1, request.limit ?? DEFAULT_LIMIT), MAX_LIMIT);
  const offset = request.cursor === undefined ? 0 : readCursor(request.cursor);
  const [counted, rows] = await Promise.all([query.count(), query.rows(offset, limit)]);
  const total = Number((counted[0] as { count: string } | undefined)?.count ?? 0);
  const end = offset + rows.length;
  return { items: [...rows], next_cursor: end < total && rows.length > 0 ? writeCursor(end) : null, total };
}

function writeCursor(offset: number): string {
  return Buffer.from(`o${offset}`).toString('base64url');
}

function readCursor(cursor: string): number {
  const match = /^o(\d{1,12})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (match?.[1] === undefined)
    throw new UserError('The cursor is not one of ours.', {
      code: 'cursor_invalid',
      httpStatus: 400,
      field: 'cursor',
    });
  return Number(match[1]);
}
