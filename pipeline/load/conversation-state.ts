import { RejectedError } from '../../errors.ts';
import type { ConversationPayload } from '../../objects/payloads.ts';
import { isToWrite, type Loaded, type Step } from './destination.ts';
import { requireId } from './steps.ts';
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
  return {
    key: `assign:${assigneeId}`,
    once: 'run',
    operation: 'POST /conversations/{id}/parts',
    identity: { assignee_id: assigneeId },
    async perform(context, target) {
      await settledAnyway(
        context.intercom.manage(requireId(target), {
          message_type: 'assignment',
          type: 'admin',
          admin_id: context.fallbackAdminId,
          assignee_id: assigneeId,
        }),
        async () =>
          (await context.intercom.getConversation(requireId(target)))?.admin_assignee_id === assigneeId,
      );
      return {};
    },
    async probe(context, target) {
      const conversation = await context.intercom.getConversation(requireId(target));
      return conversation?.admin_assignee_id === assigneeId ? { happened: {} } : 'repeat';
    },
  };
}

function openStep(parts: number): Step {
  return {
    key: `open:${parts}`,
    once: 'run',
    operation: 'POST /conversations/{id}/parts',
    identity: { state: 'open' },
    async perform(context, target) {
      await settledAnyway(
        context.intercom.manage(requireId(target), {
          message_type: 'open',
          admin_id: context.fallbackAdminId,
        }),
        async () => (await context.intercom.getConversation(requireId(target)))?.state === 'open',
      );
      return {};
    },
    async probe(context, target) {
      const conversation = await context.intercom.getConversation(requireId(target));
      return conversation?.state === 'open' ? { happened: {} } : 'repeat';
    },
  };
}

/** The number of parts is in the key: a thread that grew (a contact's reply reopens) is closed again. */
function closeStep(parts: number, assigneeId: string | undefined): Step {
  return {
    key: `close:${parts}`,
    once: 'run',
    operation: 'POST /conversations/{id}/parts',
    identity: { state: 'closed' },
    async perform(context, target) {
      await settledAnyway(
        context.intercom.manage(requireId(target), {
          message_type: 'close',
          type: 'admin',
          admin_id: assigneeId ?? context.fallbackAdminId,
        }),
        async () => (await context.intercom.getConversation(requireId(target)))?.state === 'closed',
      );
      return {};
    },
    async probe(context, target) {
      const conversation = await context.intercom.getConversation(requireId(target));
      return conversation?.state === 'closed' ? { happened: {} } : 'repeat';
    },
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
