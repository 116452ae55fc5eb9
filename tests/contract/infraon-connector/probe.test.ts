import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeConnection } from '../../../connectors/infraon/probe.ts';
import {
  PinnedFacts,
  type Capability,
  type ClientDeps,
  type ProbeResult,
} from '../../../connectors/infraon/types.ts';
import { DEFAULT_CREDENTIALS } from '../../../simulators/infraon/server.ts';
import type { Switches } from '../../../simulators/infraon/switches.ts';
import { httpFor, idsOf, scan, smallDesk, startTenant, type Tenant } from './support.ts';

let tenant: Tenant;
beforeAll(async () => {
  tenant = await startTenant(smallDesk());
});
afterAll(() => tenant.simulator.close());

function probe(overrides: Partial<ClientDeps> = {}, profile: unknown = {}): Promise<ProbeResult> {
  const allowedHosts = [`127.0.0.1:${tenant.simulator.port}`];
  return probeConnection({ ...tenant.deps(overrides, profile), allowedHosts });
}

async function probeWith(switches: Partial<Switches>, profile: unknown = {}): Promise<ProbeResult> {
  tenant.reset(switches);
  return probe({}, profile);
}

function only(result: ProbeResult, id: string): Capability {
  const found = result.capabilities.filter((item) => item.id === id);
  expect(found, id).toHaveLength(1);
  return found[0]!;
}

/** Only incidents and what they need, for questions about one list. */
const INCIDENTS_ONLY = {
  objects: Object.fromEntries(
    [
      'role',
      'location',
      'ci_type',
      'ci_relation',
      'problem',
      'change',
      'release',
      'task',
      'article',
      'workflow',
    ]
      .concat(['article_category', 'service_catalogue_item', 'asset', 'configuration_item', 'department'])
      .map((object) => [object, { enabled: false }]),
  ),
};

describe('a friendly tenant', () => {
  it('has every capability, each said in a sentence, and facts that survive storage', async () => {
    const result = await probeWith({});
    expect(result.capabilities.filter(({ ok }) => !ok)).toEqual([]);
    for (const { detail } of result.capabilities) expect(detail).toMatch(/^[A-Z0-9].*\.$/s);
    expect(PinnedFacts.parse(JSON.parse(JSON.stringify(result.pinned)))).toEqual(result.pinned);
    const ids = result.capabilities.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is asked politely: reads only, no side effect, no token in the facts', async () => {
    const result = await probeWith({});
    expect(tenant.simulator.state.sideEffects).toEqual({ count: 0, calls: [] });
    expect(tenant.requests().filter((line) => !line.startsWith('GET '))).toEqual([
      'POST /ux/api-token-auth/',
    ]);
    expect(tenant.requests().length).toBeLessThan(400);
    const stored = JSON.stringify(result);
    for (const token of tenant.simulator.state.tokens.keys()) expect(stored).not.toContain(token);
    expect(stored).not.toContain(DEFAULT_CREDENTIALS.password);
  });
});

