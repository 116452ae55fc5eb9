import type { DiscoveryDocument } from '../discovery/discovery-document.ts';
import type { MapSummary } from '../maps/map-document.ts';
import { NOTHING_MEASURED } from '../runs/bottleneck.ts';
import type { Database } from '../../db/client.ts';
import type { Deps } from '../deps.ts';
import { ABANDONED, ABANDONED_MS, type ErrandKind } from './errands.ts';
import { countRecords, keepCounts, nothingCompared, type RecordCount } from '../runs/balance.ts';
import { recentCounts } from '../runs/recent-counts.ts';
import { runDocument, type BudgetRow, type CallsRow, type RunRow } from '../runs/report.ts';
import type { RunDocument } from '../runs/run-document.ts';
import { ACTIVE_STATES } from '../runs/run-state.ts';

/** Where a migration stands, in as few words as decide what comes next. */
export interface Standing {
  connected: boolean;
  /** A connection that is being tried out, or why the last try failed. */
  connecting: { failure: string | null } | null;
  /** A run that somebody asked for and that is not planned yet. */
  starting: boolean;
  discovery: Pick<DiscoveryDocument, 'state' | 'error' | 'started_at'> & {
    objects: { object: string; count: number }[];
  };
  maps: Pick<MapSummary, 'object' | 'state'>[];
  /** The newest; while it is active, what reading back found is left out (all zero). */
  run: RunDocument | null;
  /** When the records of the run were counted, where that is not now. */
  countedAt: Date | null;
}

/** As JSON of the database has it: times are text. */
type RunJson = {
  [K in keyof RunRow]: Date extends RunRow[K] ? Exclude<RunRow[K], Date> | string : RunRow[K];
} & {
  counts: RecordCount[] | null;
  countedSecondsAgo: number | null;
  countedSinceEnd: boolean;
  calls: CallsRow[];
  budget: (Omit<BudgetRow, 'endsAt'> & { endsAt: string }) | null;
};

export interface StandingRow extends Pick<Standing, 'connected' | 'maps'> {
  /** Under way or failed. */
  errands: { kind: ErrandKind; state: 'running' | 'failed'; message: string | null; startedAt: string }[];
  discovery: Standing['discovery'] | null;
  run: RunJson | null;
}

/** A person sees no difference. */
const RECENT_SECONDS = 2;
const ENDED_SECONDS = 60;

/**
 * @param fresh a person asked for it: counts are then at most two seconds old. Else they are what the workers or an
 * earlier look kept, and are counted anew beside the answer.
 */
export async function standingFrom(
  deps: Deps,
  { run, discovery, errands, ...rest }: StandingRow,
  fresh: boolean,
): Promise<Standing> {
  const unknown = { state: 'idle', error: null, started_at: null, objects: [] } as const;
  const standing = {
    ...rest,
    ...errandsOf(errands, deps.clock.now()),
    discovery: discovery ?? { ...unknown, objects: [] },
  };
  if (run === null) return { ...standing, run: null, countedAt: null };
  const { counts, countedAt } = await countsOf(deps, run, fresh);
  const { sql } = deps.db;
  const document = await runDocument(sql, rowOf(run), deps.clock.now(), {
    counts,
    calls: run.calls,
    budget: run.budget === null ? null : { ...run.budget, endsAt: new Date(run.budget.endsAt) },
    // The panel does not show it, and every query costs it time.
    bottleneck: NOTHING_MEASURED,
    ...(ACTIVE_STATES.includes(run.state) ? { verification: nothingCompared() } : {}),
  });
  return { ...standing, run: document, countedAt };
}

function errandsOf(errands: StandingRow['errands'], now: Date): Pick<Standing, 'connecting' | 'starting'> {
  const find = (kind: ErrandKind) => {
    const errand = errands.find((one) => one.kind === kind);
    if (errand === undefined) return null;
    const abandoned = now.getTime() - Date.parse(errand.startedAt) >= ABANDONED_MS;
    return { failure: errand.state === 'failed' ? errand.message : abandoned ? ABANDONED : null };
  };
  return { connecting: find('connect'), starting: find('start')?.failure === null };
}

async function countsOf(
  deps: Deps,
  run: RunJson,
  fresh: boolean,
): Promise<{ counts: RecordCount[]; countedAt: Date | null }> {
  const { db, clock } = deps;
  const active = ACTIVE_STATES.includes(run.state);
  const age = run.countedSecondsAgo ?? Infinity;
  const kept = run.counts;
  if (!active && kept !== null && run.countedSinceEnd) {
    // Whoever changes a record of an ended run forgets its counts; this is for a count that was under way meanwhile.
    if (age > ENDED_SECONDS) countBeside(deps, run);
    return { counts: kept, countedAt: null };
  }
  if (kept !== null && age <= RECENT_SECONDS) return { counts: kept, countedAt: null };
  if (kept !== null && !fresh) {
    countBeside(deps, run);
    return { counts: kept, countedAt: new Date(clock.now().getTime() - age * 1000) };
  }
  const counts = active ? await recentCounts(db, run) : await countRecords(db.sql, run.workspaceId, run.id);
  countBeside(deps, run);
  return { counts, countedAt: null };
}

/** Runs that are counted at this moment, by the database they are in: ten panels that open at once cost one count. */
const COUNTING = new WeakMap<Database, Set<string>>();

/** For whoever looks next; a count that fails is only a count that the next panel makes. */
function countBeside({ db, log }: Deps, run: Pick<RunJson, 'id' | 'workspaceId'>): void {
  const counting = COUNTING.get(db) ?? new Set();
  COUNTING.set(db, counting);
  if (counting.has(run.id)) return;
  counting.add(run.id);
  keepCounts(db.sql, run.workspaceId, run.id, { olderThanMs: RECENT_SECONDS * 1000 })
    .catch((error: unknown) =>
      log.warn({ err: error, runId: run.id }, 'the records of a run were not counted'),
    )
    .finally(() => counting.delete(run.id));
}

function rowOf(run: RunJson): RunRow {
  const time = (value: string | null) => (value === null ? null : new Date(value));
  return {
    ...run,
    createdAt: new Date(run.createdAt),
    startedAt: time(run.startedAt),
    finishedAt: time(run.finishedAt),
    approvedAt: time(run.approvedAt),
  };
}
