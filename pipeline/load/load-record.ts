import type { ClaimedRecord } from '../../db/leases.ts';
import type { MappingIssue, RecordRef } from '../../objects/mapping.ts';
import { CUSTOM_TARGET } from '../../objects/mapping.ts';
import type { Payload } from '../../objects/payloads.ts';
import type { BatchScope } from '../runs/batch.ts';
import { namedLinks, type NamedLink } from '../links/named-links.ts';
import type { SettingsDocument } from '../settings.ts';
import { UNDONE, UNFINISHED, type Loaded, type LoadContext } from './destination.ts';
import { destinationOf } from './destinations.ts';
import { explainRefusal } from './missing-attributes.ts';
import { parentName, waitingFor } from './parent-words.ts';
import type { ParentState } from './parents.ts';
import { storedWarnings, type ExistingRecord, type LoadableRecord, type Progress } from './progress.ts';
import { reloadIn, reloadStep } from './conversations/reload.ts';
import { runSteps } from './run-steps.ts';
import { compareThreeWays, type ThreeWay } from './three-way.ts';
import { remembering } from './remember-reads.ts';
import { afterFailure, rejected, type Change, type Journey } from './set-aside.ts';

export interface SharedScope {
  context: LoadContext;
  /** What a record of this batch became: those that come after it can link to it. */
  learn: (ref: RecordRef, loaded: Loaded) => void;
  parents: (ref: RecordRef) => ParentState | undefined;
}

/** Carries out what is left of one record's plan, and settles the record. Throws only what concerns the whole batch. */
export async function loadRecord(
  loadable: LoadableRecord,
  scope: BatchScope,
  shared: SharedScope,
): Promise<void> {
  const { record } = loadable;
  const journey: Journey = {};
  try {
    const change = await carryOut(loadable, scope, shared, journey);
    if (change !== null)
      await scope.deps.ledger.write({ leaseToken: scope.token, record: { recordId: record.id, ...change } });
  } catch (error) {
    const cause = await explainRefusal(error, loadable.payload, shared.context.missingAttribute);
    const change = afterFailure(cause, scope, record, journey);
    await scope.deps.ledger.write({ leaseToken: scope.token, record: { recordId: record.id, ...change } });
  }
}

