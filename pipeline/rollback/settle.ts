import type { ClaimedRecord } from '../../db/leases.ts';
import type { Queryable } from '../../db/client.ts';
import type { RecordOutcome, RecordStep } from '../../db/schema/runs.ts';
import { LeaseLostError } from '../../errors.ts';
import type { BatchScope } from '../runs/batch.ts';
import { actionFor } from '../failure-policy.ts';
import type { UndoPlan } from './undo-plan.ts';

export interface InspectedRecord {
  id: number;
  /** Null: it must be looked at again. */
  plan: UndoPlan | null;
  notBefore: Date | null;
}

/** Notes what becomes of records. They wait for the decision over all of them. */
export async function settleInspected(scope: BatchScope, inspected: InspectedRecord[]): Promise<void> {
  if (inspected.length === 0) return;
  const rows = inspected.map(({ id, plan, notBefore }) => ({ id, undo: plan, not_before: notBefore }));
  await scope.deps.db.sql`
    update run_records r
    set undo = coalesce(v.undo, r.undo), step = case when v.undo is null then 'inspect' else 'undo' end,
      not_before = v.not_before, attempts = case when v.undo is null then r.attempts else 0 end, lease_token = null, updated_at = now()
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as v(id bigint, undo jsonb, not_before timestamptz)
    where r.workspace_id = ${scope.run.workspaceId} and r.id = v.id and r.lease_token = ${scope.token}`;
}

/** Tries of one record before its batch counts as failing. */
const MAX_TRIES = 20;

/** A record's failure is a row, not an exception that ends the batch; what concerns every record is thrown on. */
export async function settleTrouble(
  scope: BatchScope,
  record: ClaimedRecord,
  step: RecordStep,
  error: unknown,
): Promise<void> {
  const failure = actionFor(error, scope.deps.clock.now(), record.attempts);
  if (failure.action === 'reject') {
    const { code, field, value, message } = failure;
    const reason = {
      field,
      value,
      message: message.replace('refused the record', 'refused to take it back'),
      suggestion: 'Look at it in Intercom, then retry.',
    };
    await changeRecord(scope.deps.db.sql, scope, record.id, {
      step: 'done',
      outcome: 'rejected',
      code,
      reason,
    });
    return;
  }
  if (failure.action !== 'retry' || record.attempts >= MAX_TRIES) throw error;
  await changeRecord(scope.deps.db.sql, scope, record.id, {
    step,
    outcome: 'pending',
    notBefore: failure.at,
  });
}

export interface Change {
  step: RecordStep;
  outcome: RecordOutcome;
  plan?: UndoPlan;
  code?: string;
  reason?: object;
  notBefore?: Date | null;
}

export async function changeRecord(
  sql: Queryable,
  scope: BatchScope,
  id: number,
  change: Change,
): Promise<void> {
  const { step, outcome, plan, code, reason, notBefore } = change;
  await sql`
    update run_records
    set step = ${step}, outcome = ${outcome}, undo = coalesce(${plan === undefined ? null : JSON.stringify(plan)}::jsonb, undo),
      reason_code = ${code ?? null}, reason = ${reason === undefined ? null : JSON.stringify(reason)}::jsonb,
      not_before = ${notBefore ?? null}, lease_token = null, updated_at = now()
    where workspace_id = ${scope.run.workspaceId} and id = ${id} and lease_token = ${scope.token}`;
}

/** In the transaction of everything that a batch settles: a worker that lost its lease changes nothing. */
export async function requireLease(tx: Queryable, scope: BatchScope): Promise<void> {
  const held = await tx`select 1 from leases where token = ${scope.token} and expires_at > now() for share`;
  if (held.length === 0)
    throw new LeaseLostError('Another worker may own this batch now', { code: 'lease_lost' });
}
