import type { Requester, ThreadEntry, User } from '../infraon/desk.ts';
import { threadEntry } from '../infraon/records.ts';
import type { EntryInput } from '../infraon/records.ts';
import { SYSTEM_ID } from '../infraon/vocabulary.ts';
import type { ModuleName } from '../infraon/vocabulary.ts';
import { escapeHtml } from './build.ts';
import type { Build } from './build.ts';
import { attachSomething, inlineImage } from './files.ts';
import type { Corpus } from './texts/corpus.ts';

/** The ticket that a thread belongs to and the people who write in it. */
export type ThreadPlace = {
  module: ModuleName;
  refId: string;
  displayId: string;
  requester: Requester | null;
  technicians: User[];
  corpus: Corpus;
  from: number;
  to: number;
};

/** Adds one entry to the desk; what is not said is that of a public note by the system. */
export function addEntry(
  build: Build,
  place: Pick<ThreadPlace, 'module' | 'refId' | 'displayId'>,
  entry: Partial<EntryInput> & Pick<EntryInput, 'body' | 'at'>,
): ThreadEntry {
  const stored = threadEntry({
    id: build.id(entry.at),
    module: place.module,
    refId: place.refId,
    refDisplayId: place.displayId,
    type: 'Add Notes',
    privacy: 'public',
    author: SYSTEM_ID,
    userId: null,
    microseconds: build.prng.between(0, 999),
    system: false,
    workMinutes: null,
    attachmentIds: [],
    asMail: false,
    isDescription: false,
    ...entry,
  });
  build.desk.threads.push(stored);
  return stored;
}

const KINDS = [
  { kind: 'requester', share: 30 },
  { kind: 'answer', share: 28 },
  { kind: 'note', share: 18 },
  { kind: 'worklog', share: 8 },
  { kind: 'system', share: 9 },
  { kind: 'priority', share: 3 },
  { kind: 'unknown', share: 4 },
] as const;

type Kind = (typeof KINDS)[number]['kind'];

function pickKind(build: Build): Kind {
  let left = build.prng.next() * 100;
  for (const { kind, share } of KINDS) {
    left -= share;
    if (left < 0) return kind;
  }
  return 'answer';
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}

/** Files and pictures that an entry brings along. */
function withFiles(build: Build, place: ThreadPlace, at: number, author: string, body: string) {
  const spot = { module: place.module, refId: place.refId, at, author };
  const attachmentIds = build.prng.chance(0.12) ? [attachSomething(build, spot).attachment_id] : [];
  const picture = build.prng.chance(0.05) ? inlineImage(build, spot) : '';
  return { attachmentIds, body: `${body}${picture}` };
}

type Written = Partial<EntryInput> & Pick<EntryInput, 'body' | 'at'>;

function byTechnician(build: Build, place: ThreadPlace, at: number, words: string[]): Written {
  const author = build.prng.pick(place.technicians);
  const text = paragraph(build.prng.pick(words));
  return {
    at,
    author: author.profile_id,
    userId: author.user,
    ...withFiles(build, place, at, author.profile_id, text),
  };
}

function byRequester(build: Build, place: ThreadPlace, at: number, asMail: boolean): Written {
  const { requester, corpus } = place;
  if (!requester) return byTechnician(build, place, at, corpus.answers);
  const text = `${paragraph(build.prng.pick(corpus.replies))}${build.prng.chance(0.3) ? '<p>&nbsp;</p><p>Mit freundlichen Gr&uuml;&szlig;en &amp; thanks</p>' : ''}`;
  const author = requester.requester_id;
  return { at, author, asMail, ...withFiles(build, place, at, author, text) };
}

function write(build: Build, place: ThreadPlace, kind: Kind, at: number): Written {
  const { corpus } = place;
  switch (kind) {
    case 'requester':
      return byRequester(build, place, at, build.prng.chance(0.3));
    case 'answer':
      return byTechnician(build, place, at, corpus.answers);
    case 'note':
      return { ...byTechnician(build, place, at, corpus.notes), privacy: 'private' };
    case 'worklog':
      return {
        ...byTechnician(build, place, at, corpus.notes),
        privacy: 'private',
        workMinutes: build.prng.between(5, 180),
      };
    case 'system':
      return { at, body: '<p>Status changed from New to Analysis</p>', system: true, type: 'System' };
    case 'priority':
      return {
        ...byTechnician(build, place, at, ['Priority raised after a call with the requester.']),
        type: 'Priority Change',
      };
    case 'unknown':
      return { ...byTechnician(build, place, at, corpus.notes), privacy: 'missing' };
  }
}

/** A thread of `count` entries spread over the ticket's life, in order of time. */
export function addThread(build: Build, place: ThreadPlace, count: number): void {
  const span = Math.max(place.to - place.from, 1);
  const times = Array.from({ length: count }, () => Math.floor(place.from + build.prng.next() * span));
  times.sort((a, b) => a - b);
  for (const at of times) addEntry(build, place, write(build, place, pickKind(build), at));
}
