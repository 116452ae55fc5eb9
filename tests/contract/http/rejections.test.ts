import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signIn, testApp, WORKSPACE, type Agent, type TestApp } from '../../support/app.ts';

describe('settling rejected records', () => {
  let test: TestApp;
  let owner: Agent;
  let colleague: Agent;
  let ids: string[];

  beforeAll(async () => {
    test = await testApp();
    owner = await signIn(test);
    colleague = await signIn(test, `${WORKSPACE}/5017691`);
    await test.deps.db.sql`
      insert into source_records (workspace_id, object, source_id, raw, raw_hash, depth)
      select ${WORKSPACE}, 'requester', 'R' || n, '{}', 'x', 'full' from generate_series(1, 3) n`;
  });
  afterAll(() => test.close());

  /** Three records that a finished run has set aside for one reason. */
  beforeEach(async () => {
    const { sql } = test.deps.db;
    const runId = randomUUID();
    await sql`delete from runs where workspace_id = ${WORKSPACE}`;
    await sql`
      insert into runs (id, workspace_id, kind, state, objects, map_versions, settings, created_by, finished_at)
      values (${runId}, ${WORKSPACE}, 'full', 'completed', '["requester"]', '{}', '{}', '1', now())`;
    const rows = await sql<{ id: string }[]>`
      insert into run_records (run_id, workspace_id, object, source_id, step, outcome, reason_code)
      select ${runId}, ${WORKSPACE}, 'requester', 'R' || n, 'done', 'rejected', 'missing_email' from generate_series(1, 3) n
      returning id`;
    ids = rows.map(({ id }) => id);
  });

  const settle = (who: Agent, id: string, body: object) =>
    who.post(`/api/v1/rejections/${id}/resolve`).send(body);

  it.each([
    ['retry', { action: 'retry' }],
    ['waive', { action: 'waive', note: 'A shared mailbox.' }],
    ['edit', { action: 'edit', values: { email: 'asha@northwind.example' } }],
  ])('%s by two people at once is done once, and the second is told', async (action, body) => {
    const answers = await Promise.all([1, 2, 3].map(() => settle(owner, ids[0] ?? '', body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
    const audited = await test.deps.db.sql`
      select 1 from audit_log where workspace_id = ${WORKSPACE} and action = ${`rejections_${action}`}`;
    expect(audited).toHaveLength(1);
  });

  it('all of one cause at once: each record is counted for one of the two', async () => {
    const waive = () =>
      owner
        .post('/api/v1/rejections/resolve')
        .send({ code: 'missing_email', action: 'waive', note: 'Left.' });
    const answers = await Promise.all([waive(), waive()]);
    const affected = answers.map(({ body }) => (body as { affected: number }).affected).sort();
    expect(affected).toEqual([0, 3]);
  });

  it('needs a note to leave a record behind', async () => {
    for (const note of ['', '  ']) {
      const refused = await settle(owner, ids[0] ?? '', { action: 'waive', note }).expect(422);
      expect(refused.body).toMatchObject({ error: { code: 'note_missing', field: 'note' } });
    }
    const all = { code: 'missing_email', action: 'waive', note: '' };
    await owner.post('/api/v1/rejections/resolve').send(all).expect(422);
  });

  it('says to a viewer that the role is missing, whether there is such a record or not', async () => {
    await test.deps.db.sql`
      update teammates set role = 'viewer' where workspace_id = ${WORKSPACE} and admin_id = '5017691'`;
    for (const id of [ids[0] ?? '', '999999', 'nonsense'])
      await settle(colleague, id, { action: 'retry' }).expect(403);
  });
});
