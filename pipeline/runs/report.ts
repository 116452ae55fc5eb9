import type { Queryable } from '../../db/client.ts';
import { WINDOW_MS } from '../../db/rate-budget.ts';
import type { RecordStep } from '../../db/schema/runs.ts';
import {
  countRecords,
  isBalanced,
  ledgerOf,
  sumVerification,
  type RecordCount,
  type Verification,
} from './balance.ts';
import { ExtractionState } from './frozen-run.ts';
import type { EdgeCounts } from '../links/count-links.ts';
import { BY_BYTES } from '../load/files/compare-files.ts';
import { bottleneckOf, type Bottleneck } from './bottleneck.ts';
import { countsIn } from '../verify/sets/set-state.ts';
import { forecastOf } from '../delta/forecast.ts';
import { rollbackDocument } from '../rollback/rollback-document.ts';
import type { FileProofs, RunDocument } from './run-document.ts';
import { WORKING_STATES } from './run-state.ts';
import type { RunKind, RunState } from '../../db/schema/runs.ts';

/** Share of a record's work that lies behind it when this step is next. */
const DONE_BEFORE: Record<RecordStep, number> = {
  list: 0,
  extract: 0.05,
  map: 0.2,
  load: 0.25,
  verify: 0.85,
  inspect: 0,
  undo: 0.3,
  confirm: 0.8,
  done: 1,
};
/** Below this nothing sensible can be said about the time left. */
const MIN_PROGRESS = 0.02;

