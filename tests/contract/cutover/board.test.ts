import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CUTOVER_CONFIRMATIONS } from '../../../pipeline/cutover/confirmations.ts';
import { bodyOf, PUBLIC_URL, WORKSPACE } from '../../support/app.ts';
import { cutoverWorld, readEverything, OPERATOR_ID, type CutoverWorld } from './world.ts';

/** The board from an empty workspace to a go, item by item, as a cut-over goes. */
let world: CutoverWorld;

beforeAll(async () => {
  world = await cutoverWorld();
});
afterAll(() => world?.close());

const post = (agent: CutoverWorld['owner'], path: string, body: object = {}) =>
  agent.post(`/api/v1${path}`).set('origin', PUBLIC_URL).send(body);

describe('before anything was moved', () => {
  it('everything is open, and each item says what to do', async () => {
    const board = await world.board();
    expect(board).toMatchObject({
      verdict: 'no_go',
      last_delta: null,
      forecast: null,
      hypercare: null,
      signed_off: null,
      freeze: { state: 'not_checked' },
    });
    const open = board.items.filter(({ state }) => state === 'no_go' || state === 'needs_confirmation');
    expect(board.items.filter(({ state }) => state === 'go').map(({ id }) => id)).toEqual([
      'nothing_rejected',
      'nothing_running',
    ]);
    for (const item of open) expect(item.fix, item.id).not.toBe('');
  });

  it('signing off is refused with everything that is open', async () => {
    const response = await post(world.owner, '/sign-off', { note: 'done' }).expect(409);
    const { error } = bodyOf<{ error: { code: string; message: string } }>(response);
    expect(error.code).toBe('not_ready');
    expect(error.message).toContain('The full load is done and balances');
    expect(error.message).toContain('Support mail goes to Intercom');
  });
});

describe('who may do what', () => {
  it('a viewer reads, an operator confirms, an owner signs', async () => {
    await world.viewer.get('/api/v1/cutover').expect(200);
    await post(world.viewer, '/cutover/agents_informed/confirm', { note: 'x' }).expect(403);
    await post(world.viewer, '/cutover/freeze-check').expect(403);
    await post(world.operator, '/sign-off', { note: 'x' }).expect(403);
    await post(world.operator, '/sign-off/revoke', { note: 'x' }).expect(403);
  });

  it('what is measured cannot be confirmed, what is unknown does not exist, and a note is wanted', async () => {
    await post(world.operator, '/cutover/verified/confirm', { note: 'x' }).expect(409);
    await post(world.operator, '/cutover/nonsense/confirm', { note: 'x' }).expect(404);
    const response = await post(world.operator, '/cutover/agents_informed/confirm', { note: ' ' }).expect(
      422,
    );
    expect(bodyOf<{ error: { field: string } }>(response).error.field).toBe('note');
  });
});

