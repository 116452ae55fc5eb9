import type { Queryable } from '../../db/client.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';
import type { Deps } from '../deps.ts';
import { notListed, storeExtraction, type ExtractionState, type FrozenRun } from '../runs/frozen-run.ts';
import { infraonFor, type InfraonAccess } from '../source/infraon-access.ts';
import { PAGES_PER_JOB, readListPage, toReadAgain } from '../extract/list-page.ts';
import { addToLedger, stageRows, type StagedRow } from '../extract/stage-rows.ts';
import { carryOver } from './carry-over.ts';
import { lastWatermark, newestChange, newestOf } from './watermark.ts';

/**
 * Finds what changed in a list since the last run: by last change, down to the last watermark less an overlap, where the
 * connection proved that order; else by comparing every row with the one seen before. Only changed records are read in
 * full; the others are carried over without another call.
 */
export async function listChanges(
  deps: Deps,
  run: FrozenRun,
  definition: ObjectDefinition,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  const access = await infraonFor(deps, run.workspaceId);
  const object = definition.name;
  const overlapMinutes = access.profile.objects[key]?.delta.overlapMinutes ?? 0;
  let state = run.extraction[object] ?? (await firstState(deps, run, access, object, key));
  for (let pages = 0; pages < PAGES_PER_JOB && !state.listed && !signal.aborted; pages += 1) {
    const isSorted = state.strategy === 'sorted';
    const page = await readListPage(access, run, definition, key, state, isSorted ? 'updated' : 'created');
    const { rows } = page;
    const read =
      page.isFirst && isSorted
        ? { ...page.state, watermark: newestOf(rows.map((row) => row.updatedAt)) }
        : page.state;
    const isEnd = page.isLast || isPast(rows, read, overlapMinutes);
    const again = isEnd ? toReadAgain(read) : null;
    state = await storeChanges(deps, run, access, definition, rows, again ?? read, isEnd && again === null);
  }
}

async function firstState(
  deps: Deps,
  run: FrozenRun,
  access: InfraonAccess,
  object: string,
  key: string,
): Promise<ExtractionState> {
  const since = await lastWatermark(deps.db.sql, run.workspaceId, object);
  const isSorted = since !== null && (access.connection.pinned.sorts[key]?.updated ?? null) !== null;
  return isSorted
    ? { ...notListed(), strategy: 'sorted', since }
    : { ...notListed(), strategy: 'scan', watermark: await newestChange(access, key) };
}

/** Rows below the watermark less the overlap were seen by the last scan; a row without a stamp says nothing. */
function isPast(rows: StagedRow[], state: ExtractionState, overlapMinutes: number): boolean {
  if (state.strategy !== 'sorted' || state.since === undefined || state.since === null) return false;
  const bound = new Date(Date.parse(state.since) - overlapMinutes * 60_000).toISOString();
  const last = rows.at(-1)?.updatedAt ?? null;
  return last !== null && last < bound;
}

/** One page in one transaction; with the last one, everything that did not change is carried over. */
async function storeChanges(
  deps: Deps,
  run: FrozenRun,
  access: InfraonAccess,
  definition: ObjectDefinition,
  rows: StagedRow[],
  page: ExtractionState,
  isEnd: boolean,
): Promise<ExtractionState> {
  const { name: object } = definition;
  return deps.db.sql.begin(async (tx) => {
    await stageChanges(tx, run, object, rows);
    let state = page;
    if (isEnd) {
      const { listed, seen } = await countStaged(tx, run, object);
      // A deleted record leaves no trace in what changed: when the source counts fewer or more, every id is looked at.
      const adds = page.countAtStart === listed;
      if (page.strategy === 'sorted' && !adds) {
        state = { ...notListed(), strategy: 'scan', watermark: page.watermark ?? null };
      } else {
        const isWhole =
          page.cursor === null && page.shrank !== true && seen + page.excludedRows >= (page.countAtEnd ?? 0);
        const carried = await carryOver(tx, run, definition, access, isWhole && page.strategy !== 'sorted');
        state = { ...page, ...carried, cursor: null, listed: true, listedAt: deps.clock.now().toISOString() };
      }
    }
    await storeExtraction(tx, run, object, state);
    return state;
  });
}

/** New and changed rows go into staging and into the ledger; of the others it is noted that they are still there. */
export async function stageChanges(
  tx: Queryable,
  run: FrozenRun,
  object: string,
  rows: StagedRow[],
): Promise<void> {
  const ids = rows.map((row) => row.sourceId);
  const known = await tx<{ sourceId: string; rowHash: string | null; excluded: string | null }[]>`
    select source_id as "sourceId", row_hash as "rowHash", excluded from source_records
    where workspace_id = ${run.workspaceId} and object = ${object} and source_id = any(${ids})`;
  const before = new Map(known.map((row) => [row.sourceId, row]));
  const changed = rows.filter((row) => {
    const was = before.get(row.sourceId);
    return was === undefined || was.rowHash !== row.rowHash || was.excluded !== row.excluded;
  });
  await stageRows(tx, run, object, changed);
  await tx`
    update source_records set seen_in_run = ${run.id}
    where workspace_id = ${run.workspaceId} and object = ${object} and source_id = any(${ids})`;
  await addToLedger(
    tx,
    run,
    object,
    changed.map((row) => row.sourceId),
  );
}

async function countStaged(
  tx: Queryable,
  run: FrozenRun,
  object: string,
): Promise<{ listed: number; seen: number }> {
  const rows = await tx<{ listed: string; seen: string }[]>`
    select count(*) as listed, count(*) filter (where seen_in_run = ${run.id}) as seen from source_records
    where workspace_id = ${run.workspaceId} and object = ${object} and seen_in_run is not null`;
  return { listed: Number(rows[0]?.listed ?? 0), seen: Number(rows[0]?.seen ?? 0) };
}
