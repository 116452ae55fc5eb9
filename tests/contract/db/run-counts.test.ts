import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeLedger, countRecords, sumVerification } from '../../../pipeline/runs/balance.ts';
import { requireRun } from '../../../pipeline/runs/frozen-run.ts';
import { followedCounts, recentCounts } from '../../../pipeline/runs/recent-counts.ts';
import { reopenRuns } from '../../../pipeline/runs/run-control.ts';
import { testDatabase, type TestDatabase } from '../../support/database.ts';

const WORKSPACE = 'ws_counts';
const RECORDS = 2_000;

let database: TestDatabase;
let runId = '';

beforeAll(async () => {
  database = await testDatabase();
  const { sql } = database.db;
  const [run] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, created_by)
    values (${WORKSPACE}, 'full', 'completed', '["asset"]', '{}', '{}', '1') returning id`;
  runId = run?.id ?? '';
  await sql.begin(async (tx) => {
    // Vacuum marks nothing as seen by all whose commit may not have reached the disk.
    await tx`set local synchronous_commit = on`;
    await tx`
    insert into run_records (run_id, workspace_id, object, source_id, step, outcome, verification)
    select ${runId}, ${WORKSPACE}, 'asset', n::text, 'done', 'created',
      case when n % 2 = 0 then '{"equal": 5}' else '{"equal": 4, "mismatch": 1}' end::jsonb
    from generate_series(1, ${RECORDS}::int) n`;
  });
  await sql`vacuum analyze run_records`;
});
afterAll(() => database.drop());

it('counts the records of a run without reading one of them', async () => {
  const [counted, read] = await database.db.sql.begin(async (tx) => {
    // On a table this small the planner would rather read it whole.
    await tx`set local enable_seqscan = off`;
    await tx`set local enable_bitmapscan = off`;
    const counts = await countRecords(tx, WORKSPACE, runId);
    const [rows] = await tx<{ read: number }[]>`
      select (coalesce(idx_tup_fetch, 0) + seq_tup_read)::int as read
      from pg_stat_xact_user_tables where relname = 'run_records'`;
    return [counts, rows?.read];
  });
  expect(counted).toEqual([{ object: 'asset', outcome: 'created', step: 'done', records: RECORDS }]);
  expect(read).toBe(0);
});

it('keeps what reading back found with a run that ends, until the run is opened again', async () => {
  const { sql } = database.db;
  const kept = async () => {
    const [run] = await sql<{ verification: unknown }[]>`select verification from runs where id = ${runId}`;
    return run?.verification;
  };
  expect(await kept()).toBeNull();
  await closeLedger(sql, await requireRun(sql, WORKSPACE, runId));
  expect(await kept()).toEqual(await sumVerification(sql, WORKSPACE, runId));
  expect(await kept()).toMatchObject({ equal: 9_000, mismatch: 1_000, missing: 0, checked: 10_000 });
  await sql.begin((tx) => reopenRuns(tx, WORKSPACE, [runId]));
  expect(await kept()).toBeNull();
});

it('counts an active run once for all panels that open within two seconds', async () => {
  let now = 0;
  const recent = () => recentCounts(database.db, { workspaceId: WORKSPACE, id: runId }, () => now);
  const [one, other] = await Promise.all([recent(), recent()]);
  expect(other).toBe(one);
  now = 1_999;
  expect(await recent()).toBe(one);
  now = 2_000;
  const later = await recent();
  expect(later).not.toBe(one);
  expect(later).toEqual(one);
});

it('tells those who follow a run the same for twenty times as long as counting took', async () => {
  let now = 0;
  const follow = () => followedCounts(database.db, { workspaceId: WORKSPACE, id: runId }, () => now);
  const counting = follow();
  now = 100;
  const one = await counting;
  now = 1_999;
  expect(await follow()).toBe(one);
  now = 2_000;
  expect(await follow()).not.toBe(one);
});
