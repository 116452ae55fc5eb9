import { expect, it } from 'vitest';
import { createRateLimiter, type RateGate } from '../../../../connectors/http/rate-limiter.ts';

const WINDOW_MS = 10_000;

it('says since when no call is granted at all, until one is', async () => {
  let now = WINDOW_MS;
  const grants = [0, 0, 5];
  const since: (number | undefined)[] = [];
  const gate: RateGate = createRateLimiter({
    budget: {
      acquire() {
        since.push(gate.waitingSince?.());
        const calls = grants.shift() ?? 0;
        if (calls === 0) now += WINDOW_MS;
        return Promise.resolve({ calls, windowEndsAtMs: calls === 0 ? now : now + WINDOW_MS });
      },
      report: () => Promise.resolve(),
    },
    now: () => now,
    sliceCalls: 5,
    minPauseMs: 0,
  });
  await gate.take();
  expect(since).toEqual([undefined, 2 * WINDOW_MS, 2 * WINDOW_MS]);
  expect(gate.waitingSince?.()).toBeUndefined();
});
