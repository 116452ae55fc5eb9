import { setTimeout as sleep } from 'node:timers/promises';
import type { RunDocument } from '../../pipeline/documents.ts';
import { installApp } from '../../simulators/demo/admin-client.ts';
import type { FaultMode, FaultRule } from '../../simulators/intercom/faults.ts';
import { OWNER_ID } from '../support/stage.ts';
import { finished, setFaults, start } from '../support/tenant.ts';
import type { CleanLoad } from './check.ts';
import { momentsOf, watchCalls } from './moments.ts';
import type { Random } from './random.ts';
import type { Trial, TrialOptions } from './site.ts';

export interface Fault {
  trial: Trial;
  random: Random;
  clean: CleanLoad;
}

export interface Kind {
  options?: TrialOptions;
  /** The source changes while it is read: one more run may find something to write. */
  lateChanges?: true;
  /** Not drawn, only run when it is asked for: it takes minutes. */
  onDemand?: true;
  /** Loads everything under the fault. Answers how the run ended and how often the fault struck, if Intercom cannot say. */
  run(fault: Fault): Promise<{ run: RunDocument; strikes?: number }>;
}

/** A load of everything: the sample that leaves nothing out also prepares the workspace. */
export function begin(trial: Trial): Promise<string> {
  return start(trial, { kind: 'sample', limit: 10_000 });
}

const TIMEOUT_MS = 240_000;

async function loadWith(trial: Trial): Promise<RunDocument> {
  await trial.startWorker();
  return finished(trial, await begin(trial), { timeoutMs: TIMEOUT_MS });
}

function totalCalls({ calls }: CleanLoad): number {
  return [...calls.values()].reduce((sum, count) => sum + count, 0);
}

/** Calls that change something, with how often a clean load makes them. */
function writesOf({ calls }: CleanLoad): [call: string, count: number][] {
  return [...calls].filter(([call]) => !call.startsWith('GET ') && !call.endsWith('/search'));
}

/** Strikes on every kind of write, about as many on each. */
function onEveryWrite(clean: CleanLoad, random: Random, fault: Omit<FaultRule, 'method' | 'path'>, aim = 3) {
  return writesOf(clean).map(([call, count]): FaultRule => {
    const [method = '', path = ''] = call.split(' ');
    const probability = Math.min(0.25, aim / count);
    return { ...fault, method, path, probability, seed: random.whole(1, 1_000_000) };
  });
}

function striking(modes: readonly Omit<FaultRule, 'method' | 'path'>[], aim?: number): Kind {
  return {
    async run({ trial, random, clean }) {
      setFaults(trial.site, onEveryWrite(clean, random, random.pick(modes), aim));
      return { run: await loadWith(trial) };
    },
  };
}

/** A worker process dies, again and again, while Intercom has a call in hand or a little later. */
const kill: Kind = {
  async run({ trial, random, clean }) {
    let worker = trial.spawnWorker();
    const watch = watchCalls(trial);
    const runId = await begin(trial);
    let strikes = 0;
    if (random.next() < 0.15) {
      // Before the first call: while the source is read and mapped.
      await sleep(random.whole(0, 1_500));
      await worker.kill();
      strikes += 1;
      worker = trial.spawnWorker();
    }
    const total = totalCalls(clean);
    for (const moment of momentsOf(random.whole(3, 6), total, () => random.next())) {
      const delayMs = random.whole(0, 25);
      const killed = new Promise<void>((resolve) => {
        watch.at(moment, () => {
          const victim = worker;
          const strike = () => {
            void victim.kill();
            strikes += 1;
            worker = trial.spawnWorker();
            resolve();
          };
          if (delayMs < 3) strike();
          else setTimeout(strike, delayMs);
        });
      });
      await Promise.race([killed, finished(trial, runId, { timeoutMs: TIMEOUT_MS })]);
    }
    const run = await finished(trial, runId, { timeoutMs: TIMEOUT_MS });
    watch.stop();
    return { run, strikes };
  },
};

/** A worker stands still for longer than its lease, beside another, and then goes on where it was. */
const freeze: Kind = {
  async run({ trial, random, clean }) {
    const pool = [trial.spawnWorker(), trial.spawnWorker()];
    const watch = watchCalls(trial);
    const runId = await begin(trial);
    const ended = finished(trial, runId, { timeoutMs: TIMEOUT_MS });
    let strikes = 0;
    for (const moment of momentsOf(random.whole(2, 4), totalCalls(clean), () => random.next())) {
      const victim = random.pick(pool);
      const stillMs = random.whole(2_200, 4_500);
      const frozen = new Promise<void>((resolve) => {
        watch.at(moment, () => {
          setTimeout(
            () => {
              victim.child.kill('SIGSTOP');
              strikes += 1;
              resolve();
            },
            random.whole(0, 20),
          );
        });
      });
      if ((await Promise.race([frozen, ended])) !== undefined) break;
      await sleep(stillMs);
      victim.child.kill('SIGCONT');
    }
    const run = await ended;
    watch.stop();
    return { run, strikes };
  },
};

