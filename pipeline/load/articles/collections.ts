import { setTimeout as sleep } from 'node:timers/promises';
import type { IntercomClient } from '../../../connectors/intercom/client.ts';
import type { Collection } from '../../../connectors/intercom/schemas.ts';
import { claimExclusive, moment, releaseLease, type Fence } from '../../../db/leases.ts';
import { LeaseLostError, RateLimitError, TransientError } from '../../../errors.ts';
import { treeOrder, type FolderNode } from '../../../objects/folders.ts';
import { leaseMsOf, withHeartbeat } from '../../runs/batch.ts';
import { callLifeMs, type Deps } from '../../deps.ts';
import { keepItem, type Maker } from '../../prepare/prepared-items.ts';
import type { FrozenRun } from '../../runs/frozen-run.ts';

const KIND = 'collection';
/** Another worker makes them: look again after this. */
const TURN_MS = 300;
/** Clocks may differ by less: a collection this much older than our intent is not ours. */
const CLOCK_SKEW_SECONDS = 60;

interface Prepared {
  name: string;
  destinationId: string;
  updatedAt: Date;
}

/** Collections are kept by the path of their names. */
export function collectionKey(path: readonly string[]): string {
  return JSON.stringify(path);
}

/**
 * Ids of the collections that the run's articles lie in, by path; what is missing is made. Intercom takes no id of ours
 * and two collections of one name are allowed, so one worker at a time looks, and only then makes. They are made in
 * display order, since no request sets it (Intercom API 2.16, POST /help_center/collections).
 */
export async function ensureCollections(
  deps: Deps,
  run: FrozenRun,
  intercom: IntercomClient,
  readTree: () => Promise<FolderNode[]>,
): Promise<Map<string, string>> {
  const wanted = await wantedPaths(deps, run, readTree);
  for (;;) {
    const known = await preparedCollections(deps, run);
    if (wanted.every((path) => known.has(collectionKey(path)))) return idsOf(known);
    const claimedAt = moment();
    const token = await claimExclusive(deps.db.sql, {
      workspaceId: run.workspaceId,
      runId: run.id,
      work: 'collections',
      worker: deps.options.worker,
      leaseMs: leaseMsOf(deps),
    });
    if (token === null) {
      await sleep(TURN_MS);
      continue;
    }
    try {
      return await withHeartbeat(deps, token, claimedAt, (signal, fence) =>
        makeMissing({ deps, run, lease: token }, intercom, wanted, { signal, fence }),
      );
    } finally {
      await releaseLease(deps.db.sql, token);
    }
  }
}

function idsOf(known: Map<string, Prepared>): Map<string, string> {
  return new Map([...known].map(([name, { destinationId }]) => [name, destinationId]));
}

/** Every collection on the way to an article's, outer ones first, in display order. */
async function wantedPaths(
  deps: Deps,
  run: FrozenRun,
  readTree: () => Promise<FolderNode[]>,
): Promise<string[][]> {
  const rows = await deps.db.sql<{ path: string[] }[]>`
    select mapped->'collection' as path, min(id) as first from run_records
    where workspace_id = ${run.workspaceId} and run_id = ${run.id} and mapped->>'resource' = 'articles'
    group by 1 order by 2`;
  const paths = new Map<string, string[]>();
  for (const { path } of rows) {
    for (let depth = 1; depth <= path.length; depth += 1) {
      const part = path.slice(0, depth);
      paths.set(collectionKey(part), part);
    }
  }
  const found = [...paths.values()];
  if (found.length === 0 || run.settings.article_folder_rule !== 'categories_tree') return found;
  const order = new Map(
    (await readTree().then(treeOrder)).map((path, index) => [collectionKey(path), index]),
  );
  const rank = (path: string[]) => order.get(collectionKey(path)) ?? Number.MAX_SAFE_INTEGER;
  return found.sort((a, b) => rank(a) - rank(b) || a.length - b.length);
}

async function preparedCollections(deps: Deps, run: FrozenRun): Promise<Map<string, Prepared>> {
  const rows = await deps.db.sql<Prepared[]>`
    select name, destination_id as "destinationId", updated_at as "updatedAt" from prepared_items
    where workspace_id = ${run.workspaceId} and kind = ${KIND} and destination_id <> ''`;
  return new Map(rows.map((row) => [row.name, row]));
}

