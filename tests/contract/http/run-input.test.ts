import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunDocument } from '../../../pipeline/runs/run-document.ts';
import { bodyOf, signIn, testApp, WORKSPACE, type Agent, type TestApp } from '../../support/app.ts';

describe('POST /runs', () => {
  let test: TestApp;
  let owner: Agent;
  const sample = randomUUID();
  const full = randomUUID();

  beforeAll(async () => {
    test = await testApp();
    owner = await signIn(test);
    const { sql } = test.deps.db;
    await sql`
      insert into object_maps (workspace_id, object, version, state, rules, unmapped, created_by)
      values (${WORKSPACE}, 'requester', 1, 'approved', '[]', '[]', 'discovery')`;
    await sql`
      insert into runs (id, workspace_id, kind, state, objects, map_versions, settings, created_by, finished_at)
      values (${sample}, ${WORKSPACE}, 'sample', 'completed', '["requester"]', '{}', '{}', '1', now()),
        (${full}, ${WORKSPACE}, 'full', 'completed', '["requester"]', '{}', '{}', '1', now())`;
    await sql`
      insert into id_map (workspace_id, object, source_id, resource, destination_id, facts, state, origin, created_in_run)
      select ${WORKSPACE}, 'requester', 'R' || n, 'contacts', 'c' || n, '{}', 'complete', 'created', ${full}
      from generate_series(1, 5) n`;
    await sql`
      insert into run_records (run_id, workspace_id, object, source_id, step, outcome, mapped)
      select ${full}, ${WORKSPACE}, 'requester', 'R' || n, 'done', 'created', '{}' from generate_series(1, 5) n`;
    await sql`
      insert into run_records (run_id, workspace_id, object, source_id, step, outcome, mapped)
      select ${sample}, ${WORKSPACE}, 'requester', 'R' || n, 'done', 'created', '{}' from generate_series(2, 3) n`;
  });
  afterAll(() => test.close());

  const post = (body: object) => owner.post('/api/v1/runs').send(body);

  it.each([
    ['dry_run', { kind: 'sample', dry_run: true }],
    ['dry_run', { kind: 'full', dry_run: true }],
    ['dry_run', { kind: 'delta', dry_run: true }],
    ['limit', { kind: 'full', limit: 10 }],
    ['limit', { kind: 'delta', limit: 10 }],
    ['limit', { kind: 'rollback', limit: 10 }],
    ['run_id', { kind: 'full', run_id: sample }],
    ['contacts', { kind: 'full', contacts: 'delete' }],
  ])('refuses %s where it would not be followed: %j', async (field, body) => {
    const refused = await post(body).expect(422);
    expect(refused.body).toMatchObject({ error: { code: 'option_not_allowed', field } });
    const runs = await test.deps.db.sql`select 1 from runs where workspace_id = ${WORKSPACE}`;
    expect(runs).toHaveLength(2);
  });

  it('takes an empty list of objects for a mistake, not for all of them', async () => {
    const refused = await post({ kind: 'rollback', objects: [] }).expect(422);
    expect(refused.body).toMatchObject({ error: { code: 'objects_empty', field: 'objects' } });
  });

  it('refuses a limit that no desk reaches, and a run that is not there', async () => {
    await post({ kind: 'verify', limit: 3_000_000_000 }).expect(400);
    for (const run_id of ['latest', randomUUID()]) {
      const refused = await post({ kind: 'verify', objects: ['requester'], run_id }).expect(404);
      expect(refused.body).toMatchObject({ error: { code: 'run_not_found', field: 'run_id' } });
    }
  });

  async function verified(body: object): Promise<string[]> {
    const started = await post({ kind: 'verify', objects: ['requester'], ...body }).expect(201);
    const { id } = bodyOf<RunDocument>(started);
    const rows = await test.deps.db.sql<{ sourceId: string }[]>`
      select source_id as "sourceId" from run_records where run_id = ${id} order by 1`;
    await owner.post(`/api/v1/runs/${id}/cancel`).send({}).expect(200);
    return rows.map(({ sourceId }) => sourceId);
  }

  it('verifies all that is migrated, what one run brought, or some of either', async () => {
    expect(await verified({})).toEqual(['R1', 'R2', 'R3', 'R4', 'R5']);
    expect(await verified({ run_id: sample, dry_run: false })).toEqual(['R2', 'R3']);
    expect(await verified({ limit: 3 })).toHaveLength(3);
    expect(await verified({ run_id: sample, limit: 1 })).toEqual([expect.stringMatching(/^R[23]$/)]);
  });

  it('starts one run, however many ask at once', async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => post({ kind: 'verify', objects: ['requester'] })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, 409, 409, 409]);
    const refused = answers.filter(({ status }) => status === 409).map(({ body }) => body as unknown);
    for (const body of refused) expect(body).toMatchObject({ error: { code: 'run_active' } });
  });
});
