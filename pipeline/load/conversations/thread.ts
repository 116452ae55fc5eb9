import type { ConversationReply } from '../../../connectors/intercom/conversation-calls.ts';
import type { ConversationPart } from '../../../connectors/intercom/schemas.ts';
import type { ConversationPayload, FileRef } from '../../../objects/payloads.ts';
import { fold } from '../attributes.ts';
import type { LoadContext } from '../destination.ts';
import { POINTER } from '../files/file-facts.ts';
import type { LaidPart } from './thread-layout.ts';

/** A thread entry as it is sent: who speaks for its author, and with which words. */
export interface SpokenPart {
  key: string;
  kind: 'comment' | 'note';
  speaker: { type: 'user'; id: string } | { type: 'admin'; id: string };
  body: string;
  created_at: number;
  files: FileRef[];
  /** Set when this part stands in for one that was lost in Intercom: what the lost one was. */
  restores?: LaidPart['restores'];
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
  return { ...said, body: namingAuthor(author.name, part.body), speaker: ours };
}

/** What somebody else says for an author. */
export function namingAuthor(name: string, body: string): string {
  return `${name} wrote:\n\n${body}`;
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

export function kindOf(part: ConversationPart): 'comment' | 'note' {
  return part.part_type === 'note' ? 'note' : 'comment';
}

/** Whether a part read back is this entry. Everything but white space counts. */
export function isSamePart(sent: SpokenPart, read: ConversationPart): boolean {
  return isAtPlaceOf(sent, read) && hasSameText(sent, read);
}

/** Whether a part read back has this entry's kind, second and author, whatever its text. */
export function isAtPlaceOf(sent: SpokenPart, read: ConversationPart): boolean {
  return kindOf(read) === sent.kind && read.created_at === sent.created_at && isSameSpeaker(sent, read);
}

/** Lines about files that stayed behind may follow: which ones is known only when the part is sent. */
export function hasSameText(sent: SpokenPart, read: ConversationPart): boolean {
  const text = fold(read.body ?? '');
  const own = fold(sent.body);
  return text === own || (sent.files.length > 0 && text.startsWith(`${own} ${POINTER}`));
}

export function isSameSpeaker(sent: SpokenPart, read: ConversationPart): boolean {
  const isUser =
    read.author?.type === 'user' || read.author?.type === 'lead' || read.author?.type === 'contact';
  return read.author?.id === sent.speaker.id && isUser === (sent.speaker.type === 'user');
}