export interface RunRow {
  id: string;
  workspaceId: string;
  kind: RunKind;
  state: RunState;
  stateReason: string | null;
  objects: string[];
  extraction: Record<string, unknown>;
  edges: EdgeCounts[];
  verification: Verification | null;
  files: Record<string, number> | null;
  sets: unknown;
  approvedBy: string | null;
  approvedAt: Date | null;
  ofRunId: string | null;
  dryRun: boolean;
  rolledBackBy: string | null;
  undo: Record<string, unknown> | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

/** Of the table `runs`. */
export function runColumns(sql: Queryable) {
  return sql`
  id, workspace_id as "workspaceId", kind, state, state_reason as "stateReason", objects, extraction, edges, verification, files, sets,
  approved_by as "approvedBy", approved_at as "approvedAt", of_run_id as "ofRunId", dry_run as "dryRun",
  rolled_back_by as "rolledBackBy", undo, created_at as "createdAt", started_at as "startedAt",
  finished_at as "finishedAt"`;
}

/** Calls of a run for one object; a sum of PostgreSQL comes as text. */
export interface CallsRow {
  object: string;
  calls: string | number;
}

/** The workspace's row of the rate budget. */
export interface BudgetRow {
  callLimit: number;
  granted: number;
  previous: number;
  share: number;
  endsAt: Date;
}

/**
 * The run as people see it, computed from its rows: there is no second set of counters that could disagree. Only what
 * reading back found is taken from the run once it has ended, because nothing changes it until the run is opened again.
 * @param known what the caller has already, or does without.
 */
export async function runDocument(
  sql: Queryable,
  run: RunRow,
  now: Date,
  known: {
    counts?: readonly RecordCount[];
    verification?: Verification;
    calls?: readonly CallsRow[];
    /** Null: no call was ever budgeted. */
    budget?: BudgetRow | null;
    bottleneck?: Bottleneck;
  } = {},
): Promise<RunDocument> {
  const { id, workspaceId } = run;
  const extraction = readExtraction(run);
  const [counted, verification, calls, budget, bottleneck] = await Promise.all([
    known.counts ?? countRecords(sql, workspaceId, id),
    run.verification ?? known.verification ?? sumVerification(sql, workspaceId, id),
    known.calls ?? countCalls(sql, workspaceId, id),
    known.budget === undefined ? readBudget(sql, workspaceId) : known.budget,
    known.bottleneck ?? bottleneckOf(sql, workspaceId, id),
  ]);
  const rate = rateOf(budget, WORKING_STATES.includes(run.state), now);
  const ledger = ledgerOf(counted, run.objects);
  const progress = progressOf(counted);
  const finished = run.finishedAt !== null;
  return {
    id,
    kind: run.kind,
    state: run.state,
    state_reason: run.stateReason,
    objects: ledger,
    source_counts: Object.fromEntries(
      Object.entries(extraction).map(([object, state]) => [
        object,
        { at_start: state.countAtStart, at_end: state.countAtEnd },
      ]),
    ),
    balanced: isBalanced({ kind: run.kind, objects: run.objects, extraction }, ledger),
    verification,
    edges: run.edges,
    files: fileProofs(run.files ?? {}),
    sets: countsIn(run.sets),
    rate,
    bottleneck,
    calls: Object.fromEntries(
      calls.map(({ object, calls: made }) => {
        const total = Number(made);
        const records = ledger[object]?.discovered ?? 0;
        return [object, { total, per_record: records === 0 ? 0 : Math.round((total / records) * 100) / 100 }];
      }),
    ),
    progress: finished ? 1 : progress,
    eta_seconds: etaSeconds(run, progress, now),
    forecast: forecastOf(
      run,
      calls.map((row) => Number(row.calls)).reduce((sum, count) => sum + count, 0),
    ),
    approved_by: run.approvedBy,
    approved_at: run.approvedAt?.toISOString() ?? null,
    rolled_back_by: run.rolledBackBy,
    rollback: run.kind === 'rollback' ? await rollbackDocument(sql, run) : null,
    created_at: run.createdAt.toISOString(),
    started_at: run.startedAt?.toISOString() ?? null,
    finished_at: run.finishedAt?.toISOString() ?? null,
  };
}

/** Sums of `run_records.files` as people read them. */
export function fileProofs({ [BY_BYTES]: byBytes = 0, ...others }: Record<string, number>): FileProofs {
  const unread = Object.entries(others).map(([reason, count]) => ({ reason, count }));
  return {
    by_bytes: byBytes,
    by_name_and_size: unread.reduce((sum, { count }) => sum + count, 0),
    unread: unread.sort((one, other) => other.count - one.count),
  };
}

function readExtraction(run: RunRow): Record<string, ExtractionState> {
  return Object.fromEntries(
    run.objects.flatMap((object) => {
      const state = ExtractionState.safeParse(run.extraction[object]);
      return state.success ? [[object, state.data]] : [];
    }),
  );
}

function countCalls(sql: Queryable, workspaceId: string, runId: string): Promise<CallsRow[]> {
  return sql<CallsRow[]>`
    select object, sum(calls) as calls from run_calls where workspace_id = ${workspaceId} and run_id = ${runId} group by object`;
}

async function readBudget(sql: Queryable, workspaceId: string): Promise<BudgetRow | null> {
  const [row] = await sql<BudgetRow[]>`
    select call_limit as "callLimit", granted, previous_granted as previous, share_percent as share, window_ends_at as "endsAt"
    from rate_budgets where workspace_id = ${workspaceId}`;
  return row ?? null;
}

function rateOf(budget: BudgetRow | null, working: boolean, now: Date): RunDocument['rate'] {
  if (budget === null) return { calls_per_minute: 0, limit_per_minute: 0, share: 0 };
  const { callLimit, granted, previous, share, endsAt } = budget;
  const windowsPerMinute = 60_000 / WINDOW_MS;
  // The last whole window; in the first one there is none yet.
  const stale = endsAt.getTime() + WINDOW_MS < now.getTime();
  const calls = !working || stale ? 0 : Math.max(previous, granted);
  return {
    calls_per_minute: calls * windowsPerMinute,
    limit_per_minute: callLimit * windowsPerMinute,
    share: share / 100,
  };
}

function progressOf(counted: readonly RecordCount[]): number {
  const total = counted.reduce((sum, { records }) => sum + records, 0);
  if (total === 0) return 0;
  const done = counted.reduce((sum, { step, records }) => sum + records * DONE_BEFORE[step], 0);
  // Only the run itself says that it is finished.
  return Math.min(0.99, Math.round((done / total) * 1000) / 1000);
}

function etaSeconds(run: RunRow, progress: number, now: Date): number | null {
  if (run.finishedAt !== null) return 0;
  if (run.startedAt === null || progress < MIN_PROGRESS || !WORKING_STATES.includes(run.state)) return null;
  const elapsed = (now.getTime() - run.startedAt.getTime()) / 1000;
  return Math.round((elapsed / progress) * (1 - progress));
}
