import { NotFoundError } from '../../errors.ts';
import type { Payload } from '../../objects/payloads.ts';
import type { BatchScope } from '../runs/batch.ts';
import { originOf } from '../load/people/companies.ts';
import type { LoadContext, StepResult } from '../load/destination.ts';
import { destinationOf } from '../load/destinations.ts';
import { UNFINISHED } from '../load/destination.ts';
import { findPeopleEdits, type LastSync, type PeopleEdit } from '../load/people-edits.ts';
import { remembering } from '../load/remember-reads.ts';
import type { Ours, Seen } from './things/thing.ts';
import { thingKind } from './things/things.ts';
import { undoRunOf, type SpareReason, type UndoAction, type UndoPlan } from './undo-plan.ts';
import { marksOf, writtenTo, type KnownWrites } from './written.ts';

export interface Inspection {
  scope: BatchScope;
  context: LoadContext;
  writes: KnownWrites;
  lastSyncs: ReadonlyMap<string, LastSync>;
  loadedHashes: ReadonlyMap<string, string | null>;
  ours: Ours;
}

export type Inspected = { plan: UndoPlan } | { lookAgainAt: Date };

/** Looks at a record's thing in Intercom and says what becomes of it. Nothing is written. */
export async function inspectRecord(
  sourceId: string,
  planned: UndoPlan,
  inspection: Inspection,
): Promise<Inspected> {
  const found =
    planned.destinationId === null ? await findOpenCreate(sourceId, planned, inspection) : { plan: planned };
  if ('lookAgainAt' in found) return found;
  const { plan } = found;
  if (plan.destinationId === null) return { plan: { ...plan, action: 'gone' } };
  const kind = thingKind(plan.resource);
  if (kind === null) return { plan: documentPlan(sourceId, plan, inspection) };
  // Looked at several times within one decision, read once.
  const context = remembering(inspection.context);
  const seen = await kind.read(plan, context);
  if (seen === null) return { plan: { ...plan, action: 'gone' } };
  const looking = { ...inspection, context };
  const decided =
    plan.whole && plan.origin === 'created'
      ? await decideRemoval(sourceId, plan, seen, looking)
      : await decideRestoration(sourceId, plan, seen, looking);
  return { plan: { ...decided, seenUpdatedAt: seen.updatedAt } };
}

function documentPlan(sourceId: string, plan: UndoPlan, { writes }: Inspection): UndoPlan {
  if (plan.whole) return { ...plan, action: 'delete' };
  const { prior } = writtenTo(sourceId, plan, writes);
  return { ...plan, action: prior === null ? 'keep' : 'restore' };
}

async function decideRemoval(
  sourceId: string,
  plan: UndoPlan,
  seen: Seen<object>,
  inspection: Inspection,
): Promise<UndoPlan> {
  const { scope, context, ours } = inspection;
  const kind = thingKind(plan.resource);
  const wanted = scope.deps.registry.get(scope.object).rollback.created;
  if (wanted === 'keep') return { ...plan, action: 'keep' };
  const edits = await peopleEdits(sourceId, plan, seen, inspection);
  if (edits.length > 0) return { ...plan, action: 'spare', reasons: edits.map(reasonOf) };
  const user = (await kind?.usedBy?.(plan, ours, context)) ?? null;
  if (user !== null) return { ...plan, action: 'spare', reasons: [inUse(user)] };
  const action: UndoAction = plan.resource === 'contacts' ? undoRunOf(scope.run.undo).contacts : wanted;
  return { ...plan, action, reasons: [] };
}

/** What was there before gets its values back; of what people changed since, nothing is touched. */
async function decideRestoration(
  sourceId: string,
  plan: UndoPlan,
  seen: Seen<object>,
  inspection: Inspection,
): Promise<UndoPlan> {
  const { scope, context, writes } = inspection;
  const adopted: SpareReason[] = plan.whole ? [adoptedReason()] : [];
  if (scope.deps.registry.get(scope.object).rollback.updated === 'keep')
    return { ...plan, action: 'keep', reasons: adopted };
  if (plan.resource === 'articles') {
    const edits = await peopleEdits(sourceId, plan, seen, inspection);
    if (edits.length > 0) return { ...plan, action: 'spare', reasons: edits.map(reasonOf) };
  }
  const written = writtenTo(sourceId, plan, writes);
  const restoration = thingKind(plan.resource)?.restoration(seen.raw, written, plan, context);
  const steps = restoration?.steps ?? [];
  const unknown = written.prior === null && plan.origin === 'adopted' ? [priorUnknown()] : [];
  return {
    ...plan,
    action: steps.length === 0 ? 'keep' : 'restore',
    reasons: [...adopted, ...unknown, ...(restoration?.left ?? [])],
    restored: { ...plan.restored, ...restoration?.expected },
  };
}

