import { afterAll, beforeAll, expect, test } from 'vitest';
import { bottleneckOf, NOTHING_MEASURED, storeSeconds } from '../../../pipeline/runs/bottleneck.ts';
import { testDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database.drop();
});

test('what several processes measured of a run is added up, and the side that cost most is named', async () => {
  const { sql } = database.db;
  const [run] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, objects, map_versions, settings, created_by)
    values ('ws_1', 'full', '[]', '{}', '{}', '7001') returning id`;
  const place = { workspaceId: 'ws_1', runId: run?.id ?? '' };
  expect(await bottleneckOf(sql, 'ws_1', place.runId)).toEqual(NOTHING_MEASURED);

  await storeSeconds(sql, place, { worker: 6, source: 2.5 });
  await storeSeconds(sql, place, { source: 4.5, intercom_budget: 1 });

  expect(await bottleneckOf(sql, 'ws_1', place.runId)).toEqual({
    side: 'source',
    seconds: { source: 7, intercom_budget: 1, intercom_answers: 0, worker: 6 },
  });
  expect(await bottleneckOf(sql, 'ws_2', place.runId)).toEqual(NOTHING_MEASURED);
});
