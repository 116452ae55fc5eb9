import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from '../../../pipeline/paging.ts';
import { bodyOf, signIn, testApp, WORKSPACE, type Agent, type TestApp } from '../../support/app.ts';

let test: TestApp;
let owner: Agent;
const runId = randomUUID();

beforeAll(async () => {
  test = await testApp();
  owner = await signIn(test);
  const { sql } = test.deps.db;
  await sql`
    insert into runs (id, workspace_id, kind, state, objects, map_versions, settings, created_by, created_at, finished_at)
    select case when n = 1 then ${runId}::uuid else gen_random_uuid() end, ${WORKSPACE}, 'full', 'completed', '["requester"]', '{}',
      '{}', '1', now() - n * interval '1 hour', now()
    from generate_series(1, 5) n`;
  await sql`
    insert into run_records (run_id, workspace_id, object, source_id, step, outcome, reason_code, mapped)
    select ${runId}, ${WORKSPACE}, 'requester', 'R' || n, 'done', 'rejected', 'missing_email', '{}'
    from generate_series(1, 6) n`;
  await sql`
    insert into source_records (workspace_id, object, source_id, raw, raw_hash, depth)
    select ${WORKSPACE}, 'requester', 'R' || n, '{}', 'x', 'full' from generate_series(1, 6) n`;
  await sql`
    insert into findings (workspace_id, run_id, object, source_id, class, field)
    select ${WORKSPACE}, ${runId}, 'requester', 'R' || n, 'mismatch', 'name' from generate_series(1, 5) n`;
  await sql`
    insert into object_maps (workspace_id, object, version, state, rules, unmapped, created_by)
    select ${WORKSPACE}, object, 1, 'proposed', '[]', '[]', 'discovery'
    from unnest(array['company', 'requester', 'technician', 'incident']) object`;
  await sql`
    insert into audit_log (workspace_id, admin_id, action, detail)
    select ${WORKSPACE}, '1', 'step_' || n, '{}' from generate_series(1, 5) n`;
});
afterAll(() => test.close());

type Item = Record<string, unknown>;

async function pageOf(path: string, query: Record<string, string | number>): Promise<Page<Item>> {
  return bodyOf<Page<Item>>(await owner.get(`/api/v1${path}`).query(query).expect(200));
}

/** Every page in turn; `between` is called after each. */
async function walk(path: string, between: (items: Item[]) => Promise<void>): Promise<Item[]> {
  const seen: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await pageOf(path, { limit: 2, ...(cursor === null ? {} : { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(2);
    seen.push(...page.items);
    await between(page.items);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return seen;
}

const LISTS = ['/runs', '/rejections', '/findings', '/audit', '/maps', '/teammates'];

describe('lists', () => {
  it.each(LISTS)('GET %s gives all of it once, in pages', async (path) => {
    const { items, total } = await pageOf(path, { limit: 200 });
    expect(items).toHaveLength(total);
    expect(total).toBeGreaterThan(2);
    expect(await walk(path, () => Promise.resolve())).toEqual(items);
  });

  it.each(LISTS)(
    'GET %s refuses a cursor that is not its own, and a limit that is no number',
    async (path) => {
      for (const cursor of ['nonsense', '', Buffer.from('o50').toString('base64url')]) {
        const refused = await owner.get(`/api/v1${path}`).query({ cursor }).expect(400);
        expect(refused.body).toMatchObject({ error: { code: 'cursor_invalid', field: 'cursor' } });
      }
      for (const limit of ['0', '-1', 'all', '1.5', '']) {
        const refused = await owner.get(`/api/v1${path}`).query({ limit }).expect(400);
        expect(refused.body).toMatchObject({ error: { code: 'malformed', field: 'limit' } });
      }
    },
  );

  it('lose no rejection to whoever settles each page while reading', async () => {
    const { total } = await pageOf('/rejections', {});
    const seen = await walk('/rejections', async (items) => {
      for (const { id } of items) {
        await owner
          .post(`/api/v1/rejections/${String(id)}/resolve`)
          .send({ action: 'waive', note: 'Not needed.' })
          .expect(200, { affected: 1 });
      }
    });
    expect(seen).toHaveLength(total);
    expect((await pageOf('/rejections', {})).total).toBe(0);
  });

  it('show no run twice when another one begins meanwhile', async () => {
    const { sql } = test.deps.db;
    const seen = await walk('/runs', async () => {
      await sql`
        insert into runs (workspace_id, kind, state, objects, map_versions, settings, created_by)
        values (${WORKSPACE}, 'verify', 'completed', '[]', '{}', '{}', '1')`;
    });
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    expect(seen).toHaveLength(5);
  });

  it('of differences are not empty because a class is misspelt or the run is not there', async () => {
    const refused = await owner.get('/api/v1/findings?class=mismatches').expect(400);
    expect(refused.body).toMatchObject({ error: { code: 'malformed', field: 'class' } });
    for (const run of [randomUUID(), 'latest']) {
      await owner.get(`/api/v1/findings?run=${run}`).expect(404);
      await owner.post('/api/v1/findings/repair').send({ run, class: 'mismatch' }).expect(404);
    }
    expect((await pageOf('/findings', { run: runId, class: 'mismatch' })).total).toBe(5);
  });
});

describe('an address with a NUL in it', () => {
  it.each([
    '/api/v1/records/incident/1%00',
    '/api/v1/maps/%00',
    '/api/v1/runs/%00',
    '/api/v1/resolve?q=%00',
    '/api/v1/rejections?object=%00',
    '/api/v1/findings?field=%00',
    '/oauth/callback?code=a&state=%00',
    '/console/runs/%00',
  ])('%s is malformed, and no fault of ours', async (path) => {
    const refused = await owner.get(path).expect(400);
    expect(refused.body).toMatchObject({ error: { code: 'malformed' } });
  });

  it('neither is a form that holds one', async () => {
    await owner
      .post('/console/teammates')
      .type('form')
      .send('teammate=%00&role=viewer')
      .expect(({ status }) => expect(status).toBeLessThan(500));
  });
});
