import { SchemaError } from '../../errors.ts';
import { firstValue } from '../../connectors/infraon/paths.ts';
import type { InfraonProfile } from '../../connectors/infraon/profile.ts';
import type { RawRecord } from '../../connectors/infraon/types.ts';
import type { Queryable } from '../../db/client.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';
import { payloadHash } from '../../objects/payload-hash.ts';
import { readFields } from '../../objects/read-fields.ts';
import type { FrozenRun } from '../runs/frozen-run.ts';
import { linkAliases } from '../map/reverse-links.ts';
import { keepWaivers } from '../reconcile/waivers.ts';

/** A source record on its way into staging. */
export interface StagedRow {
  sourceId: string;
  displayId: string | null;
  raw: RawRecord;
  /** Hash of the row as the list shows it; null for a full record, which leaves the known one in place. */
  rowHash: string | null;
  depth: 'row' | 'full';
  aliases: string[];
  updatedAt: string | null;
  /** Why the row is not part of the migration, when it is not. */
  excluded: string | null;
}

/** What stands for the id of a row that has none. */
const WITHOUT_ID = 'without-id-';

/** Such a row can neither be read in full nor be told from others of its words. */
export function isWithoutId(sourceId: string): boolean {
  return sourceId.startsWith(WITHOUT_ID);
}

/** What staging keeps of a row or a full record. A row without an id is kept by what it says, and the list goes on. */
export function stagedRow(
  raw: RawRecord,
  depth: 'row' | 'full',
  definition: ObjectDefinition,
  profile: InfraonProfile,
  key: string,
  timezone: string,
  fromList: boolean,
): StagedRow {
  const spec = profile.objects[key];
  if (spec === undefined) throw new Error(`The profile has no object ${key}`);
  const id = textOf(firstValue(raw, spec.id));
  if (id === null && !fromList)
    throw new SchemaError('The full record carries no id.', { code: 'source_row_without_id' });
  const sourceId = id ?? `${WITHOUT_ID}${payloadHash(raw).slice(0, 16)}`;
  const display = spec.displayId === undefined ? undefined : firstValue(raw, spec.displayId);
  const updatedAt = spec.updatedAt === undefined ? undefined : firstValue(raw, spec.updatedAt);
  const parsed = typeof updatedAt === 'string' ? Date.parse(updatedAt) : Number.NaN;
  return {
    sourceId,
    displayId: display === undefined ? null : textOf(display),
    raw,
    rowHash: fromList ? payloadHash(raw) : null,
    depth: id === null ? 'row' : depth,
    aliases: aliasesOf(raw, sourceId, definition, timezone),
    updatedAt: Number.isNaN(parsed) ? null : new Date(parsed).toISOString(),
    excluded: exclusionOf(raw, spec),
  };
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
}

/** Every id by which others may name this record: those of people in threads, and the other ends of its links. */
function aliasesOf(raw: RawRecord, id: string, definition: ObjectDefinition, timezone: string): string[] {
  const links = linkAliases(raw, definition, timezone);
  if (definition.person === undefined) return [...new Set([id, ...links])];
  const values = readFields(raw, definition, { timezone });
  const others = definition.person.ids.map((field) => textOf(values[field]));
  return [
    ...new Set([id, ...links, ...others.filter((alias) => alias !== null && alias !== '')]),
  ] as string[];
}

function exclusionOf(raw: RawRecord, spec: InfraonProfile['objects'][string]): string | null {
  const rule = spec.exclude?.find(({ path, equals }) => firstValue(raw, [path]) === equals);
  if (rule !== undefined) return `Left out by the connection's rule: ${rule.path} is ${String(rule.equals)}.`;
  return spec.deleted?.some((path) => firstValue(raw, [path]) === true) === true
    ? 'Deleted in Infraon.'
    : null;
}

/**
 * Writes rows into staging. The first write of a run keeps the links that the record had before: records at their other
 * end have changed as well.
 */
export async function stageRows(
  tx: Queryable,
  run: FrozenRun,
  object: string,
  rows: StagedRow[],
): Promise<void> {
  const unique = [...new Map(rows.map((row) => [row.sourceId, row])).values()];
  if (unique.length === 0) return;
  await tx`
    insert into source_records (workspace_id, object, source_id, display_id, raw, raw_hash, row_hash, depth, aliases,
      source_updated_at, excluded, seen_in_run, changed_in_run)
    select ${run.workspaceId}, ${object}, source_id, display_id, raw, raw_hash, row_hash, depth, array(select jsonb_array_elements_text(aliases)),
      updated_at, excluded, ${run.id}::uuid, ${run.id}::uuid
    from jsonb_to_recordset(${JSON.stringify(
      unique.map((row) => ({
        source_id: row.sourceId,
        display_id: row.displayId,
        raw: row.raw,
        // Of a list row both are the same.
        raw_hash: row.rowHash ?? payloadHash(row.raw),
        row_hash: row.rowHash,
        depth: row.depth,
        aliases: row.aliases,
        updated_at: row.updatedAt,
        excluded: row.excluded,
      })),
    )}::jsonb) as v(source_id text, display_id text, raw jsonb, raw_hash text, row_hash text, depth text, aliases jsonb,
      updated_at timestamptz, excluded text)
    on conflict (workspace_id, object, source_id) do update
      set display_id = coalesce(excluded.display_id, source_records.display_id), raw = excluded.raw, raw_hash = excluded.raw_hash,
        row_hash = coalesce(excluded.row_hash, source_records.row_hash), depth = excluded.depth, aliases = excluded.aliases, source_updated_at = excluded.source_updated_at,
        excluded = excluded.excluded, seen_in_run = excluded.seen_in_run, changed_in_run = excluded.changed_in_run,
        prior_aliases = case when source_records.changed_in_run is distinct from excluded.changed_in_run
          then source_records.aliases else source_records.prior_aliases end, updated_at = now()`;
}

/** Puts staged records into the run's ledger, at the step that is next for them. */
export async function addToLedger(
  tx: Queryable,
  run: FrozenRun,
  object: string,
  sourceIds: string[],
): Promise<void> {
  if (sourceIds.length === 0) return;
  await tx`
    insert into run_records (run_id, workspace_id, object, source_id, display_id, step, outcome, warnings)
    select ${run.id}, workspace_id, object, source_id, display_id,
      case when excluded is not null then 'done' when depth = 'full' then 'map' else 'extract' end,
      case when excluded is not null then 'excluded' else 'pending' end,
      case when excluded is null then '[]'::jsonb else jsonb_build_array(jsonb_build_object(
        'code', 'excluded', 'field', null, 'value', null, 'message', excluded, 'suggestion', null)) end
    from source_records
    where workspace_id = ${run.workspaceId} and object = ${object} and source_id = any(${sourceIds})
    order by seq
    on conflict (run_id, object, source_id) do nothing`;
  await keepWaivers(tx, run, object, sourceIds);
}

export async function stagedRaw(
  sql: Queryable,
  workspaceId: string,
  object: string,
  ids: string[],
): Promise<Map<string, RawRecord>> {
  const rows = await sql<{ sourceId: string; raw: RawRecord }[]>`
    select source_id as "sourceId", raw from source_records
    where workspace_id = ${workspaceId} and object = ${object} and source_id = any(${ids})`;
  return new Map(rows.map((row) => [row.sourceId, row.raw]));
}
