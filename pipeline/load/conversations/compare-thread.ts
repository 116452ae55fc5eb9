import type { ConversationPart } from '../../../connectors/intercom/schemas.ts';
import { compareFiles, type BytesRead } from '../files/compare-files.ts';
import type { Comparison } from '../destination.ts';
import { withPointers, type FileFact } from '../files/file-facts.ts';
import { hasSameText, isSamePart, isSameSpeaker, kindOf, writtenParts, type SpokenPart } from './thread.ts';
import { factsOfPart } from './thread-layout.ts';

/** A read returns the newest 500 parts, those that Intercom adds included (Intercom API 2.16, GET /conversations/{id}). */
const MOST_READ = 500;

/**
 * A thread as it was sent against what Intercom gives back. What is the same in everything is paired first, so that a
 * damaged entry cannot take the place of a sound one; of the rest, each entry is paired with the part it is most like,
 * and every aspect that differs is a difference of its own. What is left over is missing, or extra. Of a thread that has
 * grown beyond what a read returns, the oldest entries are in no answer: nothing can be said of them.
 */
export function compareThread(
  sent: SpokenPart[],
  read: ConversationPart[],
  files: readonly FileFact[],
  bytes: BytesRead = new Map(),
): Comparison[] {
  const written = writtenParts(read);
  const left = new Set(written);
  const pairs = new Map<SpokenPart, ConversationPart>();
  const pair = (parts: readonly SpokenPart[], matches: typeof isLike) => {
    for (const part of parts) {
      if (pairs.has(part)) continue;
      const found = best(
        part,
        [...left].filter((candidate) => matches(part, candidate)),
      );
      if (found === undefined) continue;
      left.delete(found);
      pairs.set(part, found);
    }
  };
  pair(sent, isSamePart);
  const unread = read.length < MOST_READ ? 0 : sent.findIndex((part) => pairs.has(part));
  const shown = sent.slice(unread < 0 ? sent.length : unread);
  pair(shown, isLike);
  return [
    ...unreadParts(sent.length - shown.length),
    ...shown.flatMap((part) => comparePart(part, pairs.get(part), factsOfPart(part, files), bytes)),
    ...[...left].map((part) => extraPart(part, sent)),
    ...(sent.length === 0 ? [] : [compareOrder(sent, written, pairs)]),
  ];
}

function unreadParts(count: number): Comparison[] {
  if (count === 0) return [];
  const actual = `Intercom gives back the ${MOST_READ} newest parts of a conversation`;
  return [{ field: 'parts.unread', class: 'lossy_by_design', expected: count, actual }];
}

/** Something of the entry is still to be seen in the part. */
function isLike(sent: SpokenPart, read: ConversationPart): boolean {
  return hasSameText(sent, read) || read.created_at === sent.created_at;
}

/** The candidate with most in common; of equals, the first. */
function best(sent: SpokenPart, candidates: ConversationPart[]): ConversationPart | undefined {
  const likeness = (read: ConversationPart) =>
    4 * Number(hasSameText(sent, read)) +
    2 * Number(read.created_at === sent.created_at) +
    Number(isSameSpeaker(sent, read));
  return candidates.reduce<ConversationPart | undefined>(
    (found, candidate) => (found === undefined || likeness(candidate) > likeness(found) ? candidate : found),
    undefined,
  );
}

function comparePart(
  part: SpokenPart,
  found: ConversationPart | undefined,
  facts: readonly FileFact[],
  bytes: BytesRead,
): Comparison[] {
  const field = `parts.${part.key}`;
  if (found === undefined) {
    const expected = { kind: part.kind, author: part.speaker.id, at: part.created_at, body: part.body };
    return [{ field, class: 'missing', expected, actual: null }];
  }
  const differing = differences(part, found).map(([aspect, expected, actual]): Comparison => ({
    field: `${field}.${aspect}`,
    class: 'mismatch',
    expected,
    actual,
  }));
  const sound: Comparison = {
    field,
    class: found.body === withPointers(part.body, [...facts]) ? 'equal' : 'equal_after_normalising',
  };
  return [
    ...(differing.length === 0 ? [sound] : differing),
    ...(part.restores === undefined
      ? []
      : [
          {
            field: `${field}.place`,
            class: 'lossy_by_design' as const,
            expected: part.restores,
            actual: { kind: 'note', at: part.created_at },
          },
        ]),
    ...compareFiles(part, found, facts, bytes),
  ];
}

function differences(part: SpokenPart, found: ConversationPart): [string, unknown, unknown][] {
  const aspects: [string, boolean, unknown, unknown][] = [
    ['text', hasSameText(part, found), part.body, found.body],
    ['created_at', found.created_at === part.created_at, part.created_at, found.created_at],
    ['privacy', kindOf(found) === part.kind, part.kind, kindOf(found)],
    [
      'author',
      isSameSpeaker(part, found),
      { type: part.speaker.type, id: part.speaker.id },
      { type: found.author?.type ?? null, id: found.author?.id ?? null },
    ],
  ];
  return aspects.flatMap(([name, isSame, expected, actual]) => (isSame ? [] : [[name, expected, actual]]));
}

/** A part nobody sent; when it says what one of ours says, it is that entry a second time. */
function extraPart(part: ConversationPart, sent: SpokenPart[]): Comparison {
  const doubled = sent.find((candidate) => hasSameText(candidate, part));
  return {
    field: `parts.intercom:${part.id}`,
    class: 'extra',
    expected: null,
    actual: {
      kind: kindOf(part),
      author: part.author?.id ?? null,
      at: part.created_at,
      body: part.body,
      ...(doubled === undefined ? {} : { doubles: `parts.${doubled.key}` }),
    },
  };
}

/** Parts stay in the order in which they were sent (Intercom API reference, 6.2); names those that do not. */
function compareOrder(
  sent: SpokenPart[],
  written: ConversationPart[],
  pairs: ReadonlyMap<SpokenPart, ConversationPart>,
): Comparison {
  const expected = sent.filter((part) => pairs.has(part));
  const place = new Map(written.map((part, index) => [part, index]));
  const placeOf = (part: SpokenPart) => place.get(pairs.get(part) as ConversationPart) ?? 0;
  const actual = [...expected].sort((a, b) => placeOf(a) - placeOf(b));
  const moved = expected.flatMap((part, index) => (actual[index] === part ? [] : [index]));
  if (moved.length === 0) return { field: 'parts.order', class: 'equal' };
  const keysAt = (parts: SpokenPart[]) => moved.map((index) => parts[index]?.key ?? null);
  return { field: 'parts.order', class: 'mismatch', expected: keysAt(expected), actual: keysAt(actual) };
}
