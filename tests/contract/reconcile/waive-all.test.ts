import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RejectionDocument } from '../../../pipeline/reconcile/rejection-document.ts';
import type { RunDocument } from '../../../pipeline/runs/run-document.ts';
import {
  bodyOf,
  PUBLIC_URL,
  signIn,
  testApp,
  WORKSPACE,
  type Agent,
  type TestApp,
} from '../../support/app.ts';
import { idOf, labelsOf, panelClient, textOf } from '../../support/panel.ts';

/** All records that share a reason are left behind at once, by the API and in the panel. */
const OWNER_ID = '5017690';
let test: TestApp;
let owner: Agent;
let runId: string;

beforeAll(async () => {
  test = await testApp();
  owner = await signIn(test);
});
afterAll(() => test.close());

/** What a finished full run set aside: object, id, reason, and what it waits for. */
const ASIDE: [object: string, id: string, code: string, waitsFor?: string][] = [
  ['requester', 'R1', 'missing_email'],
  ['requester', 'R2', 'missing_email'],
  ['technician', 'T1', 'missing_email'],
  ['requester', 'R3', 'duplicate_email'],
  ['incident', 'I1', 'parent_rejected', 'requester:R1'],
  ['incident', 'I3', 'parent_rejected', 'requester:R3'],
];

