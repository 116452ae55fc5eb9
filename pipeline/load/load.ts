import type { ClaimedRecord } from '../../db/leases.ts';
import type { Queryable } from '../../db/client.ts';
import type { Payload } from '../../objects/payloads.ts';
import { payloadHash } from '../../objects/payload-hash.ts';
import type { RecordRef } from '../../objects/mapping.ts';
import { forEachConcurrently, type BatchScope } from '../runs/batch.ts';
import { keepLinks, type LinksOfRecord } from '../links/keep-links.ts';
import { namedLinks } from '../links/named-links.ts';
import { createInBulk } from './people/bulk-create.ts';
import { openContext } from './context.ts';
import type { LoadContext } from './destination.ts';
import { readKnown, readSaid } from './known-records.ts';
import { inLinkOrder } from './link-order.ts';
import { lastSyncs } from './people-edits.ts';
import { isWrittenOver, loadRecord, type SharedScope } from './load-record.ts';
import { destinationOf } from './destinations.ts';
import type { LoadableRecord } from './progress.ts';
import { parentStates, type ParentState } from './parents.ts';

/**
 * Records of one batch that are loaded side by side; the order inside one record is kept. Twice as many as there are
 * connections to Intercom (build-deps.ts): while the calls of some are on their way, the ledger is written for others.
 */
const RECORDS_AT_A_TIME = 128;

/**
 * With so few records left a batch no longer fills the rate budget: their threads are long, and entries of one thread are
 * written one after the other, at the pace that Intercom allows for a conversation.
 */
const FEW_RECORDS = 16;

/**
 * Loads a batch of mapped records. Each goes through its plan: intent row → call → settle. What a crash left open is
 * decided by looking before anything is written again.
 */
export async function loadBatch(records: ClaimedRecord[], scope: BatchScope): Promise<void> {
  const { deps, run, object } = scope;
  const { sql } = deps.db;
  const ids = records.map((record) => record.sourceId);
  const payloads = records.map((record) => record.mapped as unknown as Payload);
  const [{ existing, journal }, said, duplicates, parents] = await Promise.all([
    readKnown(sql, run.workspaceId, object, ids),
    readSaid(sql, run.workspaceId, object, ids),
    duplicatesOf(sql, run.id, object, ids),
    parentStates(sql, run, payloads),
  ]);
  const last = await lastSyncs(
    sql,
    run.workspaceId,
    object,
    records
      .filter((record) => isWrittenOver(record, existing.get(record.sourceId), run.id))
      .map((record) => record.sourceId),
  );
  // What was written before is compared as well, so what it refers to is resolved too, though the source let go of it.
  const before = [...last.values()].flatMap(({ payload, begun }) => [payload, ...begun]);
  const context = await openContext(scope, [...payloads, ...before]);
  const shared = {
    context,
    learn: context.learn,
    parents: (ref: RecordRef): ParentState | undefined => parents.get(`${ref.ref}\u0000${ref.sourceId}`),
  };
  const loadables = records.map((record): LoadableRecord => {
    const payload = record.mapped as unknown as Payload;
    return {
      record,
      payload,
      mappedHash: record.mappedHash ?? payloadHash(payload),
      existing: existing.get(record.sourceId),
      journal: journal.get(record.sourceId) ?? [],
      said: said.get(record.sourceId),
      last: last.get(record.sourceId),
      duplicateOf: duplicates.get(record.sourceId),
    };
  });
  const flusher = setInterval(() => void context.flushCalls().catch(() => undefined), 1_000);
  try {
    const oneByOne = await createInBulk(loadables, scope, context);
    await loadInLinkOrder(oneByOne, scope, shared);
  } finally {
    clearInterval(flusher);
    await context.flushCalls();
    await keepLinks(sql, { workspaceId: run.workspaceId, runId: run.id, object }, linksOf(records, context));
  }
}

/**
 * Side by side, but a record waits for those that it names and that are on their way already: so its links are in the
 * write that creates it. Nobody waits for a record that comes later.
 */
async function loadInLinkOrder(
  loadables: LoadableRecord[],
  scope: BatchScope,
  shared: SharedScope,
): Promise<void> {
  const namedBy = ({ payload }: LoadableRecord) => destinationOf(payload).optionalRefs(payload);
  const ordered = inLinkOrder(scope.object, longestFirst(loadables), (loadable) => ({
    sourceId: loadable.record.sourceId,
    refs: namedBy(loadable),
  }));
  const started = new Map<string, Promise<void>>();
  let left = ordered.length;
  async function afterThoseItNames(loadable: LoadableRecord): Promise<void> {
    const named = namedBy(loadable).flatMap(({ ref, sourceId, or }) =>
      ref === scope.object || or?.includes(scope.object) === true ? (started.get(sourceId) ?? []) : [],
    );
    const ends = await Promise.allSettled(named);
    if (ends.some(({ status }) => status === 'rejected') || scope.signal.aborted) return;
    await loadRecord(loadable, scope, shared);
  }
  await forEachConcurrently(ordered, RECORDS_AT_A_TIME, scope.signal, (loadable) => {
    const loading = afterThoseItNames(loadable);
    started.set(loadable.record.sourceId, loading);
    return loading.finally(() => {
      left -= 1;
      if (left > 0 && left <= FEW_RECORDS) scope.nearlyDone();
    });
  });
}

/** Entries of a thread are written one after the other, so a long one that begins last keeps everybody waiting. */
function longestFirst(loadables: LoadableRecord[]): LoadableRecord[] {
  const length = ({ payload }: LoadableRecord) =>
    payload.resource === 'conversations' ? payload.parts.length : 0;
  return loadables.toSorted((a, b) => length(b) - length(a));
}

function linksOf(records: ClaimedRecord[], context: LoadContext): LinksOfRecord[] {
  return records.map(({ sourceId, mapped }) => ({
    sourceId,
    links: namedLinks(mapped as unknown as Payload, context),
  }));
}

/** Of records that share a value which must be unique, the first of the source keeps it. */
async function duplicatesOf(
  sql: Queryable,
  runId: string,
  object: string,
  ids: string[],
): Promise<Map<string, string>> {
  const rows = await sql<{ sourceId: string; first: string }[]>`
    select r.source_id as "sourceId", min(o.source_id) as first
    from run_records r join run_records o
      on o.run_id = r.run_id and o.object = r.object and o.unique_key = r.unique_key and o.id < r.id
    where r.run_id = ${runId} and r.object = ${object} and r.source_id = any(${ids}) and o.outcome not in ('excluded', 'waived')
    group by r.source_id`;
  return new Map(rows.map((row) => [row.sourceId, row.first]));
}
