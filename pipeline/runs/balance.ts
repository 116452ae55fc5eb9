import type { Queryable } from '../../db/client.ts';
import type { DifferenceClass } from '../../db/schema/ledger.ts';
import type { RecordOutcome, RecordStep } from '../../db/schema/runs.ts';
import { DIFFERENCE_CLASSES, UNSETTLED } from '../differences.ts';
import { SET_FIELD } from '../verify/sets/set-state.ts';
import type { ExtractionState, FrozenRun } from './frozen-run.ts';
import type { LedgerCounts } from './run-document.ts';

function emptyCounts(): LedgerCounts {
  return {
    discovered: 0,
    created: 0,
    updated: 0,
    adopted: 0,
    unchanged: 0,
    rejected: 0,
    waiting: 0,
    excluded: 0,
    waived: 0,
    pending: 0,
  };
}

export interface RecordCount {
  object: string;
  outcome: RecordOutcome;
  step: RecordStep;
  records: number;
}

/** The index `run_records_ledger` answers it alone, without reading a record. */
const counting = (sql: Queryable, workspaceId: string, runId: string) => sql`
  select object, outcome, step, count(*) as records from run_records
  where workspace_id = ${workspaceId} and run_id = ${runId} group by object, outcome, step`;

/** How many records of a run stand where. */
export async function countRecords(
  sql: Queryable,
  workspaceId: string,
  runId: string,
): Promise<RecordCount[]> {
  const rows = await sql<
    (Omit<RecordCount, 'records'> & { records: string })[]
  >`${counting(sql, workspaceId, runId)}`;
  return rows.map((row) => ({ ...row, records: Number(row.records) }));
}

/**
 * Counts and keeps the result with the run, for panels; nothing when it was counted in this time, so that it costs a load
 * one count in a while.
 */
export async function keepCounts(
  sql: Queryable,
  workspaceId: string,
  runId: string,
  options: { olderThanMs: number },
): Promise<void> {
  await sql`
    update runs set counted_at = clock_timestamp(), counts = (
      select coalesce(jsonb_agg(c), '[]') from (${counting(sql, workspaceId, runId)}) c)
    where workspace_id = ${workspaceId} and id = ${runId}
      and (counted_at is null or counted_at < clock_timestamp() - make_interval(secs => ${options.olderThanMs / 1000}))`;
}

/** To be called where records of a run that has ended change: the next panel counts again. */
export async function forgetCounts(
  sql: Queryable,
  workspaceId: string,
  runIds: readonly string[],
): Promise<void> {
  await sql`
    update runs set counts = null, counted_at = null
    where workspace_id = ${workspaceId} and id = any(${[...runIds]}::uuid[])`;
}

/**
 * Total ledger per object. `discovered` is the number of rows, each of which has exactly one outcome, so the sum holds
 * at every instant.
 */
export function ledgerOf(
  counted: readonly RecordCount[],
  objects: readonly string[],
): Record<string, LedgerCounts> {
  const ledger = Object.fromEntries(objects.map((object) => [object, emptyCounts()]));
  for (const { object, outcome, records } of counted) {
    const counts = (ledger[object] ??= emptyCounts());
    counts[outcome] += records;
    counts.discovered += records;
  }
  return ledger;
}

/**
 * Nothing pending, and what was found equals what the source itself counted (where it counts; a sample takes a part on
 * purpose). A list that changes while it is read is balanced when either of the two counts matches; one that lost rows
 * each time it was read is not, for nobody knows what was on no page.
 */
export function isBalanced(
  run: Pick<FrozenRun, 'kind' | 'objects' | 'extraction'>,
  ledger: Record<string, LedgerCounts>,
): boolean {
  return run.objects.every((object) => {
    const counts = ledger[object] ?? emptyCounts();
    const { discovered, ...outcomes } = counts;
    const sum = Object.values(outcomes).reduce((total, value) => total + value, 0);
    if (counts.pending > 0 || sum !== discovered) return false;
    const extraction = run.extraction[object];
    if (extraction?.listed !== true) return false;
    if (run.kind === 'sample') return true;
    return extraction.shrank !== true && countDifference(extraction, discovered) === 0;
  });
}

