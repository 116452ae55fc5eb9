import { afterAll, beforeAll, expect, it } from 'vitest';
import { runBatch } from '../../../pipeline/runs/batch.ts';
import { getSettingsFor } from '../../../pipeline/settings.ts';
import { OWNER, planningWorld, type World } from '../planning/world.ts';

const { workspaceId } = OWNER;
/** More than one batch. */
const RECORDS = 600;

let world: World;
let runId: string;

beforeAll(async () => {
  world = await planningWorld({ incidents: 1 });
  const { sql } = world.deps.db;
  const settings = await getSettingsFor(world.deps, workspaceId);
  const [run] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, extraction, prepared, created_by)
    values (${workspaceId}, 'full', 'running', '["incident"]'::jsonb, '{}', ${JSON.stringify(settings)}::jsonb, '{}', true, ${OWNER.adminId})
    returning id`;
  runId = run?.id ?? '';
  await sql`
    insert into run_records (run_id, workspace_id, object, source_id, step)
    select ${runId}, ${workspaceId}, 'incident', n::text, 'load' from generate_series(1, ${RECORDS}) n`;
}, 60_000);

afterAll(() => world.close());

const next = () =>
  world.deps.db.sql`select 1 from graphile_worker.jobs where key = ${`batch:${runId}:incident:load:3`}`;

it('lets the next batch begin while its last records wait, and asks for it once', async () => {
  const { deps } = world;
  let left = 0;
  await runBatch(
    deps,
    { workspaceId, runId, object: 'incident', step: 'load', slot: 3 },
    async (records, scope) => {
      expect(records).toHaveLength(500);
      expect(await next()).toHaveLength(0);
      scope.nearlyDone();
      scope.nearlyDone();
      await expect.poll(next).toHaveLength(1);
      // Somebody took the job, and is at it when this batch ends.
      await deps.db.sql`select graphile_worker.remove_job(${`batch:${runId}:incident:load:3`})`;
    },
    () => (left += 1),
  );
  expect(left).toBe(2);
  expect(await next()).toHaveLength(0);
});

it('asks for the next batch at its end where it did not before', async () => {
  await runBatch(world.deps, { workspaceId, runId, object: 'incident', step: 'load', slot: 3 }, () =>
    Promise.resolve(),
  );
  expect(await next()).toHaveLength(1);
});
