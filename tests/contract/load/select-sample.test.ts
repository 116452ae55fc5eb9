import { afterAll, beforeAll, expect, it } from 'vitest';
import { selectSample } from '../../../pipeline/extract/sample.ts';
import { getSettingsFor } from '../../../pipeline/settings.ts';
import { OWNER, planningWorld, type World } from '../planning/world.ts';

const { workspaceId } = OWNER;
/** More than are looked at one by one. */
const ROWS = 2_500;

let world: World;
let runId: string;

beforeAll(async () => {
  world = await planningWorld({ incidents: 1 });
  const { sql } = world.deps.db;
  const settings = await getSettingsFor(world.deps, workspaceId);
  const [run] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, extraction, sample_size, created_by)
    values (${workspaceId}, 'sample', 'running', '["incident"]'::jsonb, '{}', ${JSON.stringify(settings)}::jsonb, '{}', 3, ${OWNER.adminId})
    returning id`;
  runId = run?.id ?? '';
  await sql`
    insert into source_records (workspace_id, object, source_id, raw, raw_hash, depth, seen_in_run)
    select ${workspaceId}, 'incident', n::text, jsonb_build_object('id', n, 'summary', case when n = 2_222
      then (select string_agg(md5(i::text), ' ') from generate_series(1, 300) i) else 'Printer' end), '', 'row', ${runId}
    from generate_series(1, ${ROWS}) n`;
}, 60_000);

afterAll(() => world.close());

it('finds the longest text of thousands, once, however often and by however many it is asked', async () => {
  const { deps } = world;
  await Promise.all([1, 2, 3].map(() => selectSample(deps, workspaceId, runId)));
  await selectSample(deps, workspaceId, runId);
  const rows = await deps.db.sql<{ sourceId: string }[]>`
    select source_id as "sourceId" from run_records where run_id = ${runId} order by source_id`;
  const ids = rows.map(({ sourceId }) => sourceId);
  expect(ids).toHaveLength(3);
  expect(ids).toContain('2222');
  const jobs = await deps.db.sql`select 1 from graphile_worker.jobs where key = ${`advance:${runId}`}`;
  expect(jobs).toHaveLength(1);
});
