import { companyView } from '../people/company-store.ts';
import { contactView } from '../people/contact-store.ts';
import { conversationView } from '../conversations/conversation-view.ts';
import type { Contact, Conversation } from '../records.ts';
import type { SimState } from '../state.ts';
import { htmlToText } from '../text.ts';
import { V216 } from '../versions.ts';
import type { Workspace } from '../workspace.ts';

export interface ConversationPage {
  items: Record<string, unknown>[];
  total: number;
  next_offset: number | null;
}

const PAGE = 25;
const PREVIEW_LENGTH = 120;

/**
 * Conversations by their last activity, newest first. The query is looked for in id, subject, opening text, people and
 * attribute values, so the number of a migrated record finds its conversation.
 */
export function conversationPage(workspace: Workspace, query: string, offset: number): ConversationPage {
  const wanted = query.trim().toLowerCase();
  const found = [...workspace.conversations.values()]
    .filter((conversation) => wanted === '' || matches(workspace, conversation, wanted))
    .sort((a, b) => b.updatedAt - a.updatedAt || Number(b.id) - Number(a.id));
  const next = offset + PAGE;
  return {
    items: found.slice(offset, next).map((conversation) => rowOf(workspace, conversation)),
    total: found.length,
    next_offset: next < found.length ? next : null,
  };
}

function matches(workspace: Workspace, conversation: Conversation, wanted: string): boolean {
  if (conversation.id === wanted) return true;
  const texts = [conversation.title, conversation.subject, conversation.body];
  for (const id of conversation.contactIds) {
    const contact = workspace.contacts.get(id);
    texts.push(id, contact?.name ?? null, contact?.email ?? null);
  }
  if (texts.some((text) => text?.toLowerCase().includes(wanted) === true)) return true;
  return [...conversation.customAttributes.values()].some((value) =>
    String(value).toLowerCase().includes(wanted),
  );
}

function rowOf(workspace: Workspace, conversation: Conversation): Record<string, unknown> {
  const author = workspace.contacts.get(conversation.authorContactId);
  return {
    id: conversation.id,
    title: titleOf(conversation),
    preview: htmlToText(conversation.body).replaceAll(/\s+/g, ' ').slice(0, PREVIEW_LENGTH),
    person: author === undefined ? 'Unknown person' : nameOf(author),
    state: conversation.state,
    updated_at: conversation.updatedAt,
    participants: conversation.contactIds.length,
  };
}

function titleOf(conversation: Conversation): string {
  if (conversation.title !== null && conversation.title !== '') return conversation.title;
  return conversation.subject === '' ? `Conversation ${conversation.id}` : conversation.subject;
}

export function nameOf(contact: Contact): string {
  return contact.name ?? contact.email ?? `Unnamed ${contact.role}`;
}

/** A conversation as the page shows it: the thread, and what the details beside it need. */
export function conversationDetail(
  state: SimState,
  workspace: Workspace,
  conversation: Conversation,
): Record<string, unknown> {
  const view = conversationView(
    { state, workspace, version: V216, query: new URLSearchParams() },
    conversation,
  );
  const contacts = conversation.contactIds.flatMap((id) => {
    const contact = workspace.contacts.get(id);
    if (contact === undefined) return [];
    const companies = contact.companyIds.flatMap((companyId) => {
      const company = workspace.companies.get(companyId);
      return company === undefined ? [] : [companyView(workspace, company)];
    });
    const tags = contact.tags.map((tag) => workspace.tags.get(tag.id)?.name ?? tag.id);
    return [
      { ...contactView(workspace, contact), display_name: nameOf(contact), company_list: companies, tags },
    ];
  });
  return {
    title: titleOf(conversation),
    conversation: view,
    contacts,
    assignee: workspace.admins.get(String(conversation.adminAssigneeId))?.name ?? null,
    team: workspace.teams.get(String(conversation.teamAssigneeId))?.name ?? null,
  };
}