async function makeMissing(
  maker: Maker,
  intercom: IntercomClient,
  wanted: string[][],
  { signal, fence }: { signal: AbortSignal; fence: Fence },
): Promise<Map<string, string>> {
  const { deps, run } = maker;
  const ids = idsOf(await preparedCollections(deps, run));
  let listed: Collection[] | undefined;
  for (const path of wanted) {
    const key = collectionKey(path);
    if (ids.has(key)) continue;
    if (signal.aborted)
      throw new LeaseLostError('Stopped while collections were made', { code: 'lease_lost' });
    fence.check();
    listed ??= await intercom.listCollections();
    const parentId = path.length === 1 ? null : (ids.get(collectionKey(path.slice(0, -1))) ?? null);
    try {
      ids.set(key, await findOrMake(maker, intercom, { path, parentId, listed }));
    } catch (error) {
      if (!(error instanceof TransientError) || !error.outcomeUnknown) throw error;
      // Often it is there: then the articles need not wait until it must be.
      listed = await intercom.listCollections();
      if (foundIn(run, { path, parentId, listed }) === undefined) throw error;
      ids.set(key, await findOrMake(maker, intercom, { path, parentId, listed }));
    }
  }
  return ids;
}

interface Place {
  path: string[];
  parentId: string | null;
  listed: Collection[];
}

function foundIn(run: FrozenRun, { path, parentId, listed }: Place): Collection | undefined {
  const name = (path.at(-1) ?? '').toLowerCase();
  const helpCenterId = run.settings.help_center_id;
  return listed.find(
    (collection) =>
      collection.name.trim().toLowerCase() === name &&
      collection.parent_id === parentId &&
      (helpCenterId === null || collection.help_center_id === helpCenterId),
  );
}

async function findOrMake(maker: Maker, intercom: IntercomClient, place: Place): Promise<string> {
  const { deps, run } = maker;
  const { path, parentId } = place;
  const key = collectionKey(path);
  const item = { kind: KIND, name: key };
  const helpCenterId = run.settings.help_center_id;
  const [intent] = await deps.db.sql<{ updatedAt: Date }[]>`
    select updated_at as "updatedAt" from prepared_items
    where workspace_id = ${run.workspaceId} and kind = ${KIND} and name = ${key} and destination_id = ''`;
  const found = foundIn(run, place);
  if (found !== undefined) {
    const ours =
      intent !== undefined &&
      (found.created_at ?? 0) >= intent.updatedAt.getTime() / 1000 - CLOCK_SKEW_SECONDS;
    await keepItem(maker, item, found.id, ours ? 'created' : 'adopted');
    return found.id;
  }
  if (intent !== undefined) waitUntilListed(deps, run, intent.updatedAt);
  await keepItem(maker, item, '', 'created');
  const made = await intercom.createCollection({
    name: path.at(-1) ?? '',
    ...(parentId === null ? {} : { parent_id: parentId }),
    ...(helpCenterId === null ? {} : { help_center_id: Number(helpCenterId) }),
  });
  await keepItem(maker, item, made.id, 'created');
  return made.id;
}

/** Id of the collection at the end of a path, if the ledger knows it. */
export async function knownCollection(
  deps: Deps,
  run: FrozenRun,
  path: readonly string[],
): Promise<string | undefined> {
  const [row] = await deps.db.sql<{ id: string }[]>`
    select destination_id as id from prepared_items
    where workspace_id = ${run.workspaceId} and kind = ${KIND} and name = ${collectionKey(path)} and destination_id <> ''`;
  return row?.id;
}

/** A collection that somebody deleted in Intercom is made anew by the next record that needs it. */
export async function forgetCollection(deps: Deps, run: FrozenRun, path: readonly string[]): Promise<void> {
  await deps.db.sql`
    delete from prepared_items
    where workspace_id = ${run.workspaceId} and kind = ${KIND} and name = ${collectionKey(path)}`;
}

/** An answer that got lost: until a new collection must be listed, its absence proves nothing. */
function waitUntilListed(deps: Deps, run: FrozenRun, intendedAt: Date): void {
  const until = new Date(intendedAt.getTime() + callLifeMs(deps) + run.settings.search_lag_seconds * 1000);
  if (until <= deps.clock.now()) return;
  throw new RateLimitError('A collection may have been made a moment ago.', {
    code: 'collection_in_doubt',
    retryAt: until,
  });
}
