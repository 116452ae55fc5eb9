import * as schemas from './schemas.ts';
import type { Sdk } from './sdk.ts';
import type { IntercomTransport } from './transport.ts';
import { checked, typedCalls } from './typed-call.ts';

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

/** Attributes and tags. */
export function createAttributeCalls(transport: IntercomTransport, sdk: Sdk) {
  const call = typedCalls(transport);

  return {
    async listDataAttributes(model: 'contact' | 'company', options: { archivedToo?: true } = {}) {
      const list = checked(
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
      return checked(
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
      return checked(schemas.TagList, 'GET /tags', await sdk.tags.list()).data;
    },
    async createTag(name: string) {
      return checked(schemas.Tag, 'POST /tags', await sdk.tags.create({ name }));
    },
    async tagContact(contactId: string, tagId: string) {
      await sdk.tags.tagContact({ contact_id: contactId, id: tagId });
    },
    async tagConversation(conversationId: string, tagId: string, adminId: string) {
      await sdk.tags.tagConversation({ conversation_id: conversationId, id: tagId, admin_id: adminId });
    },
  };
}
