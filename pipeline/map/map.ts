import type { Queryable } from '../../db/client.ts';
import type { ClaimedRecord } from '../../db/leases.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';
import { mapRecord, type MapContext } from '../../objects/map-record.ts';
import { isRecordRef, type MappingIssue, type RecordRef } from '../../objects/mapping.ts';
import { payloadHash } from '../../objects/payload-hash.ts';
import { authorIdsOf, indexPeople } from '../../objects/people.ts';
import { articleContext } from './article-sources.ts';
import { REVERSE_LINKS } from '../../objects/read-fields.ts';
import type { BatchScope } from '../runs/batch.ts';
import { rememberLooks } from '../load/three-way.ts';
import { addToLedger, stagedRaw } from '../extract/stage-rows.ts';
import { reverseLinks } from './reverse-links.ts';
import { pinnedMap, type FrozenRun } from '../runs/frozen-run.ts';
import { lateParents, namesLateParent } from '../runs/load-order.ts';
import { fieldPathsOf, findConnection } from '../source/infraon-access.ts';

type Raw = Record<string, unknown>;

interface Mapped {
  id: number;
  mapped: unknown;
  mapped_hash: string | null;
  unique_key: string | null;
  warnings: MappingIssue[];
  issue: MappingIssue | null;
  /** It names records that are loaded late, and waits for them (runs/load-order.ts). */
  held: boolean;
}

/** Turns a batch of staged records into payloads. Pure but for its reads and one write; it can be repeated at will. */
export async function mapBatch(records: ClaimedRecord[], scope: BatchScope): Promise<void> {
  const { deps, run, object } = scope;
  const { sql } = deps.db;
  const definition = deps.registry.get(object);
  const { rules } = await pinnedMap(sql, run, object);
  const ids = records.map((record) => record.sourceId);
  const raws = await stagedRaw(sql, run.workspaceId, object, ids);
  const fixes = await readFixes(sql, run.workspaceId, object, ids);
  const base: MapContext = {
    timezone: run.settings.source_timezone,
    now: deps.clock.now(),
    companyRule: run.settings.company_rule,
    paths: await correctedPaths(scope, definition),
    ...(run.settings.default_country === '' ? {} : { defaultCountry: run.settings.default_country }),
  };
  const person = await peopleOf(scope, definition, [...raws.values()], base);
  const context: MapContext = {
    ...base,
    person,
    ...(await articleContext(scope, definition, rules, [...raws.values()])),
  };

  const reverse = await reverseLinks(sql, run.workspaceId, definition, ids);

  const late = lateParents(deps.registry, run, definition);

  const results = records.map((record): Mapped => {
    const raw = { ...raws.get(record.sourceId), [REVERSE_LINKS]: reverse.get(record.sourceId) };
    const result = mapRecord(raw, definition, rules, context, fixes.get(record.sourceId));
    if (!result.ok) {
      return {
        id: record.id,
        mapped: null,
        mapped_hash: null,
        unique_key: null,
        warnings: [],
        issue: result.issues[0] ?? null,
        held: false,
      };
    }
    return {
      id: record.id,
      mapped: result.payload,
      mapped_hash: payloadHash(result.payload),
      unique_key: result.uniqueKey,
      warnings: result.warnings,
      issue: null,
      held: late.length > 0 && namesLateParent(referencesIn(result.payload), late),
    };
  });
  await sql.begin(async (tx) => {
    await storeMapped(tx, scope, results);
    if (run.kind === 'sample') await addParents(tx, run, definition, results);
  });
}

/** Field paths that the connection corrects; a wrong guess about a tenant is an edit, not a release. */
async function correctedPaths(
  scope: BatchScope,
  definition: ObjectDefinition,
): Promise<Record<string, string[]>> {
  const connection = await findConnection(scope.deps, scope.run.workspaceId);
  if (connection === undefined || definition.source.kind !== 'endpoint') return {};
  return fieldPathsOf(connection, definition.source.object);
}

