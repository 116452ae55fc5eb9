import { setTimeout as sleep } from 'node:timers/promises';
import { installApp } from '../../simulators/demo/admin-client.ts';
import type { FaultMode, FaultRule } from '../../simulators/intercom/faults.ts';
import { OWNER_ID } from '../support/stage.ts';
import { finished } from '../support/tenant.ts';
import {
  begin,
  loadWith,
  MANY,
  onEveryWrite,
  onReads,
  PATIENCE,
  totalCalls,
  untilEnd,
  type Aim,
  type Kind,
  type Strike,
} from './loading.ts';
import { medley } from './medley.ts';
import { momentsOf, watchCalls } from './moments.ts';
import type { Random } from './random.ts';
import type { Trial } from './site.ts';

function striking(modes: readonly Strike[], aim?: Aim): Kind {
  return {
    async run({ trial, random, clean }) {
      const strike = random.pick(modes);
      return {
        run: await loadWith(trial, [...onEveryWrite(clean, random, strike, aim), ...onReads(random, strike)]),
      };
    },
  };
}

/** A worker process dies, again and again, while Intercom has a call in hand or a little later. */
const kill: Kind = {
  async run({ trial, random, clean }) {
    let worker = trial.spawnWorker();
    const watch = watchCalls(trial);
    const runId = await begin(trial);
    const ended = untilEnd(trial, runId);
    let strikes = 0;
    if (random.next() < 0.15) {
      // Before the first call: while the source is read and mapped.
      await sleep(random.whole(0, 1_500));
      await worker.kill();
      strikes += 1;
      worker = trial.spawnWorker();
    }
    const total = totalCalls(clean);
    for (const moment of momentsOf(random.whole(8, 14), total, () => random.next())) {
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
      if ((await Promise.race([killed, ended])) !== undefined) break;
    }
    const run = await ended;
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
    const ended = untilEnd(trial, runId);
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
    const run = await untilEnd(trial, runId);
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
    const paused = await finished(trial, runId, { ...PATIENCE, untilPaused: true });
    watch.stop();
    if (paused.state !== 'paused' || !/connect|install/i.test(paused.state_reason ?? ''))
      throw new Error(`a dead token ended in ${paused.state}: ${paused.state_reason ?? 'no reason'}`);
    await installApp(trial.site.appUrl, `${trial.workspaceId}/${OWNER_ID}`);
    await trial.admin.post(`/runs/${runId}/resume`);
    return { run: await untilEnd(trial, runId), strikes: 1 };
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
      return { run: await loadWith(trial, rules(random)) };
    },
  };
}

/** Two workers inside this process take turns at everything while calls are lost at random. */
const twoWorkers: Kind = {
  async run({ trial, random, clean }) {
    const mode = random.pick<FaultMode>(['drop_after_commit', 'drop_before', 'truncate']);
    await trial.startWorker();
    return { run: await loadWith(trial, onEveryWrite(clean, random, { mode }, { strikes: 2, share: 0.25 })) };
  },
};

/** No rule strikes here: what counts is how often Intercom refused a reply with its own words. */
function throttledReplies({ site }: Trial): number {
  return site.intercom.state.recorder
    .since(0, 1_000_000)
    .filter(({ status, responseBody }) => status === 400 && responseBody?.includes('Too many recent replies'))
    .length;
}

export const KINDS = {
  medley,
  kill,
  freeze,
  two_workers: twoWorkers,
  cut_after: striking([{ mode: 'drop_after_commit' }], MANY),
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
  hang: striking([{ mode: 'hang', ms: 6_000 }], { strikes: 2, share: 0.25 }),
  /** The client gives up, and Intercom carries the call out afterwards. */
  late_commit: striking([{ mode: 'delay', ms: 2_000 }], { strikes: 2, share: 0.25 }),
  hang_60: {
    ...striking([{ mode: 'hang', ms: 60_000 }], { strikes: 1, share: 0.1 }),
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
      switches.token_expires_after_calls = random.whole(60, 150);
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
      const run = await loadWith(trial);
      return { run, strikes: throttledReplies(trial) };
    },
  },
} satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

/** What the suite draws from; what kills and cuts is drawn more often. */
export const DRAWN: readonly KindName[] = (Object.keys(KINDS) as KindName[]).filter(
  (name) => !('onDemand' in KINDS[name]),
);
