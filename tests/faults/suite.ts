import type { Desk } from '../../simulators/infraon/desk.ts';
import { finished } from '../support/tenant.ts';
import { checkTrial, type CleanLoad } from './check.ts';
import { openCluster } from './cluster.ts';
import { compileWorkers } from './compiled-worker.ts';
import { inventoryOf, originsOf } from './inventory.ts';
import { DRAWN, KINDS, type KindName } from './kinds.ts';
import { begin, type Kind } from './loading.ts';
import { seededRandom } from './random.ts';
import { openSite, type Site } from './site.ts';

export interface TrialResult {
  seed: number;
  kind: KindName;
  seconds: number;
  /** How often the fault struck. */
  strikes: number;
  /** Strikes by the call they hit. */
  calls: Record<string, number>;
  violation: string | null;
}

export interface Suite {
  /** One trial; everything about it follows from the seed, and from the kind when one is named. */
  run(seed: number, kind?: KindName): Promise<TrialResult>;
  site: Site;
  close(): Promise<void>;
}

/** A place for trials, one at a time: its own PostgreSQL, its own simulators, and the measure of a load without faults. */
export async function openSuite(desk: Desk): Promise<Suite> {
  const cluster = await openCluster();
  const workers = await compileWorkers();
  const site = await openSite(desk, cluster, workers);
  const clean = await loadCleanly(site);
  return {
    site,
    async run(seed, named) {
      const random = seededRandom(seed);
      const drawn = random.pick(DRAWN);
      const name = named ?? drawn;
      const kind: Kind = KINDS[name];
      const startedAt = performance.now();
      const trial = await site.open(kind.options);
      let strikes = 0;
      let violation: string | null = null;
      let calls: Record<string, number> = {};
      try {
        const { run, strikes: counted } = await kind.run({ trial, random, clean });
        calls = struckCalls(site);
        strikes = counted ?? Object.values(calls).reduce((sum, count) => sum + count, 0);
        await checkTrial(trial, run, clean, kind.lateChanges === true);
      } catch (error) {
        violation = error instanceof Error ? (error.stack ?? error.message) : String(error);
      } finally {
        await trial.close();
      }
      const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
      return { seed, kind: name, seconds, strikes, calls, violation };
    },
    async close() {
      await site.close();
      await workers.close();
      await cluster.close();
    },
  };
}

function struckCalls({ intercom }: Site): Record<string, number> {
  const struck: Record<string, number> = {};
  for (const request of intercom.state.recorder.since(0, 1_000_000))
    if (request.fault !== null) struck[request.call] = (struck[request.call] ?? 0) + 1;
  return struck;
}

async function loadCleanly(site: Site): Promise<CleanLoad> {
  const trial = await site.open({ leaseMs: 8_000, timeoutMs: 30_000 });
  try {
    await trial.startWorker();
    const run = await finished(trial, await begin(trial));
    const calls = new Map<string, number>();
    for (const { call } of site.intercom.state.recorder.since(0, 1_000_000))
      calls.set(call, (calls.get(call) ?? 0) + 1);
    const load = { inventory: inventoryOf(trial.workspace), origins: await originsOf(trial), calls };
    await checkTrial(trial, run, undefined, false);
    return load;
  } finally {
    await trial.close();
  }
}
