import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpFor, smallDesk, startTenant, type Tenant } from './support.ts';

let tenant: Tenant;
let incident: string;
beforeAll(async () => {
  tenant = await startTenant(smallDesk());
  const first = tenant.simulator.state.desk.incidents.find((row) => !row.is_deleted);
  incident = first?.incident_id ?? '';
});
afterAll(() => tenant.simulator.close());

const LIST = '/ux/sd/inci/incident/';
const DETAIL = '/ux/sd/inci/incident/{id}/';

async function signedIn(profile: unknown = {}) {
  const client = tenant.client({}, profile);
  await client.login();
  tenant.simulator.state.requests = [];
  return client;
}

describe('error classes', () => {
  it.each([
    [
      { mode: 'error_body' },
      { name: 'RejectedError', code: 'source_refused', message: 'Request refused' },
      1,
    ],
    [
      { mode: 'error_body', status: 500 },
      { name: 'RejectedError', code: 'source_refused', message: 'Request refused', status: 500 },
      1,
    ],
    [
      { mode: 'error_body', body: { status: 'failed', msg: 'Not now' } },
      { name: 'RejectedError', message: 'Not now' },
      1,
    ],
    [{ mode: 'html', status: 500 }, { name: 'TransientError', status: 500 }, 6],
    [{ mode: 'status', status: 503 }, { name: 'TransientError', code: 'source_error', status: 503 }, 6],
    [{ mode: 'status', status: 403 }, { name: 'AuthError', code: 'source_permission_missing' }, 1],
    [{ mode: 'status', status: 404 }, { name: 'NotFoundError' }, 1],
    [
      { mode: 'status', status: 400, body: { summary: ['This field is required.'] } },
      { name: 'RejectedError', message: 'summary: This field is required.' },
      1,
    ],
    [{ mode: 'reset' }, { name: 'TransientError', code: 'http_connection_lost' }, 6],
    [{ mode: 'status', status: 429 }, { name: 'RateLimitError', code: 'source_rate_limited' }, 6],
  ])('%j', async (fault, error, requests) => {
    tenant.reset();
    const client = await signedIn();
    await tenant.fault({ path: DETAIL, ...fault });
    await expect(client.detail('incident', incident)).rejects.toMatchObject(error);
    expect(tenant.requests()).toHaveLength(requests);
  });

  it('a login page with 200 is a failure of the session', async () => {
    tenant.reset();
    const client = await signedIn();
    await tenant.fault({ path: DETAIL, mode: 'html' });
    await expect(client.detail('incident', incident)).rejects.toMatchObject({
      name: 'AuthError',
      code: 'source_login_page',
    });
  });
});

describe('patience', () => {
  it.each([
    { mode: 'status', status: 503 },
    { mode: 'status', status: 429 },
    { mode: 'status', status: 429, retry_after: 0 },
    { mode: 'html', status: 502 },
    { mode: 'reset' },
  ])('gets through five times %j', async (fault) => {
    tenant.reset();
    const client = await signedIn();
    await tenant.fault({ path: LIST, times: 5, ...fault });
    expect((await client.listPage('incident', null)).rows.length).toBeGreaterThan(0);
    expect(tenant.requests()).toHaveLength(6);
  });

  it('waits as long as Retry-After says', async () => {
    tenant.reset();
    const waits: number[] = [];
    const client = tenant.client({ sleep: (ms) => (waits.push(ms), Promise.resolve()) });
    await client.login();
    await tenant.fault({ path: LIST, times: 1, mode: 'status', status: 429, retry_after: 1 });
    await client.listPage('incident', null);
    expect(Math.max(...waits)).toBeGreaterThan(900);
  });

  it('hands a long wait to the job instead of holding it', async () => {
    tenant.reset();
    const client = await signedIn();
    await tenant.fault({ path: LIST, mode: 'status', status: 429, retry_after: 120 });
    const error: unknown = await client.listPage('incident', null).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'RateLimitError' });
    const { retryAt } = error as { retryAt: Date };
    expect(retryAt.getTime() - Date.now()).toBeGreaterThan(110_000);
    expect(tenant.requests()).toHaveLength(1);
  });

  it('does not wait for ever for a server that is silent', async () => {
    tenant.reset();
    const http = httpFor([`127.0.0.1:${tenant.simulator.port}`], 60);
    const client = tenant.client({ http }, { http: { maxAttempts: 2 } });
    await client.login();
    await tenant.fault({ path: LIST, mode: 'hang' });
    await expect(client.listPage('incident', null)).rejects.toMatchObject({
      name: 'TransientError',
      code: 'http_timeout',
    });
  });

  it('leaves a source alone that fails again and again, and says so without asking', async () => {
    tenant.reset();
    const client = await signedIn({
      http: { maxAttempts: 2, limits: { breakerThreshold: 4, breakerOpenMs: 60_000 } },
    });
    await tenant.fault({ path: LIST, mode: 'status', status: 503 });
    for (let i = 0; i < 2; i += 1) await client.listPage('incident', null).catch(() => undefined);
    const before = tenant.requests().length;
    await expect(client.listPage('role', null)).rejects.toMatchObject({
      name: 'TransientError',
      code: 'source_circuit_open',
      outcomeUnknown: false,
    });
    expect(tenant.requests()).toHaveLength(before);
  });
});

