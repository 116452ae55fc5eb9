import { NotFoundError, RateLimitError, RejectedError } from '../../../errors.ts';
import type { Conversation, ConversationPart } from '../../../connectors/intercom/schemas.ts';
import { payloadHash } from '../../../objects/payload-hash.ts';
import type { ConversationPayload } from '../../../objects/payloads.ts';
import { compareAttributes, compareValue, fold, refsIn, resolveAttributes } from '../attributes.ts';
import { keepingPrior } from '../keeping-prior.ts';
import { requireId, waitUntilListed } from '../steps.ts';
import { stateSteps } from './conversation-state.ts';
import { amendConversation } from './amend-conversation.ts';
import { tagSteps, type TagCalls } from '../tag-steps.ts';
import {
  isToWrite,
  shortHash,
  type Comparison,
  type Destination,
  type LoadContext,
  type ProbeAnswer,
  type Step,
  type StepResult,
  type Undecided,
} from '../destination.ts';
import { fileFacts, fileWarnings, toFacts, type FileFact } from '../files/file-facts.ts';
import { recoverFacts, sendPart } from './send-part.ts';
import { threadLimits } from './thread-limits.ts';
import { layThread, type ThreadLayout } from './thread-layout.ts';
import { readBytes } from '../files/compare-files.ts';
import { compareThread } from './compare-thread.ts';
import { isAtPlaceOf, isSamePart, spokenPart, writtenParts, type SpokenPart } from './thread.ts';

/** A contact created a moment ago may not be found yet by POST /conversations ("User Not Found"). */
const NEW_CONTACT_WAIT_MS = 5_000;

/**
 * Incidents. A conversation takes no id of ours: a one-word marker in its opening text, its contact and its second find
 * it again. Attributes and links ride in one call; closing comes last, because any later contact reply would reopen.
 */
export const conversations: Destination<ConversationPayload> = {
  requiredRefs: (payload) => [payload.from],
  optionalRefs: (payload) => [
    ...(payload.company === undefined ? [] : [payload.company]),
    ...(payload.assignee === undefined ? [] : [payload.assignee]),
    ...refsIn(payload.custom_attributes),
  ],
  plan(payload, existing, context) {
    const { layout, parts } = spokenParts(payload, existing?.facts, context);
    const assignee = assigneeOf(payload, context);
    const steps = [
      ...parts.map((part, index) => partStep(part, parts.slice(0, index), layout)),
      ...(isToWrite(existing, isAttribute) ? [attributesStep(payload, context)] : []),
      ...tagSteps(payload.tags, existing, TAG_CALLS),
      ...stateSteps(payload, parts, assignee, existing),
    ];
    return [
      createStep(payload, layout),
      ...(existing?.fresh === false ? keepingPrior(steps, readPrior) : steps),
    ];
  },
  amend: amendConversation,
  async verify(payload, loaded, context) {
    const actual = await context.intercom.getConversation(loaded.destinationId);
    if (actual === null) return null;
    const { parts } = spokenParts(payload, loaded.facts, context);
    const read = actual.conversation_parts?.conversation_parts ?? [];
    const facts = fileFacts(loaded.facts);
    const bytes =
      context.storedFiles === undefined ? undefined : await readBytes(read, facts, context.storedFiles);
    return {
      comparisons: [
        ...compareConversation(payload, actual, context),
        ...compareThread(parts, read, facts, bytes),
      ],
      updatedAt: actual.updated_at,
    };
  },
  standingWarnings: fileWarnings,
};

function spokenParts(
  payload: ConversationPayload,
  facts: Record<string, unknown> | undefined,
  context: LoadContext,
): { layout: ThreadLayout; parts: SpokenPart[] } {
  const { layout, parts } = layThread(payload, threadLimits(context.settings), facts);
  const spoken = parts.map((part) => spokenPart(part, payload, context));
  return { layout, parts: spoken.map((part) => ({ ...part, body: context.withLinks(part.body) })) };
}

function assigneeOf(payload: ConversationPayload, context: LoadContext): string | undefined {
  const adminId =
    payload.assignee === undefined ? undefined : context.resolve(payload.assignee)?.facts['admin_id'];
  return typeof adminId === 'string' ? adminId : undefined;
}

