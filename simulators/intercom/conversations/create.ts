import { ok, type ApiContext, type Reply } from '../context.ts';
import { invalid, missing, notFound } from '../failure.ts';
import type { Contact, Conversation } from '../records.ts';
import { fieldsOf, integerField, isFields, onlyKeys, stringField, type Fields } from '../request-fields.ts';
import { textToHtml } from '../text.ts';
import { V216 } from '../versions.ts';
import { readAttachmentUrls } from './attachments.ts';
import { storeConversation } from './conversation-store.ts';
import { runWorkflows } from './notify.ts';

/**
 * Answers a message, not a conversation, and the two have different ids (Intercom API 2.16, POST /conversations). The
 * body is plain text: HTML is shown as it was typed.
 */
export async function createConversation(context: ApiContext): Promise<Reply> {
  const fields = fieldsOf(context);
  const keys = ['from', 'body', 'subject', 'attachment_urls', 'created_at'];
  onlyKeys(context, fields, context.version >= V216 ? [...keys, 'brand_id'] : keys);
  const body = stringField(fields, 'body');
  if (body === undefined || body === null || body === '') throw missing('body not specified', 'body');
  const contact = senderOf(context, fields);
  const createdAt = readCreatedAt(context, fields, null);
  const attachments = await readAttachmentUrls(context, fields);
  const conversation: Conversation = {
    id: context.workspace.ids.next('conversation'),
    messageId: context.workspace.ids.next('message'),
    createdAt,
    updatedAt: context.now,
    title: null,
    subject: stringField(fields, 'subject') ?? '',
    body: textToHtml(body),
    authorContactId: contact.id,
    sourceAttachments: attachments,
    sourceRedacted: false,
    contactIds: [contact.id],
    adminAssigneeId: 0,
    teamAssigneeId: 0,
    open: true,
    state: 'open',
    read: false,
    snoozedUntil: null,
    waitingSince: createdAt,
    priority: 'none',
    companyId: null,
    tags: [],
    customAttributes: new Map(),
    parts: [],
    createdMs: context.nowMs,
    mergedInto: null,
  };
  storeConversation(context.workspace, conversation);
  contact.lastRepliedAt = Math.max(contact.lastRepliedAt ?? 0, createdAt);
  runWorkflows(context, conversation, 'workflow_on_new_conversation', null);
  return ok({
    type: 'user_message',
    id: conversation.messageId,
    created_at: createdAt,
    body,
    message_type: 'inapp',
    conversation_id: conversation.id,
  });
}

function senderOf(context: ApiContext, fields: Fields): Contact {
  const { from } = fields;
  if (!isFields(from)) throw missing('from not specified', 'from');
  const { type, id } = from;
  if (type !== 'user' && type !== 'lead' && type !== 'contact') {
    throw invalid('from.type must be user, lead or contact', 'from');
  }
  const contact = typeof id === 'string' ? context.workspace.contacts.get(id) : undefined;
  const ready = context.nowMs - (contact?.createdMs ?? 0) >= context.state.switches.contactReadyAfterMs;
  if (contact === undefined || contact.archived || contact.mergedInto !== null || !ready)
    throw notFound('User Not Found');
  return contact;
}

/**
 * Seconds, by default now. The true rule is unmeasured: strict means neither in the future nor, for a reply, before the
 * conversation.
 */
export function readCreatedAt(
  context: ApiContext,
  fields: Fields,
  conversation: Conversation | null,
): number {
  const value = integerField(fields, 'created_at');
  if (value === undefined || value === null) return context.now;
  const earliest = conversation?.createdAt ?? 1;
  if (context.state.switches.strictCreatedAt && (value > context.now || value < earliest)) {
    throw invalid(`${value} is an invalid value for created_at`, 'created_at');
  }
  return value;
}
