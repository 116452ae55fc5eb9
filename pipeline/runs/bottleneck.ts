import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import type { Queryable } from '../../db/client.ts';
import { WINDOW_MS } from '../../db/rate-budget.ts';

/**
 * What a run is waiting for: the source's answers while nothing can be written, the share of Intercom's rate budget,
 * Intercom's answers, or the worker itself.
 */
export const SIDES = ['source', 'intercom_budget', 'intercom_answers', 'worker'] as const;
export type Side = (typeof SIDES)[number];

/** Seconds of a run by what it was waiting for, and the side that cost most of them; null before anything was measured. */
export interface Bottleneck {
  side: Side | null;
  seconds: Record<Side, number>;
}

export const NOTHING_MEASURED: Bottleneck = {
  side: null,
  seconds: { source: 0, intercom_budget: 0, intercom_answers: 0, worker: 0 },
};

export type Activity = 'read' | 'map' | 'write';

interface Place {
  workspaceId: string;
  runId: string;
}

export interface BottleneckWatch {
  /** Does a piece of a run's work; meanwhile its time is counted. */
  during<T>(run: Place, activity: Activity, work: () => Promise<T>): Promise<T>;
}

export interface WatchOptions {
  /** When calls of a workspace last had to wait for its rate budget; undefined when they never had to. */
  waitedForBudgetAt(workspaceId: string): number | undefined;
  now: () => number;
  store(run: Place, seconds: Partial<Record<Side, number>>): Promise<void>;
}

/** Looks this often at what a process is doing, and writes it down every so many looks. */
const LOOK_MS = 500;
const LOOKS_PER_WRITE = 10;
/** Above this share of its time the thread computes, and others wait for it. */
const BUSY = 0.7;

/**
 * Which side a moment counts for. A budget that ran out counts for its whole window: calls are made at its beginning,
 * and the rest of it is waited for.
 */
export function sideAt(seen: { writes: boolean; reads: boolean; ranOut: boolean; busy: number }): Side {
  if (seen.writes && seen.ranOut) return 'intercom_budget';
  if (seen.busy >= BUSY) return 'worker';
  if (seen.writes) return 'intercom_answers';
  return seen.reads ? 'source' : 'worker';
}

/** Takes samples while runs are at work in this process; an idle process has no timer. */
export function createBottleneckWatch(options: WatchOptions): BottleneckWatch {
  const active = new Map<string, Place & { running: Record<Activity, number>; seconds: Map<Side, number> }>();
  let timer: NodeJS.Timeout | undefined;
  let lastLook: EventLoopUtilization;
  let looks = 0;

  function look(): void {
    const busy = performance.eventLoopUtilization(lastLook).utilization;
    lastLook = performance.eventLoopUtilization();
    looks += 1;
    for (const { workspaceId, running, seconds } of active.values()) {
      const waitedAt = options.waitedForBudgetAt(workspaceId);
      const ranOut = waitedAt !== undefined && options.now() - waitedAt < WINDOW_MS;
      const side = sideAt({ writes: running.write > 0, reads: running.read > 0, ranOut, busy });
      seconds.set(side, (seconds.get(side) ?? 0) + LOOK_MS / 1000);
    }
    if (looks % LOOKS_PER_WRITE === 0) for (const run of active.values()) flush(run);
  }
  function flush(run: Place & { seconds: Map<Side, number> }): void {
    if (run.seconds.size === 0) return;
    const seconds = Object.fromEntries(run.seconds);
    run.seconds.clear();
    // For people's information only: a sample that cannot be stored is not worth failing for.
    options.store(run, seconds).catch(() => undefined);
  }

  return {
    async during(place, activity, work) {
      const run = active.get(place.runId) ?? {
        workspaceId: place.workspaceId,
        runId: place.runId,
        running: { read: 0, map: 0, write: 0 },
        seconds: new Map<Side, number>(),
      };
      active.set(place.runId, run);
      run.running[activity] += 1;
      if (timer === undefined) {
        lastLook = performance.eventLoopUtilization();
        timer = setInterval(look, LOOK_MS).unref();
      }
      try {
        return await work();
      } finally {
        run.running[activity] -= 1;
        if (Object.values(run.running).every((count) => count === 0)) {
          active.delete(place.runId);
          flush(run);
        }
        if (active.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      }
    },
  };
}

export async function storeSeconds(
  sql: Queryable,
  { workspaceId, runId }: Place,
  seconds: Partial<Record<Side, number>>,
): Promise<void> {
  await sql`
    insert into run_waits (run_id, workspace_id, side, seconds)
    select ${runId}::uuid, ${workspaceId}, key, value::real from jsonb_each_text(${JSON.stringify(seconds)}::jsonb)
    on conflict (run_id, side) do update set seconds = run_waits.seconds + excluded.seconds`;
}

export async function bottleneckOf(sql: Queryable, workspaceId: string, runId: string): Promise<Bottleneck> {
  const rows = await sql<{ side: Side; seconds: number }[]>`
    select side, seconds from run_waits where workspace_id = ${workspaceId} and run_id = ${runId} order by seconds desc`;
  const found = Object.fromEntries(rows.map(({ side, seconds }) => [side, Math.round(seconds)]));
  return {
    side: rows[0]?.side ?? null,
    seconds: { ...NOTHING_MEASURED.seconds, ...found },
  };
}

const MEANS: Record<Side, string> = {
  source: 'Infraon: nothing was left to write while it was read',
  intercom_budget: "your share of Intercom's rate budget",
  intercom_answers: "Intercom's answers",
  worker: 'this app: another worker, or a faster machine, would help',
};

/** In words of a person; undefined while nothing is known. */
export function bottleneckText({ side, seconds }: Bottleneck): string | undefined {
  if (side === null) return undefined;
  const all = Object.values(seconds).reduce((sum, each) => sum + each, 0);
  const share = all === 0 ? '' : ` (${Math.round((seconds[side] / all) * 100)} % of its time)`;
  return `${MEANS[side]}${share}`;
}
