import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extractBatch, listSource } from '../../../pipeline/extract/extract.ts';
import { runBatch } from '../../../pipeline/runs/batch.ts';
import { requireRun } from '../../../pipeline/runs/frozen-run.ts';
import { forgetIndexes } from '../../../simulators/infraon/state.ts';
import { OWNER, planningWorld, runningRun, type World } from '../planning/world.ts';

const { workspaceId } = OWNER;
const OBJECTS = ['incident', 'requester'];

let world: World;

beforeAll(async () => {
  world = await planningWorld({ incidents: 20 });
  await world.connect();
}, 60_000);
afterAll(() => world.close());

interface Row {
  source_id: string;
  display_id: string | null;
  step: string;
  outcome: string;
  reason_code: string | null;
  reason: { value: string; message: string; suggestion: string } | null;
}

/** Lists both objects as a run of this kind does, and reads in full what must be. */
async function read(kind: 'full' | 'delta'): Promise<Map<string, Row[]>> {
  const { deps } = world;
  const { sql } = deps.db;
  const runId = await runningRun(deps, kind, OBJECTS);
  const ledger = new Map<string, Row[]>();
  for (const object of OBJECTS) {
    await listSource(deps, workspaceId, runId, object);
    expect((await requireRun(sql, workspaceId, runId)).extraction[object]).toMatchObject({ listed: true });
    await runBatch(deps, { workspaceId, runId, object, step: 'extract', slot: 0 }, extractBatch);
    ledger.set(
      object,
      await sql<Row[]>`
        select source_id, display_id, step, outcome, reason_code, reason from run_records
        where run_id = ${runId} and object = ${object} order by source_id`,
    );
  }
  await sql`update runs set state = 'completed' where id = ${runId}`;
  return ledger;
}

const aside = (rows: Row[] | undefined) => rows?.filter(({ outcome }) => outcome === 'rejected') ?? [];

describe('a row of a list that carries no id', () => {
  it('is set aside with what it says, and the rest of its list is read', async () => {
    const ticket = world.desk.incidents.find((each) => !each.is_demo_data && !each.is_deleted)!;
    const person = world.desk.requesters[1]!;
    Object.assign(ticket, { incident_id: '' });
    Object.assign(person, { requester_id: '' });
    forgetIndexes(world.infraon.state);
    const ledger = await read('full');
    for (const object of OBJECTS) {
      const rows = ledger.get(object) ?? [];
      expect(rows.length).toBeGreaterThan(10);
      const [rejected, ...others] = aside(rows);
      expect(others).toEqual([]);
      expect(rejected).toMatchObject({ step: 'done', reason_code: 'source_unreadable' });
      expect(rejected?.reason?.message).toContain('without an id');
      expect(rejected?.reason?.suggestion).toContain('delta');
      expect(rows.filter(({ step }) => step === 'extract')).toEqual([]);
    }
    expect(aside(ledger.get('incident'))[0]).toMatchObject({ display_id: ticket.display_id });
    expect(aside(ledger.get('requester'))[0]?.reason?.value).toContain(person.email);
  });

  it('is found by its id once it has one, and is no rejection any more', async () => {
    const ticket = world.desk.incidents.find(({ incident_id }) => incident_id === '')!;
    Object.assign(ticket, { incident_id: '900000000000000000001' });
    forgetIndexes(world.infraon.state);
    const rows = (await read('delta')).get('incident') ?? [];
    expect(aside(rows)).toEqual([]);
    expect(rows.find(({ source_id }) => source_id === '900000000000000000001')).toMatchObject({
      step: 'map',
    });
    expect(rows.find(({ source_id }) => source_id.startsWith('without-id-'))).toMatchObject({
      outcome: 'excluded',
    });
  });
});