async function readFixes(
  sql: Queryable,
  workspaceId: string,
  object: string,
  ids: string[],
): Promise<Map<string, Raw>> {
  const rows = await sql<{ sourceId: string; values: Raw }[]>`
    select source_id as "sourceId", values from record_fixes
    where workspace_id = ${workspaceId} and object = ${object} and source_id = any(${ids})`;
  return new Map(rows.map((row) => [row.sourceId, row.values]));
}

/** The people whom the threads of this batch name, looked up by any of their ids. */
async function peopleOf(
  scope: BatchScope,
  definition: ObjectDefinition,
  raws: Raw[],
  context: MapContext,
): Promise<NonNullable<MapContext['person']>> {
  const ids = new Set(raws.flatMap((raw) => authorIdsOf(raw, definition, context)));
  if (ids.size === 0) return () => undefined;
  const people = scope.deps.registry.all().filter((candidate) => candidate.person !== undefined);
  const rows = await scope.deps.db.sql<{ object: string; raw: Raw }[]>`
    select object, raw from source_records
    where workspace_id = ${scope.run.workspaceId} and object = any(${people.map((candidate) => candidate.name)})
      and aliases && ${[...ids]}::text[]`;
  return indexPeople(
    rows.map((row) => ({ definition: scope.deps.registry.get(row.object), raw: row.raw })),
    context,
  );
}

async function storeMapped(tx: Queryable, scope: BatchScope, results: Mapped[]): Promise<void> {
  const rows = results.map(({ issue, ...row }) => ({
    ...row,
    reason_code: issue?.code ?? null,
    reason:
      issue === null
        ? null
        : {
            field: issue.field,
            value: issue.value ?? null,
            message: issue.message,
            suggestion: issue.suggestion,
          },
  }));
  await tx`
    update run_records r
    set mapped = v.mapped, mapped_hash = v.mapped_hash,
      source_hash = (select s.raw_hash from source_records s
        where s.workspace_id = r.workspace_id and s.object = r.object and s.source_id = r.source_id), unique_key = v.unique_key, warnings = v.warnings,
      step = case when v.reason_code is null then 'load' else 'done' end,
      outcome = case when v.reason_code is null then 'pending' else 'rejected' end,
      reason_code = v.reason_code, reason = v.reason, waits_for = null, lease_token = null, attempts = 0, updated_at = now(),
      not_before = case when v.held then 'infinity'::timestamptz end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as v(id bigint, mapped jsonb, mapped_hash text, unique_key text,
      warnings jsonb, reason_code text, reason jsonb, held boolean)
    where r.id = v.id and r.lease_token = ${scope.token}`;
  await rememberLooks(
    tx,
    scope.run.workspaceId,
    rows.map((row) => row.id),
  );
}

/**
 * A sample takes along what its records refer to and what is loaded before them; links inside one object, and to objects
 * that come later, would pull in the whole graph and wait for the full run.
 */
async function addParents(
  tx: Queryable,
  run: FrozenRun,
  definition: ObjectDefinition,
  results: Mapped[],
): Promise<void> {
  const byObject = new Map<string, Set<string>>();
  for (const { mapped } of results) {
    for (const { ref, sourceId } of referencesIn(mapped)) {
      if (!definition.dependsOn.includes(ref) || !run.objects.includes(ref)) continue;
      byObject.set(ref, (byObject.get(ref) ?? new Set()).add(sourceId));
    }
  }
  for (const [parent, ids] of byObject) await addToLedger(tx, run, parent, [...ids]);
}

/** Every symbolic reference in a payload, wherever it is. */
export function referencesIn(value: unknown): RecordRef[] {
  if (isRecordRef(value)) return [value];
  if (Array.isArray(value)) return (value as unknown[]).flatMap(referencesIn);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(referencesIn);
  return [];
}
