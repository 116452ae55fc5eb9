import { NotFoundError, RejectedError, SchemaError, messageOf } from '../errors.ts';
import { Cursor, type RawRecord } from '../connectors/infraon/types.ts';
import { firstValue } from '../connectors/infraon/paths.ts';
import type { InfraonProfile } from '../connectors/infraon/profile.ts';
import type { Queryable } from '../db/client.ts';
import type { ClaimedRecord } from '../db/leases.ts';
import type { ObjectDefinition } from '../objects/define-object.ts';
import { derivationNamed } from '../objects/derive.ts';
import { readFields } from '../objects/read-fields.ts';
import { payloadHash } from '../objects/payload-hash.ts';
import { forEachConcurrently, runExclusive, type BatchScope } from './batch.ts';
import type { Deps } from './deps.ts';
import { notListed, requireRun, type ExtractionState, type FrozenRun } from './frozen-run.ts';
import { infraonFor } from './infraon-access.ts';
import { asOffered } from './offered-source.ts';
import { readFullRecord } from './read-source.ts';
import { linkAliases } from './reverse-links.ts';
import { WORKING_STATES } from './run-state.ts';
import { keepWaivers } from './waivers.ts';

/** A list job reads this many pages, then makes room for others. */
const PAGES_PER_JOB = 20;
/** Detail calls asked for at a time; the client's own gate decides how many are really under way. */
const DETAILS_AT_A_TIME = 16;

interface StagedRow {
  sourceId: string;
  displayId: string | null;
  raw: RawRecord;
  depth: 'row' | 'full';
  aliases: string[];
  updatedAt: string | null;
  /** Why the row is not part of the migration, when it is not. */
  excluded: string | null;
}

/** Reads the list of one object into staging, page by page; the cursor is kept with the run after every page. */
export async function listSource(
  deps: Deps,
  workspaceId: string,
  runId: string,
  object: string,
): Promise<void> {
  const { sql } = deps.db;
  const run = await requireRun(sql, workspaceId, runId);
  if (!WORKING_STATES.includes(run.state) || run.extraction[object]?.listed === true) return;
  await runExclusive(deps, run, `list:${object}`, async (signal) => {
    const { profile } = await infraonFor(deps, workspaceId);
    const definition = asOffered(deps.registry.get(object), profile);
    if (definition.source.kind === 'derived') await deriveSource(deps, run, definition);
    else await listPages(deps, run, definition, definition.source.object, signal);
  });
}

async function listPages(
  deps: Deps,
  run: FrozenRun,
  definition: ObjectDefinition,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  const { client, profile } = await infraonFor(deps, run.workspaceId);
  let state: ExtractionState = run.extraction[definition.name] ?? notListed();
  for (let page = 0; page < PAGES_PER_JOB && !state.listed && !signal.aborted; page += 1) {
    const cursor = state.cursor === null ? null : Cursor.parse(state.cursor);
    const answer = await client.listPage(key, cursor, { order: 'created' });
    const depth = client.hasDetail(key) ? 'row' : 'full';
    const rows = (await client.join(key, answer.rows)).map((raw) =>
      stagedRow(raw, depth, definition, profile, key, run.settings.source_timezone),
    );
    state = {
      listed: answer.next === null,
      cursor: answer.next,
      rows: (answer.restarted ? 0 : state.rows) + rows.length,
      countAtStart: state.countAtStart ?? answer.count,
      countAtEnd: answer.count,
      excludedRows: (answer.restarted ? 0 : state.excludedRows) + answer.filtered,
    };
    await storePage(deps, run, definition.name, rows, state);
  }
}

function stagedRow(
  raw: RawRecord,
  depth: 'row' | 'full',
  definition: ObjectDefinition,
  profile: InfraonProfile,
  key: string,
  timezone: string,
): StagedRow {
  const spec = profile.objects[key];
  if (spec === undefined) throw new Error(`The profile has no object ${key}`);
  const id = firstValue(raw, spec.id);
  if (typeof id !== 'string' && typeof id !== 'number') {
    throw new SchemaError(`A row of ${definition.plural} has no id`, { code: 'source_row_without_id' });
  }
  const display = spec.displayId === undefined ? undefined : firstValue(raw, spec.displayId);
  const updatedAt = spec.updatedAt === undefined ? undefined : firstValue(raw, spec.updatedAt);
  const parsed = typeof updatedAt === 'string' ? Date.parse(updatedAt) : Number.NaN;
  return {
    sourceId: String(id),
    displayId: display === undefined ? null : textOf(display),
    raw,
    depth,
    aliases: aliasesOf(raw, String(id), definition, timezone),
    updatedAt: Number.isNaN(parsed) ? null : new Date(parsed).toISOString(),
    excluded: exclusionOf(raw, spec),
  };
}

