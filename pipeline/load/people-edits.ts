import type { Queryable } from '../../db/client.ts';
import type { Payload } from '../../objects/payloads.ts';
import type { RecordRef } from '../../objects/mapping.ts';
import { canonicalJson } from '../../objects/payload-hash.ts';
import { UNDONE, type Comparison, type Loaded, type LoadContext } from './destination.ts';
import { destinationOf } from './destinations.ts';
import { remembering } from './remember-reads.ts';
import { UNEXPLAINED, UNSETTLED } from '../differences.ts';

/** What was last written to Intercom for a record. */
export interface LastSync {
  payload: Payload;
  /** Payloads of later attempts that may have been written in part, or of later runs that were taken back in part. */
  begun: Payload[];
  /** Differences that reading back found after that write and that were not people's. */
  known: { field: string; actual: unknown }[];
}

/** A value that people changed in Intercom since our last write. */
export interface PeopleEdit {
  field: string;
  /** As we wrote it. */
  ours: unknown;
  theirs: unknown;
}

export interface PeopleEdits {
  /** Nothing is there any more: somebody deleted it. */
  isDeleted: boolean;
  edits: PeopleEdit[];
  /** Messages and notes that people added to the thread; they never contradict ours. */
  entries: PeopleEdit[];
}

/** Field of a thread entry that is not ours, as comparing names it. */
const THEIR_ENTRY = 'parts.intercom:';

/**
 * What people changed in a record since we last wrote it: Intercom is compared with what we wrote, not with what is to
 * be written. What an interrupted attempt wrote, and what was different right after our write, is not theirs.
 */
export async function findPeopleEdits(
  last: LastSync,
  loaded: Loaded & { origin: 'created' | 'adopted'; loadedHash?: string | null },
  context: LoadContext,
  ignore: readonly string[] = [],
): Promise<PeopleEdits> {
  const reading = asOfLastWrite(remembering(context), loaded.loadedHash ?? null);
  const differences = await differencesTo(last.payload, loaded, reading);
  if (differences === null) return { isDeleted: true, edits: [], entries: [] };
  const begun = await Promise.all([
    ...beforeReplacing(reading, loaded).map((before) => differencesTo(last.payload, loaded, before)),
    ...last.begun.map((payload) => differencesTo(payload, loaded, reading)),
  ]);
  const theirs = differences.filter(
    ({ field, actual }) =>
      !ignore.includes(field) &&
      begun.every((others) => others?.some((other) => other.field === field) !== false) &&
      !last.known.some((known) => known.field === field && isSame(known.actual, actual)),
  );
  const edits = theirs.map(({ field, expected, actual }) => ({
    field,
    ours: expected ?? null,
    theirs: actual ?? null,
  }));
  return {
    isDeleted: false,
    edits: edits.filter(({ field }) => !field.startsWith(THEIR_ENTRY)),
    entries: edits.filter(({ field }) => field.startsWith(THEIR_ENTRY)),
  };
}

async function differencesTo(
  payload: Payload,
  loaded: Loaded & { origin: 'created' | 'adopted' },
  context: LoadContext,
): Promise<Comparison[] | null> {
  const seen = await destinationOf(payload).verify(payload, loaded, context);
  return seen?.comparisons.filter((comparison) => UNEXPLAINED.includes(comparison.class)) ?? null;
}

/** Values out of the database and out of an answer: equal when their JSON is. */
export function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** Links that could not be made when the record was written are not missing now: the hash of the write names them. */
function asOfLastWrite(context: LoadContext, loadedHash: string | null): LoadContext {
  const gaps = new Set(
    (loadedHash ?? '')
      .split('!')
      .slice(1)
      .flatMap((names) => names.split(',')),
  );
  // The name of a gap is one of the objects that the link may be for.
  const wasMissing = ({ ref, or = [], sourceId }: RecordRef) =>
    [ref, ...or].some((name) => gaps.has(`${name}:${sourceId}`));
  return { ...context, resolve: (ref) => (wasMissing(ref) ? undefined : context.resolve(ref)) };
}

/** Fact of a record whose links lead to things that are made anew: link → id of what is gone. */
export const REPLACED = 'replaced';

/**
 * Links to what was made anew as they were written, and as if they had never been: which of the two Intercom shows once
 * their other end is gone is not documented, and neither is a person's edit.
 */
function beforeReplacing(
  context: LoadContext,
  { facts, loadedHash }: Loaded & { loadedHash?: string | null },
): LoadContext[] {
  if (loadedHash?.endsWith(UNDONE) !== true || facts[REPLACED] === undefined) return [];
  const former = facts[REPLACED] as Partial<Record<string, string>>;
  const idOf = ({ ref, sourceId }: RecordRef) => former[`${ref}:${sourceId}`];
  const linked: LoadContext['resolve'] = (ref) => {
    const destinationId = idOf(ref);
    return destinationId === undefined
      ? context.resolve(ref)
      : { facts: {}, ...context.resolve(ref), destinationId };
  };
  const unlinked: LoadContext['resolve'] = (ref) =>
    idOf(ref) === undefined ? context.resolve(ref) : undefined;
  return [linked, unlinked].map((resolve) => ({ ...context, resolve }));
}

/** Outcomes of records that are in Intercom as their payload says. */
const WRITTEN = ['created', 'updated', 'adopted', 'unchanged'];

/** What was last written for each of these records, for those that were written at all. */
export async function lastSyncs(
  sql: Queryable,
  workspaceId: string,
  object: string,
  sourceIds: string[],
): Promise<Map<string, LastSync>> {
  if (sourceIds.length === 0) return new Map();
  const rows = await sql<
    { sourceId: string; payload: Payload; begun: Payload[]; known: LastSync['known'] }[]
  >`
    select w.source_id as "sourceId", w.mapped as payload,
      (select coalesce(jsonb_agg(b.mapped), '[]') from run_records b
        where b.workspace_id = ${workspaceId} and b.object = ${object} and b.source_id = w.source_id and b.id > w.id
          and b.mapped is not null and (b.undone_by is not null or (b.look is not null and b.outcome <> all(${WRITTEN})))) as begun,
      (select coalesce(jsonb_agg(jsonb_build_object('field', f.field, 'actual', f.actual)), '[]') from findings f
        where f.run_id = w.known_in and f.workspace_id = ${workspaceId} and f.object = ${object} and f.source_id = w.source_id
          and f.class = any(${[...UNSETTLED]}) and f.repaired_at is null) as known
    from (
      select distinct on (r.source_id) r.source_id, r.id, r.mapped,
        first_value(r.run_id) over (partition by r.source_id order by (r.verification is null), r.id desc) as known_in
      from run_records r
      where r.workspace_id = ${workspaceId} and r.object = ${object} and r.source_id = any(${sourceIds})
        and r.outcome = any(${WRITTEN}) and r.mapped is not null and r.undone_by is null
      order by r.source_id, r.id desc
    ) w`;
  return new Map(rows.map(({ sourceId, ...last }) => [sourceId, last]));
}
