import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MapDocument } from '../../pipeline/maps/map-document.ts';
import type { ObjectTypeDocument } from '../../pipeline/prepare/object-types.ts';
import type { PreflightCheck } from '../../pipeline/readiness/preflight-document.ts';
import {
  approveMaps,
  confirmReadiness,
  connectInfraon,
  createObjectTypes,
  discover,
} from '../../simulators/demo/journey.ts';
import { DEFAULT_CREDENTIALS } from '../../simulators/infraon/server.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { expectFaithful, expectGoodRun } from '../support/fidelity.ts';
import { openStage, type Stage } from '../support/stage.ts';
import {
  declareTypes,
  finished,
  installed,
  QUIET,
  setFaults,
  start,
  type Tenant,
} from '../support/tenant.ts';

interface Answer {
  status: number;
  code: string;
  message: string;
}

/** Every wrong turn on the way to a load, in the order in which a person could take them. */
describe('bad input', () => {
  const desk = generateDesk({ seed: 31, incidents: 6 });
  const password = { strategy: 'password', username: DEFAULT_CREDENTIALS.username };
  let stage: Stage;
  let tenant: Tenant;
  let stranger: Server;
  let strangerUrl: string;

  beforeAll(async () => {
    stranger = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<html><body>Welcome to the intranet</body></html>');
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as AddressInfo;
    strangerUrl = `http://127.0.0.1:${port}`;
    stage = await openStage({ desk, allowedHosts: [`127.0.0.1:${port}`, '127.0.0.1:9'] });
    tenant = await installed(stage);
  });

  afterAll(async () => {
    await stage?.close();
    stranger.close();
  });

  async function ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const { status, text } = await tenant.admin.raw(method, path, body);
    const { error } = JSON.parse(text) as { error?: { code: string; message: string } };
    return { status, code: error?.code ?? '', message: error?.message ?? '' };
  }

  function connect(baseUrl: string, secret = DEFAULT_CREDENTIALS.password): Promise<Answer> {
    return ask('PUT', '/source', { base_url: baseUrl, auth: { ...password, password: secret } });
  }

  it('is refused before anything is connected', async () => {
    expect((await ask('POST', '/runs', { kind: 'full' })).status).toBe(409);
    expect((await ask('POST', '/discovery')).status).toBe(409);
    expect(await tenant.admin.get('/source')).toEqual({ state: 'not_connected' });
  });

  it('names what is wrong with an address, and keeps nothing of it', async () => {
    expect(await connect('http://127.0.0.1:9')).toMatchObject({ status: 422, code: 'source_unreachable' });
    expect(await connect(strangerUrl)).toMatchObject({ status: 422, code: 'source_not_infraon' });
    for (const address of [
      'http://10.0.0.1',
      'http://169.254.169.254',
      'http://127.0.0.1:5432',
      'http://[::1]:80',
    ])
      expect({ address, ...(await connect(address)) }).toMatchObject({
        address,
        status: 422,
        code: 'source_forbidden_address',
      });
    for (const address of ['', 'desk', 'ftp://desk.example', 'file:///etc/passwd']) {
      const { status } = await connect(address);
      expect({ address, refused: status === 400 || status === 422 }).toEqual({ address, refused: true });
    }
    expect(await tenant.admin.get('/source')).toEqual({ state: 'not_connected' });
  });

  it('names a wrong password, and does not repeat it', async () => {
    const answer = await connect(stage.infraon.url, 'wrong-secret-0001');
    expect(answer).toMatchObject({ status: 422, code: 'source_unauthorized' });
    expect(JSON.stringify(answer)).not.toContain('wrong-secret-0001');
    const key = await ask('PUT', '/source', {
      base_url: stage.infraon.url,
      auth: { strategy: 'api_key', api_key: 'wrong-key' },
    });
    expect(key).toMatchObject({ status: 422, code: 'source_unauthorized' });
    expect(await tenant.admin.get('/source')).toEqual({ state: 'not_connected' });
  });

  it('does not undo a connection that works', async () => {
    await connectInfraon(tenant.admin, { baseUrl: stage.infraon.url, ...DEFAULT_CREDENTIALS }, QUIET);
    const before = await tenant.admin.get<{ connected_at: string }>('/source');
    expect((await connect(stage.infraon.url, 'wrong')).status).toBe(422);
    expect(await tenant.admin.get('/source')).toEqual(before);
    await discover(tenant.admin, QUIET);
  });

  it('is refused rule by rule in a map, which stays as it was', async () => {
    expect(await ask('POST', '/runs', { kind: 'sample' })).toMatchObject({
      status: 409,
      code: 'map_not_approved',
    });
    const map = await tenant.admin.get<MapDocument>('/maps/incident');
    const rules = map.rules.map(({ id, source, target, transform, options }) => ({
      id,
      source,
      target,
      transform,
      options,
    }));
    const [first] = rules;
    const edits: unknown[] = [
      { version: map.version, rules: [{ ...first, target: 'nowhere' }, ...rules.slice(1)] },
      { version: map.version, rules: [{ ...first, source: 'no_such_field' }, ...rules.slice(1)] },
      { version: map.version, rules: [{ ...first, transform: 'magic' }, ...rules.slice(1)] },
    ];
    for (const edit of edits) {
      const answer = await ask('PATCH', '/maps/incident', edit);
      expect(answer.status).toBe(422);
      expect(answer.message).not.toBe('');
    }
    expect((await ask('PATCH', '/maps/incident', { version: map.version + 5, rules })).status).toBe(409);
    expect((await ask('PATCH', '/maps/incident', { rules: 'all' })).status).toBe(400);
    expect((await ask('POST', '/maps/nothing/approve', { version: 1 })).status).toBe(404);
    expect((await tenant.admin.get<MapDocument>('/maps/incident')).version).toBe(map.version);
  });

  async function failedChecks(): Promise<PreflightCheck[]> {
    const { checks } = await tenant.admin.get<{ checks: PreflightCheck[] }>('/preflight');
    return checks.filter((check) => check.state === 'fail' && check.severity === 'error');
  }

  it('stops the run while a custom object type is missing or wrong, and says which', async () => {
    await approveMaps(tenant.admin, QUIET);
    const probe = () => tenant.admin.post<{ types: ObjectTypeDocument[] }>('/object-types/probe');
    const { types } = await probe();
    expect(types.length).toBeGreaterThan(0);
    expect(new Set(types.map((type) => type.state))).toEqual(new Set(['missing']));
    await confirmReadiness(tenant.admin, QUIET);
    expect((await failedChecks()).length).toBeGreaterThan(0);
    expect(await ask('POST', '/runs', { kind: 'sample' })).toMatchObject({
      status: 409,
      code: 'preflight_failed',
    });

    const short = types.map((type) => ({ ...type, attributes: type.attributes.slice(1) }));
    await declareTypes(stage, tenant, short);
    const incomplete = (await probe()).types;
    for (const [index, type] of incomplete.entries()) {
      expect(type.state).toBe('incomplete');
      expect(type.detail).toContain(types[index]?.attributes[0]?.name);
    }
    expect((await ask('POST', '/runs', { kind: 'sample' })).code).toBe('preflight_failed');
    expect(tenant.workspace.instances.size === 0 || instanceCount() === 0).toBe(true);

    await createObjectTypes(tenant.admin, (sheet) => declareTypes(stage, tenant, sheet), QUIET);
    expect(await failedChecks()).toEqual([]);
  });

  function instanceCount(): number {
    return [...tenant.workspace.instances.values()].reduce((sum, instances) => sum + instances.size, 0);
  }

  it('is told apart by the API: malformed, unknown, at the wrong time', async () => {
    expect((await ask('POST', '/runs', { kind: 'everything' })).status).toBe(400);
    expect((await ask('POST', '/runs', { kind: 'full', objects: 'incident' })).status).toBe(400);
    expect(await ask('POST', '/runs', { kind: 'sample', objects: ['invoice'] })).toMatchObject({
      status: 422,
      code: 'object_unknown',
    });
    expect((await ask('POST', '/runs', { kind: 'full' })).code).toBe('sample_not_approved');
    expect((await ask('GET', '/runs/not-a-run')).status).toBe(404);
    expect((await ask('POST', '/rejections/12/resolve', { action: 'retry' })).status).toBe(404);
    expect((await ask('POST', '/rejections/resolve', { action: 'forget' })).status).toBe(400);
    expect((await ask('PATCH', '/settings', { search_lag_seconds: -1 })).status).toBe(422);
    expect((await ask('PATCH', '/settings', { colour: 'red' })).status).toBeGreaterThanOrEqual(400);

    const url = `${stage.appUrl}/api/v1/runs`;
    expect((await fetch(url)).status).toBe(401);
    const headers = { 'content-type': 'application/json' };
    const anonymous = await fetch(url, { method: 'POST', headers, body: '{"kind":"full"}' });
    expect(anonymous.status).toBe(401);
    const broken = await fetch(`${stage.appUrl}/canvas-kit/initialize`, {
      method: 'POST',
      headers,
      body: '{',
    });
    expect(broken.status).toBe(401);
  });

  it('pauses a run whose token has lost its rights, which goes on when they are back', async () => {
    setFaults(stage, [{ method: 'POST', path: '/contacts', mode: 'status', status: 403 }]);
    const runId = await start(tenant, { kind: 'sample', limit: 2 });
    const paused = await finished(tenant, runId, { untilPaused: true });
    expect(paused.state).toBe('paused');
    expect(paused.state_reason).toMatch(/refused/);
    expect((await ask('POST', '/runs', { kind: 'sample' })).code).toBe('run_active');
    expect((await ask('POST', `/runs/${runId}/approve`)).status).toBe(409);
    stage.intercom.state.faults.clear();
    await tenant.admin.post(`/runs/${runId}/resume`);
    const sample = await finished(tenant, runId);
    expectGoodRun(sample);
    await tenant.admin.post(`/runs/${runId}/approve`);
    const full = await finished(tenant, await start(tenant, { kind: 'full' }));
    expectGoodRun(full);
    expectFaithful(tenant, desk, full);
  });
});
