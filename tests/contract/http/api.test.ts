import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeAudit } from '../../../pipeline/audit.ts';
import { createApp } from '../../../server/app.ts';
import {
  bodyOf,
  browser,
  signIn,
  testApp,
  PUBLIC_URL,
  WORKSPACE,
  type Agent,
  type TestApp,
} from '../../support/app.ts';
import { sampleRun } from '../../support/documents.ts';

interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, { responses: Record<string, { content: Record<string, object> }> }>>;
  components: { schemas: Record<string, object> };
}
interface ErrorBody {
  error: { code: string; message: string; field?: string; request_id: string };
}

const CONTRACT = [
  'GET /session',
  'PUT /source',
  'GET /source',
  'POST /discovery',
  'GET /discovery',
  'GET /scope',
  'GET /maps',
  'GET /maps/{object}',
  'PATCH /maps/{object}',
  'POST /maps/{object}/approve',
  'GET /object-types',
  'POST /object-types/probe',
  'GET /preflight',
  'POST /preflight/{id}/confirm',
  'POST /runs',
  'GET /runs',
  'GET /runs/{id}',
  'POST /runs/{id}/pause',
  'POST /runs/{id}/resume',
  'POST /runs/{id}/cancel',
  'POST /runs/{id}/approve',
  'GET /runs/{id}/events',
  'GET /settings',
  'PATCH /settings',
  'GET /records/{object}/{source_id}',
  'GET /resolve',
  'GET /rejections',
  'POST /rejections/{id}/resolve',
  'POST /rejections/resolve',
  'GET /findings',
  'POST /findings/{id}/repair',
  'GET /audit',
  'GET /handoff.zip',
];

let test: TestApp;
let owner: Agent;
let viewer: Agent;
let document: OpenApi;
const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);

beforeAll(async () => {
  test = await testApp();
  owner = await signIn(test);
  viewer = await signIn(test, `${WORKSPACE}/5017691`);
  document = bodyOf<OpenApi>(await request(test.app).get('/api/v1/openapi.json').expect(200));
  ajv.addSchema(document, 'api');
});
afterAll(() => test.close());

function validatorOf(method: string, path: string, status: string | number) {
  const pointer = encodeURI(path.replaceAll('/', '~1'));
  return ajv.compile({
    $ref: `api#/paths/${pointer}/${method}/responses/${status}/content/application~1json/schema`,
  });
}

/** Fails unless the body is what the OpenAPI document promises for this answer. */
function expectDescribed(method: string, path: string, response: { status: number; body: unknown }): void {
  const validate = validatorOf(method, path, response.status);
  expect(validate(response.body), JSON.stringify(validate.errors)).toBe(true);
}

function errorOf(response: { body: unknown }): ErrorBody['error'] {
  return bodyOf<ErrorBody>(response).error;
}

describe('the OpenAPI document', () => {
  it('describes every call of the contract', () => {
    expect(document.openapi).toBe('3.1.0');
    const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(calls).toEqual(expect.arrayContaining(CONTRACT));
  });

  it('has a schema for every JSON answer that a validator can read', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { responses }] of Object.entries(methods)) {
        for (const [status, { content }] of Object.entries(responses)) {
          if ('application/json' in content && 'schema' in content['application/json']) {
            expect(validatorOf(method, path, status)).toBeTypeOf('function');
          }
        }
      }
    }
  });
});

describe('answers', () => {
  it.each([
    '/session',
    '/teammates',
    '/source',
    '/discovery',
    '/maps',
    '/object-types',
    '/settings',
    '/runs',
    '/rejections',
    '/findings',
    '/audit',
  ])('GET %s is as described', async (path) => {
    const response = await viewer.get(`/api/v1${path}`).expect(200);
    expectDescribed('get', path, response);
    expect(response.get('cache-control')).toBe('no-store');
    expect(response.get('x-content-type-options')).toBe('nosniff');
  });

  it('of lists have a cursor that walks all of it once', async () => {
    const actor = { workspaceId: WORKSPACE, adminId: '5017690' };
    for (let index = 0; index < 5; index += 1) await writeAudit(test.deps.db.sql, actor, `step_${index}`);
    const seen: string[] = [];
    let cursor: string | null = '';
    let total = 0;
    while (cursor !== null) {
      const response: { body: unknown } = await owner
        .get('/api/v1/audit')
        .query({ limit: 2, ...(cursor === '' ? {} : { cursor }) })
        .expect(200);
      const page = bodyOf<{ items: { id: string }[]; next_cursor: string | null; total: number }>(response);
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map((entry) => entry.id));
      cursor = page.next_cursor;
      total = page.total;
    }
    expect(seen).toHaveLength(total);
    expect(new Set(seen).size).toBe(total);
  });

  it('of the handoff give a package at any time, to those who may have it', async () => {
    const response = await owner.get('/api/v1/handoff.zip').expect(200);
    expect(response.headers['content-type']).toBe('application/zip');
    await viewer.get('/api/v1/handoff.zip').expect(403);
  });

  it('of the scope need a discovery', async () => {
    await owner.get('/api/v1/scope?format=md').expect(409);
    await owner.get('/api/v1/scope?format=pdf').expect(400);
  });
});

