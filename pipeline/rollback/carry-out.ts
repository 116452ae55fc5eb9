import type { Settlement } from '../../db/journal.ts';
import type { ClaimedRecord } from '../../db/leases.ts';
import type { BatchScope } from '../runs/batch.ts';
import { settleFailedCall } from '../failed-call.ts';
import type { LoadContext } from '../load/destination.ts';
import type { UndoStep } from './things/thing.ts';

/**
 * Per step an intent row before the call, as when loading. What an earlier process left open is settled by looking: a
 * step that is not among what is left to do was carried out. Returns what the record's last write settles.
 */
export async function carryOut(
  record: ClaimedRecord,
  steps: UndoStep[],
  scope: BatchScope,
  context: LoadContext,
): Promise<Settlement[]> {
  const open = await openIntents(record, scope);
  let settle: Settlement[] = open
    .filter(({ step }) => !steps.some(({ key }) => key === step))
    .map(({ id }) => ({ journalId: id, state: 'done' }));
  for (const step of steps) {
    const doubts = open.filter((intent) => intent.step === step.key);
    if (doubts.length > 0) {
      const isDone = await step.isDone(context);
      settle.push(
        ...doubts.map(({ id }): Settlement => ({ journalId: id, state: isDone ? 'done' : 'void' })),
      );
      if (isDone) continue;
    }
    const journalId = await plan(record, step, settle, scope);
    await perform(step, journalId, scope, context);
    settle = [{ journalId, state: 'done' }];
  }
  return settle;
}

async function openIntents(
  record: ClaimedRecord,
  { deps, run, object }: BatchScope,
): Promise<{ id: string; step: string }[]> {
  return deps.db.sql<{ id: string; step: string }[]>`
    select id::text, step from load_journal
    where workspace_id = ${run.workspaceId} and run_id = ${run.id} and object = ${object} and source_id = ${record.sourceId}
      and state = 'intent'`;
}

async function plan(
  record: ClaimedRecord,
  step: UndoStep,
  settle: Settlement[],
  { deps, run, object, token }: BatchScope,
): Promise<string> {
  const intent = {
    workspaceId: run.workspaceId,
    runId: run.id,
    object,
    sourceId: record.sourceId,
    step: step.key,
    operation: step.operation,
    identity: {},
  };
  return (await deps.ledger.write({ leaseToken: token, settle, intent })) ?? '';
}

async function perform(
  step: UndoStep,
  journalId: string,
  scope: BatchScope,
  context: LoadContext,
): Promise<void> {
  try {
    await step.perform(context);
  } catch (error) {
    await settleFailedCall(scope, journalId, error);
    throw error;
  }
}
