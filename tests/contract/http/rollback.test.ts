import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RollbackItem } from '../../../pipeline/rollback/rollback-document.ts';
import { advanceRun } from '../../../pipeline/runs/advance.ts';
import { decideRollback } from '../../../pipeline/rollback/decide.ts';
import type { RunDocument } from '../../../pipeline/runs/run-document.ts';
import { bodyOf, signIn, testApp, WORKSPACE, type Agent, type TestApp } from '../../support/app.ts';

describe('POST /runs of the kind rollback', () => {
  let test: TestApp;
  let owner: Agent;
  const runId = randomUUID();

  beforeAll(async () => {
    test = await testApp();
    owner = await signIn(test);
    const { sql } = test.database.db;
    await sql`
      insert into runs (id, workspace_id, kind, state, objects, map_versions, settings, created_by, finished_at)
      values (${runId}, ${WORKSPACE}, 'full', 'completed', '["requester","incident","sla_policy"]'::jsonb, '{}'::jsonb, '{}'::jsonb, '1', now())`;
    await sql`
      insert into id_map (workspace_id, object, source_id, resource, destination_id, facts, state, origin, created_in_run)
      values (${WORKSPACE}, 'requester', 'r1', 'contacts', 'c-gone', '{}', 'complete', 'created', ${runId}),
        (${WORKSPACE}, 'incident', 'i1', 'conversations', '999999', '{}', 'complete', 'created', ${runId}),
        (${WORKSPACE}, 'sla_policy', 's1', 'documents', 's1', '{}', 'complete', 'created', ${runId})`;
  }, 60_000);

  afterAll(async () => test?.close());

  const post = (body: object) => owner.post('/api/v1/runs').send({ kind: 'rollback', ...body });

  it('refuses objects that others still refer to, and names those', async () => {
    const refused = await post({ objects: ['requester'], dry_run: true }).expect(422);
    expect(refused.body).toMatchObject({ error: { code: 'objects_needed', field: 'objects' } });
    expect(JSON.stringify(refused.body)).toContain('incident (1)');
  });

  it('refuses a run that is not there, wrote nothing, or was rolled back', async () => {
    const { sql } = test.database.db;
    await post({ run_id: randomUUID() }).expect(404);
    const verify = randomUUID();
    const undone = randomUUID();
    await sql`
      insert into runs (id, workspace_id, kind, state, objects, map_versions, settings, created_by, rolled_back_by)
      values (${verify}, ${WORKSPACE}, 'verify', 'completed', '[]', '{}', '{}', '1', null),
        (${undone}, ${WORKSPACE}, 'full', 'completed', '[]', '{}', '{}', '1', ${randomUUID()})`;
    expect((await post({ run_id: verify }).expect(422)).body).toMatchObject({
      error: { code: 'not_undoable' },
    });
    expect((await post({ run_id: undone }).expect(409)).body).toMatchObject({
      error: { code: 'rolled_back' },
    });
  });

  it('is for owners', async () => {
    const { sql } = test.database.db;
    await sql`update teammates set role = 'operator' where workspace_id = ${WORKSPACE}`;
    await post({ dry_run: true }).expect(403);
    await sql`update teammates set role = 'owner' where workspace_id = ${WORKSPACE}`;
  });

  it('dry: says what would become of each record and changes nothing; only one run is active at a time', async () => {
    const run = bodyOf<RunDocument>(await post({ objects: ['sla_policy'], dry_run: true }).expect(201));
    expect((await post({ dry_run: true }).expect(409)).body).toMatchObject({ error: { code: 'run_active' } });
    const { sql } = test.database.db;
    await sql`
      update run_records set step = 'undo', undo = undo || '{"action": "delete"}'::jsonb
      where run_id = ${run.id} and object = 'sla_policy'`;
    await decideRollback(test.deps, WORKSPACE, run.id);
    await advanceRun(test.deps, WORKSPACE, run.id);
    const done = bodyOf<RunDocument>(await owner.get(`/api/v1/runs/${run.id}`).expect(200));
    expect(done).toMatchObject({ state: 'completed', balanced: true });
    expect(done.rollback).toMatchObject({ dry_run: true, stage: 'done', contacts: 'archive' });
    expect(done.rollback?.objects['sla_policy']).toMatchObject({ delete: 1, undone: 0 });
    const list = await owner.get(`/api/v1/runs/${run.id}/rollback?action=delete`).expect(200);
    expect(bodyOf<{ items: RollbackItem[] }>(list).items).toMatchObject([
      { object: 'sla_policy', source_id: 's1', action: 'delete', state: 'planned' },
    ]);
    expect(await sql`select 1 from id_map where workspace_id = ${WORKSPACE}`).toHaveLength(3);
    await owner.get(`/api/v1/runs/${runId}/rollback`).expect(404);
  });
});
