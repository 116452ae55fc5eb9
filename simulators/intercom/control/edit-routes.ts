import type { ApiContext, OpenContext, Reply } from '../context.ts';
import { ok, open } from '../context.ts';
import { editArticle } from '../content/article-edit.ts';
import { deleteConversation } from '../conversations/conversation-store.ts';
import { manage } from '../conversations/manage.ts';
import { reply } from '../conversations/reply.ts';
import { updateConversation } from '../conversations/update.ts';
import { ApiFailure } from '../failure.ts';
import { deleteInstance } from '../objects/instance-routes.ts';
import { readInstanceValues } from '../objects/instance-values.ts';
import { archiveCompany, changeCompany } from '../people/company-routes.ts';
import { deleteContact } from '../people/contact-routes.ts';
import { updateContact } from '../people/contact-write.ts';
import { isFields, type Fields } from '../request-fields.ts';
import type { Route } from '../router.ts';
import { mergeAttributes } from '../schema/model-attributes.ts';
import { noteToHtml } from '../text.ts';
import { V216 } from '../versions.ts';
import type { Workspace } from '../workspace.ts';
import { bodyOf, refuse, workspaceOf } from './reply.ts';

/**
 * A person works in the inbox: `{resource, id, type?, set?, note?, reply?, contact_reply?, state?, delete?, admin_id?}`.
 * A segment goes by its name: `{resource: 'segment', id, set: {tag_ids?, data_attribute_ids?}}`. What they set is checked
 * like an API request and stamped with their time; the mails they cause are not ledgered.
 */
export const editRoutes: Route[] = [{ method: 'POST', path: '/_sim/edit', handler: open(edit) }];

async function edit(context: OpenContext): Promise<Reply> {
  const workspace = workspaceOf(context);
  const body = bodyOf(context);
  const { resource, id } = body;
  if (workspace === null) return refuse('no such workspace', 404);
  if (typeof id !== 'string' || typeof resource !== 'string') return refuse('resource and id are required');
  const adminId = typeof body['admin_id'] === 'string' ? body['admin_id'] : undefined;
  const person = personContext(context, workspace, adminId, id);
  if (person === null) return refuse('no such teammate', 404);
  try {
    const done = await editOne(person, resource, id, body);
    return done
      ? ok({ edited: { resource, id }, admin_id: person.admin.id, at: person.now })
      : refuse('no such record', 404);
  } catch (error) {
    if (error instanceof ApiFailure) return refuse(`${error.code}: ${error.message}`, 422);
    throw error;
  }
}

function personContext(
  context: OpenContext,
  workspace: Workspace,
  adminId: string | undefined,
  recordId: string,
): ApiContext | null {
  const admin =
    adminId === undefined ? workspace.admins.values().next().value : workspace.admins.get(adminId);
  const app = context.state.apps.values().next().value;
  if (admin === undefined || app === undefined) return null;
  return {
    ...context,
    workspace,
    admin,
    app,
    version: V216,
    params: [recordId],
    query: new URLSearchParams(),
  };
}

async function editOne(person: ApiContext, resource: string, id: string, body: Fields): Promise<boolean> {
  const set = isFields(body['set']) ? body['set'] : null;
  const gone = body['delete'] === true;
  const note = typeof body['note'] === 'string' ? body['note'] : null;
  switch (resource) {
    case 'contact':
      return editContact(person, id, set, note, gone);
    case 'company':
      return editCompany(person, id, set, note, gone);
    case 'conversation':
      return editConversation(person, id, set, body);
    case 'custom_object':
      return editInstance(person, typeof body['type'] === 'string' ? body['type'] : '', id, set, gone);
    case 'article':
      return editArticle(person, id, set, gone);
    case 'segment':
      return editSegment(person.workspace, id, set, gone);
    default:
      return false;
  }
}

/** Segments go by their name. */
function editSegment({ segments }: Workspace, name: string, set: Fields | null, gone: boolean): boolean {
  if (gone) return segments.delete(name);
  const ids = (key: string): unknown[] => (Array.isArray(set?.[key]) ? set[key] : []);
  segments.set(name, {
    name,
    tagIds: ids('tag_ids').map(String),
    dataAttributeIds: ids('data_attribute_ids').map(Number),
  });
  return true;
}

function editContact(
  person: ApiContext,
  id: string,
  set: Fields | null,
  note: string | null,
  gone: boolean,
): boolean {
  const contact = person.workspace.contacts.get(id);
  if (contact === undefined) return false;
  if (set !== null) updateContact(person, contact, set);
  if (note !== null) {
    contact.notes.push({
      id: person.workspace.ids.next('note'),
      createdAt: person.now,
      adminId: person.admin.id,
      body: noteToHtml(note),
    });
    contact.updatedAt = person.now;
  }
  if (gone) deleteContact(person.workspace, contact, person.nowMs, person.state.switches.externalIdLockDays);
  return true;
}

function editCompany(
  person: ApiContext,
  id: string,
  set: Fields | null,
  note: string | null,
  gone: boolean,
): boolean {
  const company = person.workspace.companies.get(id);
  if (company === undefined) return false;
  if (set !== null) changeCompany(person, company, set);
  if (note !== null) {
    company.notes.push({
      id: person.workspace.ids.next('note'),
      createdAt: person.now,
      adminId: person.admin.id,
      body: noteToHtml(note),
    });
    company.updatedAt = person.now;
  }
  if (gone) archiveCompany(person.workspace, company, person.nowMs, 0);
  return true;
}

async function editConversation(
  person: ApiContext,
  id: string,
  set: Fields | null,
  body: Fields,
): Promise<boolean> {
  const conversation = person.workspace.conversations.get(id);
  if (conversation === undefined) return false;
  const { note, reply: comment, contact_reply: contactReply, state } = body;
  const ledgered = person.state.mails.all().length;
  const admin = { type: 'admin', admin_id: person.admin.id, skip_notifications: true };
  if (set !== null) updateConversation({ ...person, body: set });
  if (typeof note === 'string')
    await reply({ ...person, body: { ...admin, message_type: 'note', body: note } });
  if (typeof comment === 'string')
    await reply({ ...person, body: { ...admin, message_type: 'comment', body: comment } });
  if (typeof contactReply === 'string') {
    const author = { type: 'user', intercom_user_id: conversation.authorContactId };
    await reply({ ...person, body: { ...author, message_type: 'comment', body: contactReply } });
  }
  const actor = { type: 'admin', admin_id: person.admin.id };
  if (state === 'closed') manage({ ...person, body: { ...actor, message_type: 'close' } });
  if (state === 'open') manage({ ...person, body: { ...actor, message_type: 'open' } });
  if (body['delete'] === true) deleteConversation(person.workspace, conversation, person.now, true);
  person.state.mails.truncate(ledgered);
  return true;
}

function editInstance(
  person: ApiContext,
  typeName: string,
  id: string,
  set: Fields | null,
  gone: boolean,
): boolean {
  const instance = person.workspace.instances.get(typeName)?.get(id);
  const type = person.workspace.objectTypes.get(typeName);
  if (instance === undefined || type === undefined) return false;
  if (set !== null) {
    instance.customAttributes = mergeAttributes(
      instance.customAttributes,
      readInstanceValues(person, type, set),
    );
    instance.updatedAt = person.now;
  }
  if (gone) deleteInstance(person.workspace, instance);
  return true;
}