function textOf(value: unknown): string | null {
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

/** One page: raw rows into staging, new ledger rows, and the cursor, in one transaction. */
async function storePage(
  deps: Deps,
  run: FrozenRun,
  object: string,
  rows: StagedRow[],
  state: ExtractionState,
): Promise<void> {
  await deps.db.sql.begin(async (tx) => {
    await stageRows(tx, run, object, rows);
    if (run.kind !== 'sample')
      await addToLedger(
        tx,
        run,
        object,
        rows.map((row) => row.sourceId),
      );
    await tx`
      update runs set extraction = extraction || ${JSON.stringify({ [object]: state })}::jsonb
      where id = ${run.id} and workspace_id = ${run.workspaceId}`;
  });
}

/** A full record is not replaced by its own list row when nothing changed. */
async function stageRows(tx: Queryable, run: FrozenRun, object: string, rows: StagedRow[]): Promise<void> {
  const unique = [...new Map(rows.map((row) => [row.sourceId, row])).values()];
  if (unique.length === 0) return;
  await tx`
    insert into source_records (workspace_id, object, source_id, display_id, raw, raw_hash, depth, aliases, source_updated_at,
      excluded, seen_in_run)
    select ${run.workspaceId}, ${object}, source_id, display_id, raw, raw_hash, depth, array(select jsonb_array_elements_text(aliases)),
      updated_at, excluded, ${run.id}::uuid
    from jsonb_to_recordset(${JSON.stringify(
      unique.map((row) => ({
        source_id: row.sourceId,
        display_id: row.displayId,
        raw: row.raw,
        raw_hash: payloadHash(row.raw),
        depth: row.depth,
        aliases: row.aliases,
        updated_at: row.updatedAt,
        excluded: row.excluded,
      })),
    )}::jsonb) as v(source_id text, display_id text, raw jsonb, raw_hash text, depth text, aliases jsonb,
      updated_at timestamptz, excluded text)
    on conflict (workspace_id, object, source_id) do update
      set display_id = coalesce(excluded.display_id, source_records.display_id), raw = excluded.raw, raw_hash = excluded.raw_hash,
        depth = excluded.depth, aliases = excluded.aliases, source_updated_at = excluded.source_updated_at,
        excluded = excluded.excluded, seen_in_run = excluded.seen_in_run, updated_at = now()`;
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

/** Records that no endpoint gives: they are what the records of another object say they are. */
async function deriveSource(deps: Deps, run: FrozenRun, definition: ObjectDefinition): Promise<void> {
  if (definition.source.kind !== 'derived') return;
  const derivation = derivationNamed(definition.source.rule, { companyRule: run.settings.company_rule });
  // Threads stay out of the scan: they are the bulk of a record and nothing is derived from them.
  const scan = deps.db.sql<{ raw: RawRecord }[]>`
    select raw - '$children' as raw from source_records
    where workspace_id = ${run.workspaceId} and object = ${definition.source.from} and excluded is null order by seq`;
  for await (const rows of scan.cursor(500)) for (const { raw } of rows) derivation.add(raw);
  const { source_timezone: timezone } = run.settings;
  const staged = derivation.records().map((raw): StagedRow => {
    const { id } = readFields(raw, definition, { timezone });
    const sourceId = textOf(id) ?? '';
    return {
      sourceId,
      displayId: null,
      raw,
      depth: 'full',
      aliases: [sourceId],
      updatedAt: null,
      excluded: null,
    };
  });
  const state: ExtractionState = {
    ...notListed(),
    listed: true,
    rows: staged.length,
    countAtStart: staged.length,
    countAtEnd: staged.length,
  };
  await storePage(deps, run, definition.name, staged, state);
}

/** Fetches detail and children of a batch of listed records. A record that cannot be read is rejected, not the batch. */
export async function extractBatch(records: ClaimedRecord[], scope: BatchScope): Promise<void> {
  const { deps, run, object, token } = scope;
  const { client, profile } = await infraonFor(deps, run.workspaceId);
  const definition = asOffered(deps.registry.get(object), profile);
  if (definition.source.kind !== 'endpoint')
    throw new Error(`${object} is derived and has nothing to extract`);
  const key = definition.source.object;
  const listed = await stagedRaw(
    deps.db.sql,
    run.workspaceId,
    object,
    records.map((record) => record.sourceId),
  );
  const extracted: StagedRow[] = [];
  const unreadable: { id: number; message: string }[] = [];
  const settle = async () => {
    await storeDetails(deps, run, object, token, extracted.splice(0), unreadable.splice(0));
  };

  try {
    await forEachConcurrently(records, DETAILS_AT_A_TIME, scope.signal, async (record) => {
      try {
        const row = listed.get(record.sourceId) ?? {};
        const full = await readFullRecord(client, definition, row, record.sourceId);
        const [raw = full] = await client.join(key, [full]);
        extracted.push(stagedRow(raw, 'full', definition, profile, key, run.settings.source_timezone));
      } catch (error) {
        if (!(
          error instanceof NotFoundError ||
          error instanceof RejectedError ||
          error instanceof SchemaError
        ))
          throw error;
        unreadable.push({ id: record.id, message: messageOf(error) });
      }
      if (extracted.length >= 100) await settle();
    });
  } finally {
    await settle();
  }
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

async function storeDetails(
  deps: Deps,
  run: FrozenRun,
  object: string,
  token: string,
  rows: StagedRow[],
  unreadable: { id: number; message: string }[],
): Promise<void> {
  if (rows.length === 0 && unreadable.length === 0) return;
  await deps.db.sql.begin(async (tx) => {
    await stageRows(tx, run, object, rows);
    const gone = rows.filter((row) => row.excluded !== null).map((row) => row.sourceId);
    await tx`
      update run_records set step = case when source_id = any(${gone}) then 'done' else 'map' end,
        outcome = case when source_id = any(${gone}) then 'excluded' else outcome end, lease_token = null, attempts = 0, updated_at = now()
      where run_id = ${run.id} and object = ${object} and lease_token = ${token} and source_id = any(${rows.map((row) => row.sourceId)})`;
    for (const { id, message } of unreadable) {
      const reason = {
        field: null,
        value: null,
        message: `Infraon did not give the record: ${message}`,
        suggestion: 'Look at the record in Infraon, then retry.',
      };
      await tx`
        update run_records set step = 'done', outcome = 'rejected', reason_code = 'source_unreadable', reason = ${JSON.stringify(reason)}::jsonb,
          lease_token = null, updated_at = now()
        where id = ${id} and lease_token = ${token}`;
    }
  });
}