beforeEach(async () => {
  const { sql } = test.deps.db;
  await sql`delete from runs`;
  await sql`delete from audit_log`;
  const objects = ['requester', 'technician', 'incident'];
  const listed = {
    listed: true,
    cursor: null,
    rows: 1,
    countAtStart: null,
    countAtEnd: null,
    excludedRows: 0,
  };
  const extraction = Object.fromEntries(objects.map((object) => [object, listed]));
  const [run] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, extraction, created_by, started_at, finished_at)
    values (${WORKSPACE}, 'full', 'completed', ${JSON.stringify(objects)}::jsonb, '{}', '{}', ${JSON.stringify(extraction)}::jsonb,
      ${OWNER_ID}, now(), now())
    returning id`;
  runId = run!.id;
  for (const [object, id, code, waitsFor = null] of ASIDE) {
    const reason = { field: 'email', value: null, message: `${id} is set aside.`, suggestion: 'Supply it.' };
    await sql`
      insert into run_records (run_id, workspace_id, object, source_id, display_id, step, outcome, reason_code, reason, waits_for)
      values (${runId}, ${WORKSPACE}, ${object}, ${id}, ${id}, 'done', ${waitsFor === null ? 'rejected' : 'waiting'}, ${code},
        ${JSON.stringify(reason)}::jsonb, ${waitsFor})`;
  }
});

async function outcomes(): Promise<Record<string, string>> {
  const rows = await test.deps.db.sql<{ id: string; outcome: string }[]>`
    select source_id as id, outcome from run_records where run_id = ${runId}`;
  return Object.fromEntries(rows.map(({ id, outcome }) => [id, outcome]));
}

const resolve = (body: Record<string, unknown>) =>
  owner.post('/api/v1/rejections/resolve').set('origin', PUBLIC_URL).send(body);

async function listed(query: string): Promise<string[]> {
  const { items } = bodyOf<{ items: RejectionDocument[] }>(await owner.get(`/api/v1/rejections${query}`));
  return items.map(({ source_id }) => source_id).sort();
}

async function reasonOf(id: string): Promise<unknown> {
  const [row] = await test.deps.db.sql<{ code: string; reason: object }[]>`
    select reason_code as code, reason from run_records where run_id = ${runId} and source_id = ${id}`;
  return row;
}

describe('waiving all records of a reason', () => {
  it('by the API leaves them behind with the note, whatever their object, and nobody else', async () => {
    const body = { code: 'missing_email', action: 'waive', note: 'Left long ago.' };
    expect(bodyOf(await resolve(body).expect(200))).toEqual({ affected: 3 });
    // Who waited for one of them lacks a parent now, which loading says; the other goes on waiting for its own.
    expect(await outcomes()).toEqual({
      ...{ R1: 'waived', R2: 'waived', T1: 'waived', R3: 'rejected', I1: 'pending', I3: 'waiting' },
    });
    expect(await reasonOf('R2')).toMatchObject({
      code: 'missing_email',
      reason: { message: 'R2 is set aside.', waived: { note: 'Left long ago.', by: OWNER_ID } },
    });
    expect(await listed('?code=missing_email')).toEqual([]);
    expect(await listed('')).toEqual(['I3', 'R3']);
    const run = bodyOf<RunDocument>(await owner.get(`/api/v1/runs/${runId}`).expect(200));
    expect(run.state).toBe('running');
    expect(run.objects['requester']).toMatchObject({ discovered: 3, waived: 2, rejected: 1, pending: 0 });
    const [entry] = bodyOf<{ items: unknown[] }>(await owner.get('/api/v1/audit').expect(200)).items;
    expect(entry).toMatchObject({
      action: 'rejections_waive',
      admin_id: OWNER_ID,
      detail: { records: 3, codes: ['missing_email'], note: 'Left long ago.' },
    });
  });

  it('by the API may be of one object only, and is nothing where nothing is left', async () => {
    const body = { object: 'technician', code: 'missing_email', action: 'waive', note: 'x' };
    expect(bodyOf(await resolve(body).expect(200))).toEqual({ affected: 1 });
    expect(bodyOf(await resolve(body).expect(200))).toEqual({ affected: 0 });
    expect(await listed('?code=missing_email')).toEqual(['R1', 'R2']);
    await resolve({ code: 'missing_email', action: 'waive' }).expect(400);
  });

  it('in the panel is one button, for the object and the reason on screen', async () => {
    const panel = panelClient(test, { adminId: OWNER_ID, conversationId: '5' });
    await panel.initialize();
    const list = await panel.submit('rejections');
    const items = list.content.components.flatMap((each) => (each.type === 'list' ? each.items : []));
    const single = await panel.submit(items.find(({ title }) => title.includes('R3'))!.id);
    expect(labelsOf(single).filter((label) => label.startsWith('Waive'))).toEqual(['Waive']);
    await panel.submit('rejections');
    const canvas = await panel.submit(items.find(({ title }) => title.includes('R2'))!.id);
    const label = 'Waive all 2 records with this reason';
    const after = await panel.submit(idOf(canvas, label), { inputs: { note: 'Not our people.' } });
    expect(textOf(after)).toContain('✅ 2 records waived.');
    expect(textOf(after)).not.toContain('R2');
    expect(await outcomes()).toMatchObject({ R1: 'waived', R2: 'waived', T1: 'rejected', R3: 'rejected' });
    expect(await reasonOf('R1')).toMatchObject({
      reason: { waived: { note: 'Not our people.', by: OWNER_ID } },
    });
    expect(await listed('?code=missing_email')).toEqual(['T1']);
  });
});

it('leaves a record alone that the gate sends on just now, because its parent has been loaded', async () => {
  const { sql } = test.deps.db;
  await sql`update runs set state = 'running' where id = ${runId}`;
  let answer: PromiseLike<{ status: number }> | undefined;
  await sql.begin(async (gate) => {
    await gate`select 1 from runs where id = ${runId} for update`;
    answer = resolve({ code: 'parent_rejected', action: 'waive', note: 'Not needed.' }).then(
      ({ status }) => ({ status }),
    );
    await expect
      .poll(() => sql`select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%runs%'`)
      .not.toHaveLength(0);
    await gate`update run_records set step = 'load', outcome = 'pending', reason_code = null, reason = null, waits_for = null where source_id = 'I1'`;
  });
  expect((await answer)?.status).toBe(200);
  expect(await outcomes()).toMatchObject({ I1: 'pending', I3: 'waived' });
});
