import { z } from 'zod';
import { CustomObjectInstance, Id } from './schemas.ts';
import { unexpectedAnswer, type IntercomCall, type IntercomTransport } from './transport.ts';

/** Largest page (Intercom API 2.16, GET /custom_object_instances/{type}). */
const PAGE_SIZE = 150;

const InstancePage = z.object({
  data: z.array(CustomObjectInstance),
  total_count: z.number(),
  pages: z.object({ total_pages: z.number() }).nullish(),
});

const OurId = z
  .string()
  .nullish()
  .transform((id) => id ?? null);
const NextCursor = z.object({ next: z.object({ starting_after: z.string().nullish() }).nullish() }).nullish();

const FoundContacts = z.object({
  data: z.array(z.object({ id: Id, external_id: OurId })),
  total_count: z.number(),
  pages: NextCursor,
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
  pages: NextCursor,
});
const CompanyPage = z.object({
  data: z.array(z.object({ id: Id, company_id: OurId })),
  total_count: z.number(),
  pages: z.object({ total_pages: z.number() }).nullish(),
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
  async function call<T extends z.ZodType>(schema: T, request: IntercomCall): Promise<z.infer<T>> {
    const parsed = schema.safeParse(await transport.send(request));
    if (!parsed.success) throw unexpectedAnswer(request.operation, parsed.error);
    return parsed.data;
  }

  const searchOf = (query: SearchFilter, cursor: string | null) => ({
    query,
    pagination: { per_page: PAGE_SIZE, ...(cursor === null ? {} : { starting_after: cursor }) },
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
      const next = answer.pages?.next?.starting_after ?? null;
      return { items: answer.data, total: answer.total_count, next };
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
      return { items, total: answer.total_count, next: answer.pages?.next?.starting_after ?? null };
    },
    /** Companies without contacts are in no list, and beyond 10,000 the list ends (Intercom API reference, 1.6 and 4). */
    async pageOfCompanies(
      cursor: string | null,
    ): Promise<ListPage<{ id: string; company_id: string | null }>> {
      const page = cursor === null ? 1 : Number(cursor);
      const answer = await call(CompanyPage, {
        method: 'GET',
        path: '/companies',
        operation: 'GET /companies',
        query: { page, per_page: PAGE_SIZE },
      });
      const isLast = answer.data.length === 0 || page >= (answer.pages?.total_pages ?? 1);
      return { items: answer.data, total: answer.total_count, next: isLast ? null : String(page + 1) };
    },
    async pageOfInstances(
      type: string,
      cursor: string | null,
    ): Promise<ListPage<z.infer<typeof CustomObjectInstance>>> {
      const page = cursor === null ? 1 : Number(cursor);
      const answer = await call(InstancePage, {
        method: 'GET',
        path: `/custom_object_instances/${encodeURIComponent(type)}`,
        operation: 'GET /custom_object_instances/{type}',
        query: { page, per_page: PAGE_SIZE },
      });
      const isLast = answer.data.length === 0 || page >= (answer.pages?.total_pages ?? 1);
      return { items: answer.data, total: answer.total_count, next: isLast ? null : String(page + 1) };
    },
  };
}
