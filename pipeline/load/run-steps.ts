import type { IdMapEntry, Settlement } from '../../db/journal.ts';
import type { BatchScope } from '../runs/batch.ts';
import { settleFailedCall } from '../failed-call.ts';
import { UNFINISHED, type LoadContext, type Step, type StepResult } from './destination.ts';
import { resolveDoubt, targetOf } from './resolve-doubt.ts';
import { destinationOf } from './destinations.ts';
import { storedWarnings, type JournalEntry, type LoadableRecord, type Progress } from './progress.ts';

/**
 * The heart of the product: per step an intent row, the call, and the settlement. What an earlier process left open is
 * decided by the step's probe. Returns when the record must be looked at again, null when it is settled.
 */
export async function runSteps(
  steps: Step[],
  loadable: LoadableRecord,
  progress: Progress,
  loadedHash: string,
  scope: BatchScope,
  context: LoadContext,
): Promise<{ lookAgainAt: Date } | null> {
  const doneBefore = (step: Step) =>
    loadable.journal.findLast(
      (entry) =>
        entry.state === 'done' &&
        entry.step === step.key &&
        (step.once === 'ever' || entry.runId === scope.run.id),
    );
  const doubtAbout = (step: Step) =>
    loadable.journal.find((entry) => entry.state === 'intent' && entry.step === step.key);
  let settle: Settlement[] = [];

  for (const step of steps) {
    const done = doneBefore(step);
    if (done !== undefined) {
      recall(progress, done, loadable, scope);
      continue;
    }
    const doubt = doubtAbout(step);
    if (doubt !== undefined) {
      const answer = await resolveDoubt(step, doubt, loadable, progress, scope, context);
      if (answer === 'not there') {
        settle.push({ journalId: doubt.id, state: 'void' });
      } else if ('lookAgainAt' in answer) {
        if (settle.length > 0) await write(scope, loadable, progress, { settle });
        return answer;
      } else {
        take(progress, answer.happened);
        settle.push({ journalId: doubt.id, state: 'done', ...outcomeOf(answer.happened, progress) });
        continue;
      }
    }
    const intendedAt = doubt?.firstIntendedAt ?? context.now();
    const journalId = (await write(scope, loadable, progress, { settle, intent: step })) ?? '';
    const result = await perform(step, journalId, loadable, progress, scope, context, intendedAt);
    take(progress, result);
    settle = [{ journalId, state: 'done', ...outcomeOf(result, progress) }];
  }
  return finish(loadable, progress, settle, loadedHash, scope);
}

async function perform(
  step: Step,
  journalId: string,
  loadable: LoadableRecord,
  progress: Progress,
  scope: BatchScope,
  context: LoadContext,
  intendedAt: Date,
): Promise<StepResult> {
  try {
    return await step.perform(context, targetOf(journalId, loadable, progress, scope, intendedAt));
  } catch (error) {
    await settleFailedCall(scope, journalId, error);
    throw error;
  }
}

function take(progress: Progress, result: StepResult): void {
  progress.wrote = true;
  if (result.origin !== undefined && progress.destinationId === undefined) {
    progress.origin = result.origin;
    progress.isNew = true;
  }
  const brought = result.destinationId !== undefined && result.destinationId !== progress.destinationId;
  if (brought || Object.keys(result.facts ?? {}).length > 0) progress.isUnsaved = true;
  progress.destinationId = result.destinationId ?? progress.destinationId;
  progress.facts = { ...progress.facts, ...result.facts };
  progress.warnings.push(...(result.warnings ?? []));
}

/**
 * What a step of this run brought before its worker died, or lost its lease while the call was under way: warnings that
 * are kept when a record is through, and what the id map was not told.
 */
function recall(
  progress: Progress,
  done: JournalEntry,
  { existing }: LoadableRecord,
  { run }: BatchScope,
): void {
  if (done.runId !== run.id) return;
  if (done.isUnsaved || existing?.state === 'partial') progress.warnings.push(...(done.warnings ?? []));
  if (!done.isUnsaved) return;
  take(progress, {
    facts: done.facts ?? {},
    ...(done.destinationId === null ? {} : { destinationId: done.destinationId }),
  });
}

function outcomeOf(
  result: StepResult,
  progress: Progress,
): Pick<Settlement, 'destinationId' | 'prior' | 'result'> {
  return {
    destinationId: result.destinationId ?? progress.destinationId ?? null,
    prior: result.prior ?? null,
    result: resultOf(result),
  };
}

/** What the step brought stands with it too: the id map is told by whoever holds the lease, and warnings at the end. */
function resultOf({ result, facts = {}, warnings = [] }: StepResult): Record<string, unknown> | null {
  const kept = {
    ...result,
    ...(Object.keys(facts).length === 0 ? {} : { facts }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
  return Object.keys(kept).length === 0 ? null : kept;
}

/** One ledger write: what the last step did, where the record is if that is news, and the next intent. */
async function write(
  scope: BatchScope,
  loadable: LoadableRecord,
  progress: Progress,
  entry: { settle: Settlement[]; intent?: Step },
): Promise<string | null> {
  const { existing, record } = loadable;
  const { destinationId } = progress;
  const place = {
    workspaceId: scope.run.workspaceId,
    runId: scope.run.id,
    object: scope.object,
    sourceId: record.sourceId,
  };
  const journalId = await scope.deps.ledger.write({
    leaseToken: scope.token,
    settle: entry.settle,
    ...(destinationId === undefined || !progress.isUnsaved
      ? {}
      : {
          idMap: idMapEntry(
            loadable,
            progress,
            scope,
            destinationId,
            existing?.state ?? 'partial',
            existing?.loadedHash ?? null,
          ),
        }),
    ...(entry.intent === undefined
      ? {}
      : {
          intent: {
            ...place,
            step: entry.intent.key,
            operation: entry.intent.operation,
            identity: entry.intent.identity,
          },
        }),
  });
  progress.isUnsaved = false;
  return journalId;
}

function idMapEntry(
  loadable: LoadableRecord,
  progress: Progress,
  scope: BatchScope,
  destinationId: string,
  state: 'partial' | 'complete',
  loadedHash: string | null,
): IdMapEntry {
  return {
    workspaceId: scope.run.workspaceId,
    runId: scope.run.id,
    object: scope.object,
    sourceId: loadable.record.sourceId,
    displayId: loadable.record.displayId,
    resource: loadable.payload.resource,
    destinationId,
    facts: progress.facts,
    state,
    origin: progress.origin,
    loadedHash,
  };
}

/** The last write of a record: everything is done, the ledger says how it ended, and reading back comes next. */
async function finish(
  loadable: LoadableRecord,
  progress: Progress,
  settle: Settlement[],
  loadedHash: string,
  scope: BatchScope,
): Promise<null> {
  const { record } = loadable;
  const { destinationId } = progress;
  const destination = destinationOf(loadable.payload);
  const standing = destination.standingWarnings?.(progress.facts) ?? [];
  const hash = loadedHash + (destination.isUnfinished?.(progress.facts) === true ? UNFINISHED : '');
  if (destinationId === undefined)
    throw new Error(`${scope.object} ${record.sourceId} has a plan without a first step`);
  await scope.deps.ledger.write({
    leaseToken: scope.token,
    settle,
    idMap: idMapEntry(loadable, progress, scope, destinationId, 'complete', hash),
    record: {
      recordId: record.id,
      step: 'verify',
      outcome: progress.isNew ? progress.origin : progress.wrote ? 'updated' : 'unchanged',
      warnings: storedWarnings(record, [...progress.warnings, ...standing]),
    },
  });
  return null;
}
