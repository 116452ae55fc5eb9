import { RateLimitError } from '../../../errors.ts';
import type { Conversation, ConversationPart } from '../../../connectors/intercom/schemas.ts';
import { payloadHash } from '../../../objects/payload-hash.ts';
import type { ConversationPayload } from '../../../objects/payloads.ts';
import { cutText } from '../../../objects/transforms/text.ts';
import { compareAttributes, compareValue, fold, refsIn, resolveAttributes } from '../attributes.ts';
import { keepingPrior } from '../keeping-prior.ts';
import { requireId } from '../steps.ts';
import { stateSteps } from './conversation-state.ts';
import { amendConversation } from './amend-conversation.ts';
import { createStep, isoTime } from './conversation-create.ts';
import { tagSteps, type TagCalls } from '../tag-steps.ts';
import {
  isToWrite,
  shortHash,
  type Comparison,
  type Destination,
  type LoadContext,
  type Step,
  type StepResult,
  type Undecided,
} from '../destination.ts';
import { fileFacts, fileWarnings, toFacts, type FileFact } from '../files/file-facts.ts';
import { recoverFacts, sendPart } from './send-part.ts';
import { asSent, isOfAnotherSpeaker } from './said-by.ts';
import { threadLimits } from './thread-limits.ts';
import { layThread, type LaidPart, type ThreadLayout } from './thread-layout.ts';
import { readBytes } from '../files/compare-files.ts';
import { compareThread } from './compare-thread.ts';
import { isAtPlaceOf, isSamePart, spokenPart, writtenParts, type SpokenPart } from './thread.ts';

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
    const { layout, laid, parts } = spokenParts(payload, existing?.facts, context);
    const assignee = assigneeOf(payload, context);
    const steps = [
      ...parts.map((part, index) =>
        partStep(part, laid.slice(index, index + 1), parts.slice(0, index), layout),
      ),
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
    const { laid, parts } = spokenParts(payload, loaded.facts, context);
    const read = actual.conversation_parts?.conversation_parts ?? [];
    const facts = fileFacts(loaded.facts);
    const bytes =
      context.storedFiles === undefined ? undefined : await readBytes(read, facts, context.storedFiles);
    let thread = compareThread(parts, read, facts, bytes);
    if (thread.some(isOfAnotherSpeaker)) {
      const speakers = await context.speakersOf(loaded.destinationId);
      thread = compareThread(asSent(parts, laid, read, speakers, context), read, facts, bytes);
    }
    return {
      comparisons: [...compareConversation(payload, actual, context), ...thread],
      updatedAt: actual.updated_at,
    };
  },
  standingWarnings: fileWarnings,
};

function spokenParts(
  payload: ConversationPayload,
  facts: Record<string, unknown> | undefined,
  context: LoadContext,
): { layout: ThreadLayout; laid: LaidPart[]; parts: SpokenPart[] } {
  const { layout, parts: laid } = layThread(payload, threadLimits(context.settings), facts);
  const spoken = laid.map((part) => spokenPart(part, payload, context));
  return { layout, laid, parts: spoken.map((part) => ({ ...part, body: context.withLinks(part.body) })) };
}

function assigneeOf(payload: ConversationPayload, context: LoadContext): string | undefined {
  const adminId =
    payload.assignee === undefined ? undefined : context.resolve(payload.assignee)?.facts['admin_id'];
  return typeof adminId === 'string' ? adminId : undefined;
}

function partStep(part: SpokenPart, laid: LaidPart[], earlier: SpokenPart[], layout: ThreadLayout): Step {
  // What follows a first load changes how the thread is laid out from then on.
  const isLate = layout.late.some(({ key }) => key === part.key);
  const base = isLate || part.key.startsWith('transcript:') ? { layout } : {};
  const resultOf = (files: FileFact[]): StepResult => ({
    facts: { ...base, ...toFacts(files) },
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
      const speakers = await context.speakersOf(requireId(target));
      const [sent = part] = asSent([part], laid, written, speakers, context);
      const there = written.filter((read) => isSamePart(sent, read));
      const found = there.at(-1);
      if (found === undefined || there.length <= twins) {
        const strangers = written.filter(
          (read) => isAtPlaceOf(sent, read) && ![sent, ...earlier].some((own) => isSamePart(own, read)),
        );
        return strangers.length === 0 ? 'absent' : { undecided: strangersAt(sent, strangers) };
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
  return `"${cutText(fold(body), 80, '…')}"`;
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