/** Null when everything, the record included, is settled already. */
async function carryOut(
  loadable: LoadableRecord,
  scope: BatchScope,
  shared: SharedScope,
  journey: Journey,
): Promise<Change | null> {
  const { payload, existing, duplicateOf } = loadable;
  const destination = destinationOf(payload);
  // What is looked at before an update is not read again by its steps.
  const context = loadable.last === undefined ? shared.context : remembering(shared.context);
  const blocked = firstBlockedParent(destination.requiredRefs(payload), shared);
  if (blocked !== null) return blocked;
  const dropped = unresolvedRefs(destination.optionalRefs(payload), context);
  const refused = namedLinks(payload, context).filter((link) => link.refused !== undefined);
  const gaps = [...dropped.map(warningFor), ...refusedLinks(refused, context.settings)];
  const loadedHash = hashWithGaps(loadable.mappedHash, [...dropped, ...refused.map(refOf)]);
  if (existing?.state === 'complete' && existing.loadedHash === loadedHash) {
    return {
      // A delta reads back what it wrote, and nothing else.
      step: scope.run.kind === 'delta' ? 'done' : 'verify',
      outcome: 'unchanged',
      warnings: storedWarnings(loadable.record, [
        ...gaps,
        ...(destination.standingWarnings?.(existing.facts) ?? []),
      ]),
    };
  }
  if (duplicateOf !== undefined && existing === undefined) return duplicate(scope, payload, duplicateOf);

  const threeWay = await lookBeforeUpdate(loadable, scope, context);
  const progress: Progress = {
    destinationId: existing?.destinationId,
    facts: existing?.facts ?? {},
    origin: existing?.origin ?? 'created',
    isNew: existing?.createdInRun === scope.run.id,
    wrote: false,
    isUnsaved: false,
    warnings: [...gaps, ...(threeWay?.warnings ?? [])],
  };
  journey.progress = progress;
  const reload = existing?.state === 'partial' ? reloadIn(existing.facts) : undefined;
  const { update } = threeWay ?? {};
  const known =
    existing?.state === 'complete'
      ? { ...existing, fresh: progress.isNew, ...(update === undefined ? {} : { update }) }
      : undefined;
  const isWritten =
    threeWay === undefined && hasNothingNew(loadable, destination.optionalRefs(payload), context);
  const steps = [
    ...(reload === undefined ? [] : [reloadStep(reload)]),
    ...(isWritten ? [] : destination.plan(threeWay?.payload ?? payload, known, context)),
  ];
  const doubt = await runSteps(steps, loadable, progress, loadedHash, scope, context);
  const { destinationId, facts } = progress;
  if (doubt === null && destinationId !== undefined)
    shared.learn(
      { ref: scope.object, sourceId: loadable.record.sourceId },
      { destinationId, facts, resource: payload.resource },
    );
  if (doubt === null) return null;
  return { step: 'load', outcome: 'pending', notBefore: doubt.lookAgainAt, startsOver: true };
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

/**
 * Whether a record is written over what people may have changed. Not what this run made, nor a draft that waits for its
 * text, nor what a person ordered to be written again (its hash was taken away).
 */
export function isWrittenOver(
  record: Pick<ClaimedRecord, 'mappedHash'>,
  existing: ExistingRecord | undefined,
  runId: string,
): existing is ExistingRecord {
  return (
    existing?.state === 'complete' &&
    existing.loadedHash !== null &&
    existing.loadedHash !== record.mappedHash &&
    !existing.loadedHash.endsWith(UNFINISHED) &&
    existing.createdInRun !== runId
  );
}

async function lookBeforeUpdate(
  loadable: LoadableRecord,
  scope: BatchScope,
  context: LoadContext,
): Promise<ThreeWay | undefined> {
  const { record, existing, last } = loadable;
  if (last === undefined || !isWrittenOver(record, existing, scope.run.id)) return undefined;
  return compareThreeWays(loadable, existing, last, scope, context);
}

/** The record's hash together with the links that could not be made: a later run that can make them sees a difference. */
function hashWithGaps(mappedHash: string, dropped: RecordRef[]): string {
  if (dropped.length === 0) return mappedHash;
  return `${mappedHash}!${dropped
    .map((ref) => `${ref.ref}:${ref.sourceId}`)
    .sort()
    .join(',')}`;
}

/**
 * Whether another write would send what was sent before. A gap may close because its id turned out to be of an object
 * that this record does not link to (`or`): then it is no gap any more, and nothing to write either.
 */
function hasNothingNew(
  { existing, mappedHash }: LoadableRecord,
  refs: RecordRef[],
  context: LoadContext,
): boolean {
  const hash = existing?.loadedHash ?? '';
  if (existing?.state !== 'complete' || hash.endsWith(UNFINISHED) || hash.endsWith(UNDONE)) return false;
  const gaps = hash.startsWith(`${mappedHash}!`) ? hash.slice(mappedHash.length) : '';
  if (gaps === '') return false;
  return !refs.some((ref) => gaps.includes(ref.sourceId) && context.resolve(ref) !== undefined);
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

function refOf({ toObject, toId }: NamedLink): RecordRef {
  return { ref: toObject, sourceId: toId };
}

/** One warning per attribute that names more links than the settings allow. */
function refusedLinks(refused: readonly NamedLink[], settings: SettingsDocument): MappingIssue[] {
  const most = settings.links_per_attribute ?? 0;
  return [...new Set(refused.map(({ field }) => field))].map((field) => {
    const left = refused.filter((link) => link.field === field).length;
    return {
      code: 'too_many_links',
      field: field.slice(CUSTOM_TARGET.length),
      value: left,
      message: `${left} links were left out: the settings allow ${most} of one attribute. Their other ends are in Intercom.`,
      suggestion: 'Raise links_per_attribute if Intercom takes more, and load the record again.',
    };
  });
}

function firstBlockedParent(refs: RecordRef[], shared: SharedScope): Change | null {
  for (const ref of refs) {
    if (shared.context.resolve(ref) !== undefined) continue;
    const parent = shared.parents(ref);
    const name = parentName(ref, parent?.displayId ?? null);
    const about = { field: ref.ref, value: ref.sourceId };
    if (parent === undefined || parent.outcome === 'excluded' || parent.outcome === 'waived') {
      return rejected('parent_missing', `The ${name} is not part of the migration.`, {
        ...about,
        suggestion: `Name an existing ${ref.ref.replaceAll('_', ' ')} by its Infraon id, or waive the record.`,
      });
    }
    const { message, suggestion } = waitingFor(name, parent);
    const waitsFor = `${ref.ref}:${ref.sourceId}`;
    return rejected('parent_rejected', message, { ...about, suggestion, waitsFor });
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