describe('details', () => {
  it.each(['wrapped', 'bare'] as const)('root %s', async (detail_root) => {
    tenant.reset({ detail_root, other_detail_root: detail_root });
    const client = tenant.client();
    const record = await client.detail('incident', incident);
    expect(record['incident_id']).toBe(incident);
    expect(record).not.toHaveProperty('options');
    expect(record).not.toHaveProperty('config');
    const change = tenant.simulator.state.desk.changes[0]!;
    expect((await client.detail('change', change.change_id))['display_id']).toBe(change.display_id);
  });

  it('reads ids that are sent as numbers without losing a digit', async () => {
    tenant.reset({ ids_as_numbers: true });
    const record = await tenant.client().detail('incident', incident);
    expect(record['incident_id']).toBe(incident);
  });

  it('says that a record is gone', async () => {
    tenant.reset();
    await expect(tenant.client().detail('incident', '999999999999999999999')).rejects.toMatchObject({
      name: 'NotFoundError',
      code: 'source_not_found',
    });
  });

  it('refuses another record than the one asked for', async () => {
    tenant.reset();
    const client = await signedIn();
    await tenant.fault({ path: DETAIL, mode: 'error_body', body: { incident_id: '5', status: {} } });
    await expect(client.detail('incident', incident)).rejects.toMatchObject({ code: 'source_wrong_record' });
  });
});

describe('files', () => {
  function file(unreachable = false) {
    return tenant.simulator.state.desk.files.find(
      (item) => item.unreachable === unreachable && item.bytes < 100_000,
    )!;
  }

  it.each(['same_header', 'no_auth'] as const)('%s', async (media) => {
    tenant.reset({ media });
    const { file_path, bytes, mime } = file();
    const download = await tenant.client().download(file_path);
    expect(download).toMatchObject({ status: 200, size: bytes, contentType: mime });
    const chunks = (await download.stream!.toArray()) as Buffer[];
    expect(chunks.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(bytes);
  });

  it('absolute addresses on the same origin only', async () => {
    tenant.reset();
    const client = await signedIn();
    const { file_path } = file();
    const download = await client.download(`${tenant.simulator.url}${file_path}`);
    expect(download.status).toBe(200);
    download.stream?.destroy();
    tenant.simulator.state.requests = [];
    const refused = [
      `https://elsewhere.example${file_path}`,
      'http://169.254.169.254/latest/meta-data/',
      '/ux/common/cmdb/profile/enable-pm/',
      '/media/../ux/common/cmdb/profile/enable-pm/',
      '/media/%2e%2e/ux/common/roles/profile/',
    ];
    for (const address of refused) {
      await expect(client.download(address)).rejects.toMatchObject({
        name: 'RejectedError',
        code: 'attachment_unavailable',
      });
    }
    expect(tenant.requests()).toEqual([]);
  });

  it('that are gone have a status and no stream', async () => {
    tenant.reset({ media: 'missing' });
    expect(await tenant.client().download(file().file_path)).toMatchObject({ status: 404, stream: null });
  });

  it('beyond the limit fail while they are read', async () => {
    tenant.reset();
    const { file_path, bytes } = file();
    const download = await tenant.client().download(file_path, { maxBytes: bytes - 1 });
    await expect(download.stream!.toArray()).rejects.toMatchObject({ code: 'response_too_large' });
  });

  it('replaced by a login page are no files', async () => {
    tenant.reset();
    const client = await signedIn();
    await tenant.fault({ path: '/media/*', mode: 'html' });
    await expect(client.download(file().file_path)).rejects.toMatchObject({ code: 'attachment_unavailable' });
  });
});
