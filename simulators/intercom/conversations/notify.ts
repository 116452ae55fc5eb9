import type { ApiContext } from '../context.ts';
import type { Mail } from '../mails.ts';
import type { Conversation, Part } from '../records.ts';
import { htmlToText } from '../text.ts';

type NotifyContext = Pick<ApiContext, 'workspace' | 'state' | 'now'>;

/** Writes what the participants would receive into the ledger. */
export function mailParticipants(
  context: NotifyContext,
  conversation: Conversation,
  reason: Mail['reason'],
  part: Part | null,
): void {
  const to = conversation.contactIds.map(
    (id) => context.workspace.contacts.get(id)?.email ?? `contact:${id}`,
  );
  context.state.mails.send({
    at: context.now,
    workspaceId: context.workspace.id,
    reason,
    conversationId: conversation.id,
    partId: part?.id ?? null,
    to,
    text: htmlToText(part?.body ?? conversation.body).slice(0, 200),
  });
}

/** A live workflow answers, unless its audience leaves out everyone in the conversation. */
export function runWorkflows(
  context: NotifyContext,
  conversation: Conversation,
  reason: Mail['reason'],
  part: Part | null,
): void {
  const { triggers, triggersExcludeAttribute } = context.state.switches;
  if (triggers === 'none') return;
  const excluded =
    triggersExcludeAttribute !== '' &&
    conversation.contactIds.every(
      (id) => context.workspace.contacts.get(id)?.customAttributes[triggersExcludeAttribute] === true,
    );
  if (!excluded) mailParticipants(context, conversation, reason, part);
}
