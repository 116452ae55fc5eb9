import type { RecordRef } from '../../../objects/mapping.ts';
import type { LedgerMember, LedgerSet } from './ledger-sets.ts';
import type { Listed, SetReader } from './set-readers.ts';

/** One kind of thing in Intercom, counted as a whole against the ledger. */
export interface SetCount {
  /** `contacts`, `conversations`, `custom_object_instances/InfraonAsset`, `tags`, … */
  set: string;
  /** In the ledger. */
  expected: number;
  /** In Intercom, of those that carry our identity; null where it could not be counted, for the reason in `note`. */
  found: number | null;
  /** Found, and not in the ledger. */
  extra: number;
  missing: number;
  /** In no list, and too many to be asked for one by one. */
  unchecked: number;
  note: string | null;
}

/** Members that no list shows and no reading of this run has seen are asked for by their id, up to so many a set. */
const MOST_READS = 500;
/** More are counted and not named. */
const MOST_NAMED = 500;

/** Something in Intercom that is ours by what it carries and that the ledger does not know. */
export interface Stray {
  id: string;
  identity: string | null;
  record: RecordRef | null;
}

export interface SetComparison {
  count: SetCount;
  strays: Stray[];
  /** Members that are gone and of which this run had not said so. */
  gone: { id: string; record: RecordRef }[];
}

/** What the ledger knows; each is read when it is needed, which is where the counts differ. */
export interface LedgerView {
  members(): Promise<Map<string, LedgerMember>>;
  /** The record whose thing this is, by what it carries; undefined when it is not ours. */
  owner(item: Listed): Promise<{ record: RecordRef | null } | undefined>;
}

/** One call where the counts agree; where they do not, the whole list says who is too many and who is missing. */
export async function compareSet(
  { set, expected, gone }: LedgerSet,
  reader: SetReader,
  ledger: LedgerView,
  signal: AbortSignal,
): Promise<SetComparison> {
  const total = await reader.total();
  const known = { set, expected, extra: 0, missing: gone, unchecked: 0, note: null };
  if (total === expected - gone) return { count: { ...known, found: total }, strays: [], gone: [] };

  const members = await ledger.members();
  const { listed, strays } = await readList(reader, members, ledger, signal);
  const unseen = [...members].filter(([id, { isRead }]) => !isRead && !listed.has(id));
  const missing: SetComparison['gone'] = [];
  for (const [id, { record }] of unseen.slice(0, MOST_READS))
    if (!(await reader.exists(id))) missing.push({ id, record });
  const unchecked = Math.max(0, unseen.length - MOST_READS);
  return {
    count: {
      ...known,
      found: expected - gone - missing.length - unchecked + strays.length,
      extra: strays.length,
      missing: gone + missing.length,
      unchecked,
    },
    strays: strays.slice(0, MOST_NAMED),
    gone: missing.slice(0, MOST_NAMED),
  };
}

/** A list that follows a search index still shows what was deleted, so each stray is looked at by its id. */
async function readList(
  reader: SetReader,
  members: ReadonlyMap<string, LedgerMember>,
  ledger: LedgerView,
  signal: AbortSignal,
): Promise<{ listed: Set<string>; strays: Stray[] }> {
  const listed = new Set<string>();
  const strays = new Map<string, Stray>();
  const others: Listed[] = [];
  const likeOurs = new Map<string, RecordRef>();
  for (let cursor: string | null = null; ;) {
    const page = await reader.pageAt(cursor);
    for (const item of page.items) {
      const member = members.get(item.id);
      if (member === undefined) others.push(item);
      else {
        listed.add(item.id);
        if (item.likeness !== undefined) likeOurs.set(item.likeness, member.record);
      }
    }
    signal.throwIfAborted();
    if (page.next === null) break;
    cursor = page.next;
  }
  for (const item of others) {
    const { id, identity } = item;
    const alike = item.likeness === undefined ? undefined : likeOurs.get(item.likeness);
    const owner = alike === undefined ? await ledger.owner(item) : { record: alike };
    if (owner === undefined || strays.has(id) || !(await reader.exists(id))) continue;
    strays.set(id, { id, identity, record: owner.record });
    signal.throwIfAborted();
  }
  return { listed, strays: [...strays.values()] };
}
