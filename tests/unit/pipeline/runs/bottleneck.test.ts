import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  bottleneckText,
  createBottleneckWatch,
  sideAt,
  type Side,
} from '../../../../pipeline/runs/bottleneck.ts';

const run = { workspaceId: 'ws_1', runId: 'run_1' };

describe('what a moment of a run counts for', () => {
  it.each([
    ['the budget, when it ran out in this window', true, true, true, 0.9, 'intercom_budget'],
    ['the worker, when it computes', true, true, false, 0.9, 'worker'],
    [
      "Intercom's answers, when calls are on their way and little is computed",
      true,
      true,
      false,
      0.2,
      'intercom_answers',
    ],
    ['the source, when there is nothing to write', false, true, false, 0.2, 'source'],
    ['the worker, when nothing else is at work', false, false, false, 0, 'worker'],
    ['the source, although another run used up the budget', false, true, true, 0, 'source'],
  ] as const)('%s', (_, writes, reads, ranOut, busy, side) => {
    expect(sideAt({ writes, reads, ranOut, busy })).toBe(side);
  });
});

describe('the watch', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => vi.useRealTimers());

  function watch(waitedAt: number | undefined) {
    const stored: Partial<Record<Side, number>>[] = [];
    const watching = createBottleneckWatch({
      waitedForBudgetAt: () => waitedAt,
      now: () => 20_000,
      store: (_run, seconds) => Promise.resolve(void stored.push(seconds)),
    });
    return { stored, watching };
  }

  it('counts a window in which the budget ran out for the budget, and an earlier one not', async () => {
    const now = watch(11_000);
    await now.watching.during(run, 'write', () => Promise.resolve(vi.advanceTimersByTime(4_000)));
    expect(now.stored).toEqual([{ intercom_budget: 4 }]);

    const before = watch(9_000);
    await before.watching.during(run, 'write', () => Promise.resolve(vi.advanceTimersByTime(4_000)));
    expect(before.stored.flatMap((seconds) => Object.keys(seconds))).not.toContain('intercom_budget');
  });

  it('writes down what it saw while work goes on and when it ends, and nothing while there is none', async () => {
    const { stored, watching } = watch(19_000);
    await watching.during(run, 'write', async () => {
      vi.advanceTimersByTime(5_000);
      await watching.during(run, 'read', () => Promise.resolve(vi.advanceTimersByTime(1_000)));
    });
    expect(stored).toEqual([{ intercom_budget: 5 }, { intercom_budget: 1 }]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('in words', () => {
  const seconds = { source: 10, intercom_budget: 80, intercom_answers: 0, worker: 10 };

  it('it names the side and its share, and says nothing when nothing is known', () => {
    expect(bottleneckText({ side: 'intercom_budget', seconds })).toBe(
      "your share of Intercom's rate budget (80 % of its time)",
    );
    expect(bottleneckText({ side: null, seconds })).toBeUndefined();
  });
});
