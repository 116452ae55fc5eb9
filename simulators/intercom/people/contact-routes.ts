import { deleteConversation } from '../conversations/conversation-store.ts';
import { api, ok, param, type ApiContext, type Reply } from '../context.ts';
import { ApiFailure, invalid, notFound } from '../failure.ts';
import { cursorPage } from '../paging.ts';
import type { Contact } from '../records.ts';
import { fieldsOf, idField, onlyKeys, pageSize } from '../request-fields.ts';
import type { Route } from '../router.ts';
import { removeFromIndex, type Workspace } from '../workspace.ts';
import { searchContacts } from './contact-search.ts';
import { activeContact, contactView, merged, unindexContact } from './contact-store.ts';
import { createContact, updateContact } from './contact-write.ts';

/** Contacts without their sub-resources (Intercom API 2.16, Contacts). */
export const contactRoutes: Route[] = [
  {
    method: 'POST',
    path: '/contacts',
    handler: api((context) => ok(contactView(context.workspace, createContact(context, fieldsOf(context))))),
  },
  { method: 'GET', path: '/contacts', handler: api(list) },
  { method: 'POST', path: '/contacts/search', handler: api(searchContacts) },
  {
    method: 'GET',
    path: '/contacts/find_by_external_id/{external_id}',
    since: 13,
    handler: api(findByExternalId),
  },
  { method: 'POST', path: '/contacts/merge', handler: api(merge) },
  {
    method: 'GET',
    path: '/contacts/{id}',
    handler: api((context) => ok(contactView(context.workspace, activeContact(context, param(context, 0))))),
  },
  { method: 'PUT', path: '/contacts/{id}', handler: api(update) },
  { method: 'DELETE', path: '/contacts/{id}', handler: api(remove) },
  { method: 'POST', path: '/contacts/{id}/archive', handler: api((context) => setArchived(context, true)) },
  {
    method: 'POST',
    path: '/contacts/{id}/unarchive',
    handler: api((context) => setArchived(context, false)),
  },
  { method: 'POST', path: '/contacts/{id}/block', handler: api(block) },
];

function list(context: ApiContext): Reply {
  const contacts = [...context.workspace.contacts.values()].filter(isListed).reverse();
  const page = cursorPage(contacts, pageSize(context.query, 50, 150), context.query.get('starting_after'));
  return ok({
    type: 'list',
    data: page.items.map((contact) => contactView(context.workspace, contact)),
    total_count: page.total,
    pages: page.pages,
  });
}

function isListed(contact: Contact): boolean {
  return !contact.archived && contact.mergedInto === null;
}

/** Users only. */
function findByExternalId(context: ApiContext): Reply {
  for (const id of context.workspace.contactsByExternalId.get(param(context, 0)) ?? []) {
    const contact = context.workspace.contacts.get(id);
    if (contact?.role !== 'user') continue;
    if (contact.mergedInto !== null) throw merged(contact.mergedInto);
    if (!contact.archived) return ok(contactView(context.workspace, contact));
  }
  throw notFound('User Not Found');
}

function update(context: ApiContext): Reply {
  const contact = activeContact(context, param(context, 0));
  updateContact(context, contact, fieldsOf(context));
  return ok(contactView(context.workspace, contact));
}

/** Permanent: conversations go too, and the external id stays locked for days. Archived contacts can be deleted. */
function remove(context: ApiContext): Reply {
  const contact = context.workspace.contacts.get(param(context, 0));
  if (contact === undefined) throw notFound('User Not Found');
  if (contact.mergedInto !== null) throw merged(contact.mergedInto);
  deleteContact(context.workspace, contact, context.nowMs, context.state.switches.externalIdLockDays);
  return ok({ ...reference(contact), deleted: true });
}

/** What a permanent delete does, from the API or from a person in the inbox. */
export function deleteContact(workspace: Workspace, contact: Contact, nowMs: number, lockDays: number): void {
  for (const id of [...(workspace.conversationsByContact.get(contact.id) ?? [])]) {
    const conversation = workspace.conversations.get(id);
    if (conversation === undefined) continue;
    if (conversation.contactIds.length > 1 && conversation.authorContactId !== contact.id) {
      conversation.contactIds = conversation.contactIds.filter((each) => each !== contact.id);
      removeFromIndex(workspace.conversationsByContact, contact.id, id);
    } else {
      deleteConversation(workspace, conversation, Math.floor(nowMs / 1_000), true);
    }
  }
  if (contact.externalId !== null) {
    const untilMs = nowMs + lockDays * 86_400_000;
    workspace.lockedExternalIds.set(contact.externalId, { untilMs, contactId: contact.id });
  }
  for (const companyId of contact.companyIds)
    workspace.companies.get(companyId)?.contactIds.delete(contact.id);
  unindexContact(workspace, contact);
  workspace.contacts.delete(contact.id);
}

function setArchived(context: ApiContext, archived: boolean): Reply {
  const contact = context.workspace.contacts.get(param(context, 0));
  if (contact === undefined) throw notFound('User Not Found');
  if (contact.mergedInto !== null) throw merged(contact.mergedInto);
  contact.archived = archived;
  contact.updatedAt = context.now;
  return ok({ ...reference(contact), archived });
}

/** Archives the contact's conversations; nothing shows the flag afterwards and nothing lifts it. */
function block(context: ApiContext): Reply {
  const contact = activeContact(context, param(context, 0));
  contact.blocked = true;
  contact.updatedAt = context.now;
  for (const id of context.workspace.conversationsByContact.get(contact.id) ?? []) {
    const conversation = context.workspace.conversations.get(id);
    if (conversation !== undefined)
      Object.assign(conversation, { open: false, state: 'closed', updatedAt: context.now });
  }
  return ok({ ...reference(contact), blocked: true });
}

function reference(contact: Contact): Record<string, unknown> {
  return { type: 'contact', id: contact.id, external_id: contact.externalId };
}

/** A lead into a user, irreversible. */
function merge(context: ApiContext): Reply {
  const fields = fieldsOf(context);
  onlyKeys(context, fields, ['from', 'into', 'skip_duplicate_validation']);
  const from = activeContact(context, idField(fields, 'from') ?? '');
  const into = activeContact(context, idField(fields, 'into') ?? '');
  if (from.role !== 'lead' || into.role !== 'user') throw invalid('Only a lead can be merged into a user');
  const same =
    (from.email !== null && from.email === into.email) || (from.phone !== null && from.phone === into.phone);
  if (!same && fields['skip_duplicate_validation'] !== true) {
    throw new ApiFailure(
      400,
      'invalid_merge',
      'Contacts can only be merged when they are duplicates (matching email or phone). Pass skip_duplicate_validation=true to override this check.',
    );
  }
  from.mergedInto = into.id;
  into.updatedAt = context.now;
  into.email ??= from.email;
  into.phone ??= from.phone;
  into.name ??= from.name;
  for (const id of context.workspace.conversationsByContact.get(from.id) ?? []) {
    const conversation = context.workspace.conversations.get(id);
    if (conversation === undefined) continue;
    conversation.contactIds = [
      ...new Set(conversation.contactIds.map((each) => (each === from.id ? into.id : each))),
    ];
    const ids = context.workspace.conversationsByContact.get(into.id) ?? new Set();
    context.workspace.conversationsByContact.set(into.id, ids.add(id));
  }
  context.workspace.conversationsByContact.delete(from.id);
  return ok(contactView(context.workspace, into));
}
