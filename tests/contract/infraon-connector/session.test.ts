import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noFacts } from '../../../connectors/infraon/types.ts';
import { DEFAULT_CREDENTIALS } from '../../../simulators/infraon/server.ts';
import { smallDesk, scan, startTenant, type Tenant } from './support.ts';

let tenant: Tenant;
beforeAll(async () => {
  tenant = await startTenant(smallDesk(10));
});
afterAll(() => tenant.simulator.close());

function logins(): string[] {
  return tenant.requests().filter((line) => line.startsWith('POST '));
}

describe('header spelling', () => {
  it.each([
    ['infraonDNS', 'verbatim', '{token}'],
    ['bare', 'verbatim', '{token}'],
    ['bare', 'infraonDNS', 'infraonDNS {token}'],
    ['infraonDNS', 'ApiKey', 'ApiKey {token}'],
    ['bare', 'ApiKey', 'ApiKey {token}'],
  ] as const)('token %s, header %s → %s', async (token_form, authorization, headerFormat) => {
    tenant.reset({ token_form, authorization });
    const client = tenant.client();
    await client.listPage('incident', null);
    expect(client.loginState()).toMatchObject({ state: 'signed_in', headerFormat });
    expect(logins()).toHaveLength(1);
  });

  it.each(['ApiKey', 'bare'] as const)('an API key sent %s, without any login', async (api_key_form) => {
    tenant.reset({ api_key_form });
    const client = tenant.client({
      credentials: { strategy: 'api_key', api_key: DEFAULT_CREDENTIALS.apiKey },
    });
    await client.listPage('incident', null);
    expect(logins()).toEqual([]);
  });

  it('is not searched again when it is pinned', async () => {
    tenant.reset({ authorization: 'ApiKey' });
    await tenant
      .client({ pinned: { ...noFacts(), headerFormat: 'ApiKey {token}', login: 'plain' } })
      .listPage('role', null);
    expect(tenant.requests()).toHaveLength(2);
  });
});

describe('signing in', () => {
  it('happens once for many callers', async () => {
    tenant.reset();
    const client = tenant.client();
    await Promise.all(
      ['role', 'team', 'tag', 'location', 'incident'].map((object) => client.listPage(object, null)),
    );
    expect(logins()).toEqual(['POST /ux/api-token-auth/']);
  });

  it('takes the base64 variant where the plain one is missing', async () => {
    tenant.reset();
    await tenant.fault({ path: '/ux/api-token-auth/', mode: 'status', status: 404 });
    const client = tenant.client();
    await client.listPage('role', null);
    expect(logins()).toEqual(['POST /ux/api-token-auth/', 'POST /ux/api-token/']);
  });

  it('posts at most twice, whatever happens', async () => {
    tenant.reset();
    await tenant.fault({ path: '/ux/api-token*', mode: 'status', status: 503 });
    await expect(tenant.client().login()).rejects.toMatchObject({ name: 'TransientError', status: 503 });
    expect(logins()).toHaveLength(2);
  });

  it('posts a wrong password once: failures may lock the account', async () => {
    tenant.reset();
    const client = tenant.client({ credentials: { strategy: 'password', username: 'x', password: 'y' } });
    await expect(client.listPage('role', null)).rejects.toMatchObject({
      name: 'AuthError',
      code: 'source_unauthorized',
    });
    expect(logins()).toHaveLength(1);
    expect(client.loginState().state).toBe('refused');
  });

  it('takes a 200 without a token for a refusal', async () => {
    tenant.reset({ login_without_token: true });
    await expect(tenant.client().login()).rejects.toMatchObject({ name: 'AuthError' });
    expect(logins().length).toBeLessThanOrEqual(2);
  });

  it('repeats a login whose connection was cut', async () => {
    tenant.reset();
    await tenant.fault({ path: '/ux/api-token-auth/', mode: 'reset', times: 1 });
    await tenant.client().login();
    expect(logins()).toHaveLength(2);
  });

  it('keeps special characters of the password', async () => {
    const password = 'a$&b"\\{username}`ü';
    const other = await startTenant(smallDesk(1));
    other.simulator.state.credentials = { ...DEFAULT_CREDENTIALS, password };
    const client = other.client({
      credentials: { strategy: 'password', username: DEFAULT_CREDENTIALS.username, password },
    });
    await client.login();
    await other.simulator.close();
  });
});

describe('a token that expires', () => {
  it('is replaced, once per window, and nothing is lost', async () => {
    tenant.reset({ token_expires_after_calls: 4 });
    const client = tenant.client({}, { paging: { ux: { size: { initial: 2 } } } });
    const { rows } = await scan(client, 'incident');
    expect(new Set(rows.map(({ incident_id }) => incident_id)).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThan(8);
    expect(logins().length).toBeGreaterThan(1);
  });

  it('is replaced once for many callers', async () => {
    tenant.reset();
    const client = tenant.client();
    await client.listPage('role', null);
    tenant.simulator.state.tokens.clear();
    await Promise.all(['role', 'team', 'tag', 'location'].map((object) => client.listPage(object, null)));
    expect(logins()).toHaveLength(2);
  });

  it('is not replaced for ever when the account is refused', async () => {
    tenant.reset();
    const client = tenant.client();
    await client.listPage('role', null);
    await tenant.fault({ path: '/ux/common/roles/profile/', mode: 'status', status: 401 });
    await expect(client.listPage('role', null)).rejects.toMatchObject({ name: 'AuthError', status: 401 });
    expect(logins()).toHaveLength(2);
  });

  it('also when a login page takes the place of the 401', async () => {
    tenant.reset();
    const client = tenant.client();
    await client.listPage('role', null);
    await tenant.fault({ path: '/ux/common/roles/profile/', mode: 'html', times: 1 });
    expect((await client.listPage('role', null)).rows.length).toBeGreaterThan(0);
    expect(logins()).toHaveLength(2);
  });
});
