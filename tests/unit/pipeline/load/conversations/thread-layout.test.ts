import { describe, expect, it } from 'vitest';
import type { ConversationPayload, FileRef, ThreadPart } from '../../../../../objects/payloads.ts';
import { toFacts, type FileFact } from '../../../../../pipeline/load/files/file-facts.ts';
import { layThread, type LaidPart } from '../../../../../pipeline/load/conversations/thread-layout.ts';
import { threadLimits, type ThreadLimits } from '../../../../../pipeline/load/conversations/thread-limits.ts';

const LIMITS: ThreadLimits = {
  ...threadLimits({ thread_mode: 'thread', attachment_max_mb: 14 }),
  filesPerPart: 2,
  bytesPerPart: 100,
  bytesPerFile: 80,
  parts: 12,
  partsKept: 8,
};
const CREATED = 1_740_819_600;

function file(key: string, more: Partial<FileRef> = {}): FileRef {
  return { key, name: `${key}.txt`, content_type: null, size: 10, path: `/media/${key}`, ...more };
}

function entry(number: number, files: FileRef[] = []): ThreadPart {
  return {
    key: `e${number}`,
    kind: 'comment',
    author: { kind: 'other', name: 'Ann' },
    body: `Entry ${number}.`,
    created_at: CREATED + number * 60,
    ...(files.length === 0 ? {} : { files }),
  };
}

function payload(parts: ThreadPart[], files: FileRef[] = []): ConversationPayload {
  return {
    resource: 'conversations',
    marker: 'INFRAON1',
    from: { ref: 'requester', sourceId: '1' },
    body: 'x',
    created_at: CREATED,
    state: 'open',
    tags: [],
    parts,
    ...(files.length === 0 ? {} : { files }),
    custom_attributes: {},
  };
}

const entries = (count: number) => Array.from({ length: count }, (_, index) => entry(index + 1));
const brief = (parts: LaidPart[]) =>
  parts.map((part) => [part.key, part.files.map(({ key }) => key).join(' ')]);

/** Facts as after every part of a layout was sent. */
function sent(of: ConversationPayload, limits = LIMITS, facts: Record<string, unknown> = {}) {
  const { layout, parts } = layThread(of, limits, facts);
  const files = parts.flatMap((part) =>
    part.files.map((each): FileFact => ({
      part: part.key,
      key: each.key,
      name: each.name,
      sent: true,
      content_type: 'x/y',
      size: 1,
      sha256: 'a',
    })),
  );
  return { ...facts, layout, ...toFacts(files) };
}

describe('files over parts', () => {
  it('opening files come first, entries carry theirs, and more than fits follows at once', () => {
    const { parts } = layThread(
      payload([entry(1, [file('d'), file('e'), file('f')]), entry(2)], [file('a'), file('b'), file('c')]),
      LIMITS,
    );
    expect(brief(parts)).toEqual([
      ['opening-files:1', 'a b'],
      ['opening-files:2', 'c'],
      ['e1', 'd e'],
      ['e1:files-2', 'f'],
      ['e2', ''],
    ]);
    expect(parts.map((part) => part.created_at - CREATED)).toEqual([1, 2, 60, 61, 120]);
  });

  it('are split by size; unknown ones go alone, pictures in the text by four, hopeless ones cost nothing', () => {
    const limits = { ...LIMITS, filesPerPart: 10 };
    const mixed = [
      file('a', { size: 60 }),
      file('b', { size: 60 }),
      file('c', { size: null }),
      file('d', { size: 5_000 }),
      file('e', { size: null, path: null }),
      ...[1, 2, 3, 4, 5].map((number) => file(`inline:${number}`, { size: null })),
    ];
    const { parts } = layThread(payload([], mixed), limits);
    expect(parts.map((part) => part.files.map(({ key }) => key))).toEqual([
      ['a'],
      ['b'],
      ['c', 'd', 'e'],
      ['inline:1', 'inline:2', 'inline:3', 'inline:4'],
      ['inline:5'],
    ]);
  });

  it('stay in their part once sent; later ones stand at the end, for good', () => {
    const first = payload(entries(2), [file('a')]);
    const facts = sent(first);
    const grown = payload(entries(2), [file('a'), file('b')]);
    const laid = layThread(grown, LIMITS, facts);
    expect(brief(laid.parts)).toEqual([
      ['opening-files:1', 'a'],
      ['e1', ''],
      ['e2', ''],
      ['opening-files:2', 'b'],
    ]);
    expect(laid.parts.at(-1)?.created_at).toBe(CREATED + 121);
    const further = layThread(
      payload([...entries(2), { ...entry(3), created_at: CREATED + 121 }], grown.files),
      LIMITS,
      sent(grown, LIMITS, facts),
    );
    expect(further.parts.map((part) => [part.key, part.created_at - CREATED])).toEqual([
      ['opening-files:1', 1],
      ['e1', 60],
      ['e2', 120],
      ['opening-files:2', 121],
      ['e3', 122],
    ]);
  });
});

