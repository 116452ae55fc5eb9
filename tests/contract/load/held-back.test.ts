import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimBatch } from '../../../db/leases.ts';
import { getSettingsFor } from '../../../pipeline/settings.ts';
import { advanceRun } from '../../../pipeline/runs/advance.ts';
import { pauseRun, resumeRun } from '../../../pipeline/runs/runs.ts';
import { OWNER, planningWorld, type World } from '../planning/world.ts';

const { workspaceId } = OWNER;
const listed = { listed: true, countAtStart: null, countAtEnd: null, excludedRows: 0 };

let world: World;
let runId: string;

beforeAll(async () => {
  world = await planningWorld({ incidents: 1 });
  const { sql } = world.deps.db;
  const settings = await getSettingsFor(world.deps, workspaceId);
  const [run] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, extraction, prepared, created_by)
    values (${workspaceId}, 'full', 'running', '["problem", "incident"]'::jsonb, '{}', ${JSON.stringify(settings)}::jsonb,
      ${JSON.stringify({ problem: listed, incident: listed })}::jsonb, true, ${OWNER.adminId})
    returning id`;
  runId = run?.id ?? '';
  await sql`
    insert into run_records (run_id, workspace_id, object, source_id, step, not_before)
    values (${runId}, ${workspaceId}, 'problem', 'p1', 'map', null),
      (${runId}, ${workspaceId}, 'incident', 'names none', 'load', null),
      (${runId}, ${workspaceId}, 'incident', 'names p1', 'load', 'infinity'),
      (${runId}, ${workspaceId}, 'incident', 'not read yet', 'extract', null)`;
}, 60_000);

afterAll(() => world.close());

/** Jobs that the gate asked for, by object and step. */
async function jobs(): Promise<string[]> {
  const rows = await world.deps.db.sql<{ key: string }[]>`
    select key from graphile_worker.jobs where key like ${`batch:${runId}:%`} order by key`;
  return rows.map(({ key }) => key.split(':').slice(2, 4).join(' '));
}

async function move(sourceId: string, step: string): Promise<void> {
  await world.deps.db
    .sql`update run_records set step = ${step} where run_id = ${runId} and source_id = ${sourceId}`;
}

describe('an incident that names a problem', () => {
  it('waits for it, while those that name none are loaded before the last one is read', async () => {
    await advanceRun(world.deps, workspaceId, runId);
    expect(await jobs()).toEqual(['incident extract', 'incident load']);
    const batch = { workspaceId, runId, object: 'incident', step: 'load', worker: 'w', size: 10 } as const;
    const { records } = await claimBatch(world.deps.db.sql, batch);
    expect(records.map(({ sourceId }) => sourceId)).toEqual(['names none']);
    await move('names none', 'verify');
  });

  it('is still held back when the run was paused and goes on', async () => {
    await pauseRun(world.deps, OWNER, runId);
    await resumeRun(world.deps, OWNER, runId);
    const rows = await world.deps.db.sql`
      select source_id from run_records where run_id = ${runId} and not_before = 'infinity'`;
    expect(rows).toEqual([{ source_id: 'names p1' }]);
  });

  it('is let go when the problems are through', async () => {
    const { sql } = world.deps.db;
    const held = () => sql`select 1 from run_records where run_id = ${runId} and not_before = 'infinity'`;
    await move('not read yet', 'verify');
    await advanceRun(world.deps, workspaceId, runId);
    expect(await jobs()).toContain('problem map');
    expect(await held()).toHaveLength(1);

    await move('p1', 'verify');
    await advanceRun(world.deps, workspaceId, runId);
    expect(await held()).toHaveLength(0);
    const batch = { workspaceId, runId, object: 'incident', step: 'load', worker: 'w', size: 10 } as const;
    expect((await claimBatch(sql, batch)).records.map(({ sourceId }) => sourceId)).toEqual(['names p1']);
  });
});
