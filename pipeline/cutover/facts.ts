import type { Queryable } from '../../db/client.ts';
import type { DifferenceClass } from '../../db/schema/ledger.ts';
import type { RunKind, RunState } from '../../db/schema/runs.ts';
import { forecastOf, type RunForecast } from '../delta/forecast.ts';
import type { Registry } from '../../objects/registry.ts';
import { countRecords, isBalanced, ledgerOf } from '../runs/balance.ts';
import { ExtractionState } from '../runs/frozen-run.ts';
import { ACTIVE_STATES } from '../runs/run-state.ts';
import { newestCounts, SET_FIELD } from '../verify/sets/set-state.ts';

export interface RunFacts {
  id: string;
  kind: RunKind;
  state: RunState;
  startedAt: Date | null;
  finishedAt: Date | null;
  balanced: boolean;
  written: number;
  unchanged: number;
  calls: number;
  forecast: RunForecast | null;
}

export interface Confirmation {
  note: string;
  by: string;
  at: Date;
}

/** What the board is computed from: the ledger as it is, and what people said. */
export interface BoardFacts {
  now: Date;
  unapprovedMaps: string[];
  activeRun: { kind: RunKind; state: RunState } | null;
  /** The newest of each kind that came to an end. */
  full: RunFacts | null;
  delta: RunFacts | null;
  rejected: number;
  waiting: number;
  waived: number;
  /** Of every record what the newest reading back of it found. */
  verification: Partial<Record<DifferenceClass, number>>;
  /** Records in Intercom that nobody has read back, or that are only partly there. */
  notReadBack: number;
  partial: number;
  packageAt: Date | null;
  /** The newest end of a run that moved or read back anything. */
  lastRunAt: Date | null;
  reports: number;
  confirmations: Map<string, Confirmation>;
}

export async function boardFacts(
  sql: Queryable,
  registry: Registry,
  workspaceId: string,
  now: Date,
): Promise<BoardFacts> {
  const objects = registry.all().map(({ name }) => name);
  const [maps, [active], full, delta, [counts], verification, [loaded], [times], confirmations] =
    await Promise.all([
      unapproved(sql, workspaceId, objects),
      sql<{ kind: RunKind; state: RunState }[]>`
        select kind, state from runs where workspace_id = ${workspaceId} and state = any(${[...ACTIVE_STATES]}) limit 1`,
      newestRun(sql, workspaceId, 'full'),
      newestRun(sql, workspaceId, 'delta'),
      setAside(sql, workspaceId),
      newestVerification(sql, workspaceId),
      sql<{ notReadBack: number; partial: number }[]>`
        select count(*) filter (where m.state = 'complete' and not exists (
            select 1 from run_records r where r.workspace_id = m.workspace_id and r.object = m.object
              and r.source_id = m.source_id and r.verification is not null))::int as "notReadBack",
          count(*) filter (where m.state = 'partial')::int as partial
        from id_map m where m.workspace_id = ${workspaceId}`,
      sql<{ packageAt: Date | null; lastRunAt: Date | null; reports: number }[]>`
        select
          (select max(created_at) from audit_log where workspace_id = ${workspaceId} and action = 'handoff_downloaded') as "packageAt",
          (select max(finished_at) from runs where workspace_id = ${workspaceId} and state in ('completed', 'completed_with_findings')
            and kind in ('full', 'delta', 'verify')) as "lastRunAt",
          (select count(*)::int from agent_reports where workspace_id = ${workspaceId}) as reports`,
      confirmed(sql, workspaceId),
    ]);
  return {
    now,
    unapprovedMaps: maps,
    activeRun: active ?? null,
    full,
    delta,
    rejected: counts?.rejected ?? 0,
    waiting: counts?.waiting ?? 0,
    waived: counts?.waived ?? 0,
    verification,
    notReadBack: loaded?.notReadBack ?? 0,
    partial: loaded?.partial ?? 0,
    packageAt: times?.packageAt ?? null,
    lastRunAt: times?.lastRunAt ?? null,
    reports: times?.reports ?? 0,
    confirmations,
  };
}

