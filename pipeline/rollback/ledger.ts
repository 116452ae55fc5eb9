import type { Settlement } from '../../db/journal.ts';
import type { Queryable } from '../../db/client.ts';
import type { ClaimedRecord } from '../../db/leases.ts';
import type { BatchScope } from '../runs/batch.ts';
import { forgetLinks } from '../links/keep-links.ts';
import { UNDONE } from '../load/destination.ts';
import { OR } from '../load/load-record.ts';
import { spareNeedsOf } from './needs.ts';
import { changeRecord, requireLease } from './settle.ts';
import { WORKSPACE_ITEMS, type UndoPlan } from './undo-plan.ts';

/**
 * The thing is gone, or is no longer ours: the ledger forgets it, so that the next run makes it again. What was written
 * stays in the journal as history, under a state that no later run takes for its own.
 */
export async function forget(
  scope: BatchScope,
  record: ClaimedRecord,
  plan: UndoPlan,
  settle: Settlement[],
): Promise<void> {
  const { deps, run, object } = scope;
  await deps.db.sql.begin(async (tx) => {
    await requireLease(tx, scope);
    await settleAll(tx, scope, settle, plan.destinationId);
    if (object === WORKSPACE_ITEMS) {
      await tx`
        delete from prepared_items
        where workspace_id = ${run.workspaceId} and kind = ${plan.resource} and name = ${record.displayId ?? ''}`;
    } else {
      await tx`
        delete from id_map
        where workspace_id = ${run.workspaceId} and object = ${object} and source_id = ${record.sourceId}`;
      await forgetLinks(tx, run.workspaceId, object, [record.sourceId]);
      await supersede(tx, scope, record, null);
    }
    const isUndone = plan.action !== 'keep' && plan.action !== 'gone';
    await changeRecord(tx, scope, record.id, {
      step: isUndone ? 'confirm' : 'done',
      outcome: isUndone ? 'updated' : 'unchanged',
      plan,
    });
  });
}

/** The thing has its earlier values again. Where an earlier run made it, it stays ours and is written anew by the next. */
export async function restoreLedger(
  scope: BatchScope,
  record: ClaimedRecord,
  plan: UndoPlan,
  settle: Settlement[],
): Promise<void> {
  if (plan.whole) return forget(scope, record, plan, settle);
  const { deps, run, object } = scope;
  await deps.db.sql.begin(async (tx) => {
    await requireLease(tx, scope);
    await settleAll(tx, scope, settle, plan.destinationId);
    if (plan.resource === 'documents') await restoreDocument(tx, scope, record, plan);
    await supersede(tx, scope, record, plan.firstJournalId);
    await tx`
      update run_records set undone_by = ${run.id}
      where workspace_id = ${run.workspaceId} and object = ${object} and source_id = ${record.sourceId} and undo is null
        and run_id in (select j.run_id from load_journal j
          where j.workspace_id = ${run.workspaceId} and j.object = ${object} and j.source_id = ${record.sourceId}
            and j.id >= ${plan.firstJournalId ?? '0'}::bigint and j.state = 'superseded')`;
    await holdAgain(tx, scope, record);
    const isUndone = plan.action === 'restore';
    await changeRecord(tx, scope, record.id, {
      step: isUndone ? 'confirm' : 'done',
      outcome: isUndone ? 'updated' : 'unchanged',
      plan,
    });
  });
}

/** What was to go stays after all: people came in between. What it shows stays with it, as far as it is still there. */
export async function spareAfterAll(scope: BatchScope, record: ClaimedRecord, plan: UndoPlan): Promise<void> {
  const { deps, run, object } = scope;
  await deps.db.sql.begin(async (tx) => {
    await requireLease(tx, scope);
    await changeRecord(tx, scope, record.id, { step: 'done', outcome: 'unchanged', plan });
    if (object !== WORKSPACE_ITEMS)
      await spareNeedsOf(tx, { workspaceId: run.workspaceId, runId: run.id }, object, record.sourceId);
  });
}

/**
 * From now on it holds what the newest write that was not taken back wrote, links that were missing then included: the next
 * run compares with that before it writes, so that it takes away what is to go and leaves what people changed.
 */
async function holdAgain(tx: Queryable, { run, object }: BatchScope, record: ClaimedRecord): Promise<void> {
  await tx`
    update id_map m set updated_at = now(), loaded_hash = (
      select w.mapped_hash || coalesce('!' || (
          select string_agg(split_part(v->>'field', ${OR}, 1) || ':' || (v->>'value'), ',')
          from jsonb_array_elements(w.warnings) v where v->>'stage' = 'load' and v->>'code' = 'parent_missing'), '') || ${UNDONE}
      from run_records w
      where w.workspace_id = m.workspace_id and w.object = m.object and w.source_id = m.source_id and w.mapped is not null
        and w.outcome in ('created', 'updated', 'adopted', 'unchanged') and w.undone_by is null and w.undo is null
      order by w.id desc limit 1)
    where m.workspace_id = ${run.workspaceId} and m.object = ${object} and m.source_id = ${record.sourceId}`;
}

async function settleAll(
  tx: Queryable,
  { run }: BatchScope,
  settle: Settlement[],
  destinationId: string | null,
): Promise<void> {
  for (const { journalId, state, result } of settle) {
    await tx`
      update load_journal
      set state = ${state}, destination_id = ${destinationId}, result = ${result == null ? null : JSON.stringify(result)}::jsonb,
        settled_at = now()
      where workspace_id = ${run.workspaceId} and id = ${journalId} and state = 'intent'`;
  }
}

/**
 * From `first` on (everything when null) the record's writes are taken back. Of a conversation that stays, messages stay
 * too, since no call deletes one: they are still written, or the next run would say them again.
 */
async function supersede(
  tx: Queryable,
  { run, object }: BatchScope,
  record: ClaimedRecord,
  first: string | null,
): Promise<void> {
  await tx`
    update load_journal set state = 'superseded'
    where workspace_id = ${run.workspaceId} and object = ${object} and source_id = ${record.sourceId}
      and state in ('intent', 'done', 'void') and run_id <> ${run.id} and id >= ${first ?? '0'}::bigint
      and not (${first !== null} and state = 'done' and step like 'part:%')`;
}

async function restoreDocument(
  tx: Queryable,
  { run, object }: BatchScope,
  record: ClaimedRecord,
  plan: UndoPlan,
): Promise<void> {
  await tx`
    update id_map m set facts = m.facts || jsonb_build_object('document', j.prior->'document')
    from (select prior from load_journal
      where workspace_id = ${run.workspaceId} and object = ${object} and source_id = ${record.sourceId} and prior ? 'document'
        and id >= ${plan.firstJournalId ?? '0'}::bigint order by id limit 1) j
    where m.workspace_id = ${run.workspaceId} and m.object = ${object} and m.source_id = ${record.sourceId}`;
}
