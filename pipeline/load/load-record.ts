import type { IdMapEntry, RecordChange, Settlement } from '../../db/journal.ts';
import type { StoredWarning } from '../../db/schema/runs.ts';
import type { ClaimedRecord } from '../../db/leases.ts';
import { RateLimitError, TransientError } from '../../errors.ts';
import type { MappingIssue, RecordRef } from '../../objects/mapping.ts';
import type { Payload } from '../../objects/payloads.ts';
import type { BatchScope } from '../batch.ts';
import { actionFor } from '../failure-policy.ts';
import type { ExistingRecord, JournalEntry } from '../load.ts';
import type { LoadContext, ProbeAnswer, Step, StepResult, StepTarget } from './destination.ts';
import { destinationOf } from './destinations.ts';
import type { ParentState } from './parents.ts';

export interface LoadableRecord {
  record: ClaimedRecord;
  payload: Payload;
  mappedHash: string;
  existing: ExistingRecord | undefined;
  journal: JournalEntry[];
  /** Source id of the record that has this one's unique value already. */
  duplicateOf: string | undefined;
}

export interface SharedScope {
  context: LoadContext;
  parents: (ref: RecordRef) => ParentState | undefined;
}

const MAX_TRIES = 20;

/** What is known of a record while its plan is carried out. */
interface Progress {
  destinationId: string | undefined;
  facts: Record<string, unknown>;
  origin: 'created' | 'adopted';
  /** The record was created or adopted by a step of this run. */
  isNew: boolean;
  wrote: boolean;
  warnings: MappingIssue[];
}

/** Carries out what is left of one record's plan, and settles the record. Throws only what concerns the whole batch. */
export async function loadRecord(
  loadable: LoadableRecord,
  scope: BatchScope,
  shared: SharedScope,
): Promise<void> {
  const { record } = loadable;
  try {
    const change = await carryOut(loadable, scope, shared);
    if (change !== null)
      await scope.deps.ledger.write({ leaseToken: scope.token, record: { recordId: record.id, ...change } });
  } catch (error) {
    const change = afterFailure(error, scope, record);
    await scope.deps.ledger.write({ leaseToken: scope.token, record: { recordId: record.id, ...change } });
  }
}

type Change = Omit<RecordChange, 'recordId'>;

function rejected(
  code: string,
  message: string,
  more: { field?: string | null; value?: unknown; suggestion?: string | null; waitsFor?: string } = {},
): Change {
  return {
    step: 'done',
    outcome: more.waitsFor === undefined ? 'rejected' : 'waiting',
    reasonCode: code,
    reason: {
      field: more.field ?? null,
      value: more.value ?? null,
      message,
      suggestion: more.suggestion ?? null,
    },
    waitsFor: more.waitsFor ?? null,
  };
}

/** Null when everything, the record included, is settled already. */
async function carryOut(
  loadable: LoadableRecord,
  scope: BatchScope,
  shared: SharedScope,
): Promise<Change | null> {
  const { payload, existing, duplicateOf } = loadable;
  const destination = destinationOf(payload);
  const { context } = shared;
  const blocked = firstBlockedParent(destination.requiredRefs(payload), shared);
  if (blocked !== null) return blocked;
  const dropped = unresolvedRefs(destination.optionalRefs(payload), context);
  const loadedHash = hashWithGaps(loadable.mappedHash, dropped);
  if (existing?.state === 'complete' && existing.loadedHash === loadedHash) {
    return {
      step: 'verify',
      outcome: 'unchanged',
      warnings: storedWarnings(loadable.record, dropped.map(warningFor)),
    };
  }
  if (duplicateOf !== undefined && existing === undefined) return duplicate(scope, payload, duplicateOf);

  const progress: Progress = {
    destinationId: existing?.destinationId,
    facts: existing?.facts ?? {},
    origin: existing?.origin ?? 'created',
    isNew: existing?.createdInRun === scope.run.id,
    wrote: false,
    warnings: dropped.map(warningFor),
  };
  const steps = destination.plan(
    payload,
    existing?.state === 'complete' ? { ...existing, fresh: progress.isNew } : undefined,
    context,
  );
  return runSteps(steps, loadable, progress, loadedHash, scope, context);
}