describe('the way to go', () => {
  it('a full run that balances', async () => {
    await world.ran('full');
    expect(await world.stateOf('full_load')).toBe('go');
    expect(await world.stateOf('maps_approved')).toBe('go');
    expect(await world.stateOf('verified')).toBe('go');
    expect(await world.stateOf('last_delta')).toBe('no_go');
  });

  it('rejected records and differences stop it', async () => {
    const { sql } = world.test.deps.db;
    await sql`
      update run_records set outcome = 'rejected', reason_code = 'missing_email', verification = '{"equal":4,"mismatch":1}'
      where object = 'requester'`;
    expect(await world.stateOf('nothing_rejected')).toBe('no_go');
    expect(await world.stateOf('verified')).toBe('no_go');
    await sql`
      update run_records set outcome = 'waived', verification = '{"equal":4,"changed_in_intercom":1}' where object = 'requester'`;
    const board = await world.board();
    expect(board.items.find(({ id }) => id === 'nothing_rejected')).toMatchObject({
      state: 'go',
      detail: '1 record left behind by name, with a note.',
    });
    expect(await world.stateOf('verified')).toBe('go');
  });

  it('a freeze check looks twice, and sees what was not read', async () => {
    const response = await post(world.operator, '/cutover/freeze-check').expect(202);
    const { freeze } = bodyOf<{ freeze: { state: string; next_look_at: string } }>(response);
    expect(freeze.state).toBe('not_checked');
    expect(freeze.next_look_at).not.toBeNull();
    // Asked again meanwhile, nothing is added.
    await post(world.operator, '/cutover/freeze-check').expect(202);
    await world.takeLooks();
    const board = await world.board();
    expect(await world.test.deps.db.sql`select 1 from source_looks`).toHaveLength(2);
    expect(board.freeze.state).toBe('behind');
    expect(board.freeze.next_look_at).toBeNull();
    expect(board.freeze.objects.find(({ object }) => object === 'incident')).toMatchObject({
      state: 'behind',
    });
  });

  it('confirmed by name, with the note', async () => {
    await world.confirm('infraon_read_only');
    const item = (await world.board()).items.find(({ id }) => id === 'infraon_read_only');
    expect(item).toMatchObject({ state: 'confirmed', note: 'infraon_read_only: seen' });
    expect(item?.confirmed_by).toBe(await nameOf(OPERATOR_ID));
    expect(item?.confirmed_at).not.toBeNull();
  });

  it('a delta that begins after that, and a freeze that holds', async () => {
    await world.ran('delta');
    await readEverything(world.test);
    const board = await world.board();
    expect(board.last_delta).toMatchObject({ written: 0, seconds: 1800 });
    expect(board.forecast).toMatchObject({ seconds: 1800, based_on: board.last_delta?.id });
    expect(await world.stateOf('last_delta')).toBe('go');
    // Some lists of this desk cannot be sorted by their change: a person vouches for these.
    expect(board.freeze.state).toBe('unknown');
    expect(await world.stateOf('source_frozen')).toBe('needs_confirmation');
    await world.confirm('source_frozen');
    expect(await world.stateOf('source_frozen')).toBe('confirmed');
  });

  it('a change in Infraon after that takes the go away again', async () => {
    const { sql } = world.test.deps.db;
    world.later(60 * 60_000);
    await post(world.operator, '/cutover/freeze-check').expect(202);
    await world.takeLooks();
    await sql`
      update source_looks set objects = (
        select jsonb_agg(case when o->>'object' = 'incident' then o || '{"newest":"2031-01-01T00:00:00.000Z"}' else o end)
        from jsonb_array_elements(objects) o)
      where id = (select max(id) from source_looks)`;
    const board = await world.board();
    expect(board.freeze.state).toBe('changing');
    expect(board.items.find(({ id }) => id === 'source_frozen')).toMatchObject({ state: 'no_go' });
    world.later(60 * 60_000);
    await post(world.operator, '/cutover/freeze-check').expect(202);
    await world.takeLooks();
    expect(await world.stateOf('source_frozen')).toBe('confirmed');
  });

  it('the rest is confirmed, a package was made: go', async () => {
    for (const { id } of CUTOVER_CONFIRMATIONS.slice(1)) await world.confirm(id);
    const { items, verdict } = await world.board();
    expect(items.filter(({ state }) => state === 'no_go').map(({ id }) => id)).toEqual(['handoff_package']);
    expect(verdict).toBe('no_go');
    await world.test.deps.db.sql`
      insert into audit_log (workspace_id, admin_id, action, created_at)
      values (${WORKSPACE}, '1', 'handoff_downloaded', ${world.test.deps.clock.now()})`;
    expect((await world.board()).verdict).toBe('go');
  });

  it('a new full load makes what was said before it count no more', async () => {
    await world.ran('full');
    expect(await world.stateOf('agents_informed')).toBe('needs_confirmation');
  });

  it('everything that people did is in the audit log', async () => {
    const rows = await world.test.deps.db.sql<{ action: string }[]>`
      select distinct action from audit_log where workspace_id = ${WORKSPACE} and action in ('cutover_confirmed', 'freeze_checked')`;
    expect(rows).toHaveLength(2);
  });
});

async function nameOf(adminId: string): Promise<string | undefined> {
  const [row] = await world.test.deps.db.sql<{ name: string }[]>`
    select name from teammates where workspace_id = ${WORKSPACE} and admin_id = ${adminId}`;
  return row?.name;
}
