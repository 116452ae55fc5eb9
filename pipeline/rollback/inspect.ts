import type { ClaimedRecord } from '../../db/leases.ts';
import { forEachConcurrently, type BatchScope } from '../runs/batch.ts';
import { openContext, type BatchContext } from '../load/context.ts';
import type { RecordRef } from '../../objects/mapping.ts';
import type { Loaded } from '../load/destination.ts';
import { referencesIn } from '../map/map.ts';
import { lastSyncs } from '../load/people-edits.ts';
import { inspectRecord, type Inspection } from './inspect-record.ts';
import { settleInspected, settleTrouble, type InspectedRecord } from './settle.ts';
import { undoPlans, type UndoPlan } from './undo-plan.ts';
import { oursIn, readWrites } from './written.ts';

/** Reads under way at a time; the rate budget decides how fast they really go. */
const READS_AT_A_TIME = 32;
const STORED_AT_A_TIME = 100;

/** Looks at a batch of records and notes what becomes of each; nothing is written to Intercom. */
export async function inspectBatch(records: ClaimedRecord[], scope: BatchScope): Promise<void> {
  const { plans, inspection, context } = await openInspection(records, scope);
  const inspected: InspectedRecord[] = [];
  const store = () => settleInspected(scope, inspected.splice(0));
  try {
    await forEachConcurrently(records, READS_AT_A_TIME, scope.signal, async (record) => {
      const plan = plans.get(record.sourceId);
      if (plan === undefined) return;
      try {
        const found = await inspectRecord(record.sourceId, plan, inspection);
        inspected.push({
          id: record.id,
          ...('plan' in found
            ? { plan: found.plan, notBefore: null }
            : { plan: null, notBefore: found.lookAgainAt }),
        });
      } catch (error) {
        await settleTrouble(scope, record, 'inspect', error);
      }
      if (inspected.length >= STORED_AT_A_TIME) await store();
    });
  } finally {
    await store();
    await context.flushCalls();
  }
}

/** Everything that looking at these records needs, read once. */
export async function openInspection(
  records: ClaimedRecord[],
  scope: BatchScope,
): Promise<{ plans: Map<string, UndoPlan>; inspection: Inspection; context: BatchContext }> {
  const { deps, run, object } = scope;
  const { sql } = deps.db;
  const ids = records.map(({ sourceId }) => sourceId);
  const plans = await undoPlans(sql, run.workspaceId, run.id, object, ids);
  const [writes, syncs, loadedHashes] = await Promise.all([
    readWrites(scope, plans),
    lastSyncs(sql, run.workspaceId, object, ids),
    loadedHashesOf(scope, ids),
  ]);
  const payloads = [...writes.payloads.values(), ...writes.sharers.values()].flat();
  const context = await openContext(scope, payloads);
  const ours = oursIn(sql, run.workspaceId, run.id);
  const taken = await takenBack(scope, payloads);
  const resolve = (ref: RecordRef) => context.resolve(ref) ?? taken.get(`${ref.ref} ${ref.sourceId}`);
  return {
    plans,
    inspection: { scope, context: { ...context, resolve }, writes, lastSyncs: syncs, loadedHashes, ours },
    context,
  };
}

/** What these records refer to and what this rollback has taken back already: it is still what we wrote. */
async function takenBack(
  { deps, run }: BatchScope,
  payloads: unknown[],
): Promise<ReadonlyMap<string, Loaded>> {
  const refs = payloads.flatMap(referencesIn).map(({ ref, sourceId }) => ({ ref, source_id: sourceId }));
  const rows = await deps.db.sql<{ object: string; sourceId: string; undo: UndoPlan }[]>`
    select distinct on (r.object, r.source_id) r.object, r.source_id as "sourceId", r.undo
    from run_records r join jsonb_to_recordset(${JSON.stringify(refs)}::jsonb) as v(ref text, source_id text)
      on r.object = v.ref and r.source_id = v.source_id
    where r.workspace_id = ${run.workspaceId} and r.run_id = ${run.id} and r.undo->>'destinationId' is not null`;
  return new Map(
    rows.map(({ object, sourceId, undo: { destinationId, resource, facts } }) => [
      `${object} ${sourceId}`,
      { destinationId: destinationId ?? '', resource, facts },
    ]),
  );
}

async function loadedHashesOf(
  { deps, run, object }: BatchScope,
  ids: string[],
): Promise<Map<string, string | null>> {
  const rows = await deps.db.sql<{ sourceId: string; loadedHash: string | null }[]>`
    select source_id as "sourceId", loaded_hash as "loadedHash" from id_map
    where workspace_id = ${run.workspaceId} and object = ${object} and source_id = any(${ids}) and state = 'complete'`;
  return new Map(rows.map(({ sourceId, loadedHash }) => [sourceId, loadedHash]));
}