describe('long threads', () => {
  it('keep their newest entries, and the oldest as one transcript with its files', () => {
    const many = entries(20);
    many[1] = entry(2, [file('a')]);
    const { parts, layout } = layThread(payload(many), LIMITS);
    expect(parts).toHaveLength(LIMITS.partsKept);
    expect(brief(parts).slice(0, 3)).toEqual([
      ['transcript:e14', ''],
      ['transcript:e14:files:1', 'e2/a'],
      ['e15', ''],
    ]);
    expect(layout.transcripts).toEqual([{ key: 'e14', at: CREATED + 14 * 60 }]);
    expect(parts[0]?.body).toContain('Entry 14.');
    expect(parts[0]?.author).toBeNull();
  });

  it('are condensed where they were at first, however much they grow or shrink', () => {
    const facts = sent(payload(entries(20)));
    const keys = (of: ThreadPart[]) => layThread(payload(of), LIMITS, facts).parts.map((part) => part.key);
    const before = keys(entries(20));
    expect(keys(entries(40)).slice(0, before.length)).toEqual(before);
    expect(keys(entries(20).filter(({ key }) => key !== before[0]?.split(':')[1]))).toEqual(before);
  });

  it('are not condensed when they were short enough at first', () => {
    const facts = sent(payload(entries(12)));
    expect(layThread(payload(entries(30)), LIMITS, facts).parts).toHaveLength(30);
  });

  it('are split into transcripts of bearable length', () => {
    const { parts } = layThread(payload(entries(20)), { ...LIMITS, transcriptLength: 300 });
    const transcripts = parts.filter((part) => part.key.startsWith('transcript:'));
    expect(transcripts.length).toBeGreaterThan(1);
    expect(transcripts.map((part) => part.body).join('\n')).toMatch(/Entry 1\.[\s\S]*Entry 5\./);
    expect(new Set(transcripts.map((part) => part.key)).size).toBe(transcripts.length);
  });
});

describe('the silent mode', () => {
  const silent = { ...LIMITS, mode: 'transcript_note' } as const;

  it('is one note, and one more for what came since', () => {
    const first = layThread(payload(entries(3)), silent);
    expect(brief(first.parts)).toEqual([['transcript:e3', '']]);
    const later = layThread(payload(entries(5)), LIMITS, sent(payload(entries(3)), silent));
    expect(brief(later.parts)).toEqual([
      ['transcript:e3', ''],
      ['transcript:e5', ''],
    ]);
    expect(later.parts[0]?.body).toBe(first.parts[0]?.body);
  });

  it('says nothing of an empty thread', () => {
    expect(layThread(payload([]), silent).parts).toEqual([]);
  });
});

it('never repeats or reorders anything, whatever the shape', () => {
  let seed = 3;
  const random = (max: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % max;
  };
  for (let round = 0; round < 150; round += 1) {
    let named = 0;
    const some = () =>
      Array.from({ length: random(5) }, () => file(`f${(named += 1)}`, { size: random(90) }));
    const thread = Array.from({ length: random(30) }, (_, index) => entry(index + 1, some()));
    const mode = random(2) === 0 ? 'thread' : 'transcript_note';
    const whole = payload(thread, some());
    const { parts } = layThread(whole, { ...LIMITS, mode });
    const files = parts.flatMap((part) => part.files.map(({ name }) => name));
    expect(files).toHaveLength(named);
    expect(new Set(files).size).toBe(named);
    for (const part of parts) expect(part.files.length).toBeLessThanOrEqual(LIMITS.filesPerPart);
    const text = parts.map((part) => part.body).join('\n');
    const places = thread.map(({ body }) => text.indexOf(body));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    const times = parts.map((part) => part.created_at);
    expect(times.every((time, index) => time > (times[index - 1] ?? CREATED))).toBe(true);
    expect(new Set(parts.map((part) => part.key)).size).toBe(parts.length);
    expect(layThread(whole, { ...LIMITS, mode }, sent(whole, { ...LIMITS, mode })).parts).toEqual(parts);
  }
});
