import type { z } from 'zod';
import { NotFoundError } from '../../errors.ts';
import * as schemas from './schemas.ts';
import { createBulkCalls } from './bulk.ts';
import { createHelpCenterCalls } from './help-center.ts';
import { createListCalls } from './lists.ts';
import { createSdk } from './sdk.ts';
import { createUndoCalls } from './undo-calls.ts';
import { unexpectedAnswer, type IntercomCall, type IntercomTransport } from './transport.ts';

/** Largest page of the cursor and page lists we read (Intercom API 2.16). */
export const PAGE_SIZE = 150;

/** At most ten a reply (Intercom API 2.16, conversation attachment files). */
export interface AttachmentFile {
  content_type: string;
  name: string;
  /** Base64. */
  data: string;
}

export type ConversationReply =
  | {
      message_type: 'comment';
      type: 'user';
      intercom_user_id: string;
      body: string;
      created_at: number;
      attachment_files?: AttachmentFile[];
    }
  | {
      message_type: 'comment' | 'note';
      type: 'admin';
      admin_id: string;
      body: string;
      created_at: number;
      skip_notifications: true;
      attachment_files?: AttachmentFile[];
    };

export type ConversationAction =
  | { message_type: 'close'; type: 'admin'; admin_id: string }
  | { message_type: 'open'; admin_id: string }
  | { message_type: 'assignment'; type: 'admin' | 'team'; admin_id: string; assignee_id: string };

export interface NewConversationAttribute {
  name: string;
  data_type: 'string' | 'integer' | 'list' | 'decimal' | 'boolean' | 'datetime' | 'relationship';
  description?: string;
  multiline?: boolean;
  options?: { label: string }[];
  reference?: { type: 'one' | 'many'; object_type_id: string };
}

export interface NewDataAttribute {
  name: string;
  model: 'contact' | 'company';
  data_type: 'string' | 'integer' | 'float' | 'boolean' | 'datetime' | 'date' | 'options';
  description?: string;
  options?: { value: string }[];
}

/**
 * One small function per API operation we use. The SDK carries those it describes; a thin call carries what is newer
 * than its description (2.14) or missing from its types: conversation attributes, `skip_notifications`, instance lists.
 */
export type IntercomClient = ReturnType<typeof createIntercomClient>;

