import type { ApiContext } from '../context.ts';
import { notFound } from '../failure.ts';
import type { Conversation, Part, PartAuthor } from '../records.ts';
import { htmlToText, tokensOf } from '../text.ts';
import { addToIndex, removeFromIndex, type Workspace } from '../workspace.ts';

export function conversationOf(
  context: ApiContext,
  id: string,
  message = 'Resource Not Found',
): Conversation {
  const conversation = context.workspace.conversations.get(id);
  if (conversation === undefined) throw notFound(message);
  return conversation;
}

export function storeConversation(workspace: Workspace, conversation: Conversation): void {
  workspace.conversations.set(conversation.id, conversation);
  for (const id of conversation.contactIds) addToIndex(workspace.conversationsByContact, id, conversation.id);
  for (const token of indexedTokens(conversation))
    addToIndex(workspace.conversationsByToken, token, conversation.id);
}

/** Only words with a digit are indexed: those are what a migrated record is found by, the rest would cost much memory. */
export function isIndexedToken(token: string): boolean {
  return /\d/.test(token);
}

function indexedTokens(conversation: Conversation): string[] {
  return [...tokensOf(htmlToText(conversation.body))].filter(isIndexedToken);
}

/** To be called before a body changes or goes. */
export function unindexBody(workspace: Workspace, conversation: Conversation): void {
  for (const token of indexedTokens(conversation))
    removeFromIndex(workspace.conversationsByToken, token, conversation.id);
}

/** Permanent; only the id stays, in the list of deleted conversations. */
export function deleteConversation(
  workspace: Workspace,
  conversation: Conversation,
  now: number,
  metricsRetained: boolean,
): void {
  unindexBody(workspace, conversation);
  for (const id of conversation.contactIds)
    removeFromIndex(workspace.conversationsByContact, id, conversation.id);
  for (const tag of conversation.tags) removeFromIndex(workspace.conversationsByTag, tag.id, conversation.id);
  workspace.conversations.delete(conversation.id);
  workspace.replyTimes.delete(conversation.id);
  workspace.deletedConversations.push({ id: conversation.id, metricsRetained, deletedAt: now });
}

/** Appends a part in the order of arrival, whatever its time says. */
export function appendPart(
  workspace: Workspace,
  conversation: Conversation,
  part: Pick<Part, 'partType' | 'author'> & Partial<Part>,
  now: number,
): Part {
  const stored: Part = {
    id: workspace.ids.next('part'),
    body: null,
    createdAt: now,
    updatedAt: now,
    assignedTo: null,
    attachments: [],
    redacted: false,
    state: conversation.state,
    ...part,
  };
  conversation.parts.push(stored);
  conversation.updatedAt = now;
  return stored;
}

/** The Operator bot, who signs what nobody in particular did. */
export const OPERATOR: PartAuthor = { type: 'bot', id: '991267654' };

export function setOpen(conversation: Conversation): void {
  conversation.state = 'open';
  conversation.open = true;
  conversation.snoozedUntil = null;
}
