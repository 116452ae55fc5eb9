import type { ClaimedRecord } from '../../db/leases.ts';
import type { DifferenceClass } from '../../db/schema/ledger.ts';
import { forEachConcurrently, type BatchScope } from '../runs/batch.ts';
import { openContext, type BatchContext } from '../load/context.ts';
import { changeRecord, settleTrouble } from './settle.ts';
import { isEqual } from './things/fields.ts';
import { thingKind } from './things/things.ts';
import { undoPlans, WORKSPACE_ITEMS, type UndoPlan } from './undo-plan.ts';
import { isItemGone, openItemAccess, type ItemAccess } from './workspace-items.ts';

const READS_AT_A_TIME = 32;
/** Intercom archives a company some time after its answer: looks at what is still there, and the longest pause between two. */
const MAX_LOOKS = 8;
const LONGEST_PAUSE_MS = 30_000;

interface Difference {
  field: string;
  class: DifferenceClass;
  expected: unknown;
  actual: unknown;
}

/** Reads a batch of records that were taken back: what went must be gone, what was restored must have its values. */
export async function confirmBatch(records: ClaimedRecord[], scope: BatchScope): Promise<void> {
  const { deps, run, object } = scope;
  const ids = records.map(({ sourceId }) => sourceId);
  const plans = await undoPlans(deps.db.sql, run.workspaceId, run.id, object, ids);
  const context = await openContext(scope, []);
  const access = object === WORKSPACE_ITEMS ? await openItemAccess(deps, run) : null;
  try {
    await forEachConcurrently(records, READS_AT_A_TIME, scope.signal, async (record) => {
      const plan = plans.get(record.sourceId);
      if (plan === undefined) return;
      try {
        await confirmRecord(record, plan, scope, context, access);
      } catch (error) {
        await settleTrouble(scope, record, 'confirm', error);
      }
    });
  } finally {
    await context.flushCalls();
  }
}

async function confirmRecord(
  record: ClaimedRecord,
  plan: UndoPlan,
  scope: BatchScope,
  context: BatchContext,
  access: ItemAccess | null,
): Promise<void> {
  const differences =
    plan.action === 'restore'
      ? await valuesThatDiffer(plan, context)
      : await whatIsLeft(record, plan, context, access);
  if (differences.length > 0 && record.attempts < MAX_LOOKS) {
    const pauseMs = Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** (record.attempts - 1));
    const notBefore = new Date(scope.deps.clock.now().getTime() + pauseMs);
    await changeRecord(scope.deps.db.sql, scope, record.id, {
      step: 'confirm',
      outcome: 'updated',
      notBefore,
    });
    return;
  }
  await store(record, plan, differences, scope);
}

async function whatIsLeft(
  record: ClaimedRecord,
  plan: UndoPlan,
  context: BatchContext,
  access: ItemAccess | null,
): Promise<Difference[]> {
  const isGone =
    access === null
      ? ((await thingKind(plan.resource)?.read(plan, context)) ?? null) === null
      : await isItemGone(record.displayId ?? '', plan, access);
  return isGone
    ? []
    : [{ field: 'record', class: 'extra', expected: plan.action, actual: plan.destinationId }];
}

async function valuesThatDiffer(plan: UndoPlan, context: BatchContext): Promise<Difference[]> {
  const kind = thingKind(plan.resource);
  const expected = plan.restored ?? {};
  const seen = await kind?.read(plan, context);
  // It was archived when we came and is again, or it is a document of ours.
  if (kind === null || kind === undefined || seen == null) return [];
  const actual = kind.valuesOf(seen.raw, Object.keys(expected));
  return Object.entries(expected)
    .filter(([field, value]) => !isEqual(field, value, actual[field]))
    .map(([field, value]) => ({ field, class: 'mismatch', expected: value, actual: actual[field] ?? null }));
}

async function store(
  record: ClaimedRecord,
  plan: UndoPlan,
  differences: Difference[],
  scope: BatchScope,
): Promise<void> {
  const { deps, run, object, token } = scope;
  const compared = plan.action === 'restore' ? Math.max(1, Object.keys(plan.restored ?? {}).length) : 1;
  const verification: Partial<Record<DifferenceClass, number>> = { equal: compared - differences.length };
  for (const { class: name } of differences) verification[name] = (verification[name] ?? 0) + 1;
  await deps.db.sql.begin(async (tx) => {
    await tx`
      delete from findings
      where workspace_id = ${run.workspaceId} and run_id = ${run.id} and object = ${object} and source_id = ${record.sourceId}`;
    for (const { field, class: name, expected, actual } of differences) {
      await tx`
        insert into findings (workspace_id, run_id, object, source_id, class, field, expected, actual)
        values (${run.workspaceId}, ${run.id}, ${object}, ${record.sourceId}, ${name}, ${field}, ${JSON.stringify(expected)}::jsonb,
          ${JSON.stringify(actual)}::jsonb)`;
    }
    await tx`
      update run_records set verification = ${JSON.stringify(verification)}::jsonb, step = 'done', lease_token = null, updated_at = now()
      where workspace_id = ${run.workspaceId} and id = ${record.id} and lease_token = ${token}`;
  });
}