/** PostgreSQL goes away, cleanly or not, while worker and server go on. */
const postgresRestart: Kind = {
  async run({ trial, random, clean }) {
    trial.spawnWorker();
    const watch = watchCalls(trial);
    const runId = await begin(trial);
    let strikes = 0;
    for (const moment of momentsOf(2, totalCalls(clean), () => random.next())) {
      const mode = random.pick(['fast', 'immediate'] as const);
      await new Promise<void>((resolve, reject) => {
        watch.at(moment, () => {
          strikes += 1;
          trial.site.cluster.restart(mode).then(resolve, reject);
        });
      });
    }
    const run = await finished(trial, runId, { timeoutMs: TIMEOUT_MS });
    watch.stop();
    return { run, strikes };
  },
};

const tokenRevoked: Kind = {
  async run({ trial, random, clean }) {
    await trial.startWorker();
    const watch = watchCalls(trial);
    // Not among the last calls, after which nothing would notice.
    const moment = random.whole(1, Math.floor(totalCalls(clean) * 0.8));
    watch.at(moment, () => trial.site.intercom.state.tokens.clear());
    const runId = await begin(trial);
    const paused = await finished(trial, runId, { untilPaused: true, timeoutMs: TIMEOUT_MS });
    watch.stop();
    if (paused.state !== 'paused' || !/connect|install/i.test(paused.state_reason ?? ''))
      throw new Error(`a dead token ended in ${paused.state}: ${paused.state_reason ?? 'no reason'}`);
    await installApp(trial.site.appUrl, `${trial.workspaceId}/${OWNER_ID}`);
    await trial.admin.post(`/runs/${runId}/resume`);
    return { run: await finished(trial, runId, { timeoutMs: TIMEOUT_MS }), strikes: 1 };
  },
};

const limitCut: Kind = {
  async run({ trial, random, clean }) {
    const watch = watchCalls(trial);
    watch.at(random.whole(1, totalCalls(clean)), () => {
      trial.site.intercom.state.rates.setLimit(167);
    });
    const run = await loadWith(trial);
    watch.stop();
    return { run, strikes: 1 };
  },
};

const REFUSED = { mode: 'status', status: 429 } as const;

/** Rate headers and refusals for want of budget, as they should not be. */
function rates(rules: (random: Random) => FaultRule[]): Kind {
  return {
    async run({ trial, random }) {
      setFaults(trial.site, rules(random));
      return { run: await loadWith(trial) };
    },
  };
}

/** Two workers inside this process take turns at everything while calls are lost at random. */
const twoWorkers: Kind = {
  async run({ trial, random, clean }) {
    const mode = random.pick<FaultMode>(['drop_after_commit', 'drop_before', 'truncate']);
    setFaults(trial.site, onEveryWrite(clean, random, { mode }, 2));
    await trial.startWorker();
    return { run: await loadWith(trial) };
  },
};

export const KINDS = {
  kill,
  freeze,
  two_workers: twoWorkers,
  cut_after: striking([{ mode: 'drop_after_commit' }]),
  cut_before: striking([{ mode: 'drop_before' }]),
  server_error: striking([
    { mode: 'status', status: 500 },
    { mode: 'status', status: 503 },
    { mode: 'status_after_commit', status: 500 },
    { mode: 'status_after_commit', status: 502 },
    { mode: 'status_after_commit', status: 504 },
  ]),
  html: striking([{ mode: 'html', status: 200 }]),
  truncated: striking([{ mode: 'truncate' }]),
  hang: striking([{ mode: 'hang', ms: 6_000 }], 2),
  /** The client gives up, and Intercom carries the call out afterwards. */
  late_commit: striking([{ mode: 'delay', ms: 2_000 }], 2),
  hang_60: {
    ...striking([{ mode: 'hang', ms: 60_000 }], 1),
    options: { timeoutMs: 30_000, leaseMs: 8_000 },
    onDemand: true,
  },
  refused_429: rates((random) => [
    { ...REFUSED, times: random.whole(5, 40), after: random.whole(0, 60), probability: 0.7 },
  ]),
  headers_missing: rates((random) => [
    { ...REFUSED, times: 2, after: random.whole(5, 80) },
    { mode: 'headers_missing' },
  ]),
  reset_in_past: rates((random) => [
    { mode: 'reset_in_past', status: 429, times: random.whole(1, 4), after: random.whole(5, 80) },
    { mode: 'reset_in_past' },
  ]),
  limit_cut: limitCut,
  token_revoked: tokenRevoked,
  postgres_restart: postgresRestart,
  source_shift: {
    lateChanges: true,
    async run({ trial }) {
      trial.site.infraon.state.switches.rows_shift = true;
      const run = await loadWith(trial);
      trial.site.infraon.state.switches.rows_shift = false;
      return { run, strikes: 1 };
    },
  },
  source_token: {
    async run({ trial, random }) {
      const { switches, logins: before } = trial.site.infraon.state;
      switches.token_expires_after_calls = random.whole(15, 60);
      await trial.startWorker();
      const run = await loadWith(trial);
      switches.token_expires_after_calls = 0;
      return { run, strikes: trial.site.infraon.state.logins - before };
    },
  },
  reply_throttle: {
    async run({ trial, random }) {
      const { switches } = trial.site.intercom.state;
      switches.replyThrottlePerConversation = random.whole(3, 8);
      switches.replyThrottleWindowMs = 2_000;
      return { run: await loadWith(trial) };
    },
  },
} satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

/** What the suite draws from; what kills and cuts is drawn more often. */
export const DRAWN: readonly KindName[] = (Object.keys(KINDS) as KindName[]).filter(
  (name) => !('onDemand' in KINDS[name]),
);