function countDifference(
  extraction: Pick<ExtractionState, 'countAtStart' | 'countAtEnd' | 'excludedRows' | 'gone'>,
  discovered: number,
): number {
  const found = discovered - (extraction.gone ?? 0) + extraction.excludedRows;
  const counts = [extraction.countAtStart, extraction.countAtEnd].filter((count) => count !== null);
  if (counts.length === 0) return 0;
  return Math.min(...counts.map((count) => Math.abs(count - found)));
}

export type Verification = Record<DifferenceClass, number> & { checked: number };

export function nothingCompared(): Verification {
  const sums = Object.fromEntries(DIFFERENCE_CLASSES.map((name) => [name, 0]));
  return { ...(sums as Record<DifferenceClass, number>), checked: 0 };
}

/** Compared values by class. It reads every record of the run, so a run that ends keeps it (`runs.verification`). */
export async function sumVerification(
  sql: Queryable,
  workspaceId: string,
  runId: string,
): Promise<Verification> {
  // Most records of an object compare alike: what is alike is counted before it is taken apart.
  const rows = await sql<{ class: DifferenceClass; values: string }[]>`
    select v.key as class, sum(v.value::int * r.records) as values
    from (
      select verification, count(*) as records from run_records
      where workspace_id = ${workspaceId} and run_id = ${runId} and verification is not null group by verification
    ) r, jsonb_each_text(r.verification) v
    group by v.key`;
  const sums = nothingCompared();
  for (const row of [...rows, ...(await setFindings(sql, workspaceId, runId))]) {
    sums[row.class] += Number(row.values);
    sums.checked += Number(row.values);
  }
  return sums;
}

/** What counting whole sets found counts like the values of records. */
async function setFindings(
  sql: Queryable,
  workspaceId: string,
  runId: string,
): Promise<{ class: DifferenceClass; values: string }[]> {
  return sql<{ class: DifferenceClass; values: string }[]>`
    select class, count(*) as values from findings
    where workspace_id = ${workspaceId} and run_id = ${runId} and starts_with(field, ${SET_FIELD}) and repaired_at is null group by class`;
}

/** Files compared by their bytes (`bytes`), and of the others why they were not, of all records of a run. */
async function sumFiles(sql: Queryable, workspaceId: string, runId: string): Promise<Record<string, number>> {
  const rows = await sql<{ proof: string; files: number }[]>`
    select v.key as proof, sum(v.value::int)::int as files from run_records r, jsonb_each_text(r.files) v
    where r.workspace_id = ${workspaceId} and r.run_id = ${runId} and r.files is not null group by v.key`;
  return Object.fromEntries(rows.map(({ proof, files }) => [proof, files]));
}

/**
 * What a run that has nothing left to do is called, and its sums are kept with it. One that does not balance, or has
 * unexplained differences, is never `completed`.
 */
export async function closeLedger(
  sql: Queryable,
  run: FrozenRun,
): Promise<'completed' | 'completed_with_findings'> {
  const ledger = ledgerOf(await countRecords(sql, run.workspaceId, run.id), run.objects);
  const verification = await sumVerification(sql, run.workspaceId, run.id);
  const files = await sumFiles(sql, run.workspaceId, run.id);
  await sql`
    update runs set verification = ${JSON.stringify(verification)}::jsonb, files = ${JSON.stringify(files)}::jsonb
    where workspace_id = ${run.workspaceId} and id = ${run.id}`;
  await keepCounts(sql, run.workspaceId, run.id, { olderThanMs: 0 });
  const explained = UNSETTLED.every((name) => verification[name] === 0);
  return isBalanced(run, ledger) && explained ? 'completed' : 'completed_with_findings';
}