describe('failures to connect are sentences with a code', () => {
  const base = () => ({ ...tenant.deps(), allowedHosts: [`127.0.0.1:${tenant.simulator.port}`] });

  const at = (host: string) => ({ baseUrl: `http://${host}`, allowedHosts: [host], http: httpFor([host]) });

  it('an address that may not be used', async () => {
    await expect(probeConnection({ ...base(), allowedHosts: [] })).rejects.toMatchObject({
      name: 'UserError',
      code: 'source_forbidden_address',
      httpStatus: 422,
    });
    await expect(
      probeConnection({ ...base(), baseUrl: 'https://user:pw@desk.example.com' }),
    ).rejects.toMatchObject({
      code: 'source_forbidden_address',
    });
    // The name passes; the address it leads to does not.
    await expect(
      probeConnection({ ...base(), baseUrl: `https://localhost:${tenant.simulator.port}` }),
    ).rejects.toMatchObject({ code: 'source_forbidden_address' });
  });

  it('a server that is not there', async () => {
    await expect(
      probeConnection({
        ...base(),
        baseUrl: 'https://no-such-host.invalid',
        allowedHosts: ['no-such-host.invalid:443'],
      }),
    ).rejects.toMatchObject({ code: 'source_unreachable', httpStatus: 422 });
    await expect(probeConnection({ ...base(), ...at('127.0.0.1:1') })).rejects.toMatchObject({
      code: 'source_unreachable',
      message: expect.stringContaining('127.0.0.1:1') as string,
    });
  });

  it('wrong credentials, and password login that is switched off', async () => {
    tenant.reset();
    const credentials = { strategy: 'password', username: 'x', password: 'y' } as const;
    await expect(probe({ credentials })).rejects.toMatchObject({
      code: 'source_unauthorized',
      httpStatus: 422,
      message: expect.stringContaining('Invalid username or password') as string,
    });
    await expect(probe({ credentials: { strategy: 'api_key', api_key: 'wrong' } })).rejects.toMatchObject({
      code: 'source_unauthorized',
    });
    await expect(probeWith({ password_login: false })).rejects.toMatchObject({ code: 'source_unauthorized' });
    await expect(probeWith({ login_without_token: true })).rejects.toMatchObject({
      code: 'source_unauthorized',
    });
  });

  it.each([
    ['a web site', 200, 'text/html', '<!doctype html><title>Shop</title>'],
    ['a site that knows no such path', 404, 'text/html', '<html>Not found</html>'],
    ['another API', 200, 'application/json', '{"hello":"world"}'],
    ['something else', 200, 'text/plain', 'pong'],
  ])('%s', async (_name, status, type, body) => {
    const server = createServer((_request, response) => {
      response.writeHead(status, { 'content-type': type });
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await expect(probeConnection({ ...base(), ...at(`127.0.0.1:${port}`) })).rejects.toMatchObject({
      name: 'UserError',
      code: 'source_not_infraon',
    });
    server.closeAllConnections();
    server.close();
  });
});

describe('switches of the tenant', () => {
  it.each(['full', 'count_results', 'array'] as const)('envelope %s', async (envelope) => {
    const result = await probeWith({ envelope }, INCIDENTS_ONLY);
    expect(result.capabilities.filter(({ ok }) => !ok)).toEqual([]);
  });

  it.each([
    ['page', 'array'],
    ['offset', 'array'],
    ['page', 'full'],
    ['offset', 'count_results'],
  ] as const)('cursor %s, envelope %s: what is pinned reads the whole list', async (cursor, envelope) => {
    const { pinned } = await probeWith({ cursor, envelope }, INCIDENTS_ONLY);
    const client = tenant.client({ pinned }, { paging: { ux: { size: { initial: 7 } } } });
    const { rows } = await scan(client, 'incident');
    const stored = tenant.simulator.state.desk.incidents.filter((row) => !row.is_deleted);
    expect(idsOf(rows, 'incident_id')).toEqual(idsOf(stored, 'incident_id'));
  });

  it('a cursor that is ignored', async () => {
    const result = await probeWith({ cursor: 'neither', next_link: 'absent' }, INCIDENTS_ONLY);
    expect(only(result, 'paging:incident')).toMatchObject({ ok: false });
  });

  it.each(['full', 'count_results', 'array'] as const)(
    'a small page limit is pinned (%s)',
    async (envelope) => {
      const { pinned } = await probeWith({ max_page_limit: 20, envelope }, INCIDENTS_ONLY);
      expect(pinned.pageSizes['incident']).toBe(20);
    },
  );

  it.each([
    ['true', { sort: 'last_update_time', reverse: 'true' }],
    ['-', { sort: 'last_update_time', reverse: '-' }],
    ['1', { sort: 'last_update_time', reverse: '1' }],
    ['minus_prefix', { sort: '-last_update_time' }],
  ] as const)('reverse %s', async (reverse, query) => {
    const result = await probeWith({ reverse }, INCIDENTS_ONLY);
    expect(only(result, 'sort:incident').ok).toBe(true);
    expect(result.pinned.sorts['incident']?.updated).toEqual(query);
    const client = tenant.client({ pinned: result.pinned });
    const { rows } = await client.listPage('incident', null, { order: 'updated' });
    const stamps = rows.map(({ last_update_time }) => Date.parse(String(last_update_time)));
    expect(stamps).toEqual([...stamps].sort((a, b) => b - a));
  });

  it('a sort that is ignored', async () => {
    const result = await probeWith({ sort: 'ignored' }, INCIDENTS_ONLY);
    expect(only(result, 'sort:incident').ok).toBe(false);
    expect(result.pinned.sorts['incident']).toEqual({ created: null, updated: null });
  });

  it.each(['absent', 'authenticated', 'public'] as const)('schema %s', async (schema) => {
    expect(only(await probeWith({ schema }, INCIDENTS_ONLY), 'schema').ok).toBe(schema !== 'absent');
  });

  it('ids as numbers', async () => {
    const result = await probeWith({ ids_as_numbers: true }, INCIDENTS_ONLY);
    expect(only(result, 'ids_lossless').detail).toContain('digit by digit');
    expect(only(result, 'thread_selector').ok).toBe(true);
  });

  it('a clock that is wrong', async () => {
    const result = await probeWith({ clock_skew_ms: 0 }, INCIDENTS_ONLY);
    expect(Math.abs(result.pinned.clockSkewMs ?? Infinity)).toBeLessThan(5000);
    tenant.reset();
    const late = await probe({ clock: () => new Date(Date.now() - 3_600_000) }, INCIDENTS_ONLY);
    expect(only(late, 'clock')).toMatchObject({ ok: false });
  });

  it('masked personal data, with and without the unmasked twins', async () => {
    expect(only(await probeWith({ personal_data: 'masked_only' }, INCIDENTS_ONLY), 'masking').ok).toBe(false);
    const twins = await probeWith(
      { personal_data: 'masked' },
      { objects: { ...INCIDENTS_ONLY.objects, incident: { enabled: false } } },
    );
    expect(
      twins.capabilities.some(({ id, detail }) => id === 'masking' && !detail.includes('requesters')),
    ).toBe(true);
  });

  it.each(['same_header', 'no_auth', 'missing'] as const)('media %s', async (media) => {
    expect(only(await probeWith({ media }, INCIDENTS_ONLY), 'media').ok).toBe(media !== 'missing');
  });
});

describe('a weak account', () => {
  it('that may not read a list', async () => {
    const result = await probeWith({ denied_paths: ['/ux/common/requester/'] });
    expect(only(result, 'list:requester')).toMatchObject({ ok: false });
    expect(only(result, 'permissions')).toMatchObject({ ok: false });
    expect(only(result, 'permissions').detail).toContain('requesters');
    expect(result.pinned.disabled['requester']).toContain('403');
  });

  it.each([0, 40])('that is shown %i %% of the rows', async (visible_percent) => {
    const { ok, detail } = only(await probeWith({ visible_percent }), 'permissions');
    expect(ok).toBe(false);
    expect(detail).toContain('Infraon Admin');
  });

  it('whose list is empty although others refer to its rows', async () => {
    tenant.reset();
    await tenant.fault({
      path: '/ux/common/requester/profile/',
      mode: 'error_body',
      body: { count: 0, results: [] },
    });
    const { ok, detail } = only(await probe(), 'permissions');
    expect(ok).toBe(false);
    expect(detail).toContain('the list of requesters is empty although other records refer to');
  });
});

describe('objects a tenant does not offer', () => {
  it('are disabled with the reason; the rest goes on', async () => {
    tenant.reset();
    await tenant.fault({ path: '/ux/common/workflow/config/', mode: 'status', status: 404 });
    const result = await probe();
    expect(result.pinned.disabled).toEqual({ workflow: 'this installation does not offer it (404)' });
    expect(only(result, 'list:workflow').ok).toBe(false);
    expect(only(result, 'list:incident').ok).toBe(true);
  });

  it('are not disabled for a failure that may pass', async () => {
    tenant.reset();
    await tenant.fault({ path: '/ux/common/workflow/config/', mode: 'status', status: 500 });
    const result = await probe();
    expect(result.pinned.disabled).toEqual({});
    expect(only(result, 'list:workflow').ok).toBe(false);
  });
});
