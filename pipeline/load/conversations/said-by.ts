import type { ConversationPart } from '../../../connectors/intercom/schemas.ts';
import type { Comparison, LoadContext } from '../destination.ts';
import { isSamePart, namingAuthor, type SpokenPart } from './thread.ts';
import type { LaidPart } from './thread-layout.ts';

export function isOfAnotherSpeaker({ class: kind, field }: Comparison): boolean {
  return kind === 'mismatch' && field.startsWith('parts.') && field.endsWith('.author');
}

/**
 * Entries as they were sent. Who speaks for an author is a setting, and teammates come and go: an entry that was sent
 * before that changed stays as it is, since no call edits it (Intercom API 2.16), and the ledger knows who said it.
 */
export function asSent(
  parts: readonly SpokenPart[],
  laid: readonly LaidPart[],
  read: readonly ConversationPart[],
  speakers: ReadonlyMap<string, string>,
  context: Pick<LoadContext, 'withLinks'>,
): SpokenPart[] {
  return parts.map((part, index) => {
    const id = speakers.get(part.key);
    const draft = laid[index];
    if (id === undefined || id === part.speaker.id || draft === undefined) return part;
    const saidBy = (body: string): SpokenPart => ({
      ...part,
      body: context.withLinks(body),
      speaker: { type: 'admin', id },
    });
    const plain = saidBy(draft.body);
    const named = draft.author === null ? plain : saidBy(namingAuthor(draft.author.name, draft.body));
    return read.some((each) => isSamePart(plain, each)) ? plain : named;
  });
}