/**
 * Links that cannot be made. One whose id belongs to another of the objects it may be for is that object's link; one
 * that none of them has is missing once, not once per object.
 */
function unresolvedRefs(refs: RecordRef[], context: LoadContext): RecordRef[] {
  const missing = new Map<string, RecordRef>();
  for (const ref of refs) {
    const candidates = [ref.ref, ...(ref.or ?? [])];
    const { sourceId } = ref;
    if (candidates.some((name) => context.resolve({ ref: name, sourceId }) !== undefined)) continue;
    const key = `${[...candidates].sort().join(' ')} ${sourceId}`;
    if (!missing.has(key)) missing.set(key, ref);
  }
  return [...missing.values()];
}

/** The record's hash together with the links that could not be made: a later run that can make them sees a difference. */
function hashWithGaps(mappedHash: string, dropped: RecordRef[]): string {
  if (dropped.length === 0) return mappedHash;
  return `${mappedHash}!${dropped
    .map((ref) => `${ref.ref}:${ref.sourceId}`)
    .sort()
    .join(',')}`;
}

/** Between the objects that a missing link may be for, in `field` of its warning. */
export const OR = ' or ';

function warningFor(ref: RecordRef): MappingIssue {
  const field = [ref.ref, ...(ref.or ?? [])].join(OR);
  return {
    code: 'parent_missing',
    field,
    value: ref.sourceId,
    message: `The ${field.replaceAll('_', ' ')} ${ref.sourceId} is not in Intercom, so the link to it was left out.`,
    suggestion: 'It is added when that record has been loaded and this one is loaded again.',
  };
}

function firstBlockedParent(refs: RecordRef[], shared: SharedScope): Change | null {
  for (const ref of refs) {
    if (shared.context.resolve(ref) !== undefined) continue;
    const parent = shared.parents(ref);
    const name = `${ref.ref.replaceAll('_', ' ')} ${ref.sourceId}`;
    if (parent === undefined || parent.outcome === 'excluded') {
      return rejected('parent_missing', `The ${name} is not part of the migration.`, {
        field: ref.ref,
        value: ref.sourceId,
        suggestion: `Name an existing ${ref.ref.replaceAll('_', ' ')} by its Infraon id, or waive the record.`,
      });
    }
    return rejected(
      'parent_rejected',
      `Waits for the ${name}, which is ${parent.outcome}${parent.reasonCode === null ? '' : ` (${parent.reasonCode})`}.`,
      {
        field: ref.ref,
        value: ref.sourceId,
        suggestion: `Fix the ${name}; this record follows by itself.`,
        waitsFor: `${ref.ref}:${ref.sourceId}`,
      },
    );
  }
  return null;
}

function duplicate(scope: BatchScope, payload: Payload, first: string): Change {
  const unique = scope.deps.registry.get(scope.object).identity.unique;
  const value = payload.resource === 'contacts' ? (payload.email ?? null) : null;
  return rejected(
    unique?.code ?? 'duplicate_email',
    `The address ${value ?? ''} is also that of record ${first}.`,
    {
      field: unique?.field ?? null,
      value,
      suggestion: 'Correct the address of one of the two, or load this one without an address.',
    },
  );
}

