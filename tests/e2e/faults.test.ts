import { expect, it } from 'vitest';
import type { KindName } from '../faults/kinds.ts';
import { replayOf, runTrials } from '../faults/pool.ts';
import type { TrialResult } from '../faults/suite.ts';

/** A handful of the fault suite; what was run of all of it is in docs/reliability.md. */
const TRIALS: { seed: number; kind: KindName }[] = [{ seed: 1, kind: 'medley' }];

it('nothing is lost and nothing is there twice after a load in which everything breaks', async () => {
  const results: TrialResult[] = [];
  await runTrials(TRIALS, 1, (result) => results.push(result));
  const violated = results.filter(({ violation }) => violation !== null);
  expect(violated.map((result) => `${result.violation ?? ''}\nReplay: ${replayOf(result)}`)).toEqual([]);
  expect(results.map(({ strikes }) => strikes > 0)).toEqual(TRIALS.map(() => true));
});
