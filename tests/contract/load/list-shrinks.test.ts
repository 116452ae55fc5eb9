import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listSource } from '../../../pipeline/extract/extract.ts';
import { isBalanced, ledgerOf, type RecordCount } from '../../../pipeline/runs/balance.ts';
import { requireRun } from '../../../pipeline/runs/frozen-run.ts';
import { forgetIndexes } from '../../../simulators/infraon/state.ts';
import { OWNER, planningWorld, runningRun, type World } from '../planning/world.ts';

const OBJECT = 'incident';
const { workspaceId } = OWNER;
/** A page of five tells that more are not given, and the list begins anew: the first one to vanish has no effect. */
const PAGE = 5;

let world: World;

beforeEach(async () => {
  world = await planningWorld({ incidents: 80 });
  await world.connect();
  world.infraon.state.switches.max_page_limit = PAGE;
});
afterEach(() => world.close());

/** So many tickets are deleted while the lists are read, one after each page. */
function vanish(rows: number): void {
  world.infraon.state.switches = { ...world.infraon.state.switches, rows_vanish: rows };
  forgetIndexes(world.infraon.state);
}

async function read(kind: 'full' | 'delta'): Promise<string> {
  const { deps } = world;
  const runId = await runningRun(deps, kind, [OBJECT]);
  for (let jobs = 0; jobs < 10; jobs += 1) await listSource(deps, workspaceId, runId, OBJECT);
  await deps.db.sql`update run_records set step = 'done', outcome = 'unchanged' where outcome = 'pending'`;
  await deps.db.sql`update runs set state = 'completed' where id = ${runId}`;
  return runId;
}

async function ledger(runId: string) {
  const { sql } = world.deps.db;
  const rows = await sql<{ id: string; outcome: string }[]>`
    select source_id as id, outcome from run_records where run_id = ${runId}`;
  const counted = await sql<RecordCount[]>`
    select object, outcome, step, count(*)::int as records from run_records where run_id = ${runId} group by 1, 2, 3`;
  const run = await requireRun(sql, workspaceId, runId);
  return { rows, balanced: isBalanced(run, ledgerOf(counted, run.objects)), state: run.extraction[OBJECT]! };
}

function listedOnDesk(): string[] {
  return world.desk.incidents
    .filter((each) => !each.is_demo_data && !each.is_deleted)
    .map(({ incident_id }) => incident_id);
}

describe('a list from which tickets are deleted while it is read', () => {
  it('is read until nothing is missed', async () => {
    vanish(3);
    const { rows, balanced, state } = await ledger(await read('full'));
    const found = new Set(rows.map(({ id }) => id));
    expect(listedOnDesk().filter((id) => !found.has(id))).toEqual([]);
    expect(state).toMatchObject({ listed: true, shrank: false });
    expect(balanced).toBe(true);
  });

  it('does not make a delta take for deleted what was on no page', async () => {
    await read('full');
    vanish(2);
    const { rows } = await ledger(await read('delta'));
    const there = new Set(listedOnDesk());
    expect(rows.filter(({ id, outcome }) => there.has(id) && outcome === 'excluded')).toEqual([]);
    expect(rows.filter(({ id }) => there.has(id))).toHaveLength(there.size);
  });

  it('does not balance when it loses some each time it is read', async () => {
    vanish(Number.MAX_SAFE_INTEGER);
    const { balanced, state } = await ledger(await read('full'));
    expect(state).toMatchObject({ listed: true, shrank: true });
    expect(balanced).toBe(false);
  });
});