async function unapproved(sql: Queryable, workspaceId: string, objects: string[]): Promise<string[]> {
  const rows = await sql<{ object: string; state: string }[]>`
    select distinct on (object) object, state from object_maps where workspace_id = ${workspaceId} order by object, version desc`;
  const approved = new Set(rows.filter(({ state }) => state === 'approved').map(({ object }) => object));
  return objects.filter((object) => !approved.has(object));
}

interface RunRow extends Omit<RunFacts, 'balanced' | 'written' | 'unchanged' | 'forecast'> {
  objects: string[];
  extraction: Record<string, unknown>;
}

/** Only a run that came to an end and was not undone counts. */
async function newestRun(
  sql: Queryable,
  workspaceId: string,
  kind: 'full' | 'delta',
): Promise<RunFacts | null> {
  const [run] = await sql<RunRow[]>`
    select id, kind, state, started_at as "startedAt", finished_at as "finishedAt", objects, extraction,
      (select coalesce(sum(calls), 0)::int from run_calls c where c.run_id = runs.id) as calls
    from runs where workspace_id = ${workspaceId} and kind = ${kind} and state in ('completed', 'completed_with_findings')
      and rolled_back_by is null
    order by created_at desc limit 1`;
  if (run === undefined) return null;
  const { objects, extraction: stored, ...facts } = run;
  const ledger = ledgerOf(await countRecords(sql, workspaceId, run.id), objects);
  const extraction = Object.fromEntries(
    objects.flatMap((object) => {
      const state = ExtractionState.safeParse(stored[object]);
      return state.success ? [[object, state.data]] : [];
    }),
  );
  const counts = Object.values(ledger);
  return {
    ...facts,
    forecast: forecastOf(run, run.calls),
    balanced: isBalanced({ kind, objects, extraction }, ledger),
    written: counts.reduce((sum, { created, updated, adopted }) => sum + created + updated + adopted, 0),
    unchanged: counts.reduce((sum, { unchanged }) => sum + unchanged, 0),
  };
}

/** Of every record only the newest run that moved records counts; a run that reads back says nothing new of it. */
function setAside(sql: Queryable, workspaceId: string) {
  return sql<{ rejected: number; waiting: number; waived: number }[]>`
    select count(*) filter (where outcome = 'rejected')::int as rejected, count(*) filter (where outcome = 'waiting')::int as waiting,
      count(*) filter (where outcome = 'waived')::int as waived
    from (
      select r.outcome from run_records r join runs on runs.id = r.run_id
      where r.workspace_id = ${workspaceId} and runs.kind in ('sample', 'full', 'delta') and r.outcome in ('rejected', 'waiting', 'waived')
        and not exists (
          select 1 from run_records n join runs nr on nr.id = n.run_id
          where n.workspace_id = r.workspace_id and n.object = r.object and n.source_id = r.source_id and n.id > r.id
            and nr.kind in ('sample', 'full', 'delta'))) newest`;
}

/** Of every record what was found last, and of whole sets what the newest count found. */
async function newestVerification(
  sql: Queryable,
  workspaceId: string,
): Promise<Partial<Record<DifferenceClass, number>>> {
  const rows = await sql<{ class: DifferenceClass; values: number }[]>`
    select class, sum(values)::int as values from (
      select v.key as class, v.value::int as values
      from (
        select distinct on (object, source_id) verification from run_records
        where workspace_id = ${workspaceId} and verification is not null and undo is null
        order by object, source_id, id desc) newest, jsonb_each_text(newest.verification) v
      union all
      select f.class, 1 from findings f
      join ${newestCounts(sql, workspaceId)} n on n.run_id = f.run_id and f.field = ${SET_FIELD} || n.set
      where f.workspace_id = ${workspaceId} and f.repaired_at is null) found
    group by class`;
  return Object.fromEntries(rows.map((row) => [row.class, row.values]));
}

async function confirmed(sql: Queryable, workspaceId: string): Promise<Map<string, Confirmation>> {
  const rows = await sql<(Confirmation & { id: string })[]>`
    select c.check_id as id, c.note, coalesce(nullif(t.name, ''), c.admin_id) as by, c.created_at as at
    from confirmations c left join teammates t on t.workspace_id = c.workspace_id and t.admin_id = c.admin_id
    where c.workspace_id = ${workspaceId}`;
  return new Map(rows.map(({ id, ...confirmation }) => [id, confirmation]));
}
