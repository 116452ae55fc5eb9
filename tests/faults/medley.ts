import { setTimeout as sleep } from 'node:timers/promises';
import { setFaults } from '../support/tenant.ts';
import { begin, onEveryWrite, onReads, totalCalls, untilEnd, type Kind, type Strike } from './loading.ts';
import { momentsOf, watchCalls } from './moments.ts';

const STRIKES: readonly Strike[] = [
  { mode: 'drop_after_commit' },
  { mode: 'status_after_commit', status: 502 },
  { mode: 'drop_before' },
  { mode: 'truncate' },
  { mode: 'html', status: 200 },
];

/**
 * Something of everything in one load, so that a test which may take a minute meets most of it: answers are lost in five
 * ways and a storm of refusals passes while one of two workers is killed, one stands still for longer than its lease,
 * and PostgreSQL crashes.
 */
export const medley: Kind = {
  async run({ trial, random, clean }) {
    const pool = [trial.spawnWorker(), trial.spawnWorker()];
    const blows = [
      async () => {
        await pool.pop()?.kill();
        pool.unshift(trial.spawnWorker());
      },
      async () => {
        const [victim] = pool;
        victim?.child.kill('SIGSTOP');
        await sleep(random.whole(2_200, 3_000));
        victim?.child.kill('SIGCONT');
      },
      () => trial.site.cluster.restart('immediate'),
    ];
    const watch = watchCalls(trial);
    const runId = await begin(trial);
    setFaults(trial.site, [
      { mode: 'status', status: 429, times: 5, after: random.whole(20, 60), probability: 0.7 },
      ...STRIKES.flatMap((strike) => [
        ...onEveryWrite(clean, random, strike, { strikes: 1, share: 0.08 }),
        ...onReads(random, strike, 0.01),
      ]),
    ]);
    const ended = untilEnd(trial, runId);
    const moments = momentsOf(blows.length, totalCalls(clean) * 0.7, () => random.next());
    for (const [index, blow] of blows.entries()) {
      const struck = new Promise<void>((resolve, reject) => {
        watch.at(moments[index] ?? 1, () => void blow().then(resolve, reject));
      });
      if ((await Promise.race([struck, ended])) !== undefined) break;
    }
    const run = await ended;
    watch.stop();
    return { run };
  },
};