describe('refusals', () => {
  it('have one shape, and name the request', async () => {
    const response = await browser(test)
      .get('/api/v1/session')
      .set('x-request-id', 'my-request-1')
      .expect(401);
    expect(response.body).toEqual({
      error: { code: 'not_signed_in', message: 'Sign in with Intercom first.', request_id: 'my-request-1' },
    });
    expect(response.get('x-request-id')).toBe('my-request-1');
    expectDescribed('get', '/session', response);
  });

  it('of unknown addresses are JSON', async () => {
    const response = await owner.get('/api/v1/nothing').expect(404);
    expect(errorOf(response).code).toBe('not_found');
  });

  it.each([
    ['a body that is not JSON', 'not json', /^The body is not JSON/],
    ['a body that is too deep in the wrong', '[1]', /^The body is malformed: /],
    ['an unknown key', JSON.stringify({ speed: 3 }), /^speed in the body is malformed: /],
    [
      'a value of the wrong type',
      JSON.stringify({ rate_share: 'fast' }),
      /^rate_share in the body is malformed: /,
    ],
  ])('400 for %s', async (_name, body, message) => {
    const response = await owner
      .patch('/api/v1/settings')
      .set('content-type', 'application/json')
      .send(body)
      .expect(400);
    expect(errorOf(response)).toMatchObject({
      code: 'malformed',
      message: expect.stringMatching(message) as string,
    });
    expectDescribed('patch', '/settings', response);
  });

  it('400 without the content type of JSON', async () => {
    const response = await owner
      .patch('/api/v1/settings')
      .set('content-type', 'text/plain')
      .send(JSON.stringify({ rate_share: 0.5 }))
      .expect(400);
    expect(errorOf(response).code).toBe('content_type');
    await owner.post('/api/v1/discovery').expect(400);
  });

  it('403 for another origin, and none for ours', async () => {
    const change = () => owner.patch('/api/v1/settings').send({ rate_share: 0.5 });
    for (const origin of ['https://evil.example', 'null', `${PUBLIC_URL}.evil.example`]) {
      const response = await change().set('origin', origin).expect(403);
      expect(errorOf(response).code).toBe('origin_refused');
    }
    await change().set('origin', PUBLIC_URL).expect(200);
  });

  it('403 for a role that may not', async () => {
    const response = await viewer.patch('/api/v1/settings').send({ rate_share: 0.5 }).expect(403);
    expect(errorOf(response).code).toBe('forbidden');
  });

  it('404 for what does not exist', async () => {
    await owner.get('/api/v1/maps/unicorn').expect(404);
    await owner.get('/api/v1/runs/00000000-0000-4000-8000-000000000000').expect(404);
    await owner.get('/api/v1/runs/not-a-uuid').expect(404);
    await owner.post('/api/v1/rejections/12/resolve').send({ action: 'retry' }).expect(404);
  });

  it('413 for a body beyond a megabyte', async () => {
    const note = 'x'.repeat(1_100_000);
    await owner.post('/api/v1/preflight/any/confirm').send({ note }).expect(413);
  });

  it('422 for a value out of bounds, naming the field', async () => {
    const response = await owner.patch('/api/v1/settings').send({ rate_share: 2 }).expect(422);
    expect(errorOf(response)).toMatchObject({ code: 'setting_invalid', field: 'rate_share' });
    await owner.patch('/api/v1/settings').send({ fallback_admin_id: 'nobody' }).expect(422);
  });

  it('429 with the seconds to wait, per session', async () => {
    const app = createApp({ ...test, calls: { perMinute: 60, burst: 2 } });
    const cookie = await cookieOf(owner);
    const other = await cookieOf(viewer);
    const call = (session: string) => request(app).get('/api/v1/session').set('cookie', session);
    await call(cookie).expect(200);
    await call(cookie).expect(200);
    const refused = await call(cookie).expect(429);
    expect(refused.get('retry-after')).toBe('1');
    await call(other).expect(200);
  });

  it('500 without a word about the cause', async () => {
    const useCases = {
      ...test.useCases,
      getSource: () => Promise.reject(new Error('password=hunter2 in /srv/secret')),
    };
    const app = createApp({ deps: test.deps, useCases });
    const response = await request(app)
      .get('/api/v1/source')
      .set('cookie', await cookieOf(owner))
      .expect(500);
    expect(response.text).not.toContain('hunter2');
    expect(errorOf(response).code).toBe('internal_error');
  });
});

