import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import type { FaultRule } from '../../simulators/intercom/faults.ts';
import { finished, setFaults, start } from '../support/tenant.ts';
import type { CleanLoad } from './check.ts';
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

/**
 * Trials that run side by side leave little of the machine to each; asking less often leaves more. With the real time-out each
 * lost call is waited for for over a minute, and some of them one after the other.
 */
export const PATIENCE = { timeoutMs: 1_500_000, pollMs: 700 };

export function untilEnd(trial: Trial, runId: string): Promise<RunDocument> {
  return finished(trial, runId, PATIENCE);
}

export async function fullLoad(trial: Trial): Promise<RunDocument> {
  return untilEnd(trial, await start(trial, { kind: 'full' }));
}

/** The faults come when the run has begun: a desk that is not ready is not what is tried here. */
export async function loadWith(trial: Trial, faults: FaultRule[] = []): Promise<RunDocument> {
  const runId = await begin(trial);
  setFaults(trial.site, faults);
  await trial.startWorker();
  return untilEnd(trial, runId);
}

export function totalCalls({ calls }: CleanLoad): number {
  return [...calls.values()].reduce((sum, count) => sum + count, 0);
}

/** Calls that change something, with how often a clean load makes them. */
function writesOf({ calls }: CleanLoad): [call: string, count: number][] {
  return [...calls].filter(([call]) => !call.startsWith('GET ') && !call.endsWith('/search'));
}

export interface Aim {
  /** Strikes on each kind of write in one load. */
  strikes: number;
  /** The most that is taken of a kind of write that is rare. */
  share: number;
}
const FEW: Aim = { strikes: 3, share: 0.25 };
export const MANY: Aim = { strikes: 6, share: 0.5 };

export type Strike = Omit<FaultRule, 'method' | 'path'>;

/** Strikes on every kind of write, about as many on each. */
export function onEveryWrite(
  clean: CleanLoad,
  random: Random,
  strike: Strike,
  { strikes, share }: Aim = FEW,
) {
  return writesOf(clean).map(([call, count]): FaultRule => {
    const [method = '', path = ''] = call.split(' ');
    const probability = Math.min(share, strikes / count);
    return { ...strike, method, path, probability, seed: random.whole(1, 1_000_000) };
  });
}

/** A few reads are hit too: what looks for a write must not believe a page or half an answer. */
export function onReads(random: Random, strike: Strike, probability = 0.03): FaultRule[] {
  const { mode } = strike;
  if (mode === 'hang' || mode === 'delay') return [];
  return [{ ...strike, method: 'GET', probability, seed: random.whole(1, 1_000_000) }];
}
