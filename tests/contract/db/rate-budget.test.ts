import { afterAll, beforeAll, expect, test } from 'vitest';
import { acquireCalls, DEFAULT_WINDOW_LIMIT, reportHeaders, setShare } from '../../../db/rate-budget.ts';
import { testDatabase, type TestDatabase } from '../../support/database.ts';

/** The owner's share, asked for when a workspace has no budget yet. */
const whole = () => Promise.resolve(1);
const most = () => Promise.resolve(0.8);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database.drop();
});

test('slices taken at the same time never exceed the share of one window', async () => {
  const { sql } = database.db;
  const grants = await Promise.all(Array.from({ length: 60 }, () => acquireCalls(sql, 'ws_a', 50, most)));
  const total = grants.reduce((sum, grant) => sum + grant.calls, 0);
  expect(total).toBe(Math.floor(DEFAULT_WINDOW_LIMIT * 0.8));
  expect(grants.at(-1)?.windowEndsAtMs).toBeGreaterThan(Date.now());
});

test('a lower limit from the headers counts from the next slice on', async () => {
  const { sql } = database.db;
  expect((await acquireCalls(sql, 'ws_b', 10, whole)).calls).toBe(10);
  await reportHeaders(sql, 'ws_b', { limit: 15, remaining: 5, resetAtMs: Date.now() + 5_000 }, false);
  expect((await acquireCalls(sql, 'ws_b', 10, whole)).calls).toBe(5);
  expect((await acquireCalls(sql, 'ws_b', 10, whole)).calls).toBe(0);
});

test('after a 429 nothing is granted before the reset, and a reset in the past does not open the window', async () => {
  const { sql } = database.db;
  await acquireCalls(sql, 'ws_c', 1, whole);
  await reportHeaders(sql, 'ws_c', { resetAtMs: Date.now() - 60_000 }, true);
  const grant = await acquireCalls(sql, 'ws_c', 1, whole);
  expect(grant.calls).toBe(0);
  expect(grant.windowEndsAtMs).toBeGreaterThan(Date.now() + 1_000);
});

test('it yields to other apps: no more is granted than their calls have left of the window', async () => {
  const { sql } = database.db;
  const { windowEndsAtMs } = await acquireCalls(sql, 'ws_f', 10, whole);
  await reportHeaders(sql, 'ws_f', { limit: 100, remaining: 20, resetAtMs: windowEndsAtMs }, false);
  expect((await acquireCalls(sql, 'ws_f', 50, whole)).calls).toBe(20);
  expect((await acquireCalls(sql, 'ws_f', 50, whole)).calls).toBe(0);
  // A header of another window says nothing about this one.
  await acquireCalls(sql, 'ws_g', 10, whole);
  const elsewhere = { limit: 100, remaining: 0, resetAtMs: Date.now() - 60_000 };
  await reportHeaders(sql, 'ws_g', elsewhere, false);
  expect((await acquireCalls(sql, 'ws_g', 50, whole)).calls).toBe(50);
});

test('workspaces do not share a budget, and the share can change while running', async () => {
  const { sql } = database.db;
  await acquireCalls(sql, 'ws_d', 1, whole);
  await reportHeaders(sql, 'ws_d', { limit: 100 }, false);
  await setShare(sql, 'ws_d', 0.1);
  expect((await acquireCalls(sql, 'ws_d', 50, whole)).calls).toBe(9);
  expect((await acquireCalls(sql, 'ws_e', 50, whole)).calls).toBe(50);
});
