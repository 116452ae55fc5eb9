import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { advanceRun } from '../../../pipeline/runs/advance.ts';
import { getSettingsFor } from '../../../pipeline/settings.ts';
import { OWNER, planningWorld, type World } from '../planning/world.ts';

const { workspaceId } = OWNER;
const listed = { listed: true, cursor: null, rows: 1, countAtStart: null, countAtEnd: null, excludedRows: 0 };
const gap = [
  { code: 'parent_missing', stage: 'load', field: 'incident', value: 'i1', message: '', suggestion: '' },
];

let world: World;
let runId: string;

beforeAll(async () => {
  world = await planningWorld({ incidents: 1 });
}, 60_000);
afterAll(() => world.close());

/** A problem that was written without its link to an incident, which stands in the id map as it is said here. */
beforeEach(async () => {
  const { sql } = world.deps.db;
  const settings = await getSettingsFor(world.deps, workspaceId);
  await sql`update runs set state = 'cancelled'`;
  await sql`delete from id_map`;
  const [run] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, extraction, prepared, created_by)
    values (${workspaceId}, 'full', 'verifying', '["problem", "incident"]'::jsonb, '{}', ${JSON.stringify(settings)}::jsonb,
      ${JSON.stringify({ problem: listed, incident: listed })}::jsonb, true, ${OWNER.adminId})
    returning id`;
  runId = run!.id;
  await sql`
    insert into run_records (run_id, workspace_id, object, source_id, step, outcome, reason_code, mapped, warnings)
    values (${runId}, ${workspaceId}, 'problem', 'p1', 'verify', 'updated', null, '{}', ${JSON.stringify(gap)}::jsonb),
      (${runId}, ${workspaceId}, 'incident', 'i1', 'done', 'rejected', 'edited_in_intercom', '{}', '[]')`;
});

async function placeIncident(state: 'partial' | 'complete', facts: object): Promise<void> {
  await world.deps.db.sql`
    insert into id_map (workspace_id, object, source_id, resource, destination_id, state, facts, origin, created_in_run)
    values (${workspaceId}, 'incident', 'i1', 'conversations', '77', ${state}, ${JSON.stringify(facts)}::jsonb, 'created', ${runId})`;
}

async function stepOfProblem(): Promise<string> {
  await advanceRun(world.deps, workspaceId, runId);
  const [row] = await world.deps.db.sql<{ step: string }[]>`
    select step from run_records where run_id = ${runId} and object = 'problem'`;
  return row!.step;
}

it('writes a link whose other end is there by now', async () => {
  await placeIncident('complete', {});
  expect(await stepOfProblem()).toBe('load');
});

it('does not go round and round for one that was to be made anew and is not, because people worked in it', async () => {
  await placeIncident('partial', { reload: { id: '77', untouched_since: 1 } });
  expect(await stepOfProblem()).toBe('verify');
});
