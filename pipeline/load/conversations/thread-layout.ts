import { placeInTime } from '../../../objects/transforms/thread.ts';
import type { ConversationPayload, FileRef, ThreadPart } from '../../../objects/payloads.ts';
import { fileFacts, sizeText, type FileFact } from '../files/file-facts.ts';
import { groupFiles } from '../files/file-groups.ts';
import { filesAgain, restoredPart } from './restored-parts.ts';
import type { ThreadLimits } from './thread-limits.ts';
import { transcriptTexts } from './transcript.ts';

/** A part of a conversation before it is decided who speaks. */
export interface LaidPart {
  key: string;
  kind: 'comment' | 'note';
  /** Null: nobody at the source wrote it; it holds files or a transcript. */
  author: ThreadPart['author'] | null;
  body: string;
  created_at: number;
  files: FileRef[];
  /** What this part stands in for, when the first one was lost in Intercom. */
  restores?: { kind: 'comment' | 'note'; author: string | null; at: number };
}

/** A part before the late ones have found their place. */
export type Draft = LaidPart & { late?: boolean };

/**
 * How a thread was spread over parts when it was first loaded. It is kept with the record and followed ever after:
 * parts cannot be edited (Intercom API 2.16), so what was sent in one form stays in it.
 */
export interface ThreadLayout {
  mode: ThreadLimits['mode'];
  /** Last entry of each transcript, oldest first. */
  transcripts: { key: string; at: number }[];
  /** Parts with files that were added to the ticket after it was loaded, and the second they were given. */
  late: { key: string; at: number }[];
  /** Parts that were lost in Intercom and are said again in a note at the end. */
  restored?: string[];
}

export function layoutIn(facts: Record<string, unknown>): ThreadLayout | undefined {
  return facts['layout'] as ThreadLayout | undefined;
}

/** Number of entries up to the end of a transcript; its last entry may have been deleted at the source since. */
function endIndex(entries: readonly ThreadPart[], end: { key: string; at: number }): number {
  const index = entries.findIndex((entry) => entry.key === end.key);
  return index >= 0 ? index + 1 : entries.filter((entry) => entry.created_at <= end.at).length;
}

/**
 * Spreads opening files and thread over parts: files ten a part, and within the size of a request; the oldest entries
 * of a very long thread as a transcript; in the silent mode, everything as one. Planned from the payload and from what
 * an earlier load left in the facts, never from the files themselves.
 */
