import type { ConversationReply } from '../../../connectors/intercom/conversation-calls.ts';
import type { ConversationPart } from '../../../connectors/intercom/schemas.ts';
import { RateLimitError, RejectedError } from '../../../errors.ts';
import type { FileRef } from '../../../objects/payloads.ts';
import type { LoadContext, StepTarget } from '../destination.ts';
import { withPointers, type FileFact } from '../files/file-facts.ts';
import { bytesOf } from '../files/file-groups.ts';
import type { FetchedFile } from '../files/file-source.ts';
import { threadLimits } from './thread-limits.ts';
import { replyOf, type SpokenPart } from './thread.ts';

const REPLY_THROTTLE_TRIES = 6;

type SentFact = Extract<FileFact, { sent: true }>;
interface Enclosed {
  fact: SentFact;
  file: { name: string; content_type: string; data: string };
}

/** Sends a part with its files; answers what became of each. A file that cannot be had is named in the text. */
export async function sendPart(
  conversationId: string,
  part: SpokenPart,
  context: LoadContext,
  target: StepTarget,
): Promise<FileFact[]> {
  if (part.files.length === 0) {
    await replyPaced(conversationId, replyOf(part, part.body), context);
    return [];
  }
  const limits = threadLimits(context.settings);
  return context.files.withRoom(bytesOf(part.files, limits), async () => {
    const given: Enclosed[] = [];
    const facts = new Map<string, FileFact>();
    let room = limits.bytesPerPart;
    for (const file of part.files) {
      const base = { part: part.key, key: file.key, name: file.name };
      const got = await context.files.fetch(file, limits.bytesPerFile, target.attempts);
      if ('code' in got) facts.set(file.key, { ...base, sent: false, ...got });
      else if (got.bytes.length > room) facts.set(file.key, { ...base, sent: false, ...NO_ROOM });
      else {
        room -= got.bytes.length;
        const enclosed = enclose(base, file, got);
        given.push(enclosed);
        facts.set(file.key, enclosed.fact);
      }
    }
    for (const refused of await sendWithoutRefused(conversationId, part, given, facts, context))
      facts.set(refused.key, refused);
    return [...facts.values()];
  });
}

const NO_ROOM = {
  code: 'attachment_too_large',
  reason: 'It did not fit beside the other files of this message.',
} as const;

function enclose(
  base: { part: string; key: string; name: string },
  file: FileRef,
  got: FetchedFile,
): Enclosed {
  return {
    fact: { ...base, sent: true, content_type: got.contentType, size: got.bytes.length, sha256: got.sha256 },
    file: { name: file.name, content_type: got.contentType, data: got.bytes.toString('base64') },
  };
}

/**
 * A refusal of a part with files says little about which file it means (Intercom API 2.16 names no code for it). A
 * refused call was not carried out, so each file is left out in turn, the largest first, then all of them; when the
 * text alone is refused too, that is the record's own failure.
 */
async function sendWithoutRefused(
  conversationId: string,
  part: SpokenPart,
  given: Enclosed[],
  facts: ReadonlyMap<string, FileFact>,
  context: LoadContext,
): Promise<FileFact[]> {
  let refusal: RejectedError | undefined;
  for (const left of choices(given)) {
    const kept = given.filter((item) => !left.includes(item));
    const refused = left.map((item) => refusedFact(item.fact, refusal));
    const known = new Map([...facts, ...refused.map((fact) => [fact.key, fact] as const)]);
    const body = withPointers(part.body, [...known.values()]);
    const files = kept.map((item) => item.file);
    try {
      await replyPaced(conversationId, replyOf(part, body, files), context);
      return refused;
    } catch (error) {
      if (!(error instanceof RejectedError) || kept.length === 0) throw error;
      refusal = error;
    }
  }
  return [];
}

/** What to leave out, in the order of trying: nothing, each file alone, everything. */
function choices(given: Enclosed[]): Enclosed[][] {
  const bySize = [...given].sort((a, b) => b.fact.size - a.fact.size);
  const single = given.length > 1 ? bySize.map((item) => [item]) : [];
  return given.length === 0 ? [[]] : [[], ...single, given];
}

function refusedFact(fact: SentFact, refusal: RejectedError | undefined): FileFact {
  const { part, key, name } = fact;
  const reason = `Intercom refused it: ${refusal?.message ?? 'no reason given'}.`;
  const large = refusal?.status === 413;
  return {
    part,
    key,
    name,
    sent: false,
    code: large ? 'attachment_too_large' : 'attachment_unavailable',
    reason,
  };
}

/** The per-conversation reply throttle is a wait, not a refusal. */
async function replyPaced(
  conversationId: string,
  reply: ConversationReply,
  context: LoadContext,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    await context.replyTurn(conversationId);
    try {
      await context.intercom.reply(conversationId, reply);
      return;
    } catch (error) {
      if (
        !(error instanceof RateLimitError) ||
        error.code !== 'reply_throttled' ||
        tries >= REPLY_THROTTLE_TRIES
      )
        throw error;
    }
  }
}

/**
 * What became of the files of a part whose sending was lost and that turned out to be there. Which bytes were sent is
 * read from the source again.
 */
export async function recoverFacts(
  part: SpokenPart,
  read: ConversationPart,
  context: LoadContext,
  target: StepTarget,
): Promise<FileFact[]> {
  const limits = threadLimits(context.settings);
  const there = [...read.attachments];
  const facts: FileFact[] = [];
  for (const file of part.files) {
    const base = { part: part.key, key: file.key, name: file.name };
    const index = there.findIndex((attachment) => attachment.name === file.name);
    const found = there[index];
    if (found === undefined) {
      const reason = 'Intercom has the message without it.';
      facts.push({ ...base, sent: false, code: 'attachment_unavailable', reason });
      continue;
    }
    there.splice(index, 1);
    const got = await context.files.withRoom(bytesOf([file], limits), () =>
      context.files.fetch(file, limits.bytesPerFile, target.attempts),
    );
    facts.push({
      ...base,
      sent: true,
      content_type: 'code' in got ? (found.content_type ?? '') : got.contentType,
      size: 'code' in got ? (found.filesize ?? 0) : got.bytes.length,
      sha256: 'code' in got ? null : got.sha256,
    });
  }
  return facts;
}
