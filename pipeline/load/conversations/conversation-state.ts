import type { ConversationAction } from '../../../connectors/intercom/conversation-calls.ts';
import type { Conversation } from '../../../connectors/intercom/schemas.ts';
import { RejectedError } from '../../../errors.ts';
import type { ConversationPayload } from '../../../objects/payloads.ts';
import { isToWrite, type Loaded, type LoadContext, type Step, type StepTarget } from '../destination.ts';
import { requireId } from '../steps.ts';
import type { SpokenPart } from './thread.ts';

/**
 * State and assignee come last, and only what is not so already: a contact's reply reopens a closed conversation, and so
 * does assigning it.
 */
export function stateSteps(
  payload: ConversationPayload,
  parts: SpokenPart[],
  assignee: string | undefined,
  existing: Loaded | undefined,
): Step[] {
  const reopens = parts.some(
    (part) => part.speaker.type === 'user' && isToWrite(existing, (field) => field === `parts.${part.key}`),
  );
  const isOther = isToWrite(existing, (field) => field === 'state');
  if (payload.state === 'closed') return isOther || reopens ? [closeStep(parts.length, assignee)] : [];
  const isReassigned = assignee !== undefined && isToWrite(existing, (field) => field === 'assignee');
  return [
    ...(existing?.update !== undefined && isOther ? [openStep(parts.length)] : []),
    ...(isReassigned ? [assignStep(assignee)] : []),
  ];
}

function assignStep(assigneeId: string): Step {
  return stateStep(
    `assign:${assigneeId}`,
    { assignee_id: assigneeId },
    (context) => ({
      message_type: 'assignment',
      type: 'admin',
      admin_id: context.fallbackAdminId,
      assignee_id: assigneeId,
    }),
    (conversation) => conversation.admin_assignee_id === assigneeId,
  );
}

function openStep(parts: number): Step {
  return stateStep(
    `open:${parts}`,
    { state: 'open' },
    (context) => ({ message_type: 'open', admin_id: context.fallbackAdminId }),
    (conversation) => conversation.state === 'open',
  );
}

/** The number of parts is in the key: a thread that grew (a contact's reply reopens) is closed again. */
function closeStep(parts: number, assigneeId: string | undefined): Step {
  return stateStep(
    `close:${parts}`,
    { state: 'closed' },
    (context) => ({ message_type: 'close', type: 'admin', admin_id: assigneeId ?? context.fallbackAdminId }),
    (conversation) => conversation.state === 'closed',
  );
}

/** One change of state: whether it came about, or was so already, the conversation itself tells. */
function stateStep(
  key: string,
  identity: Record<string, unknown>,
  action: (context: LoadContext) => ConversationAction,
  isSettled: (conversation: Conversation) => boolean,
): Step {
  const isSo = async (context: LoadContext, target: StepTarget) => {
    const conversation = await context.intercom.getConversation(requireId(target));
    return conversation !== null && isSettled(conversation);
  };
  return {
    key,
    once: 'run',
    operation: 'POST /conversations/{id}/parts',
    identity,
    async perform(context, target) {
      await settledAnyway(context.intercom.manage(requireId(target), action(context)), () =>
        isSo(context, target),
      );
      return {};
    },
    probe: async (context, target) => ((await isSo(context, target)) ? { happened: {} } : 'repeat'),
  };
}

/** Closing a closed conversation, or assigning to the same person, is refused with a 4xx: the state decides. */
async function settledAnyway(call: Promise<unknown>, isSettled: () => Promise<boolean>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof RejectedError) || !(await isSettled())) throw error;
  }
}
