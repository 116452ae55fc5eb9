import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listSource } from '../../../pipeline/extract/extract.ts';
import { resumeRun } from '../../../pipeline/runs/runs.ts';
import { faultRule } from '../../../simulators/infraon/faults.ts';
import { OWNER, planningWorld, runningRun, type World } from '../planning/world.ts';

const OBJECT = 'requester';
const PATH = '/ux/common/requester/profile/';
const { workspaceId } = OWNER;

let world: World;
let runId: string;

beforeAll(async () => {
  world = await planningWorld({ incidents: 1 });
  await world.connect();
}, 60_000);
afterAll(() => world.close());

beforeEach(async () => {
  const { sql } = world.deps.db;
  await sql`update runs set state = 'cancelled' where workspace_id = ${workspaceId}`;
  runId = await runningRun(world.deps, 'full', [OBJECT]);
  world.infraon.state.faults = [faultRule({ path: PATH, mode: 'error_body' })];
});

const list = () => listSource(world.deps, workspaceId, runId, OBJECT);

function asked(): number {
  return world.infraon.state.requests.filter(({ path }) => path.startsWith(PATH)).length;
}

async function run() {
  const [row] = await world.deps.db.sql<
    { state: string; reason: string | null; troubles: object; listed: boolean | null }[]
  >`select state, state_reason as reason, troubles, (extraction->${OBJECT}->>'listed')::boolean as listed
    from runs where id = ${runId}`;
  return row!;
}

/** The pause before the next try is over. */
async function later(): Promise<void> {
  await world.deps.db.sql`
    update runs set troubles = (
      select coalesce(jsonb_object_agg(key, value || '{"retryAt": "2000-01-01T00:00:00Z"}'), '{}') from jsonb_each(troubles))
    where id = ${runId}`;
}

describe('a list that Infraon refuses', () => {
  it('is left alone for a while however often somebody asks for it, and the gate looks again', async () => {
    await list();
    const before = asked();
    expect(before).toBeGreaterThan(0);
    await Promise.all([list(), list()]);
    expect(asked()).toBe(before);
    expect(await run()).toMatchObject({ state: 'running', listed: null });
    const jobs = await world.deps.db.sql`
      select 1 from graphile_worker.jobs where key = ${`advance-later:${runId}`} and run_at > now()`;
    expect(jobs).toHaveLength(1);
    await later();
    await list();
    expect(asked()).toBeGreaterThan(before);
  });

  it('pauses the run in the end, with its reason, and is read when the run goes on', async () => {
    for (let tries = 1; tries <= 8; tries += 1) {
      expect((await run()).state).toBe('running');
      await list();
      await later();
    }
    const paused = await run();
    expect(paused).toMatchObject({ state: 'paused', troubles: {} });
    expect(paused.reason).toMatch(/8 tries: Request refused/);

    world.infraon.state.faults = [];
    await resumeRun(world.deps, OWNER, runId);
    await list();
    expect(await run()).toMatchObject({ state: 'running', reason: null, listed: true, troubles: {} });
  });

  it('begins to count anew when it was read in between', async () => {
    for (let tries = 1; tries <= 7; tries += 1) {
      await list();
      await later();
    }
    world.infraon.state.faults = [];
    await list();
    expect(await run()).toMatchObject({ state: 'running', listed: true, troubles: {} });
  });
});