export function createIntercomClient(transport: IntercomTransport, baseUrl: string) {
  const sdk = createSdk(transport, baseUrl);

  function parse<T extends z.ZodType>(schema: T, operation: string, body: unknown): z.infer<T> {
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw unexpectedAnswer(operation, parsed.error);
    return parsed.data;
  }
  async function call<T extends z.ZodType>(schema: T, request: IntercomCall): Promise<z.infer<T>> {
    return parse(schema, request.operation, await transport.send(request));
  }
  async function orNull<T>(promise: Promise<T>): Promise<T | null> {
    try {
      return await promise;
    } catch (error) {
      if (error instanceof NotFoundError) return null;
      throw error;
    }
  }
  const instances = (type: string) => `/custom_object_instances/${encodeURIComponent(type)}`;

  return {
    ...createHelpCenterCalls(transport),
    ...createListCalls(transport),
    ...createUndoCalls(transport),
    ...createBulkCalls(transport),

    // People who run the workspace
    async me() {
      return parse(schemas.Me, 'GET /me', await sdk.admins.identify());
    },
    async listAdmins() {
      return parse(schemas.AdminList, 'GET /admins', await sdk.admins.list()).admins;
    },

    // Contacts
    async createContact(body: Record<string, unknown>) {
      return parse(schemas.Contact, 'POST /contacts', await sdk.contacts.create(body as never));
    },
    async updateContact(id: string, body: Record<string, unknown>) {
      return parse(
        schemas.Contact,
        'PUT /contacts/{id}',
        await sdk.contacts.update({ ...body, contact_id: id }),
      );
    },
    async getContact(id: string) {
      return orNull(
        sdk.contacts
          .find({ contact_id: id })
          .then((body) => parse(schemas.Contact, 'GET /contacts/{id}', body)),
      );
    },
    findContactByExternalId: (externalId: string) =>
      orNull(
        call(schemas.Contact, {
          method: 'GET',
          path: `/contacts/find_by_external_id/${encodeURIComponent(externalId)}`,
          operation: 'GET /contacts/find_by_external_id/{external_id}',
        }),
      ),
    async unarchiveContact(id: string) {
      await sdk.contacts.unarchive({ contact_id: id });
    },
    attachCompany: (contactId: string, companyId: string) =>
      call(schemas.Company, {
        method: 'POST',
        path: `/contacts/${contactId}/companies`,
        operation: 'POST /contacts/{id}/companies',
        body: { id: companyId },
      }),
    async listContactCompanies(contactId: string) {
      const page = await call(schemas.CompanyList, {
        method: 'GET',
        path: `/contacts/${contactId}/companies`,
        operation: 'GET /contacts/{id}/companies',
        query: { per_page: PAGE_SIZE },
      });
      return page.data;
    },

    async listContactTags(contactId: string) {
      const list = await call(schemas.TagList, {
        method: 'GET',
        path: `/contacts/${contactId}/tags`,
        operation: 'GET /contacts/{id}/tags',
      });
      return list.data;
    },

    // Companies
    async upsertCompany(body: Record<string, unknown>) {
      return parse(schemas.Company, 'POST /companies', await sdk.companies.createOrUpdate(body));
    },
    async getCompany(id: string) {
      return orNull(
        sdk.companies
          .find({ company_id: id })
          .then((body) => parse(schemas.Company, 'GET /companies/{id}', body)),
      );
    },
    findCompany: (companyId: string) =>
      orNull(
        call(schemas.Company, {
          method: 'GET',
          path: '/companies',
          operation: 'GET /companies',
          query: { company_id: companyId },
        }),
      ),

    // Attributes and tags
    async listDataAttributes(model: 'contact' | 'company', options: { archivedToo?: true } = {}) {
      const list = parse(
        schemas.DataAttributeList,
        'GET /data_attributes',
        await sdk.dataAttributes.list({
          model,
          ...(options.archivedToo === undefined ? {} : { include_archived: true }),
        }),
      );
      return list.data;
    },
    async createDataAttribute(body: NewDataAttribute) {
      return parse(
        schemas.DataAttribute,
        'POST /data_attributes',
        await sdk.dataAttributes.create(body as never),
      );
    },
    async listConversationAttributes() {
      const list = await call(schemas.ConversationAttributeList, {
        method: 'GET',
        path: '/conversations/attributes',
        operation: 'GET /conversations/attributes',
      });
      return list.data;
    },
    createConversationAttribute: (body: NewConversationAttribute) =>
      call(schemas.ConversationAttribute, {
        method: 'POST',
        path: '/conversations/attributes',
        operation: 'POST /conversations/attributes',
        body,
      }),
    /** Answers the whole attribute with its options. */
    addConversationAttributeOption: (id: string, label: string) =>
      call(schemas.ConversationAttribute, {
        method: 'POST',
        path: `/conversations/attributes/${id}/options`,
        operation: 'POST /conversations/attributes/{id}/options',
        body: { label },
      }),
    async listTags() {
      return parse(schemas.TagList, 'GET /tags', await sdk.tags.list()).data;
    },
    async createTag(name: string) {
      return parse(schemas.Tag, 'POST /tags', await sdk.tags.create({ name }));
    },
    async tagContact(contactId: string, tagId: string) {
      await sdk.tags.tagContact({ contact_id: contactId, id: tagId });
    },
    async tagConversation(conversationId: string, tagId: string, adminId: string) {
      await sdk.tags.tagConversation({ conversation_id: conversationId, id: tagId, admin_id: adminId });
    },

    // Conversations
    async createConversation(body: { from: { type: 'user'; id: string }; body: string; created_at: number }) {
      return parse(schemas.CreatedMessage, 'POST /conversations', await sdk.conversations.create(body));
    },
    /** At most the 500 newest parts come back; `plaintext` compares without HTML noise. */
    getConversation: (id: string) =>
      orNull(
        call(schemas.Conversation, {
          method: 'GET',
          path: `/conversations/${id}`,
          operation: 'GET /conversations/{id}',
          query: { display_as: 'plaintext' },
        }),
      ),
    async searchConversations(query: unknown, perPage = PAGE_SIZE) {
      const page = await call(schemas.ConversationSearch, {
        method: 'POST',
        path: '/conversations/search',
        operation: 'POST /conversations/search',
        body: { query, pagination: { per_page: perPage } },
      });
      return page.conversations;
    },
    /** `skip_notifications` (2.15 and later) is in no SDK type; a comment without it is e-mailed to the contact. */
    async reply(id: string, body: ConversationReply) {
      await transport.send({
        method: 'POST',
        path: `/conversations/${id}/reply`,
        operation: 'POST /conversations/{id}/reply',
        body,
        answerUnread: true,
      });
    },
    async manage(id: string, body: ConversationAction) {
      await transport.send({
        method: 'POST',
        path: `/conversations/${id}/parts`,
        operation: 'POST /conversations/{id}/parts',
        body,
        answerUnread: true,
      });
    },
    async updateConversation(
      id: string,
      body: {
        title?: string;
        company_id?: string;
        read?: boolean;
        custom_attributes?: Record<string, unknown>;
      },
    ) {
      await transport.send({
        method: 'PUT',
        path: `/conversations/${id}`,
        operation: 'PUT /conversations/{id}',
        body,
        answerUnread: true,
      });
    },

    /** For good; one that is gone already is as it should be. Without `retain_metrics` a trace stays in reporting. */
    async deleteConversation(id: string) {
      await orNull(
        transport.send({
          method: 'DELETE',
          path: `/conversations/${id}`,
          operation: 'DELETE /conversations/{id}',
        }),
      );
    },

    // Custom object instances
    async upsertInstance(type: string, body: Record<string, unknown>) {
      return parse(
        schemas.CustomObjectInstance,
        'POST /custom_object_instances/{type}',
        await sdk.customObjectInstances.createCustomObjectInstances({
          ...body,
          custom_object_type_identifier: type,
        }),
      );
    },
    /** Throws NotFoundError; its message tells a missing type from a missing instance. */
    findInstance: (type: string, externalId: string) =>
      call(schemas.CustomObjectInstance, {
        method: 'GET',
        path: instances(type),
        operation: 'GET /custom_object_instances/{type}',
        query: { external_id: externalId },
      }),
    getInstance: (type: string, id: string) =>
      orNull(
        call(schemas.CustomObjectInstance, {
          method: 'GET',
          path: `${instances(type)}/${id}`,
          operation: 'GET /custom_object_instances/{type}/{id}',
        }),
      ),
    async deleteInstance(type: string, externalId: string) {
      await transport.send({
        method: 'DELETE',
        path: instances(type),
        operation: 'DELETE /custom_object_instances/{type}',
        query: { external_id: externalId },
      });
    },
  };
}
