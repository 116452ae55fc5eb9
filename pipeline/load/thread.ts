import type { ConversationReply } from '../../connectors/intercom/client.ts';
import type { ConversationPart } from '../../connectors/intercom/schemas.ts';
import type { ConversationPayload, FileRef } from '../../objects/payloads.ts';
import { fold } from './attributes.ts';
import { compareFiles } from './compare-files.ts';
import type { Comparison, LoadContext } from './destination.ts';
import { POINTER, withPointers, type FileFact } from './file-facts.ts';
import { factsOfPart, type LaidPart } from './thread-layout.ts';

/** A thread entry as it is sent: who speaks for its author, and with which words. */
export interface SpokenPart {
  key: string;
  kind: 'comment' | 'note';
  speaker: { type: 'user'; id: string } | { type: 'admin'; id: string };
  body: string;
  created_at: number;
  files: FileRef[];
}

/**
 * The conversation's own contact and matched teammates speak as themselves. Nobody else has an identity that could
 * write here, so the fallback teammate speaks and the first line names the author. Contacts cannot write notes.
 */
export function spokenPart(part: LaidPart, payload: ConversationPayload, context: LoadContext): SpokenPart {
  const { author, ...said } = part;
  const ours = { type: 'admin', id: context.fallbackAdminId } as const;
  if (author === null) return { ...said, speaker: ours };
  if (
    author.kind === 'contact' &&
    part.kind === 'comment' &&
    author.ref.sourceId === payload.from.sourceId &&
    author.ref.ref === payload.from.ref
  ) {
    const contact = context.resolve(author.ref);
    if (contact !== undefined) return { ...said, speaker: { type: 'user', id: contact.destinationId } };
  }
  if (author.kind === 'teammate') {
    const adminId = context.resolve(author.ref)?.facts['admin_id'];
    if (typeof adminId === 'string') return { ...said, speaker: { type: 'admin', id: adminId } };
  }
  return { ...said, body: `${author.name} wrote:\n\n${part.body}`, speaker: ours };
}

/** A part as it is sent: `body` is its text with what is said about files that stay behind. */
export function replyOf(
  part: SpokenPart,
  body: string,
  files: NonNullable<ConversationReply['attachment_files']> = [],
): ConversationReply {
  const { created_at } = part;
  const enclosed = files.length === 0 ? {} : { attachment_files: files };
  return part.speaker.type === 'user'
    ? {
        message_type: 'comment',
        type: 'user',
        intercom_user_id: part.speaker.id,
        body,
        created_at,
        ...enclosed,
      }
    : {
        message_type: part.kind,
        type: 'admin',
        admin_id: part.speaker.id,
        body: part.kind === 'note' ? noteHtml(body) : body,
        created_at,
        skip_notifications: true,
        ...enclosed,
      };
}

/**
 * Notes are read as HTML and comments are not (Intercom API 2.16, admin reply), so that a `<server>` in the words of a
 * note would be taken for a tag and vanish.
 */
export function noteHtml(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return escaped
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${paragraph.replaceAll('\n', '<br>')}</p>`)
    .join('');
}

/**
 * Parts that people or we wrote. Intercom adds others of its own (assignment, close, attribute changes), without a
 * text; a contact's reply to a closed conversation is a part of type `open` that carries the text.
 */
export function writtenParts(parts: ConversationPart[]): ConversationPart[] {
  return parts.filter(
    (part) => part.part_type === 'note' || part.part_type === 'comment' || (part.body ?? '') !== '',
  );
}

function kindOf(part: ConversationPart): 'comment' | 'note' {
  return part.part_type === 'note' ? 'note' : 'comment';
}

/** Whether a part read back is this entry. Everything but white space counts. */
export function isSamePart(sent: SpokenPart, read: ConversationPart): boolean {
  return (
    kindOf(read) === sent.kind &&
    read.created_at === sent.created_at &&
    hasSameText(sent, read) &&
    isSameSpeaker(sent, read)
  );
}

/** Lines about files that stayed behind may follow: which ones is known only when the part is sent. */
function hasSameText(sent: SpokenPart, read: ConversationPart): boolean {
  const text = fold(read.body ?? '');
  const own = fold(sent.body);
  return text === own || (sent.files.length > 0 && text.startsWith(`${own} ${POINTER}`));
}

function isSameSpeaker(sent: SpokenPart, read: ConversationPart): boolean {
  const isUser =
    read.author?.type === 'user' || read.author?.type === 'lead' || read.author?.type === 'contact';
  return read.author?.id === sent.speaker.id && isUser === (sent.speaker.type === 'user');
}

/**
 * A part whose text matches at its place but whose time, privacy or author does not, is that part with a mismatch; a
 * part nobody sent is extra. Order is compared by walking both lists.
 */
export function compareThread(
  sent: SpokenPart[],
  read: ConversationPart[],
  files: readonly FileFact[],
): Comparison[] {
  const comparisons: Comparison[] = [];
  const left = [...writtenParts(read)];
  const unmatched: SpokenPart[] = [];
  const positions: number[] = [];
  const originals = [...left];
  for (const part of sent) {
    const index = left.findIndex((candidate) => isSamePart(part, candidate));
    const found = left[index];
    if (found === undefined) {
      unmatched.push(part);
      continue;
    }
    left.splice(index, 1);
    positions.push(originals.indexOf(found));
    const facts = factsOfPart(part, files);
    comparisons.push(
      {
        field: `parts.${part.key}`,
        class: found.body === withPointers(part.body, facts) ? 'equal' : 'equal_after_normalising',
      },
      ...compareFiles(part, found, facts),
    );
  }
  for (const part of unmatched) {
    const index = left.findIndex(
      (candidate) => hasSameText(part, candidate) || candidate.created_at === part.created_at,
    );
    const found = left[index];
    const expected = { kind: part.kind, author: part.speaker.id, at: part.created_at, body: part.body };
    if (found === undefined) {
      comparisons.push({ field: `parts.${part.key}`, class: 'missing', expected, actual: null });
      continue;
    }
    left.splice(index, 1);
    const actual = {
      kind: kindOf(found),
      author: found.author?.id ?? null,
      at: found.created_at,
      body: found.body,
    };
    comparisons.push({ field: `parts.${part.key}`, class: 'mismatch', expected, actual });
  }
  for (const part of left) {
    const actual = {
      kind: kindOf(part),
      author: part.author?.id ?? null,
      at: part.created_at,
      body: part.body,
    };
    comparisons.push({ field: `parts.intercom:${part.id}`, class: 'extra', expected: null, actual });
  }
  const ordered = positions.every(
    (position, index) => index === 0 || position > (positions[index - 1] ?? -1),
  );
  if (sent.length > 0) {
    comparisons.push(
      ordered
        ? { field: 'parts.order', class: 'equal' }
        : { field: 'parts.order', class: 'mismatch', expected: 'as sent', actual: positions },
    );
  }
  return comparisons;
}
