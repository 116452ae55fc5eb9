import { PAGE_SIZE } from './pages.ts';
import * as schemas from './schemas.ts';
import type { Sdk } from './sdk.ts';
import type { IntercomTransport } from './transport.ts';
import { checked, orNull, typedCalls } from './typed-call.ts';

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

/** Conversations and what is said in them. */
export function createConversationCalls(transport: IntercomTransport, sdk: Sdk) {
  const call = typedCalls(transport);

  return {
    async createConversation(body: { from: { type: 'user'; id: string }; body: string; created_at: number }) {
      return checked(schemas.CreatedMessage, 'POST /conversations', await sdk.conversations.create(body));
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
  };
}
