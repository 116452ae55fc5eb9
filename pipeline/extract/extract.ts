import { NotFoundError, RejectedError, SchemaError, messageOf } from '../../errors.ts';
import type { RawRecord } from '../../connectors/infraon/types.ts';
import type { ClaimedRecord } from '../../db/leases.ts';
import { enqueueAdvance } from '../../db/queue.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';
import { derivationNamed } from '../../objects/derive.ts';
import { readFields } from '../../objects/read-fields.ts';
import { payloadHash } from '../../objects/payload-hash.ts';
import { forEachConcurrently, runExclusive, type BatchScope, type ExclusiveScope } from '../runs/batch.ts';
import type { Deps } from '../deps.ts';
import { notListed, storeExtraction, type ExtractionState, type FrozenRun } from '../runs/frozen-run.ts';
import { listChanges, stageChanges } from '../delta/list-changes.ts';
import { carryOver } from '../delta/carry-over.ts';
import { newestChange } from '../delta/watermark.ts';
import { infraonFor } from '../source/infraon-access.ts';
import { PAGES_PER_JOB, readListPage, toReadAgain } from './list-page.ts';
import { asOffered } from '../source/offered-source.ts';
import { readFullRecord } from '../source/read-source.ts';
import {
  addToLedger,
  isWithoutId,
  stagedRaw,
  stagedRow,
  stageRows,
  textOf,
  type StagedRow,
} from './stage-rows.ts';
import { notGiven, setAside, withoutId, type Unreadable } from './unreadable.ts';

/** Detail calls asked for at a time; the client's own gate decides how many are really under way. */
const DETAILS_AT_A_TIME = 16;
/** Full records with their threads that are held before they are written to staging. */
const RECORDS_PER_WRITE = 50;

/** Reads the list of one object into staging, page by page; the cursor is kept with the run after every page. */
export async function listSource(
  deps: Deps,
  workspaceId: string,
  runId: string,
  object: string,
): Promise<void> {
  const place = { workspaceId, runId };
  const isToDo = ({ extraction }: FrozenRun) => extraction[object]?.listed !== true;
  const list = async ({ run, signal }: ExclusiveScope) => {
    const { profile } = await infraonFor(deps, workspaceId);
    const definition = asOffered(deps.registry.get(object), profile);
    if (definition.source.kind === 'derived') await deriveSource(deps, run, definition);
    else if (run.kind === 'delta') await listChanges(deps, run, definition, definition.source.object, signal);
    else await listPages(deps, run, definition, definition.source.object, signal);
  };
  await deps.bottleneck.during(place, 'read', () =>
    runExclusive(deps, place, `list:${object}`, isToDo, list),
  );
}

async function listPages(
  deps: Deps,
  run: FrozenRun,
  definition: ObjectDefinition,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  const access = await infraonFor(deps, run.workspaceId);
  let state: ExtractionState = run.extraction[definition.name] ?? {
    ...notListed(),
    watermark: await newestChange(access, key),
  };
  for (let pages = 0; pages < PAGES_PER_JOB && !state.listed && !signal.aborted; pages += 1) {
    const page = await readListPage(access, run, definition, key, state, 'created');
    const again = page.isLast ? toReadAgain(page.state) : null;
    state = again ?? { ...page.state, listed: page.isLast };
    await storePage(deps, run, definition.name, page.rows, state);
  }
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
    await storeExtraction(tx, run, object, state);
  });
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
      rowHash: payloadHash(raw),
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
  if (run.kind !== 'delta') return storePage(deps, run, definition.name, staged, state);
  await deps.db.sql.begin(async (tx) => {
    await stageChanges(tx, run, definition.name, staged);
    const { gone } = await carryOver(tx, run, definition, null, true);
    await storeExtraction(tx, run, definition.name, { ...state, strategy: 'derived', gone });
  });
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
  const unreadable: Unreadable[] = [];
  const settle = async () => {
    await storeDetails(deps, run, object, token, extracted.splice(0), unreadable.splice(0));
  };

  try {
    await forEachConcurrently(records, DETAILS_AT_A_TIME, scope.signal, async (record) => {
      try {
        const row = listed.get(record.sourceId) ?? {};
        if (isWithoutId(record.sourceId)) {
          unreadable.push({ id: record.id, reason: withoutId(row) });
          return;
        }
        const full = await readFullRecord(client, definition, row, record.sourceId);
        const [raw = full] = await client.join(key, [full], run.id);
        extracted.push(stagedRow(raw, 'full', definition, profile, key, run.settings.source_timezone, false));
      } catch (error) {
        if (!(
          error instanceof NotFoundError ||
          error instanceof RejectedError ||
          error instanceof SchemaError
        ))
          throw error;
        unreadable.push({ id: record.id, reason: notGiven(messageOf(error)) });
      }
      if (extracted.length >= RECORDS_PER_WRITE) await settle();
    });
  } finally {
    await settle();
  }
}

async function storeDetails(
  deps: Deps,
  run: FrozenRun,
  object: string,
  token: string,
  rows: StagedRow[],
  unreadable: Unreadable[],
): Promise<void> {
  if (rows.length === 0 && unreadable.length === 0) return;
  await deps.db.sql.begin(async (tx) => {
    await stageRows(tx, run, object, rows);
    const gone = rows.filter((row) => row.excluded !== null).map((row) => row.sourceId);
    await tx`
      update run_records set step = case when source_id = any(${gone}) then 'done' else 'map' end,
        outcome = case when source_id = any(${gone}) then 'excluded' else outcome end, lease_token = null, attempts = 0, updated_at = now()
      where run_id = ${run.id} and object = ${object} and lease_token = ${token} and source_id = any(${rows.map((row) => row.sourceId)})`;
    await setAside(tx, token, unreadable);
    // A batch is long; what is read can be mapped and loaded while the rest of it is still read.
    await enqueueAdvance(tx, { workspaceId: run.workspaceId, runId: run.id });
  });
}
