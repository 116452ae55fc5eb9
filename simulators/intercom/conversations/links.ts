import { ok, param, type ApiContext, type Reply } from '../context.ts';
import { missing, notFound, unprocessable } from '../failure.ts';
import { createContact } from '../people/contact-write.ts';
import { contactByIdentity } from '../people/contact-store.ts';
import { appliedTagView } from '../people/contact-links.ts';
import type { Conversation } from '../records.ts';
import { fieldsOf, idField, isFields, onlyKeys } from '../request-fields.ts';
import { addToIndex, removeFromIndex } from '../workspace.ts';
import { appendPart, conversationOf } from './conversation-store.ts';
import { requiredAdmin } from './reply.ts';

/** Tags of a conversation. */
export function addTag(context: ApiContext): Reply {
  const conversation = conversationOf(context, param(context, 0), 'Conversation not found');
  const fields = fieldsOf(context);
  onlyKeys(context, fields, ['id', 'admin_id']);
  const id = idField(fields, 'id');
  if (id === undefined) throw missing('id not specified', 'id');
  const adminId = requiredAdmin(fields);
  if (!context.workspace.tags.has(id) || !context.workspace.admins.has(adminId)) throw notFound();
  let applied = conversation.tags.find((tag) => tag.id === id);
  if (applied === undefined) {
    applied = { id, appliedAt: context.now, appliedBy: { type: 'admin', id: adminId } };
    conversation.tags.push(applied);
    conversation.updatedAt = context.now;
    addToIndex(context.workspace.conversationsByTag, id, conversation.id);
  }
  return ok(appliedTagView(context.workspace, applied));
}

export function removeTag(context: ApiContext): Reply {
  const conversation = conversationOf(context, param(context, 0), 'Conversation not found');
  const applied = conversation.tags.find((tag) => tag.id === param(context, 1));
  if (applied === undefined) throw notFound();
  conversation.tags = conversation.tags.filter((tag) => tag !== applied);
  conversation.updatedAt = context.now;
  removeFromIndex(context.workspace.conversationsByTag, applied.id, conversation.id);
  return ok(appliedTagView(context.workspace, applied));
}

/** An unknown email makes a lead, silently (POST /conversations/{id}/customers). */
export function addParticipant(context: ApiContext): Reply {
  const conversation = conversationOf(context, param(context, 0));
  const fields = fieldsOf(context);
  onlyKeys(context, fields, ['admin_id', 'customer']);
  const adminId = requiredAdmin(fields);
  if (!context.workspace.admins.has(adminId)) throw notFound();
  const { customer } = fields;
  if (!isFields(customer)) throw missing('customer not specified', 'customer');
  const email = idField(customer, 'email');
  const identity = {
    intercomUserId: idField(customer, 'intercom_user_id'),
    userId: idField(customer, 'user_id'),
    email,
  };
  const byEmailOnly =
    email !== undefined && identity.intercomUserId === undefined && identity.userId === undefined;
  const contact =
    contactByIdentity(context.workspace, identity) ??
    (byEmailOnly ? createContact(context, { role: 'lead', email }) : null);
  if (contact === null) throw notFound('User Not Found');
  if (!conversation.contactIds.includes(contact.id)) {
    conversation.contactIds.push(contact.id);
    addToIndex(context.workspace.conversationsByContact, contact.id, conversation.id);
    const author = { type: 'admin', id: adminId } as const;
    appendPart(context.workspace, conversation, { partType: 'participant_added', author }, context.now);
  }
  return ok({ customers: participantsView(context, conversation) });
}

export function removeParticipant(context: ApiContext): Reply {
  const conversation = conversationOf(context, param(context, 0));
  const contactId = param(context, 1);
  const adminId = requiredAdmin(fieldsOf(context));
  if (!context.workspace.admins.has(adminId)) throw notFound();
  if (!conversation.contactIds.includes(contactId)) throw notFound('User Not Found');
  if (conversation.contactIds.length === 1) throw unprocessable('Removing the last customer is not allowed');
  conversation.contactIds = conversation.contactIds.filter((id) => id !== contactId);
  removeFromIndex(context.workspace.conversationsByContact, contactId, conversation.id);
  const author = { type: 'admin', id: adminId } as const;
  appendPart(context.workspace, conversation, { partType: 'participant_removed', author }, context.now);
  return ok({ customers: participantsView(context, conversation) });
}

function participantsView(context: ApiContext, conversation: Conversation): Record<string, unknown>[] {
  return conversation.contactIds.map((id) => ({
    type: context.workspace.contacts.get(id)?.role ?? 'user',
    id,
  }));
}
