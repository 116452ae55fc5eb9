import { describe, expect, it } from 'vitest';
import { createSessionLimiter } from '../../../../server/api/guards.ts';

describe('the call budget of a session', () => {
  it('lets a burst through, then names the wait, then refills', () => {
    let now = 0;
    const secondsToWait = createSessionLimiter({ perMinute: 60, burst: 3 }, () => now);
    expect([1, 2, 3].map(() => secondsToWait('a'))).toEqual([0, 0, 0]);
    expect(secondsToWait('a')).toBe(1);
    expect(secondsToWait('b')).toBe(0);
    now = 1000;
    expect(secondsToWait('a')).toBe(0);
    expect(secondsToWait('a')).toBe(1);
  });
});
