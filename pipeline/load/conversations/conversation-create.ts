import { NotFoundError, RateLimitError, RejectedError } from '../../../errors.ts';
import type { Conversation } from '../../../connectors/intercom/schemas.ts';
import type { ConversationPayload } from '../../../objects/payloads.ts';
import type { LoadContext, ProbeAnswer, Step, Undecided } from '../destination.ts';
import { waitUntilListed } from '../steps.ts';
import type { ThreadLayout } from './thread-layout.ts';

/** A contact created a moment ago may not be found yet by POST /conversations ("User Not Found"). */
const NEW_CONTACT_WAIT_MS = 5_000;
/** A minute of it: one that is still not found then is not too new (Intercom API reference, section 15, retry classes). */
const NEW_CONTACT_TRIES = 12;

/** The opening message; found again after a lost answer by its marker word, its contact and its second. */
export function createStep(payload: ConversationPayload, layout: ThreadLayout): Step {
  const facts = { layout };
  return {
    key: 'create',
    once: 'ever',
    operation: 'POST /conversations',
    identity: { marker: payload.marker, created_at: payload.created_at, from: payload.from },
    async perform(context, target) {
      const contact = context.resolve(payload.from);
      if (contact === undefined) throw new Error(`conversation ${payload.marker} has no contact`);
      try {
        const created = await context.intercom.createConversation({
          from: { type: 'user', id: contact.destinationId },
          body: context.withLinks(payload.body),
          created_at: payload.created_at,
        });
        return { destinationId: created.conversation_id, origin: 'created', facts };
      } catch (error) {
        if (!(error instanceof NotFoundError)) throw error;
        if ((await context.intercom.getContact(contact.destinationId)) === null) {
          throw new RejectedError('The contact of this conversation was deleted in Intercom.', {
            code: 'deleted_in_intercom',
            value: contact.destinationId,
            suggestion:
              'Make it again: the contact is made first. Or restore the contact and retry, or waive the record.',
            cause: error,
          });
        }
        if (target.attempts > NEW_CONTACT_TRIES) throw contactNotFound(contact.destinationId, error);
        throw new RateLimitError('The contact is too new to start a conversation.', {
          code: 'contact_too_new',
          retryAt: new Date(context.now().getTime() + NEW_CONTACT_WAIT_MS),
          cause: error,
        });
      }
    },
    async believe(id, context) {
      const found = await context.intercom.getConversation(id);
      return found === null ? null : { destinationId: id, origin: 'created', facts };
    },
    async probe(context, target): Promise<ProbeAnswer> {
      const candidates = await findByMarker(payload, context, target.destinationId);
      const [found, ...others] = candidates.filter(({ created_at }) => created_at === payload.created_at);
      if (found !== undefined && others.length === 0)
        return { happened: { destinationId: found.id, origin: 'created', facts } };
      if (candidates.length > 0) return { undecided: bothReadings(payload, candidates) };
      return waitUntilListed(context, target);
    },
  };
}

/** One record's trouble: the others go on. */
function contactNotFound(id: string, cause: NotFoundError): RejectedError {
  return new RejectedError(
    `Intercom has the contact ${id} and does not find it when a conversation is to begin: ${cause.message}`,
    {
      code: 'destination_rejected',
      field: 'requester',
      value: id,
      suggestion:
        'Look at the contact in Intercom: it may be blocked or merged. Then retry, or waive the record.',
      requestId: cause.requestId,
      status: cause.status,
      cause,
    },
  );
}

/**
 * `source.body` is matched word by word, so the marker is one word; the contact keeps other people's mentions of it out.
 * A conversation that is being replaced may still be listed after it was deleted.
 */
async function findByMarker(
  payload: ConversationPayload,
  context: LoadContext,
  replaced: string | undefined,
): Promise<Conversation[]> {
  const contact = context.resolve(payload.from);
  if (contact === undefined) return [];
  const candidates = await context.intercom.searchConversations({
    operator: 'AND',
    value: [
      { field: 'source.body', operator: '=', value: payload.marker },
      { field: 'contact_ids', operator: '=', value: contact.destinationId },
    ],
  });
  return candidates.filter(({ id }) => id !== replaced);
}

function bothReadings({ marker, created_at }: ConversationPayload, found: Conversation[]): Undecided {
  return {
    sought: `a conversation with the word ${marker} of ${isoTime(created_at)}`,
    found: found.map((each) => ({
      id: each.id,
      is: `a conversation with that word of ${isoTime(each.created_at)}`,
    })),
  };
}

export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
