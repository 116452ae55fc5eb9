import type { LookedAt } from '../../db/schema/cutover.ts';
import type { FreezeDocument, FreezeObject } from './documents.ts';

/** Looks closer together than this say little: an agent needs some minutes to write a reply. */
const LOOKS_APART_MS = 2 * 60_000;
/** A look that is older says nothing about now. */
const LOOK_GOOD_FOR_MS = 24 * 60 * 60_000;

export interface TakenLook {
  takenAt: Date;
  objects: LookedAt[];
}

/** What we have read of one object. */
export interface ReadSoFar {
  /** The newest change among the staged records, of the source's clock. */
  newest: Date | null;
  /** The source's own count when the last run read it. */
  count: number | null;
}

export interface FreezeFacts {
  now: Date;
  /** Newest first. */
  looks: TakenLook[];
  /** When the look that nobody has taken yet is due. */
  pendingAt: Date | null;
  read: Map<string, ReadSoFar>;
}

/**
 * Whether the source is still changing: two looks some minutes apart against each other, and the later one against what
 * was read. What can only be counted stays unknown as long as the count stays, because an edit leaves it as it is.
 */
export function judgeFreeze(facts: FreezeFacts): FreezeDocument {
  const [last] = facts.looks;
  const before =
    last === undefined
      ? undefined
      : facts.looks.find((look) => last.takenAt.getTime() - look.takenAt.getTime() >= LOOKS_APART_MS);
  const objects = last === undefined ? [] : last.objects.map((seen) => judgeObject(seen, before, facts.read));
  const state = stateOf(facts, last, before, objects);
  return {
    state,
    detail: detailOf(state, objects, facts),
    first_look_at: before?.takenAt.toISOString() ?? null,
    last_look_at: last?.takenAt.toISOString() ?? null,
    next_look_at: facts.pendingAt?.toISOString() ?? null,
    objects,
  };
}

function judgeObject(
  seen: LookedAt,
  look: TakenLook | undefined,
  read: Map<string, ReadSoFar>,
): FreezeObject {
  const before = look?.objects.find(({ object }) => object === seen.object);
  const known = read.get(seen.object) ?? { newest: null, count: null };
  const shown = {
    object: seen.object,
    newest_change: seen.newest,
    newest_read: known.newest?.toISOString() ?? null,
    count: seen.count,
    count_read: known.count,
  };
  if (seen.problem !== null) return { ...shown, state: 'unknown', detail: seen.problem };
  const moved = before !== undefined && before.problem === null;
  if (moved && (before.newest !== seen.newest || before.count !== seen.count)) {
    return { ...shown, state: 'changing', detail: 'It changed between the two looks.' };
  }
  const newer = seen.newest !== null && (known.newest === null || new Date(seen.newest) > known.newest);
  if (newer)
    return { ...shown, state: 'behind', detail: 'Something changed after the last run had read it.' };
  if (seen.count !== null && known.count !== null && seen.count !== known.count) {
    return { ...shown, state: 'behind', detail: 'The number of records is not what the last run read.' };
  }
  if (!seen.sorted) {
    return {
      ...shown,
      state: 'unknown',
      detail: 'Only the number of records can be asked for here; an edit does not change it.',
    };
  }
  return { ...shown, state: 'quiet', detail: 'Nothing newer than what was read.' };
}

function stateOf(
  { now }: FreezeFacts,
  last: TakenLook | undefined,
  before: TakenLook | undefined,
  objects: FreezeObject[],
): FreezeDocument['state'] {
  if (last === undefined) return 'not_checked';
  if (objects.some(({ state }) => state === 'changing')) return 'changing';
  if (objects.some(({ state }) => state === 'behind')) return 'behind';
  if (now.getTime() - last.takenAt.getTime() > LOOK_GOOD_FOR_MS) return 'too_old';
  if (before === undefined) return 'one_look';
  return objects.some(({ state }) => state === 'unknown') ? 'unknown' : 'frozen';
}

function detailOf(
  state: FreezeDocument['state'],
  objects: FreezeObject[],
  { pendingAt }: FreezeFacts,
): string {
  const named = (wanted: FreezeObject['state']) =>
    objects
      .filter((object) => object.state === wanted)
      .map(({ object }) => object.replaceAll('_', ' '))
      .join(', ');
  const again = pendingAt === null ? '' : ` The next look is due at ${pendingAt.toISOString()}.`;
  switch (state) {
    case 'not_checked':
      return `Nobody has looked yet.${again}`;
    case 'one_look':
      return `One look was taken; a second one some minutes later shows whether anything moves.${again}`;
    case 'changing':
      return `Infraon is still changing: ${named('changing')}.${again}`;
    case 'behind':
      return `Infraon holds changes that no run has read: ${named('behind')}. Run the last delta.${again}`;
    case 'too_old':
      return `The last look is more than a day old.${again}`;
    case 'unknown':
      return `Nothing moved as far as can be seen, but it cannot be known of: ${named('unknown')}.${again}`;
    case 'frozen':
      return `Nothing changed between two looks, and nothing is newer than what was read. A reply that leaves its record's time of change alone would not show.${again}`;
  }
}
