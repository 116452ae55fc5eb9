import { z } from 'zod';
import type { ListPage } from './list-calls.ts';
import { CursorPages, fromCursor, nextCursor } from './pages.ts';
import { Contact } from './schemas.ts';
import type { IntercomTransport } from './transport.ts';
import { typedCalls } from './typed-call.ts';

/** Most contacts of one call (Intercom API Preview, POST /contacts/bulk). */
export const BULK_SIZE = 100;
/** The bulk calls are in no numbered version. */
const PREVIEW = 'Preview';

const Job = z.object({
  id: z.string(),
  state: z.enum(['pending', 'running', 'completed', 'completed_with_errors']),
});

const ContactPage = z.object({
  data: z.array(Contact),
  total_count: z.number(),
  pages: CursorPages,
});

/** Contacts by the hundred, asynchronously; what became of each item no answer says, the list of contacts does. */
export function createBulkCalls(transport: IntercomTransport) {
  const call = typedCalls(transport);

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
        query: fromCursor(cursor),
      });
      return { items: page.data, total: page.total_count, next: nextCursor(page.pages) };
    },
  };
}
