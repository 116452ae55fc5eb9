import { z } from 'zod';
import { CursorPages, fromCursor, fromNumber, nextCursor, nextNumber, NumberedPages } from './pages.ts';
import * as schemas from './schemas.ts';
import type { IntercomCall, IntercomTransport } from './transport.ts';
import { typedCalls } from './typed-call.ts';

const Search = z.object({
  total_count: z.number().nullish(),
  pages: CursorPages,
});
const ConversationIds = Search.extend({ conversations: z.array(z.object({ id: schemas.Id })) });
const ContactIds = Search.extend({ data: z.array(z.object({ id: schemas.Id })) });
const NumberedIds = z.object({
  data: z.array(z.object({ id: schemas.Id })),
  pages: NumberedPages,
});

/** Ids of one page, and how to ask for the next. */
export interface IdPage {
  ids: string[];
  next: string | null;
}

/**
 * What a rollback calls: deleting, archiving, taking off (Intercom API 2.16). All of it can be repeated: the second time
 * answers 404.
 */
export function createUndoCalls(transport: IntercomTransport) {
  const call = typedCalls(transport);
  const remove = async (path: string, operation: string, body?: unknown): Promise<void> => {
    const request = body === undefined ? {} : { body };
    await transport.send({ method: 'DELETE', path, operation, answerEmpty: true, ...request });
  };

  return {
    // People and companies
    async archiveContact(id: string) {
      const path = `/contacts/${id}/archive`;
      await transport.send({ method: 'POST', path, operation: 'POST /contacts/{id}/archive' });
    },
    /** Permanent: the contact's conversations go too, and its external id stays locked for about seven days (reported). */
    deleteContact: (id: string) => remove(`/contacts/${id}`, 'DELETE /contacts/{id}'),
    detachCompany: (contactId: string, companyId: string) =>
      remove(`/contacts/${contactId}/companies/${companyId}`, 'DELETE /contacts/{id}/companies/{company_id}'),
    untagContact: (contactId: string, tagId: string) =>
      remove(`/contacts/${contactId}/tags/${tagId}`, 'DELETE /contacts/{id}/tags/{tag_id}'),
    /** Answers at once and archives the company later; its contacts stay. */
    deleteCompany: (id: string) => remove(`/companies/${id}`, 'DELETE /companies/{id}'),
    async contactsOfCompany(id: string, cursor: string | null): Promise<IdPage> {
      return numbered(cursor, {
        path: `/companies/${id}/contacts`,
        operation: 'GET /companies/{id}/contacts',
      });
    },

    // Conversations
    untagConversation: (id: string, tagId: string, adminId: string) =>
      remove(`/conversations/${id}/tags/${tagId}`, 'DELETE /conversations/{id}/tags/{tag_id}', {
        admin_id: adminId,
      }),
    async conversationIds(query: { field: string; value: string }, cursor: string | null): Promise<IdPage> {
      const page = await call(ConversationIds, {
        method: 'POST',
        path: '/conversations/search',
        operation: 'POST /conversations/search',
        body: searchFor(query, cursor),
      });
      return { ids: page.conversations.map(({ id }) => id), next: nextCursor(page.pages) };
    },

    // Custom objects and content
    deleteInstanceById: (type: string, id: string) =>
      remove(
        `/custom_object_instances/${encodeURIComponent(type)}/${id}`,
        'DELETE /custom_object_instances/{type}/{id}',
      ),
    deleteArticle: (id: string) => remove(`/articles/${id}`, 'DELETE /articles/{id}'),
    untagArticle: (id: string, tagId: string) =>
      remove(`/articles/${id}/tags/${tagId}`, 'DELETE /articles/{id}/tags/{tag_id}'),
    deleteInternalArticle: (id: string) =>
      remove(`/internal_articles/${id}`, 'DELETE /internal_articles/{id}'),
    untagInternalArticle: (id: string, tagId: string) =>
      remove(`/internal_articles/${id}/tags/${tagId}`, 'DELETE /internal_articles/{id}/tags/{tag_id}'),
    deleteCollection: (id: string) =>
      remove(`/help_center/collections/${id}`, 'DELETE /help_center/collections/{id}'),

    // Tags and attributes
    deleteTag: (id: string) => remove(`/tags/${id}`, 'DELETE /tags/{id}'),
    async contactIdsWithTag(tagId: string, cursor: string | null): Promise<IdPage> {
      const page = await call(ContactIds, {
        method: 'POST',
        path: '/contacts/search',
        operation: 'POST /contacts/search',
        body: searchFor({ field: 'tag_id', value: tagId }, cursor),
      });
      return { ids: page.data.map(({ id }) => id), next: nextCursor(page.pages) };
    },
    async companyIdsWithTag(tagId: string, cursor: string | null): Promise<IdPage> {
      return numbered(cursor, { path: '/companies', operation: 'GET /companies', query: { tag_id: tagId } });
    },
    async setDataAttributeArchived(id: string, archived: boolean) {
      return call(schemas.DataAttribute, {
        method: 'PUT',
        path: `/data_attributes/${id}`,
        operation: 'PUT /data_attributes/{id}',
        body: { archived },
      });
    },
    /** There is no way back through the API: the attribute can only be made anew. */
    archiveConversationAttribute: (id: string) =>
      remove(`/conversations/attributes/${id}`, 'DELETE /conversations/attributes/{id}'),
    archiveConversationOption: (id: string, optionId: string) =>
      remove(
        `/conversations/attributes/${id}/options/${optionId}`,
        'DELETE /conversations/attributes/{id}/options/{option_id}',
      ),
  };

  async function numbered(
    cursor: string | null,
    request: Pick<IntercomCall, 'path' | 'operation' | 'query'>,
  ): Promise<IdPage> {
    const query = { ...request.query, ...fromNumber(cursor) };
    const answer = await call(NumberedIds, { ...request, method: 'GET', query });
    return { ids: answer.data.map(({ id }) => id), next: nextNumber(cursor, answer) };
  }
}

function searchFor({ field, value }: { field: string; value: string }, cursor: string | null) {
  return { query: { field, operator: '=', value }, pagination: fromCursor(cursor) };
}
