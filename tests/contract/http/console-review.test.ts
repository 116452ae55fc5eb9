import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RejectionDocument } from '../../../pipeline/reconcile/rejection-document.ts';
import {
  bodyOf,
  PUBLIC_URL,
  signIn,
  testApp,
  WORKSPACE,
  type Agent,
  type TestApp,
} from '../../support/app.ts';

let test: TestApp;
let owner: Agent;
let viewer: Agent;
let run: string;

beforeAll(async () => {
  test = await testApp();
  owner = await signIn(test);
  viewer = await signIn(test, `${WORKSPACE}/5017691`);
  const { sql } = test.deps.db;
  const [row] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, created_by, finished_at)
    values (${WORKSPACE}, 'full', 'completed_with_findings', '["requester"]', '{}', '{}', '5017690', now())
    returning id`;
  run = row!.id;
  for (const [id, outcome] of [
    ['R1', 'rejected'],
    ['R2', 'rejected'],
    ['R3', 'created'],
    ['R4', 'rejected'],
  ] as const) {
    const reason = {
      message: 'It has no e-mail address.',
      field: 'email',
      value: null,
      suggestion: 'Give one.',
    };
    await sql`
      insert into source_records (workspace_id, object, source_id, display_id, raw, raw_hash, depth)
      values (${WORKSPACE}, 'requester', ${id}, ${`REQ-${id}`}, ${sql.json({ full_name: `Person ${id}` })}, 'x', 'full')`;
    await sql`
      insert into run_records (run_id, workspace_id, object, source_id, display_id, step, outcome, reason_code, reason)
      values (${run}, ${WORKSPACE}, 'requester', ${id}, ${`REQ-${id}`}, 'done', ${outcome},
        ${outcome === 'rejected' ? (id === 'R4' ? 'masked_email' : 'missing_email') : null}, ${outcome === 'rejected' ? sql.json(reason) : null})`;
  }
  await sql`
    insert into id_map (workspace_id, object, source_id, resource, destination_id, state, origin, created_in_run)
    values (${WORKSPACE}, 'requester', 'R3', 'contacts', '77', 'complete', 'created', ${run})`;
  await sql`
    insert into findings (workspace_id, run_id, object, source_id, class, field, expected, actual)
    values (${WORKSPACE}, ${run}, 'requester', 'R3', 'mismatch', 'name', '"Ada <b>"', '"Adam"')`;
}, 60_000);
afterAll(() => test.close());

const post = (path: string, form: Record<string, unknown>, agent = owner) =>
  agent.post(path).set('origin', PUBLIC_URL).type('form').send(form);
const idOf = async (sourceId: string) => {
  const [row] = await test.deps.db.sql<{ id: string }[]>`
    select id from run_records where workspace_id = ${WORKSPACE} and source_id = ${sourceId}`;
  return String(row!.id);
};
const outcomeOf = async (sourceId: string) => {
  const [row] = await test.deps.db.sql<{ outcome: string }[]>`
    select outcome from run_records where workspace_id = ${WORKSPACE} and source_id = ${sourceId}`;
  return row!.outcome;
};

describe('differences in the console', () => {
  const address = () => `/console/findings?run=${run}&class=mismatch`;

  it('stand with both values and a way to repair them', async () => {
    const { text } = await owner.get(address()).expect(200);
    expect(text).toContain('requester REQ-R3');
    expect(text).toContain('Ada &lt;b&gt;');
    expect(text).toMatch(/<strong>Different in Intercom:<\/strong>\s+1/);
    expect((await viewer.get(address()).expect(200)).text).not.toContain(
      '<button type="submit" aria-label="Repair',
    );
    await owner.get('/console/findings?run=unknown').expect(404).expect('content-type', /html/);
  });

  it('are repaired one by one, and said to be', async () => {
    const [finding] = await test.deps.db.sql<{ id: string }[]>`select id from findings where run_id = ${run}`;
    const form = { run, class: 'mismatch', id: String(finding!.id) };
    await post('/console/findings', form, viewer).expect(403);
    await post('/console/findings', form).expect(303).expect('location', address());
    expect((await owner.get(address())).text).toContain('Repaired; the record was read back afterwards.');
    const again = await post('/console/findings', form).expect(404);
    expect(again.text).toContain('There is no such open finding.');
  });
});

describe('what people deleted in Intercom', () => {
  it('is offered to be made again, and nothing else', async () => {
    const { sql } = test.deps.db;
    const [finding] = await sql<{ id: string }[]>`
      insert into findings (workspace_id, run_id, object, source_id, class, field, expected, actual)
      values (${WORKSPACE}, ${run}, 'requester', 'R3', 'changed_in_intercom', 'record', '"77"', null) returning id`;
    const { text } = await owner.get(`/console/findings?run=${run}&class=changed_in_intercom`).expect(200);
    expect(text).toContain('Make again: requester REQ-R3');
    expect(text).not.toContain('Delete and load again');
    const form = { run, class: 'changed_in_intercom', id: String(finding!.id), action: 'create' };
    await post('/console/findings', { ...form, action: 'reload' }).expect(422);
    // The repair above is done meanwhile, and its run has ended.
    await sql`update run_records set step = 'done', outcome = 'created' where run_id = ${run} and source_id = 'R3'`;
    await sql`update runs set state = 'completed_with_findings', finished_at = now() where id = ${run}`;
    await post('/console/findings', form).expect(303);
  });
});

describe('rejected records in the console', () => {
  it('say why, and offer the value for correction', async () => {
    const { text } = await owner.get('/console/rejections').expect(200);
    expect(text).toContain('Requester Person R1');
    expect(text).toContain('Infraon id R1');
    expect(text).toContain('It has no e-mail address.');
    expect(text).toContain('New value of email');
    expect((await viewer.get('/console/rejections').expect(200)).text).not.toContain(
      '<form method="post" action="/console/rej',
    );
  });

  it('name the record that another one waits for, beside its id', async () => {
    const { sql } = test.deps.db;
    const stored = { message: 'Waits.', field: 'requester', value: 'R2', suggestion: 'Fix it.' };
    await sql`
      insert into run_records (run_id, workspace_id, object, source_id, display_id, step, outcome, reason_code, reason, waits_for)
      values (${run}, ${WORKSPACE}, 'incident', 'I1', 'INC-1', 'done', 'waiting', 'parent_rejected', ${sql.json(stored)}, 'requester:R2')`;
    const { text } = await owner.get('/console/rejections?object=incident&code=parent_rejected').expect(200);
    expect(text).toContain('waits for requester Person R2 (R2)');
    expect(text).toContain('Waits for the requester Person R2 (R2), which is rejected (missing_email).');
    const { items } = bodyOf<{ items: RejectionDocument[] }>(
      await owner.get('/api/v1/rejections?object=incident').expect(200),
    );
    expect(items).toMatchObject([{ waits_for: 'requester:R2', waits_for_name: 'Person R2' }]);
  });

  it('say beside the record what is wrong with a correction', async () => {
    const id = await idOf('R1');
    const { text } = await post('/console/rejections', { id, do: 'edit', field: 'nose', value: 'x' }).expect(
      422,
    );
    expect(text).toMatch(new RegExp(`id="record-${id}"[\\s\\S]*role="alert">requester has no field nose`));
  });

  it('are corrected one by one and waived by cause, with what was done', async () => {
    const id = await idOf('R1');
    const saved = await post('/console/rejections', {
      id,
      do: 'edit',
      field: 'email',
      value: 'a@b.example',
    }).expect(303);
    expect((await owner.get(saved.get('location')!)).text).toContain('1 record saved and tried again.');
    expect(await outcomeOf('R1')).toBe('pending');
    const cause = { object: 'requester', code: 'missing_email' };
    await post('/console/rejections', { ...cause, do: 'waive', note: 'Left the company.' }, viewer).expect(
      403,
    );
    const waived = await post('/console/rejections', {
      ...cause,
      do: 'waive',
      note: 'Left the company.',
    }).expect(303);
    expect((await owner.get(waived.get('location')!)).text).toContain('1 record waived.');
    expect(await outcomeOf('R2')).toBe('waived');
  });

  it('are loaded without an address where a person allows it', async () => {
    const id = await idOf('R4');
    expect((await owner.get('/console/rejections')).text).toContain(
      'Load without an address: Requester Person R4',
    );
    await post('/console/rejections', { id, do: 'without', field: 'email' }).expect(303);
    expect(await outcomeOf('R4')).toBe('pending');
    const [fix] = await test.deps.db.sql<{ values: unknown }[]>`
      select values from record_fixes where workspace_id = ${WORKSPACE} and source_id = 'R4'`;
    expect(fix?.values).toEqual({ email: '', allow_without_email: true });
  });

  it('are made again where people deleted them in Intercom, and only those', async () => {
    const { sql } = test.deps.db;
    await sql`update run_records set outcome = 'rejected', step = 'done', reason_code = 'missing_email' where source_id = 'R2'`;
    await sql`
      update run_records set outcome = 'rejected', step = 'done', reason_code = 'deleted_in_intercom',
        reason = ${sql.json({ message: 'Somebody deleted it.', field: null, value: '77', suggestion: null })}
      where source_id = 'R3'`;
    const { text } = await owner.get('/console/rejections').expect(200);
    expect(text).toContain('aria-label="Make again: Requester Person R3"');
    expect(text).not.toContain('Make again: Requester Person R2');
    const other = await post('/console/rejections', { id: await idOf('R2'), do: 'make_again' }).expect(422);
    expect(other.text).toContain('there is nothing to make again');
    const cause = { object: 'requester', code: 'deleted_in_intercom' };
    const query = new URLSearchParams(cause).toString();
    expect((await owner.get(`/console/rejections?${query}`)).text).toContain('>Make all 1 again</button>');
    const made = await post('/console/rejections', { id: await idOf('R3'), do: 'make_again' }).expect(303);
    expect((await owner.get(made.get('location')!)).text).toContain('1 record made again.');
    expect(await outcomeOf('R3')).toBe('pending');
    // Its former place is forgotten, so that loading makes it.
    expect(await sql`select 1 from id_map where source_id = 'R3'`).toHaveLength(0);
  });

  it('that are resolved already are named as such', async () => {
    const { text } = await post('/console/rejections', { id: '999', do: 'waive' }).expect(404);
    expect(text).toContain('it may have been resolved already');
  });
});
