import { z } from 'zod';

/** Largest page of every list we read (Intercom API 2.16). */
export const PAGE_SIZE = 150;

/** Some lists go by cursor, some by number; callers hold a cursor for either, null at the beginning and at the end. */
export const CursorPages = z
  .object({ next: z.object({ starting_after: z.string().nullish() }).nullish() })
  .nullish();
export const NumberedPages = z.object({ total_pages: z.number().nullish() }).nullish();

export function fromCursor(cursor: string | null): { per_page: number; starting_after?: string } {
  return { per_page: PAGE_SIZE, ...(cursor === null ? {} : { starting_after: cursor }) };
}

export function nextCursor(pages: z.infer<typeof CursorPages>): string | null {
  return pages?.next?.starting_after ?? null;
}

export function fromNumber(cursor: string | null): { page: number; per_page: number } {
  return { page: cursor === null ? 1 : Number(cursor), per_page: PAGE_SIZE };
}

export function nextNumber(
  cursor: string | null,
  answer: { data: readonly unknown[]; pages?: z.infer<typeof NumberedPages> },
): string | null {
  const { page } = fromNumber(cursor);
  const isLast = answer.data.length === 0 || page >= (answer.pages?.total_pages ?? 1);
  return isLast ? null : String(page + 1);
}
