import { LeaseLostError, NotFoundError, RejectedError } from '../../errors.ts';
import type { Queryable } from '../../db/client.ts';
import type { StoredLook } from '../../db/schema/runs.ts';
import type { MappingIssue } from '../../objects/mapping.ts';
import type { Payload } from '../../objects/payloads.ts';
import { cutText } from '../../objects/transforms/text.ts';
import { UNEXPLAINED } from '../differences.ts';
import type { BatchScope } from '../runs/batch.ts';
import { pinnedMap } from '../runs/frozen-run.ts';
import type { Comparison, LoadContext, Update } from './destination.ts';
import { typeMissing } from './custom-object-instances.ts';
import { destinationOf } from './destinations.ts';
import { findPeopleEdits, isSame, type LastSync, type PeopleEdit } from './people-edits.ts';
import type { ExistingRecord, LoadableRecord } from './progress.ts';
import { withoutKept } from './kept-fields.ts';

/** How a record that is in Intercom and changed at the source is written over. */
export interface ThreeWay {
  /** What is to be written: the new payload without what people changed. */
  payload: Payload;
  update: Update;
  warnings: MappingIssue[];
}

interface Conflict {
  field: string;
  infraon: unknown;
  intercom: unknown;
}

/**
 * Compares three states before anything is written: what was last written, what is in Intercom now, what the source has
 * become. What only the source changed is written; what only people changed stays as they made it; what both changed to
 * different values goes to a person. Costs the reads of one record; `context` keeps them for the steps that follow.
 */
export async function compareThreeWays(
  loadable: LoadableRecord,
  existing: ExistingRecord,
  last: LastSync,
  scope: BatchScope,
  context: LoadContext,
): Promise<ThreeWay> {
  const { record } = loadable;
  const destination = destinationOf(loadable.payload);
  const ignore = scope.deps.registry.get(scope.object).verify.ignore ?? [];
  const { isDeleted, edits, entries } = await findPeopleEdits(last, existing, context, ignore);
  if (isDeleted) throw await whyGone(loadable.payload, existing.destinationId, context);

  const { payload, warnings } = destination.amend?.(loadable.payload, last.payload) ?? {
    payload: loadable.payload,
    warnings: [],
  };
  const seen = await destination.verify(payload, existing, context);
  if (seen === null) throw await whyGone(loadable.payload, existing.destinationId, context);
  const differences = new Map(
    seen.comparisons
      .filter((comparison) => UNEXPLAINED.includes(comparison.class))
      .map((comparison) => [comparison.field, comparison]),
  );
  // A look that was stored goes before: since then, differences may be our own writes.
  const look = record.look ?? decide(edits, entries, differences, record.take);
  if ('conflicts' in look) throw await conflictError(look.conflicts, scope);
  await storeLook(scope, record.id, payload, look);
  for (const { field } of look.kept) differences.delete(field);
  return {
    payload: withoutKept(payload, look.kept),
    update: {
      last: last.payload,
      differs: new Set(differences.keys()),
      kept: new Set(look.kept.map(({ field }) => field)),
    },
    warnings,
  };
}

function decide(
  edits: PeopleEdit[],
  entries: PeopleEdit[],
  differences: ReadonlyMap<string, Comparison>,
  take: 'infraon' | 'intercom' | null,
): StoredLook | { conflicts: Conflict[] } {
  const kept: StoredLook['kept'] = entries.map(({ field, theirs }) => ({ field, actual: theirs }));
  const conflicts: Conflict[] = [];
  for (const { field, ours, theirs } of edits) {
    const wanted = differences.get(field);
    // The source has come to the same value, or says nothing about it any more.
    if (wanted === undefined) continue;
    const isTheirsAlone = isSame(wanted.expected, ours);
    if (isTheirsAlone || take === 'intercom') kept.push({ field, actual: theirs });
    else if (take === null) conflicts.push({ field, infraon: wanted.expected, intercom: theirs });
  }
  return conflicts.length > 0 ? { conflicts } : { kept };
}

/** From now on differences may be ours, so what people did is written down before the first call. */
async function storeLook(
  scope: BatchScope,
  recordId: number,
  payload: Payload,
  look: StoredLook,
): Promise<void> {
  const stored = await scope.deps.db.sql`
    update run_records set mapped = ${JSON.stringify(payload)}::jsonb, look = ${JSON.stringify(look)}::jsonb
    where id = ${recordId} and lease_token = ${scope.token}
      and exists (select 1 from leases where token = ${scope.token} and expires_at > now())
    returning 1`;
  if (stored.length === 0)
    throw new LeaseLostError('Another worker may own this batch now', { code: 'lease_lost' });
}

/**
 * A payload that is the same as the last one was written in the same way: what people changed and what could not be
 * written over is remembered with the record of every later run.
 */
export async function rememberLooks(tx: Queryable, workspaceId: string, recordIds: number[]): Promise<void> {
  await tx`
    update run_records r set mapped = w.mapped, look = w.look
    from run_records n, lateral (
      select o.mapped, o.mapped_hash, o.look from run_records o
      where o.workspace_id = ${workspaceId} and o.object = n.object and o.source_id = n.source_id and o.id < n.id
        and o.outcome in ('created', 'updated', 'adopted', 'unchanged') and o.mapped is not null
      order by o.id desc limit 1
    ) w
    where n.id = any(${recordIds}) and r.id = n.id and w.look is not null and w.mapped_hash = n.mapped_hash`;
}

/** The error names the field of the record that a person would edit, and both values. */
async function conflictError(conflicts: Conflict[], scope: BatchScope): Promise<RejectedError> {
  const { rules } = await pinnedMap(scope.deps.db.sql, scope.run, scope.object);
  const sourceOf = (field: string) => rules.find((rule) => rule.target === field)?.source ?? field;
  const [first] = conflicts;
  const field = sourceOf(first?.field ?? '');
  const names = conflicts.map((conflict) => sourceOf(conflict.field)).join(', ');
  const message =
    `Changed in Infraon and in Intercom, to different values: ${names}. ` +
    `${field} is ${shown(first?.infraon)} in Infraon and ${shown(first?.intercom)} in Intercom.`;
  return new RejectedError(message, {
    code: 'edited_in_intercom',
    field,
    value: { infraon: first?.infraon ?? null, intercom: first?.intercom ?? null },
    suggestion:
      'Write another value, retry with the value of Infraon or of Intercom, or waive the record to leave it as it is in Intercom.',
  });
}

function shown(value: unknown): string {
  return cutText(JSON.stringify(value ?? null), 200, '…');
}

/** An instance is gone by itself, or with the whole type of it: the list of the type tells. */
async function whyGone(payload: Payload, id: string, context: LoadContext): Promise<RejectedError> {
  if (payload.resource !== 'custom_object_instances') return deletedInIntercom(id);
  try {
    await context.intercom.pageOfInstances(payload.type, null);
    return deletedInIntercom(id);
  } catch (error) {
    if (error instanceof NotFoundError) return typeMissing(payload.type, error);
    throw error;
  }
}

function deletedInIntercom(id: string): RejectedError {
  return new RejectedError(`The record was deleted in Intercom (${id}), and is not made again by itself.`, {
    code: 'deleted_in_intercom',
    value: id,
    suggestion: 'Make it again, restore it in Intercom and retry, or waive the record to leave it deleted.',
  });
}
