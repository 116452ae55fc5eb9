import { ok, param, type ApiContext, type Reply } from '../context.ts';
import { invalid, missing, notFound } from '../failure.ts';
import { contactByIdentity } from '../people/contact-store.ts';
import type { Attachment, Contact, Conversation } from '../records.ts';
import { booleanField, fieldsOf, idField, onlyKeys, stringField, type Fields } from '../request-fields.ts';
import { noteToHtml, textToHtml } from '../text.ts';
import { PREVIEW, V215 } from '../versions.ts';
import { addToIndex } from '../workspace.ts';
import { readAttachmentFiles, readAttachmentUrls } from './attachments.ts';
import { appendPart, conversationOf, setOpen } from './conversation-store.ts';
import { contactAuthor, conversationView } from './conversation-view.ts';
import { readCreatedAt } from './create.ts';
import { mailParticipants, runWorkflows } from './notify.ts';
import { countReply } from './throttle.ts';

/** Comments and notes (Intercom API 2.16, POST /conversations/{id}/reply). Answers the whole conversation. */
export async function reply(context: ApiContext): Promise<Reply> {
  const fields = fieldsOf(context);
  const { type } = fields;
  if (type === 'user') return contactReply(context, fields);
  if (type === 'admin') return adminReply(context, fields);
  throw type === undefined
    ? missing('type not specified', 'type')
    : invalid('type must be admin or user', 'type');
}

const SHARED_KEYS = [
  'message_type',
  'type',
  'body',
  'created_at',
  'attachment_urls',
  'attachment_files',
  'reply_options',
];

async function contactReply(context: ApiContext, fields: Fields): Promise<Reply> {
  onlyKeys(context, fields, [...SHARED_KEYS, 'intercom_user_id', 'email', 'user_id']);
  if (fields['message_type'] !== 'comment' && fields['message_type'] !== 'quick_reply') {
    throw invalid('User can only create comments', 'message_type');
  }
  const identity = {
    intercomUserId: idField(fields, 'intercom_user_id'),
    userId: idField(fields, 'user_id'),
    email: idField(fields, 'email'),
  };
  if (Object.values(identity).every((value) => value === undefined)) {
    throw missing('One of intercom_user_id, email or user_id is required');
  }
  const contact = contactByIdentity(context.workspace, identity);
  if (contact === null) throw notFound('User Not Found');
  const conversation = target(context, contact);
  admit(context, conversation, contact);
  const body = readBody(fields, fields['message_type'] === 'quick_reply');
  const createdAt = readCreatedAt(context, fields, conversation);
  const attachments = await attachmentsOf(context, fields);
  countReply(context, conversation);
  const wakes = conversation.state !== 'open';
  // A contact who answers reopens, and the part then says so: the official example has part_type "open" with the text.
  if (wakes) setOpen(conversation);
  const part = appendPart(
    context.workspace,
    conversation,
    {
      partType: wakes ? 'open' : 'comment',
      author: contactAuthor(context.workspace, contact.id),
      body: body === null ? null : textToHtml(body),
      createdAt,
      attachments,
    },
    context.now,
  );
  conversation.waitingSince ??= createdAt;
  conversation.read = false;
  contact.lastRepliedAt = Math.max(contact.lastRepliedAt ?? 0, createdAt);
  runWorkflows(context, conversation, 'workflow_on_contact_reply', part);
  return ok(conversationView(context, conversation));
}

/** The word `last` stands for the contact's newest conversation. */
function target(context: ApiContext, contact: Contact): Conversation {
  const id = param(context, 0);
  if (id !== 'last') return conversationOf(context, id);
  const newest = [...(context.workspace.conversationsByContact.get(contact.id) ?? [])].at(-1);
  return conversationOf(context, newest ?? '');
}

function admit(context: ApiContext, conversation: Conversation, contact: Contact): void {
  if (conversation.contactIds.includes(contact.id)) return;
  if (context.state.switches.replyByNonParticipant === 'reject') throw notFound('User Not Found');
  conversation.contactIds.push(contact.id);
  addToIndex(context.workspace.conversationsByContact, contact.id, conversation.id);
}

async function adminReply(context: ApiContext, fields: Fields): Promise<Reply> {
  const keys = [...SHARED_KEYS, 'admin_id'];
  // Whether versions before 2.15 honour the option is unmeasured; connectors send it there too, so it is no error.
  onlyKeys(context, fields, [
    ...keys,
    'skip_notifications',
    ...(context.version >= PREVIEW ? ['skip_unsnooze'] : []),
  ]);
  const conversation = conversationOf(context, param(context, 0));
  const messageType = fields['message_type'];
  if (messageType !== 'comment' && messageType !== 'note' && messageType !== 'quick_reply') {
    throw invalid('message_type must be comment, note or quick_reply', 'message_type');
  }
  const admin = context.workspace.admins.get(requiredAdmin(fields));
  if (admin === undefined) throw notFound();
  const body = readBody(fields, messageType === 'quick_reply');
  const createdAt = readCreatedAt(context, fields, conversation);
  const silent = booleanField(fields, 'skip_notifications') === true && honoursSilence(context);
  const keepsSnooze = booleanField(fields, 'skip_unsnooze') === true;
  const attachments = await attachmentsOf(context, fields);
  countReply(context, conversation);
  if (conversation.state === 'snoozed' && !keepsSnooze) setOpen(conversation);
  const html = body === null ? null : messageType === 'note' ? noteToHtml(body) : textToHtml(body);
  const part = appendPart(
    context.workspace,
    conversation,
    { partType: messageType, author: { type: 'admin', id: admin.id }, body: html, createdAt, attachments },
    context.now,
  );
  if (messageType !== 'note') {
    conversation.waitingSince = null;
    for (const id of conversation.contactIds) {
      const contact = context.workspace.contacts.get(id);
      if (contact !== undefined) contact.lastContactedAt = Math.max(contact.lastContactedAt ?? 0, createdAt);
    }
    if (!silent) mailParticipants(context, conversation, 'admin_comment', part);
    runWorkflows(context, conversation, 'workflow_on_admin_comment', part);
  }
  return ok(conversationView(context, conversation));
}

function honoursSilence(context: ApiContext): boolean {
  return context.version >= V215 || context.state.switches.honourSkipNotificationsBefore215;
}

export function requiredAdmin(fields: Fields): string {
  const id = idField(fields, 'admin_id');
  if (id === undefined) throw missing('admin_id not specified', 'admin_id');
  return id;
}

function readBody(fields: Fields, optional: boolean): string | null {
  const body = stringField(fields, 'body');
  if (body !== undefined && body !== null && body.trim() !== '') return body;
  if (optional) return null;
  throw missing('body not specified', 'body');
}

async function attachmentsOf(context: ApiContext, fields: Fields): Promise<Attachment[]> {
  const files = readAttachmentFiles(context, fields);
  return [...(await readAttachmentUrls(context, fields)), ...files];
}
