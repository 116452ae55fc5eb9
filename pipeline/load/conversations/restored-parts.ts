import type { FileFact } from '../files/file-facts.ts';
import type { Draft, LaidPart } from './thread-layout.ts';

/**
 * What was lost in Intercom after it had been sent, said again. Nothing can be put between the parts of a conversation
 * (Intercom API reference, 6.2), so it stands in a note at the end that says where it belongs; a note, because a
 * comment would show the customer an old text as new.
 */
export function restoredPart(draft: Draft): Draft {
  const { author, kind, created_at: at } = draft;
  const who = author === null ? '' : ` by ${author.name}`;
  const what = kind === 'note' ? 'An internal note' : 'A message';
  return {
    ...draft,
    kind: 'note',
    author: null,
    body: `${what}${who} of ${timeText(at)} was missing here and is restored:\n\n${draft.body}`,
    late: true,
    restores: { kind, author: author?.name ?? null, at },
  };
}

/** A note for each file that is to be attached again, because the first one is gone. */
export function filesAgain(draft: LaidPart, settled: readonly FileFact[]): Draft[] {
  return draft.files.flatMap((file) => {
    const fact = settled.find((known) => known.part === draft.key && known.key === file.key);
    if (fact?.sent !== true || fact.again !== true) return [];
    return [
      {
        key: againKey(draft.key, file.key),
        kind: 'note',
        author: null,
        body: `The file ${file.name} of the message of ${timeText(draft.created_at)} was missing and is attached again.`,
        created_at: draft.created_at,
        files: [file],
        late: true,
      },
    ];
  });
}

export function againKey(part: string, file: string): string {
  return `again:${part}/${file}`;
}

function timeText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
