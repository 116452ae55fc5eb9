import type { Queryable } from '../../db/client.ts';
import { LeaseLostError, TransientError } from '../../errors.ts';
import { callLifeMs, type Deps } from '../deps.ts';
import type { FrozenRun } from '../runs/frozen-run.ts';
import { setTimeout as sleep } from 'node:timers/promises';

/** What prepare makes or finds in the workspace: a rollback removes what is `created`, and leaves what is `adopted`. */
export interface Item {
  /** `contact`, `company` or `conversation` attribute, `tag`, `collection`. */
  kind: string;
  name: string;
  detail?: Record<string, unknown>;
}

/** An item, how it is recognised among those that were listed last, and how it is made. */
export interface Making {
  item: Item;
  find: () => string | undefined | Promise<string | undefined>;
  make: () => Promise<string>;
}

/** Who makes them: a worker that lost its lease may not say that something is about to be made. */
export interface Maker {
  deps: Deps;
  run: FrozenRun;
  /** Token of the lease under which the worker does this. */
  lease: string;
}

/** Tries of one item whose answers get lost, before its job counts as failing. */
const MAX_TRIES = 6;
/** Failures in a row after which the others are not tried either: it is not one item that is in trouble. */
const MAX_FAILURES_IN_A_ROW = 3;

/**
 * Finds the items in Intercom, or makes them, in their order. An empty id is the intent, committed before the call: what
 * is found after a lost answer or a crash is known to be ours. What was not there right after a lost answer is not made
 * anew before the call must be over; all such items wait for that together.
 * @param relist reads Intercom again
 */
export async function findOrMake(
  maker: Maker,
  makings: readonly Making[],
  relist: () => Promise<void>,
  signal?: AbortSignal,
): Promise<string[]> {
  const ids = new Map<Making, string>();
  for (let tries = 1; ; tries += 1) {
    let failure: TransientError | undefined;
    let inARow = 0;
    let waitMs = 0;
    for (const making of makings) {
      if (ids.has(making)) continue;
      try {
        ids.set(making, await findOrMakeOne(maker, making, relist));
        inARow = 0;
      } catch (error) {
        if (!(error instanceof TransientError) || tries >= MAX_TRIES) throw error;
        failure = error;
        waitMs = Math.max(waitMs, error.outcomeUnknown ? callLifeMs(maker.deps) : 1_000 * tries);
        inARow += 1;
        if (inARow >= MAX_FAILURES_IN_A_ROW) break;
      }
    }
    if (failure === undefined) return makings.map((making) => ids.get(making) ?? '');
    await sleep(waitMs, undefined, { signal });
    await relist();
  }
}

async function findOrMakeOne(
  maker: Maker,
  { item, find, make }: Making,
  relist: () => Promise<void>,
): Promise<string> {
  async function keepFound(): Promise<string | undefined> {
    const found = await find();
    if (found === undefined) return undefined;
    const intended = await isIntended(maker, item);
    await keepItem(maker, item, found, intended ? 'created' : 'adopted');
    return found;
  }
  const known = await keepFound();
  if (known !== undefined) return known;
  await keepItem(maker, item, '', 'created');
  try {
    const id = await make();
    await keepItem(maker, item, id, 'created');
    return id;
  } catch (error) {
    if (!(error instanceof TransientError) || !error.outcomeUnknown) throw error;
    await relist();
    const made = await keepFound();
    if (made === undefined) throw error;
    return made;
  }
}

async function isIntended({ deps, run }: Maker, { kind, name }: Item): Promise<boolean> {
  return (await intendedItems(deps.db.sql, run, kind)).has(name);
}

/** Names of the items of a kind that were about to be made when an answer got lost or a process died. */
export async function intendedItems(sql: Queryable, run: FrozenRun, kind: string): Promise<Set<string>> {
  const rows = await sql<{ name: string }[]>`
    select name from prepared_items
    where workspace_id = ${run.workspaceId} and kind = ${kind} and destination_id = ''`;
  return new Set(rows.map(({ name }) => name));
}

/**
 * Writes down an item: with an empty id that it is about to be made, with its id what became of it. What it turned out to
 * be is decided once: later runs find what the first one made. A worker whose lease is over, as one that stood still
 * for longer, writes only what nobody wrote meanwhile. Throws `LeaseLostError` when such a worker is about to make something.
 */
export async function keepItem(
  { deps, run, lease }: Maker,
  { kind, name, detail = {} }: Item,
  id: string,
  origin: 'created' | 'adopted',
): Promise<void> {
  const kept = await deps.db.sql`
    with held as materialized (
      select token from leases where token = ${lease} and expires_at > now() for share
    )
    insert into prepared_items as p (workspace_id, kind, name, destination_id, origin, detail, run_id, updated_at)
    select ${run.workspaceId}, ${kind}, ${name}, ${id}, ${origin}, ${JSON.stringify(detail)}::jsonb, ${run.id}::uuid,
      ${deps.clock.now()}::timestamptz
    where ${id}::text <> '' or exists (select 1 from held)
    on conflict (workspace_id, kind, name) do update
      set destination_id = excluded.destination_id, detail = excluded.detail, updated_at = excluded.updated_at,
        origin = case when p.destination_id = '' or p.destination_id <> excluded.destination_id then excluded.origin else p.origin end
      where p.destination_id = '' or exists (select 1 from held)
    returning 1`;
  if (id === '' && kept.length === 0)
    throw new LeaseLostError(`Another worker may be making the ${kind} ${name} now`, { code: 'lease_lost' });
}
