import type { Queryable } from '../db/client.ts';
import type { DifferenceClass } from '../db/schema/ledger.ts';
import type { RecordOutcome } from '../db/schema/runs.ts';
import type { LedgerCounts } from './documents.ts';
import type { FrozenRun } from './frozen-run.ts';

export const DIFFERENCE_CLASSES: readonly DifferenceClass[] = [
  'equal',
  'equal_after_normalising',
  'lossy_by_design',
  'late',
  'changed_at_source',
  'changed_in_intercom',
  'mismatch',
  'missing',
  'extra',
];

/** Sign-off needs none of these. */
const UNEXPLAINED: readonly DifferenceClass[] = ['mismatch', 'missing', 'extra', 'late'];

export function emptyCounts(): LedgerCounts {
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

/**
 * Total ledger per object. `discovered` is the number of rows, each of which has exactly one outcome, so the sum holds
 * at every instant.
 */
export async function countLedger(
  sql: Queryable,
  workspaceId: string,
  runId: string,
  objects: string[],
): Promise<Record<string, LedgerCounts>> {
  const rows = await sql<{ object: string; outcome: RecordOutcome; records: string }[]>`
    select object, outcome, count(*) as records from run_records
    where workspace_id = ${workspaceId} and run_id = ${runId} group by object, outcome`;
  const ledger = Object.fromEntries(objects.map((object) => [object, emptyCounts()]));
  for (const row of rows) {
    const counts = (ledger[row.object] ??= emptyCounts());
    counts[row.outcome] += Number(row.records);
    counts.discovered += Number(row.records);
  }
  return ledger;
}

/**
 * Nothing pending, and what was found equals what the source itself counted (where it counts; a sample takes a part on
 * purpose). A list that changes while it is read is balanced when either of the two counts matches.
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
    return run.kind === 'sample' || countDifference(extraction, discovered) === 0;
  });
}

function countDifference(
  extraction: { countAtStart: number | null; countAtEnd: number | null; excludedRows: number },
  discovered: number,
): number {
  const found = discovered + extraction.excludedRows;
  const counts = [extraction.countAtStart, extraction.countAtEnd].filter((count) => count !== null);
  if (counts.length === 0) return 0;
  return Math.min(...counts.map((count) => Math.abs(count - found)));
}

export async function sumVerification(
  sql: Queryable,
  workspaceId: string,
  runId: string,
): Promise<Record<DifferenceClass, number> & { checked: number }> {
  const rows = await sql<{ class: DifferenceClass; values: string }[]>`
    select v.key as class, sum(v.value::int) as values
    from run_records r, jsonb_each_text(r.verification) v
    where r.workspace_id = ${workspaceId} and r.run_id = ${runId} and r.verification is not null
    group by v.key`;
  const sums = Object.fromEntries(DIFFERENCE_CLASSES.map((name) => [name, 0])) as Record<
    DifferenceClass,
    number
  >;
  for (const row of rows) sums[row.class] = Number(row.values);
  return { ...sums, checked: Object.values(sums).reduce((total, value) => total + value, 0) };
}

/** A run that does not balance, or has unexplained differences, is never `completed`. */
export async function finalState(
  sql: Queryable,
  run: FrozenRun,
): Promise<'completed' | 'completed_with_findings'> {
  const ledger = await countLedger(sql, run.workspaceId, run.id, run.objects);
  const verification = await sumVerification(sql, run.workspaceId, run.id);
  const explained = UNEXPLAINED.every((name) => verification[name] === 0);
  return isBalanced(run, ledger) && explained ? 'completed' : 'completed_with_findings';
}