async function runSteps(
  steps: Step[],
  loadable: LoadableRecord,
  progress: Progress,
  loadedHash: string,
  scope: BatchScope,
  context: LoadContext,
): Promise<Change | null> {
  const isDone = (step: Step) =>
    loadable.journal.some(
      (entry) =>
        entry.state === 'done' &&
        entry.step === step.key &&
        (step.once === 'ever' || entry.runId === scope.run.id),
    );
  const doubtAbout = (step: Step) =>
    loadable.journal.find((entry) => entry.state === 'intent' && entry.step === step.key);
  let settle: Settlement[] = [];

  for (const step of steps) {
    if (isDone(step)) continue;
    const doubt = doubtAbout(step);
    if (doubt !== undefined) {
      const answer: ProbeAnswer = await step.probe(
        context,
        targetOf(loadable, progress, scope, doubt.createdAt),
      );
      if (answer === 'absent') {
        settle.push({ journalId: doubt.id, state: 'void' });
      } else if ('lookAgainAt' in answer) {
        if (settle.length > 0) await write(scope, loadable, progress, { settle });
        return { step: 'load', outcome: 'pending', notBefore: answer.lookAgainAt };
      } else {
        take(progress, answer.happened);
        settle.push({ journalId: doubt.id, state: 'done', ...outcomeOf(answer.happened, progress) });
        continue;
      }
    }
    // A new try is a new intent: its time is what the next look goes by.
    const intendedAt = context.now();
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
    return await step.perform(context, targetOf(loadable, progress, scope, intendedAt));
  } catch (error) {
    // An intent stays open only while the call may have been carried out.
    const certain = error instanceof TransientError ? !error.outcomeUnknown : true;
    if (certain) {
      const state = error instanceof TransientError || error instanceof RateLimitError ? 'void' : 'refused';
      await scope.deps.ledger.write({
        leaseToken: scope.token,
        settle: [{ journalId, state, result: { error: String(error) } }],
      });
    }
    throw error;
  }
}

function targetOf(
  loadable: LoadableRecord,
  progress: Progress,
  scope: BatchScope,
  intendedAt: Date,
): StepTarget {
  return {
    record: { ref: scope.object, sourceId: loadable.record.sourceId },
    destinationId: progress.destinationId,
    intendedAt,
  };
}

function take(progress: Progress, result: StepResult): void {
  progress.wrote = true;
  if (result.origin !== undefined && progress.destinationId === undefined) {
    progress.origin = result.origin;
    progress.isNew = true;
  }
  progress.destinationId = result.destinationId ?? progress.destinationId;
  progress.facts = { ...progress.facts, ...result.facts };
  progress.warnings.push(...(result.warnings ?? []));
}

function outcomeOf(result: StepResult, progress: Progress): Pick<Settlement, 'destinationId' | 'prior'> {
  return {
    destinationId: result.destinationId ?? progress.destinationId ?? null,
    prior: result.prior ?? null,
  };
}

/** One ledger write: what the last step did, where the record is, and the next intent. */
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
  return scope.deps.ledger.write({
    leaseToken: scope.token,
    settle: entry.settle,
    ...(destinationId === undefined
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
  const { destinationId, warnings } = progress;
  if (destinationId === undefined)
    throw new Error(`${scope.object} ${record.sourceId} has a plan without a first step`);
  await scope.deps.ledger.write({
    leaseToken: scope.token,
    settle,
    idMap: idMapEntry(loadable, progress, scope, destinationId, 'complete', loadedHash),
    record: {
      recordId: record.id,
      step: 'verify',
      outcome: progress.isNew ? progress.origin : progress.wrote ? 'updated' : 'unchanged',
      warnings: storedWarnings(record, warnings),
    },
  });
  return null;
}

/** What mapping noticed stays; what an earlier load noticed is said anew. */
function storedWarnings(record: ClaimedRecord, noticed: MappingIssue[]): StoredWarning[] {
  return [
    ...record.warnings.filter((warning) => warning.stage !== 'load'),
    ...noticed.map((issue): StoredWarning => ({ ...issue, value: issue.value ?? null, stage: 'load' })),
  ];
}

/** A record's failure is a row, not an exception that ends the batch; what concerns every record is thrown on. */
function afterFailure(error: unknown, scope: BatchScope, record: ClaimedRecord): Change {
  const failure = actionFor(error, scope.deps.clock.now(), record.attempts);
  switch (failure.action) {
    case 'reject':
      return rejected(failure.code, failure.message, failure);
    case 'retry':
      if (record.attempts >= MAX_TRIES) {
        return rejected(
          'unknown_outcome',
          `Tried ${record.attempts} times without a clear answer: ${String(error)}`,
          {
            suggestion: 'Look for the record in Intercom. Retry looks again before it writes anything.',
          },
        );
      }
      return { step: 'load', outcome: 'pending', notBefore: failure.at };
    case 'pause':
    case 'stop':
    case 'crash':
      throw error;
  }
}
