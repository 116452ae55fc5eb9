import type { ClaimedRecord } from '../../db/leases.ts';
import { forEachConcurrently, type BatchScope } from '../runs/batch.ts';
import type { BatchContext } from '../load/context.ts';
import { openInspection } from './inspect.ts';
import { inspectRecord, type Inspection } from './inspect-record.ts';
import { carryOut } from './carry-out.ts';
import { forget, restoreLedger, spareAfterAll } from './ledger.ts';
import { changeRecord, settleTrouble } from './settle.ts';
import type { UndoStep } from './things/thing.ts';
import { thingKind } from './things/things.ts';
import { WORKSPACE_ITEMS, type UndoPlan } from './undo-plan.ts';
import { decideItem, openItemAccess, removeItem, useInTheWay, type ItemAccess } from './workspace-items.ts';
import { writtenTo } from './written.ts';

/** Records of one batch that are taken back side by side. */
const RECORDS_AT_A_TIME = 32;

/** Takes a batch of records back: each is looked at once more, then intent row → call → settle. */
export async function undoBatch(records: ClaimedRecord[], scope: BatchScope): Promise<void> {
  const { plans, inspection, context } = await openInspection(records, scope);
  const isWorkspace = scope.object === WORKSPACE_ITEMS;
  const access = isWorkspace ? await openItemAccess(scope.deps, scope.run) : null;
  try {
    await forEachConcurrently(records, isWorkspace ? 1 : RECORDS_AT_A_TIME, scope.signal, async (record) => {
      const plan = plans.get(record.sourceId);
      if (plan === undefined) return;
      try {
        if (access === null) await undoRecord(record, plan, inspection, context);
        else await undoItem(record, plan, access, scope, context);
      } catch (error) {
        await settleTrouble(scope, record, 'undo', error);
      }
    });
  } finally {
    await context.flushCalls();
  }
}

async function undoRecord(
  record: ClaimedRecord,
  planned: UndoPlan,
  inspection: Inspection,
  context: BatchContext,
): Promise<void> {
  const { scope } = inspection;
  const looked = await lookAgain(record.sourceId, planned, inspection);
  if ('lookAgainAt' in looked) {
    await changeRecord(scope.deps.db.sql, scope, record.id, {
      step: 'undo',
      outcome: 'pending',
      notBefore: looked.lookAgainAt,
    });
    return;
  }
  const { plan } = looked;
  if (plan.action === 'spare') return spareAfterAll(scope, record, plan);
  const { steps, plan: carried } = await stepsOf(record.sourceId, plan, inspection);
  const settle = await carryOut(record, steps, scope, context);
  if (plan.action === 'restore' || (plan.action === 'keep' && !plan.whole))
    await restoreLedger(scope, record, carried, settle);
  else await forget(scope, record, carried, settle);
}

/** People come first until the last moment: what changed since it was looked at is judged anew. */
async function lookAgain(
  sourceId: string,
  planned: UndoPlan,
  inspection: Inspection,
): Promise<{ plan: UndoPlan } | { lookAgainAt: Date }> {
  if (planned.destinationId === null || planned.action === 'gone') return { plan: planned };
  const seen = await thingKind(planned.resource)?.read(planned, inspection.context);
  if (seen == null || seen.updatedAt === (planned.seenUpdatedAt ?? null)) return { plan: planned };
  const again = await inspectRecord(sourceId, planned, inspection);
  // What is gone by now went by our own call, whose answer was lost: the plan goes on as it was.
  return 'plan' in again && again.plan.action === 'gone' ? { plan: planned } : again;
}

/** A restore is worked out from what is there now, so that what an earlier try restored is not done again. */
async function stepsOf(
  sourceId: string,
  plan: UndoPlan,
  { context, writes }: Inspection,
): Promise<{ steps: UndoStep[]; plan: UndoPlan }> {
  const kind = thingKind(plan.resource);
  if (kind === null || plan.destinationId === null) return { steps: [], plan };
  if (plan.action === 'delete' || plan.action === 'archive')
    return { steps: [kind.remove(plan, plan.action)], plan };
  if (plan.action !== 'restore') return { steps: [], plan };
  const seen = await kind.read(plan, context);
  if (seen === null) return { steps: [], plan: { ...plan, action: 'gone' } };
  const { steps, expected } = kind.restoration(seen.raw, writtenTo(sourceId, plan, writes), plan, context);
  return { steps, plan: { ...plan, restored: { ...plan.restored, ...expected } } };
}

/** Tags, attributes and collections are judged anew too: people may have begun to use one. */
async function undoItem(
  record: ClaimedRecord,
  planned: UndoPlan,
  access: ItemAccess,
  scope: BatchScope,
  context: BatchContext,
): Promise<void> {
  const plan = await decideItem(record.displayId ?? '', planned, access);
  if (plan.action === 'spare' || plan.action === 'keep') return spareAfterAll(scope, record, plan);
  const steps = plan.action === 'gone' ? [] : [removeItem(plan)];
  const carried = plan.action === 'gone' && planned.action !== null ? planned : plan;
  try {
    await forget(scope, record, carried, await carryOut(record, steps, scope, context));
  } catch (error) {
    const reason = useInTheWay(error);
    if (reason === null) throw error;
    await spareAfterAll(scope, record, { ...plan, action: 'spare', reasons: [reason] });
  }
}
