import { api, ok, param, type ApiContext, type Reply } from '../context.ts';
import { ApiFailure, invalid, notFound } from '../failure.ts';
import { cursorPage, numberedPage } from '../paging.ts';
import type { Conversation } from '../records.ts';
import { fieldsOf, idField, onlyKeys, pageNumber, pageSize } from '../request-fields.ts';
import type { Route } from '../router.ts';
import { V216 } from '../versions.ts';
import {
  appendPart,
  conversationOf,
  deleteConversation,
  OPERATOR,
  unindexBody,
} from './conversation-store.ts';
import { conversationSummary, conversationView } from './conversation-view.ts';
import { createConversation } from './create.ts';
import { addParticipant, addTag, removeParticipant, removeTag } from './links.ts';
import { manage } from './manage.ts';
import { reply } from './reply.ts';
import { searchConversations } from './search.ts';
import { updateConversation } from './update.ts';

/** Conversations (Intercom API 2.16, Conversations). */
export const conversationRoutes: Route[] = [
  { method: 'POST', path: '/conversations', handler: api(createConversation) },
  { method: 'GET', path: '/conversations', handler: api(list) },
  { method: 'POST', path: '/conversations/search', handler: api(searchConversations) },
  { method: 'GET', path: '/conversations/deleted', since: V216, handler: api(listDeleted) },
  { method: 'POST', path: '/conversations/redact', handler: api(redact) },
  {
    method: 'GET',
    path: '/conversations/{id}',
    handler: api((context) => ok(conversationView(context, conversationOf(context, param(context, 0))))),
  },
  { method: 'PUT', path: '/conversations/{id}', handler: api(updateConversation) },
  { method: 'DELETE', path: '/conversations/{id}', handler: api(remove) },
  { method: 'POST', path: '/conversations/{id}/reply', handler: api(reply) },
  { method: 'POST', path: '/conversations/{id}/parts', handler: api(manage) },
  { method: 'POST', path: '/conversations/{id}/tags', handler: api(addTag) },
  { method: 'DELETE', path: '/conversations/{id}/tags/{tag_id}', handler: api(removeTag) },
  { method: 'POST', path: '/conversations/{id}/customers', handler: api(addParticipant) },
  { method: 'DELETE', path: '/conversations/{id}/customers/{contact_id}', handler: api(removeParticipant) },
  { method: 'POST', path: '/conversations/{id}/merge', since: V216, handler: api(merge) },
];

function list(context: ApiContext): Reply {
  const conversations = [...context.workspace.conversations.values()].reverse();
  const page = cursorPage(
    conversations,
    pageSize(context.query, 20, 150),
    context.query.get('starting_after'),
  );
  return ok({
    type: 'conversation.list',
    pages: page.pages,
    total_count: page.total,
    conversations: page.items.map((conversation) => conversationSummary(context, conversation)),
  });
}

/** Permanent, a second time 404. Before 2.16 there is no `retain_metrics`. */
function remove(context: ApiContext): Reply {
  const conversation = conversationOf(context, param(context, 0));
  const retain = context.version < V216 || context.query.get('retain_metrics') !== 'false';
  deleteConversation(context.workspace, conversation, context.now, retain);
  return ok({ id: conversation.id, object: 'conversation', deleted: true });
}

function listDeleted(context: ApiContext): Reply {
  const order = context.query.get('order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') throw invalid('order must be asc or desc', 'order');
  const all = context.workspace.deletedConversations;
  const address = `${context.state.url}/conversations/deleted?order=${order}`;
  const ordered = order === 'desc' ? all.toReversed() : all;
  const page = numberedPage(ordered, pageNumber(context.query), pageSize(context.query, 20, 60), address);
  return ok({
    type: 'conversations.list',
    total_count: page.total,
    pages: page.pages,
    conversations: page.items.map((deleted) => ({
      type: 'conversation',
      id: deleted.id,
      metrics_retained: deleted.metricsRetained,
      deleted_at: deleted.deletedAt,
    })),
  });
}

const REDACTED = '<p><i>This message was deleted</i></p>';

/** A part needs a body, a source must come from a contact. */
function redact(context: ApiContext): Reply {
  const fields = fieldsOf(context);
  onlyKeys(context, fields, ['type', 'conversation_id', 'conversation_part_id', 'source_id']);
  const conversation = context.workspace.conversations.get(idField(fields, 'conversation_id') ?? '');
  const missingPart = notFound(
    'Conversation part or message not found',
    'conversation_part_or_message_not_found',
  );
  if (conversation === undefined) throw missingPart;
  if (fields['type'] === 'source') {
    if (idField(fields, 'source_id') !== conversation.messageId) throw missingPart;
    unindexBody(context.workspace, conversation);
    conversation.body = REDACTED;
    conversation.sourceRedacted = true;
    conversation.sourceAttachments = [];
  } else if (fields['type'] === 'conversation_part') {
    const part = conversation.parts.find((each) => each.id === idField(fields, 'conversation_part_id'));
    if (part === undefined) throw missingPart;
    if (part.body === null) {
      throw new ApiFailure(400, 'conversation_part_not_redactable', 'Conversation part cannot be redacted');
    }
    Object.assign(part, { body: REDACTED, redacted: true, attachments: [], updatedAt: context.now });
  } else {
    throw invalid('type must be conversation_part or source', 'type');
  }
  conversation.updatedAt = context.now;
  return ok(conversationView(context, conversation));
}

/** The secondary conversation is closed and stays linked to the primary one. */
function merge(context: ApiContext): Reply {
  const secondary = conversationOf(context, param(context, 0));
  const target = fieldsOf(context)['merge_into_conversation_id'];
  const id = typeof target === 'number' || typeof target === 'string' ? String(target) : '';
  if (!/^\d+$/.test(id)) throw invalid('merge_into_conversation_id must be a valid integer conversation ID');
  const primary = context.workspace.conversations.get(id);
  if (primary === undefined) throw mergeFailed('Primary conversation not found');
  if (secondary.mergedInto !== null) throw mergeFailed('Secondary conversation has already been merged');
  if (primary === secondary) throw mergeFailed('Cannot merge a conversation into itself');
  closeMerged(context, secondary, primary.id);
  appendPart(
    context.workspace,
    primary,
    { partType: 'merged_primary_conversation', author: OPERATOR },
    context.now,
  );
  return ok(conversationView(context, primary));
}

function closeMerged(context: ApiContext, secondary: Conversation, primaryId: string): void {
  Object.assign(secondary, { mergedInto: primaryId, state: 'closed', open: false, snoozedUntil: null });
  const part = { partType: 'merged_secondary_conversation', author: OPERATOR };
  appendPart(context.workspace, secondary, part, context.now);
}

function mergeFailed(message: string): ApiFailure {
  return new ApiFailure(422, 'merge_failed', message);
}
