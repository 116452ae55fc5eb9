import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { KindName } from './kinds.ts';
import type { TrialResult } from './suite.ts';

export interface Order {
  seed: number;
  kind: KindName | undefined;
}

const PLACE = fileURLToPath(new URL('./place.ts', import.meta.url));

/**
 * Carries trials out, `jobs` at a time, each in a process with a PostgreSQL and simulators of its own: a trial mostly
 * waits. `tell` hears of each as it ends. A process that dies counts against the trial that it had in hand.
 */
export async function runTrials(
  orders: readonly Order[],
  jobs: number,
  tell: (result: TrialResult) => void,
): Promise<void> {
  const waiting = [...orders];
  async function runPlace(): Promise<void> {
    while (waiting.length > 0) {
      const place = fork(PLACE, {
        execArgv: ['--import', 'tsx'],
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      const died = new Promise<string>((resolve) =>
        place.once('exit', (code, signal) => resolve(`the process of the trial ended (${signal ?? code})`)),
      );
      for (let isAlive = true; isAlive && waiting.length > 0;) {
        const order = waiting.shift();
        if (order === undefined) break;
        const result = await Promise.race([trialAt(place, order), died]);
        isAlive = typeof result !== 'string';
        tell(typeof result === 'string' ? lost(order, result) : result);
      }
      if (place.connected) place.send('end');
      await died;
    }
  }
  await Promise.all(Array.from({ length: Math.min(jobs, orders.length) }, runPlace));
}

/** What to type to see a violation again. */
export function replayOf({ seed, kind }: TrialResult): string {
  return `npm run test:faults -- --seed ${seed} --trials 1 --kind ${kind}`;
}

function trialAt(place: ChildProcess, order: Order): Promise<TrialResult> {
  return new Promise((resolve) => {
    place.once('message', (result) => resolve(result as TrialResult));
    place.send(order);
  });
}

function lost({ seed, kind = 'kill' }: Order, violation: string): TrialResult {
  return { seed, kind, seconds: 0, strikes: 0, calls: {}, violation };
}
