import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRateLimiter, type RateGate } from '../../../connectors/http/rate-limiter.ts';
import { acquireCalls, reportHeaders, setShare } from '../../../db/rate-budget.ts';
import { testDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database.drop();
});

const SHARE = 0.8;
const USED_UP = new Error('the window is used up');

/** A process of the product and Intercom's side of one workspace, window by window; nobody waits for a clock. */
function governed(workspaceId: string) {
  const { sql } = database.db;
  const reports: Promise<void>[] = [];
  let endsAtMs = 0;
  const gate: RateGate = createRateLimiter({
    budget: {
      async acquire(calls) {
        const grant = await acquireCalls(sql, workspaceId, calls, () => Promise.resolve(SHARE));
        endsAtMs = grant.windowEndsAtMs;
        if (grant.calls === 0) throw USED_UP;
        return grant;
      },
      report(headers, refused) {
        const report = reportHeaders(sql, workspaceId, headers, refused);
        reports.push(report);
        return report;
      },
    },
    now: Date.now,
    sliceCalls: 50,
    minPauseMs: 1,
  });

  /** Sends until the process would wait for the next window. Intercom grants `limit`; null: it sends no headers. */
  async function window(
    limit: number | null,
    most = Infinity,
  ): Promise<{ answered: number; refused: number }> {
    await sql`update rate_budgets set window_ends_at = now() - interval '1 millisecond' where workspace_id = ${workspaceId}`;
    const seen = { answered: 0, refused: 0 };
    while (seen.answered + seen.refused < most) {
      const isOpen = await gate.take().then(
        () => true,
        (error: unknown) => {
          if (error !== USED_UP) throw error;
          return false;
        },
      );
      if (!isOpen) break;
      const isRefused = limit !== null && seen.answered >= limit;
      if (isRefused) seen.refused += 1;
      else seen.answered += 1;
      const headers = limit === null ? {} : { limit, remaining: limit - seen.answered, resetAtMs: endsAtMs };
      gate.observe(headers, isRefused);
      await Promise.all(reports.splice(0));
    }
    return seen;
  }
  /** One answer that says how much of the window is left. */
  async function observe(remaining: number, withReset: boolean): Promise<void> {
    gate.observe({ limit: 100, remaining, ...(withReset ? { resetAtMs: endsAtMs } : {}) }, false);
    await Promise.all(reports.splice(0));
  }
  return { window, observe, gate };
}

/** A slice that is left in memory belongs to its window: a new process has none. */
test.each([
  ['down', 200, 60],
  ['up', 60, 200],
] as const)('a limit that goes %s is kept to from the second window on', async (way, before, after) => {
  const workspaceId = `ws_${way}`;
  await governed(workspaceId).window(before);
  expect(await governed(workspaceId).window(before)).toEqual({ answered: before * SHARE, refused: 0 });

  const changed = await governed(workspaceId).window(after);
  const second = await governed(workspaceId).window(after);

  expect(changed.answered).toBeLessThanOrEqual(after);
  expect(changed.refused).toBe(0);
  expect(second).toEqual({ answered: after * SHARE, refused: 0 });
});

test('headers that are missing say nothing, a remaining of zero says wait, with a reset beside it or without', async () => {
  await governed('ws_zero').window(100);
  expect((await governed('ws_zero').window(null)).answered).toBe(100 * SHARE);

  for (const withReset of [true, false]) {
    const { window, observe, gate } = governed('ws_zero');
    await window(null, 10);
    await expect(gate.take()).resolves.toBeUndefined();
    await observe(0, withReset);
    await expect(gate.take()).rejects.toBe(USED_UP);
  }
});

test('a share that changes while calls go out counts from the next slice on', async () => {
  await governed('ws_share').window(200);
  const { window, gate } = governed('ws_share');
  await window(200, 50);

  await setShare(database.db.sql, 'ws_share', 0.25);

  await expect(gate.take()).rejects.toBe(USED_UP);
  expect((await governed('ws_share').window(200)).answered).toBe(50);
  await setShare(database.db.sql, 'ws_share', 0.5);
  expect((await governed('ws_share').window(200)).answered).toBe(100);
});

test('workspaces have budgets of their own: one that is used up stops no other', async () => {
  await governed('ws_one').window(100);
  await governed('ws_two').window(100);
  const one = governed('ws_one');
  await one.window(100);
  await expect(one.gate.take()).rejects.toBe(USED_UP);

  expect((await governed('ws_two').window(100)).answered).toBe(100 * SHARE);
});