/** What people changed, wrote or put on it since our last write. */
async function peopleEdits(
  sourceId: string,
  plan: UndoPlan,
  seen: Seen<object>,
  { scope, context, writes, lastSyncs, loadedHashes }: Inspection,
): Promise<PeopleEdit[]> {
  const traces = thingKind(plan.resource)?.traces(seen.raw, marksOf(sourceId, writes, context)) ?? [];
  const last = lastSyncs.get(sourceId);
  const [begun] = writes.payloads.get(sourceId) ?? [];
  const loadedHash = loadedHashes.get(sourceId) ?? null;
  const sync = last ?? (begun === undefined ? undefined : { payload: begun, begun: [], known: [] });
  if (sync === undefined) return traces;
  const { edits, entries } = await findPeopleEdits(
    sync,
    {
      destinationId: plan.destinationId ?? '',
      facts: plan.facts,
      origin: plan.origin,
      loadedHash,
    },
    context,
    scope.deps.registry.get(scope.object).verify.ignore ?? [],
  );
  const isWhole = last !== undefined && loadedHash !== null && !loadedHash.endsWith(UNFINISHED);
  const theirs = isWhole ? edits : edits.filter((edit) => isEditOfUnfinished(edit, sync.payload));
  return [...traces, ...entries, ...theirs];
}

/** Of a record that was not finished, what is missing or not yet set proves nothing. */
const SET_LAST = ['state', 'assignee', 'author', 'collection'];

function isEditOfUnfinished({ field, theirs }: PeopleEdit, payload: Payload): boolean {
  if (theirs === null || theirs === undefined || theirs === '' || SET_LAST.includes(field)) return false;
  if (Array.isArray(theirs) || field === 'parts.order') return false;
  const isDraft = payload.resource === 'articles' && typeof theirs === 'string';
  return !(isDraft && field === 'body' && theirs.includes(payload.marker));
}

function reasonOf({ field, ours, theirs }: PeopleEdit): SpareReason {
  const isEntry = field.startsWith('parts.intercom:');
  return {
    code: 'edited',
    message: isEntry
      ? 'Somebody wrote in this conversation after it was loaded.'
      : `${field} was changed in Intercom after it was loaded.`,
    field,
    ours,
    theirs,
  };
}

function inUse(message: string): SpareReason {
  return { code: 'in_use', message, field: null, ours: null, theirs: null };
}

function adoptedReason(): SpareReason {
  return {
    code: 'adopted',
    message: 'It was in Intercom before the migration and is not deleted.',
    field: null,
    ours: null,
    theirs: null,
  };
}

function priorUnknown(): SpareReason {
  return {
    code: 'not_undoable',
    message: 'What it held before the migration wrote to it is not on record; its values stay.',
    field: null,
    ours: null,
    theirs: null,
  };
}

/** A create whose answer got lost is looked for as a load would look, and never made again. */
async function findOpenCreate(
  sourceId: string,
  plan: UndoPlan,
  { context, writes, scope }: Inspection,
): Promise<Inspected> {
  const [payload] = writes.payloads.get(sourceId) ?? [];
  const entry = writes.entries
    .get(sourceId)
    ?.find(({ step, state }) => step === 'create' && state === 'intent');
  if (payload === undefined || entry === undefined) return { plan };
  const place = { ...plan, resource: payload.resource };
  const noted = entry.prior?.['id'];
  if (typeof noted === 'string') return { plan: { ...place, destinationId: noted, origin: 'adopted' } };
  const found = await lookForCreate(sourceId, payload, entry.createdAt, context, scope);
  if (found === null) return { plan: place };
  if ('lookAgainAt' in found) return found;
  const { destinationId, facts, origin } = found;
  return {
    plan: {
      ...place,
      destinationId: destinationId ?? null,
      facts: facts ?? {},
      origin: origin ?? 'created',
    },
  };
}

async function lookForCreate(
  sourceId: string,
  payload: Payload,
  intendedAt: Date,
  context: LoadContext,
  scope: BatchScope,
): Promise<StepResult | { lookAgainAt: Date } | null> {
  // Upserts are settled by sending them again when loading; here they are looked for by the id we gave.
  if (payload.resource === 'companies') {
    const company = await context.intercom.findCompany(payload.company_id);
    return company === null
      ? null
      : { destinationId: company.id, origin: originOf(company.created_at, intendedAt) };
  }
  if (payload.resource === 'custom_object_instances') {
    const { type, external_id } = payload;
    const instance = await context.intercom.findInstance(type, external_id).catch((error: unknown) => {
      if (error instanceof NotFoundError) return null;
      throw error;
    });
    return instance === null
      ? null
      : { destinationId: instance.id, facts: { type }, origin: originOf(instance.created_at, intendedAt) };
  }
  const [create] = destinationOf(payload).plan(payload, undefined, context);
  const answer = await create?.probe(context, {
    record: { ref: scope.object, sourceId },
    destinationId: undefined,
    intendedAt,
    // No load is under way: what was sent was sent when it was intended.
    doubtMs: context.now().getTime() - intendedAt.getTime(),
    attempts: 1,
    keepPrior: () => Promise.resolve(),
  });
  if (answer === undefined || answer === 'absent' || answer === 'repeat') return null;
  // What only a person can tell is not deleted by us.
  if ('undecided' in answer) return null;
  return 'lookAgainAt' in answer ? answer : answer.happened;
}