export function layThread(
  payload: ConversationPayload,
  limits: ThreadLimits,
  facts: Record<string, unknown> = {},
): { layout: ThreadLayout; parts: LaidPart[] } {
  const earlier = layoutIn(facts);
  const mode = earlier?.mode ?? limits.mode;
  const settled = fileFacts(facts);
  const entries = payload.parts;
  const opening = fileNotes(
    'opening-files',
    'the opening message',
    payload.files ?? [],
    payload.created_at,
    earlier !== undefined,
  );
  const spread = entries.map(entryParts);
  const ends = (earlier?.transcripts ?? []).map((end) => endIndex(entries, end));
  if (mode === 'transcript_note' && (ends.at(-1) ?? 0) < entries.length) ends.push(entries.length);
  if (mode === 'thread' && earlier === undefined) ends.push(...condensed());

  const transcripts = ends.flatMap((end, index) => {
    const last = entries[end - 1];
    const kept = earlier?.transcripts[index];
    return kept !== undefined ? [kept] : last === undefined ? [] : [{ key: last.key, at: last.created_at }];
  });
  const drafts = [
    ...opening,
    ...ends.flatMap((end, index) =>
      transcriptParts(ends[index - 1] ?? 0, end, transcripts[index]?.key ?? ''),
    ),
    ...spread.slice(ends.at(-1) ?? 0).flat(),
  ];
  const restored = earlier?.restored;
  const whole = drafts.flatMap((draft) => [
    restored?.includes(draft.key) === true ? restoredPart(draft) : draft,
    ...filesAgain(draft, settled),
  ]);
  const { late, parts } = placeLate(whole, earlier?.late ?? []);
  return {
    layout: { mode, transcripts, late, ...(restored === undefined ? {} : { restored }) },
    parts: inOrderOfTime(parts, payload),
  };

  /** Files in notes of ours: whether the source shows them to the requester is not known, so they stay internal. */
  function fileNotes(
    prefix: string,
    message: string,
    files: readonly FileRef[],
    at: number,
    wasLoaded: boolean,
  ): Draft[] {
    return groupFiles(files, limits, settled, (number) => `${prefix}:${number}`).map((group, index) => ({
      key: group.key,
      kind: 'note',
      author: null,
      body: fileList(
        index === 0 ? `Files of ${message}` : `More files of ${message} (${index + 1})`,
        group.files,
      ),
      created_at: at,
      files: group.files,
      late: wasLoaded && !group.settled,
    }));
  }

  /** An entry with its files, and further parts in the same voice when they are more than one part takes. */
  function entryParts(entry: ThreadPart): Draft[] {
    const { files = [], ...rest } = entry;
    const keyOf = (number: number) => (number === 1 ? entry.key : `${entry.key}:files-${number}`);
    const [first, ...more] = groupFiles(files, limits, settled, keyOf);
    return [
      { ...rest, files: first?.files ?? [] },
      ...more.map((group, index) => ({
        ...rest,
        key: group.key,
        body: fileList(`More files of this message (${index + 2})`, group.files),
        files: group.files,
        late: first?.settled === true && !group.settled,
      })),
    ];
  }

  function transcriptParts(from: number, to: number, endKey: string): Draft[] {
    const wasLoaded = earlier?.transcripts.some((end) => end.key === endKey) === true;
    const block = entries.slice(from, to);
    const at = block.at(-1)?.created_at ?? payload.created_at;
    const notes = transcriptTexts(block, limits.transcriptLength).map((body, index): LaidPart => ({
      key: index === 0 ? `transcript:${endKey}` : `transcript:${endKey}:${index + 1}`,
      kind: 'note',
      author: null,
      body,
      created_at: at,
      files: [],
    }));
    const files = block.flatMap((entry) =>
      (entry.files ?? []).map((file) => ({ ...file, key: `${entry.key}/${file.key}` })),
    );
    return [...notes, ...fileNotes(`transcript:${endKey}:files`, 'the transcript', files, at, wasLoaded)];
  }

  /** How many of the oldest entries have to become a transcript; none when the thread is short enough. */
  function condensed(): number[] {
    const sizes = spread.map((parts) => parts.length);
    let rest = opening.length + sizes.reduce((sum, size) => sum + size, 0);
    if (rest <= limits.parts) return [];
    for (let count = 1; count <= entries.length; count += 1) {
      rest -= sizes[count - 1] ?? 0;
      if (rest >= limits.partsKept) continue;
      if (rest + transcriptParts(0, count, '').length <= limits.partsKept || count === entries.length)
        return [count];
    }
    return [];
  }
}

function fileList(title: string, files: readonly FileRef[]): string {
  const lines = files.map(
    (file) => `- ${file.name}${sizeText(file)}${file.keeps === undefined ? '' : `: ${file.keeps}`}`,
  );
  return `${title}:\n${lines.join('\n')}`;
}

/**
 * Parts whose files came after the record was loaded stand at the end of what there was then, for parts stay in the
 * order in which they were sent; once given, their second is kept.
 */
function placeLate(
  drafts: readonly Draft[],
  known: ThreadLayout['late'],
): { late: ThreadLayout['late']; parts: LaidPart[] } {
  const late = [...known];
  let last = Math.max(0, ...drafts.map((part) => part.created_at), ...known.map(({ at }) => at));
  const placed = drafts.map(({ late: isNew, ...part }) => {
    const given = late.find(({ key }) => key === part.key);
    if (given !== undefined) return { part: { ...part, created_at: given.at }, isLate: true };
    if (isNew !== true) return { part, isLate: false };
    last += 1;
    late.push({ key: part.key, at: last });
    return { part: { ...part, created_at: last }, isLate: true };
  });
  // At the same second the late part was there first.
  placed.sort((a, b) => a.part.created_at - b.part.created_at || Number(b.isLate) - Number(a.isLate));
  return { late, parts: placed.map(({ part }) => part) };
}

/** Parts that were added take the next free second; the source's own keep theirs wherever they can. */
function inOrderOfTime(parts: readonly LaidPart[], payload: ConversationPayload): LaidPart[] {
  const wanted = parts.map((part) => part.created_at);
  const times = placeInTime(wanted, payload.created_at, Number.POSITIVE_INFINITY);
  return parts.map((part, index) => ({ ...part, created_at: times[index] ?? part.created_at }));
}

/** Facts of the files of one part. */
export function factsOfPart(part: Pick<LaidPart, 'key'>, facts: readonly FileFact[]): FileFact[] {
  return facts.filter((fact) => fact.part === part.key);
}