describe('settings', () => {
  it('change what is named, are audited, and reach the rate budget', async () => {
    await test.deps.db.sql`
      insert into rate_budgets (workspace_id, call_limit, window_ends_at, share_percent)
      values (${WORKSPACE}, 1667, now(), 80)`;
    const response = await owner
      .patch('/api/v1/settings')
      .send({ rate_share: 0.25, thread_mode: 'transcript_note' })
      .expect(200);
    expect(response.body).toMatchObject({
      rate_share: 0.25,
      thread_mode: 'transcript_note',
      company_rule: 'organization_name',
      source_timezone: 'Europe/London',
    });
    const [budget] = await test.deps.db.sql<{ share: number }[]>`
      select share_percent as share from rate_budgets where workspace_id = ${WORKSPACE}`;
    expect(budget?.share).toBe(25);
    const audit = await owner.get('/api/v1/audit?limit=1').expect(200);
    expect(audit.body).toMatchObject({
      items: [{ action: 'settings_changed', admin_id: '5017690', detail: { rate_share: 0.25 } }],
    });
  });
});

describe('roles', () => {
  it('are given by owners, and one owner stays', async () => {
    await viewer.patch('/api/v1/teammates/5017691').send({ role: 'owner' }).expect(403);
    const last = await owner.patch('/api/v1/teammates/5017690').send({ role: 'viewer' }).expect(409);
    expect(errorOf(last).code).toBe('last_owner');
    await owner.patch('/api/v1/teammates/nobody').send({ role: 'viewer' }).expect(404);
    await owner.patch('/api/v1/teammates/5017691').send({ role: 'operator' }).expect(200);
    await viewer.patch('/api/v1/settings').send({ default_country: 'GB' }).expect(200);
    await owner.patch('/api/v1/teammates/5017691').send({ role: 'viewer' }).expect(200);
  });
});

describe('run events', () => {
  it('send the document when it changes and end with the run', async () => {
    const states = ['queued', 'running', 'running', 'completed'] as const;
    let reads = 0;
    const useCases = {
      ...test.useCases,
      getRun: () => Promise.resolve(sampleRun({ state: states[reads++] ?? 'completed' })),
    };
    const app = createApp({ deps: test.deps, useCases });
    const response = await request(app)
      .get('/api/v1/runs/one/events')
      .set('cookie', await cookieOf(owner))
      .expect(200);
    expect(response.get('content-type')).toContain('text/event-stream');
    const documents = response.text
      .split('\n\n')
      .filter((block) => block.startsWith('data: '))
      .map((block) => JSON.parse(block.slice('data: '.length)) as { state: string });
    expect(documents.map((run) => run.state)).toEqual(['queued', 'running', 'completed']);
    expectDescribed('get', '/runs/{id}', { status: 200, body: documents[0] });
  });

  it('of a run that does not exist are a JSON error', async () => {
    await owner.get('/api/v1/runs/00000000-0000-4000-8000-000000000000/events').expect(404);
  });
});

async function cookieOf(agent: Agent): Promise<string> {
  const response = await agent.get('/api/v1/session');
  const header: unknown = (response as unknown as { request: { cookies?: string } }).request.cookies;
  return typeof header === 'string' ? header : '';
}
