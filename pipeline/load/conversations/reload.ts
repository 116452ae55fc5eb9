import { RejectedError } from '../../../errors.ts';
import type { LoadContext, Step } from '../destination.ts';

/** Intercom's clock and ours may differ; a change this soon after ours is ours. */
const OWN_WRITE_TOLERANCE_SECONDS = 5;

interface Reload {
  id: string;
  /** Unix seconds of our last write. */
  untouched_since: number;
}

/** What a person asked to have deleted and made anew; `repair.ts` leaves it with the record. */
export function reloadIn(facts: Record<string, unknown>): Reload | undefined {
  return facts['reload'] as Reload | undefined;
}

/**
 * Deletes the conversation that is to be made anew. Its id is in the step's key, so that it is deleted once and the one
 * that takes its place never. Deleting again, and one that is gone already, is the same as having deleted it.
 */
export function reloadStep(reload: Reload): Step {
  return {
    key: `reload:${reload.id}`,
    once: 'ever',
    operation: 'DELETE /conversations/{id}',
    identity: { id: reload.id },
    async perform(context) {
      await refuseIfTouched(reload, context);
      await context.intercom.deleteConversation(reload.id);
      return {};
    },
    async probe(context) {
      const there = await context.intercom.getConversation(reload.id);
      return there === null ? { happened: {} } : 'absent';
    },
  };
}

async function refuseIfTouched(reload: Reload, { intercom }: LoadContext): Promise<void> {
  const actual = await intercom.getConversation(reload.id);
  const changedAt = actual?.updated_at ?? 0;
  if (changedAt <= reload.untouched_since + OWN_WRITE_TOLERANCE_SECONDS) return;
  throw new RejectedError(
    `Somebody worked in the conversation ${reload.id} on ${new Date(changedAt * 1000).toISOString()}, so it was not deleted.`,
    {
      code: 'edited_in_intercom',
      value: reload.id,
      suggestion: 'Correct the conversation in Intercom by hand, then waive the record.',
    },
  );
}
