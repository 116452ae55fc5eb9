import { afterAll, beforeAll, expect, it } from 'vitest';
import { advanceRun } from '../../../pipeline/runs/advance.ts';
import { getSettingsFor } from '../../../pipeline/settings.ts';
import { OWNER, planningWorld, type World } from '../planning/world.ts';

const { workspaceId } = OWNER;
const listed = { listed: true, cursor: null, rows: 2, countAtStart: null, countAtEnd: null, excludedRows: 0 };

let world: World;
let runId: string;

beforeAll(async () => {
  world = await planningWorld({ incidents: 1 });
  const { sql } = world.deps.db;
  const settings = await getSettingsFor(world.deps, workspaceId);
  const [run] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, extraction, prepared, created_by)
    values (${workspaceId}, 'full', 'running', '["requester", "incident"]'::jsonb, '{}', ${JSON.stringify(settings)}::jsonb,
      ${JSON.stringify({ requester: listed, incident: listed })}::jsonb, true, ${OWNER.adminId})
    returning id`;
  runId = run?.id ?? '';
  await sql`
    insert into id_map (workspace_id, object, source_id, resource, destination_id, state, origin, created_in_run)
    values (${workspaceId}, 'requester', 'there', 'contacts', 'c1', 'complete', 'created', ${runId})`;
  await sql`
    insert into run_records (run_id, workspace_id, object, source_id, step, outcome, reason_code, waits_for, mapped)
    values (${runId}, ${workspaceId}, 'requester', 'there', 'verify', 'created', null, null, '{}'),
      (${runId}, ${workspaceId}, 'requester', 'rejected', 'done', 'rejected', 'missing_email', null, '{}'),
      (${runId}, ${workspaceId}, 'incident', 'follows', 'done', 'waiting', 'parent_rejected', 'requester:there', '{}'),
      (${runId}, ${workspaceId}, 'incident', 'waits', 'done', 'waiting', 'parent_rejected', 'requester:rejected', '{}')`;
}, 60_000);

afterAll(() => world.close());

it('lets a record follow whose parent was loaded while it was being set aside', async () => {
  await advanceRun(world.deps, workspaceId, runId);
  const rows = await world.deps.db.sql`
    select source_id as id, step, outcome from run_records where run_id = ${runId} and object = 'incident' order by source_id`;
  expect(rows).toEqual([
    { id: 'follows', step: 'load', outcome: 'pending' },
    { id: 'waits', step: 'done', outcome: 'waiting' },
  ]);
});
