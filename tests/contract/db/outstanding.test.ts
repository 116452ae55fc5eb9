import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireRun } from '../../../pipeline/runs/frozen-run.ts';
import { countOutstanding, has } from '../../../pipeline/runs/outstanding.ts';
import { testDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database.drop();
});

test('the gate sees what is ready, what comes later, what is held, and nothing of what is done', async () => {
  const { sql } = database.db;
  const [row] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, objects, map_versions, settings, created_by)
    values ('ws_1', 'full', '["asset", "incident"]', '{}', '{}', '7001') returning id`;
  const runId = row?.id ?? '';
  const later = new Date(Date.now() + 3_600_000);
  await sql`
    insert into run_records (run_id, workspace_id, object, source_id, step, lease_token, not_before)
    select ${runId}::uuid, 'ws_1', object, n::text, step, lease::uuid, not_before
    from (
      select 'asset' as object, n, 'load' as step, null as lease, null::timestamptz as not_before from generate_series(1, 2000) n
      union all select 'asset', n, 'done', null, null from generate_series(2001, 2010) n
      union all select 'incident', n, 'map', gen_random_uuid()::text, null from generate_series(1, 3) n
      union all select 'incident', n, 'load', null, case n when 4 then ${later}::timestamptz else now() - interval '1 minute' end
        from generate_series(4, 6) n) rows`;

  const outstanding = await countOutstanding(sql, await requireRun(sql, 'ws_1', runId));

  // No more is counted than sixteen slots of a hundred records.
  expect(outstanding.get('asset')).toEqual({ load: { ready: 1_600, nextAt: null } });
  expect(outstanding.get('incident')).toEqual({
    map: { ready: 0, nextAt: null },
    load: { ready: 2, nextAt: later },
  });
  expect(has(outstanding, 'incident', ['map'])).toBe(true);
  expect(has(outstanding, 'asset', ['map', 'verify'])).toBe(false);
  expect([
    ...(await countOutstanding(sql, { ...(await requireRun(sql, 'ws_1', runId)), workspaceId: 'ws_2' })),
  ]).toEqual([]);
});