function createStep(payload: ConversationPayload, layout: ThreadLayout): Step {
  const facts = { layout };
  return {
    key: 'create',
    once: 'ever',
    operation: 'POST /conversations',
    identity: { marker: payload.marker, created_at: payload.created_at, from: payload.from },
    async perform(context) {
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

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function partStep(part: SpokenPart, earlier: SpokenPart[], layout: ThreadLayout): Step {
  // What follows a first load changes how the thread is laid out from then on.
  const isLate = layout.late.some(({ key }) => key === part.key);
  const base = isLate || part.key.startsWith('transcript:') ? { layout } : {};
  const resultOf = (files: FileFact[]): StepResult => ({
    facts: { ...base, ...toFacts(files) },
    ...(files.length === 0 ? {} : { result: { files } }),
  });
  return {
    key: `part:${part.key}`,
    once: 'ever',
    operation: 'POST /conversations/{id}/reply',
    identity: { kind: part.kind, created_at: part.created_at, speaker: part.speaker.id },
    believe: () => Promise.resolve(resultOf([])),
    async perform(context, target) {
      waitForItsTime(part, context);
      return resultOf(await sendPart(requireId(target), part, context, target));
    },
    async probe(context, target) {
      const conversation = await context.intercom.getConversation(requireId(target));
      if (conversation === null) return 'absent';
      // Twins count twice: the entry is there when there is one more of its kind than its earlier twins.
      const twins = earlier.filter((other) => isTwin(part, other)).length;
      const written = partsOf(conversation);
      const there = written.filter((read) => isSamePart(part, read));
      const found = there.at(-1);
      if (found === undefined || there.length <= twins) {
        const strangers = written.filter(
          (read) => isAtPlaceOf(part, read) && ![part, ...earlier].some((own) => isSamePart(own, read)),
        );
        return strangers.length === 0 ? 'absent' : { undecided: strangersAt(part, strangers) };
      }
      return { happened: resultOf(await recoverFacts(part, found, context, target)) };
    },
  };
}

/** Somebody's text where ours would be: ours with its text changed by Intercom, or another's of the same second. */
function strangersAt(part: SpokenPart, strangers: ConversationPart[]): Undecided {
  return {
    sought: `a ${part.kind} of ${isoTime(part.created_at)}: ${excerpt(part.body)}`,
    found: strangers.map((read) => ({
      id: read.id,
      is: `a ${part.kind} of the same author and second: ${excerpt(read.body ?? '')}`,
    })),
  };
}

function excerpt(body: string): string {
  const text = fold(body);
  return text.length <= 80 ? `"${text}"` : `"${text.slice(0, 80)}…"`;
}

/** A time in the future is refused (Intercom reference, 6.2): further parts of the very last message come a little later. */
function waitForItsTime(part: SpokenPart, context: LoadContext): void {
  const at = new Date((part.created_at + 1) * 1000);
  if (part.created_at * 1000 <= context.now().getTime()) return;
  throw new RateLimitError('The message lies a moment ahead.', { code: 'part_ahead_of_time', retryAt: at });
}

function isTwin(a: SpokenPart, b: SpokenPart): boolean {
  return (
    a.kind === b.kind &&
    a.created_at === b.created_at &&
    fold(a.body) === fold(b.body) &&
    a.speaker.id === b.speaker.id
  );
}

function partsOf(conversation: Conversation) {
  return writtenParts(conversation.conversation_parts?.conversation_parts ?? []);
}

function attributesStep(payload: ConversationPayload, context: LoadContext): Step {
  const company = payload.company === undefined ? undefined : context.resolve(payload.company);
  const body = {
    ...(payload.title === undefined ? {} : { title: payload.title }),
    ...(company === undefined ? {} : { company_id: company.destinationId }),
    custom_attributes: resolveAttributes(payload.custom_attributes, context),
  };
  return {
    key: `attributes:${shortHash(payloadHash(body))}`,
    once: 'run',
    operation: 'PUT /conversations/{id}',
    identity: {},
    async perform(_context, target) {
      await context.intercom.updateConversation(requireId(target), body);
      return {};
    },
    // Writing the same values again changes nothing.
    probe: () => Promise.resolve('repeat'),
  };
}

const TAG_CALLS: TagCalls = {
  add: {
    operation: 'POST /conversations/{id}/tags',
    send: ({ intercom, fallbackAdminId }, id, tagId) => intercom.tagConversation(id, tagId, fallbackAdminId),
  },
  remove: {
    operation: 'DELETE /conversations/{id}/tags/{tag_id}',
    send: ({ intercom, fallbackAdminId }, id, tagId) =>
      intercom.untagConversation(id, tagId, fallbackAdminId),
  },
};

/** How a conversation was before a later run wrote to it, as far as a call can set it back. */
async function readPrior(id: string, { intercom }: LoadContext): Promise<Record<string, unknown> | null> {
  const prior = await intercom.getConversation(id);
  if (prior === null) return null;
  const { title, state, admin_assignee_id, company, tags, custom_attributes } = prior;
  return { title, state, admin_assignee_id, company, tags, custom_attributes };
}

/** What `PUT /conversations/{id}` writes. */
function isAttribute(field: string): boolean {
  return field === 'title' || field === 'company' || field.startsWith('custom_attributes.');
}

function compareConversation(
  payload: ConversationPayload,
  actual: Conversation,
  context: LoadContext,
): Comparison[] {
  const contact = context.resolve(payload.from)?.destinationId;
  const company = payload.company === undefined ? undefined : context.resolve(payload.company)?.destinationId;
  const assignee = assigneeOf(payload, context);
  const tags = (actual.tags?.tags ?? []).map((tag) => tag.name.toLowerCase());
  return [
    compareValue('body', payload.body, actual.source?.body ?? null),
    compareValue('created_at', payload.created_at, actual.created_at),
    compareValue('contact', contact, actual.contacts?.contacts.find(({ id }) => id === contact)?.id ?? null),
    ...(payload.title === undefined ? [] : [compareValue('title', payload.title, actual.title)]),
    ...(company === undefined || actual.company === undefined
      ? []
      : [compareValue('company', company, actual.company?.id ?? null)]),
    compareValue('state', payload.state, actual.state === 'closed' ? 'closed' : 'open'),
    ...(payload.state === 'open' && assignee !== undefined
      ? [compareValue('assignee', assignee, actual.admin_assignee_id)]
      : []),
    ...payload.tags.map((tag): Comparison => {
      const there = tags.includes(tag.toLowerCase());
      return there
        ? { field: `tags.${tag}`, class: 'equal' }
        : { field: `tags.${tag}`, class: 'missing', expected: tag, actual: tags };
    }),
    ...compareAttributes(resolveAttributes(payload.custom_attributes, context), actual.custom_attributes),
  ];
}
