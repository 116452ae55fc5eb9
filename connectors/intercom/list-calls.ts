import { z } from 'zod';
import { CursorPages, fromCursor, fromNumber, nextCursor, nextNumber, NumberedPages } from './pages.ts';
import { CustomObjectInstance, Id } from './schemas.ts';
import type { IntercomTransport } from './transport.ts';
import { typedCalls } from './typed-call.ts';

const InstancePage = z.object({
  data: z.array(CustomObjectInstance),
  total_count: z.number(),
  pages: NumberedPages,
});

const OurId = z
  .string()
  .nullish()
  .transform((id) => id ?? null);

const FoundContacts = z.object({
  data: z.array(z.object({ id: Id, external_id: OurId })),
  total_count: z.number(),
  pages: CursorPages,
});
const FoundConversations = z.object({
  conversations: z.array(
    z.object({
      id: Id,
      created_at: z.number(),
      source: z.object({ body: z.string().nullish() }).nullish(),
    }),
  ),
  total_count: z.number(),
  pages: CursorPages,
});
const CompanyPage = z.object({
  data: z.array(z.object({ id: Id, company_id: OurId })),
  total_count: z.number(),
  pages: NumberedPages,
});

/** One condition of a search (Intercom API 2.16, operators of POST /contacts/search and /conversations/search). */
export interface SearchFilter {
  field: string;
  operator: '=' | '^';
  value: string | number | boolean;
}

/** One page of a list; `next` is null on the last. */
export interface ListPage<T> {
  items: T[];
  /** Of the whole list. */
  total: number;
  next: string | null;
}

/** Whole lists, page by page: what reads many records in few calls. Custom objects have a list since 2.16. */
export function createListCalls(transport: IntercomTransport) {
  const call = typedCalls(transport);

  const searchOf = (query: SearchFilter, cursor: string | null) => ({
    query,
    pagination: fromCursor(cursor),
  });

  return {
    /** Archived and merged contacts are not found; new ones only after the index has caught up. */
    async pageOfFoundContacts(
      filter: SearchFilter,
      cursor: string | null,
    ): Promise<ListPage<{ id: string; external_id: string | null }>> {
      const answer = await call(FoundContacts, {
        method: 'POST',
        path: '/contacts/search',
        operation: 'POST /contacts/search',
        body: searchOf(filter, cursor),
      });
      return { items: answer.data, total: answer.total_count, next: nextCursor(answer.pages) };
    },
    async pageOfFoundConversations(
      filter: SearchFilter,
      cursor: string | null,
    ): Promise<ListPage<{ id: string; created_at: number; body: string }>> {
      const answer = await call(FoundConversations, {
        method: 'POST',
        path: '/conversations/search',
        operation: 'POST /conversations/search',
        body: searchOf(filter, cursor),
      });
      const items = answer.conversations.map(({ id, created_at, source }) => ({
        id,
        created_at,
        body: source?.body ?? '',
      }));
      return { items, total: answer.total_count, next: nextCursor(answer.pages) };
    },
    /** Companies without contacts are in no list, and beyond 10,000 the list ends (Intercom API reference, 1.6 and 4). */
    async pageOfCompanies(
      cursor: string | null,
    ): Promise<ListPage<{ id: string; company_id: string | null }>> {
      const answer = await call(CompanyPage, {
        method: 'GET',
        path: '/companies',
        operation: 'GET /companies',
        query: fromNumber(cursor),
      });
      return { items: answer.data, total: answer.total_count, next: nextNumber(cursor, answer) };
    },
    async pageOfInstances(
      type: string,
      cursor: string | null,
    ): Promise<ListPage<z.infer<typeof CustomObjectInstance>>> {
      const answer = await call(InstancePage, {
        method: 'GET',
        path: `/custom_object_instances/${encodeURIComponent(type)}`,
        operation: 'GET /custom_object_instances/{type}',
        query: fromNumber(cursor),
      });
      return { items: answer.data, total: answer.total_count, next: nextNumber(cursor, answer) };
    },
  };
}
