import { z } from 'zod';
import { CustomObjectInstance } from './schemas.ts';
import { unexpectedAnswer, type IntercomCall, type IntercomTransport } from './transport.ts';

/** Largest page (Intercom API 2.16, GET /custom_object_instances/{type}). */
const PAGE_SIZE = 150;

const InstancePage = z.object({
  data: z.array(CustomObjectInstance),
  total_count: z.number(),
  pages: z.object({ total_pages: z.number() }).nullish(),
});

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

  return {
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
