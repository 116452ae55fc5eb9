import { invalid } from './failure.ts';

export interface CursorPage<T> {
  items: T[];
  pages: Record<string, unknown>;
  total: number;
}

/**
 * Forward-only paging. The cursor is opaque to clients; here it names the record after which the page starts, so records
 * created or deleted meanwhile do not shift the rest.
 */
export function cursorPage<T extends { id: string }>(
  items: readonly T[],
  perPage: number,
  startingAfter: string | null | undefined,
): CursorPage<T> {
  const start =
    startingAfter === null || startingAfter === undefined || startingAfter === ''
      ? 0
      : positionAfter(items, startingAfter);
  const page = items.slice(start, start + perPage);
  const last = page.at(-1);
  const more = start + perPage < items.length;
  return {
    items: page,
    total: items.length,
    pages: {
      type: 'pages',
      page: Math.floor(start / perPage) + 1,
      per_page: perPage,
      total_pages: Math.ceil(items.length / perPage),
      ...(more && last !== undefined
        ? { next: { per_page: perPage, starting_after: encodeCursor(last.id, start + perPage) } }
        : {}),
    },
  };
}

function encodeCursor(id: string, position: number): string {
  return Buffer.from(`after:${position}:${id}`).toString('base64url');
}

/** When the record named by the cursor is gone meanwhile, its old position is the best guess left. */
function positionAfter(items: readonly { id: string }[], cursor: string): number {
  const match = /^after:(\d+):(.+)$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (match === null) throw invalid('starting_after is not a valid cursor', 'starting_after');
  const guess = Number(match[1]);
  if (items[guess - 1]?.id === match[2]) return guess;
  const position = items.findIndex((item) => item.id === match[2]);
  return position < 0 ? Math.max(0, guess - 1) : position + 1;
}

export interface NumberedPage<T> {
  items: T[];
  pages: Record<string, unknown>;
  total: number;
}

/** Page-number paging, where a list that changes meanwhile shifts under the reader. `next` is an address. */
export function numberedPage<T>(
  items: readonly T[],
  page: number,
  perPage: number,
  address: string,
): NumberedPage<T> {
  const totalPages = Math.ceil(items.length / perPage);
  const separator = address.includes('?') ? '&' : '?';
  return {
    items: items.slice((page - 1) * perPage, page * perPage),
    total: items.length,
    pages: {
      type: 'pages',
      next: page < totalPages ? `${address}${separator}per_page=${perPage}&page=${page + 1}` : null,
      page,
      per_page: perPage,
      total_pages: totalPages,
    },
  };
}
