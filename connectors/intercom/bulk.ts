import { z } from 'zod';
import { Contact } from './schemas.ts';
import type { ListPage } from './lists.ts';
import { unexpectedAnswer, type IntercomCall, type IntercomTransport } from './transport.ts';

/** Most contacts of one call (Intercom API Preview, POST /contacts/bulk). */
export const BULK_SIZE = 100;
/** Largest page of contacts (Intercom API reference, section 1.6). */
const PAGE_SIZE = 150;
/** The bulk calls are in no numbered version. */
const PREVIEW = 'Preview';

const Job = z.object({
  id: z.string(),
  state: z.enum(['pending', 'running', 'completed', 'completed_with_errors']),
});

const ContactPage = z.object({
  data: z.array(Contact),
  total_count: z.number(),
  pages: z.object({ next: z.object({ starting_after: z.string() }).nullish() }).nullish(),
});

/** Contacts by the hundred, asynchronously; what became of each item no answer says, the list of contacts does. */
export function createBulkCalls(transport: IntercomTransport) {
  async function call<T extends z.ZodType>(schema: T, request: IntercomCall): Promise<z.infer<T>> {
    const parsed = schema.safeParse(await transport.send(request));
    if (!parsed.success) throw unexpectedAnswer(request.operation, parsed.error);
    return parsed.data;
  }

  return {
    /** Strict create: an item whose external id or address exists is refused, silently. Returns the job's id. */
    async bulkCreateContacts(contacts: Record<string, unknown>[]): Promise<string> {
      const job = await call(Job, {
        method: 'POST',
        path: '/contacts/bulk',
        operation: 'POST /contacts/bulk',
        version: PREVIEW,
        body: { contacts },
      });
      return job.id;
    },
    /** Whether every item of the job has been handled, well or not. */
    async isBulkJobDone(id: string): Promise<boolean> {
      const job = await call(Job, {
        method: 'GET',
        path: `/contacts/bulk/${encodeURIComponent(id)}`,
        operation: 'GET /contacts/bulk/{id}',
        version: PREVIEW,
      });
      return job.state === 'completed' || job.state === 'completed_with_errors';
    },
    /** Archived and merged contacts are not listed (Intercom API 2.16, GET /contacts). */
    async pageOfContacts(cursor: string | null): Promise<ListPage<z.infer<typeof Contact>>> {
      const page = await call(ContactPage, {
        method: 'GET',
        path: '/contacts',
        operation: 'GET /contacts',
        query: { per_page: PAGE_SIZE, ...(cursor === null ? {} : { starting_after: cursor }) },
      });
      return {
        items: page.data,
        total: page.total_count,
        next: page.pages?.next?.starting_after ?? null,
      };
    },
  };
}
