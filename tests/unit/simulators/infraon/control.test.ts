import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startClient } from './client.ts';
import type { TestClient } from './client.ts';

const INCIDENTS = '/ux/sd/inci/incident/';
const START = Date.UTC(2026, 10, 2);

let client: TestClient;
beforeEach(async () => {
  client = await startClient({}, { now: () => START });
});
afterEach(async () => {
  await client.simulator.close();
});

async function detail(id: string) {
  return (await client.get(`${INCIDENTS}${id}/`)).body.incident;
}

describe('side effects', () => {
  it('catches a crawler of GETs that act, and every write', async () => {
    const acting = [
      '/ux/common/cmdb/profile/enable-pm/',
      '/ux/common/cmdb/profile/delete-device/77/',
      '/ux/common/services/services/restart/',
      '/ux/ims/device/',
      '/ux/common/async_tasks/enable_task/3/',
    ];
    for (const path of acting) expect((await client.get(path)).status, path).toBe(200);
    expect((await client.send('POST', INCIDENTS, {})).status).toBe(200);
    const { body } = await client.get('/_sim/side-effects');
    expect(body.count).toBe(6);
    expect(body.calls).toContain(`POST ${INCIDENTS}`);
  });

  it('is not moved by the paths that read', async () => {
    await client.get(`${INCIDENTS}?items_per_page=5&page=1`);
    await client.get('/ux/common/cmdb/profile/asset-count/');
    await client.send('POST', '/ux/common/cmdb/profile/list/', {});
    expect((await client.get('/_sim/side-effects')).body.count).toBe(0);
  });
});

describe('faults', () => {
  async function inject(fault: Record<string, unknown>) {
    expect((await client.send('POST', '/_sim/faults', fault)).status).toBe(200);
  }

  it('answers a status with Retry-After, a number of times, after a number of calls', async () => {
    await inject({ path: INCIDENTS, mode: 'status', status: 429, retry_after: 2, times: 1, after: 1 });
    const replies = [];
    for (let call = 0; call < 3; call += 1) replies.push(await client.get(INCIDENTS));
    expect(replies.map(({ status }) => status)).toEqual([200, 429, 200]);
    expect(replies[1]!.headers.get('retry-after')).toBe('2');
  });

  it('answers 429 without Retry-After and 500 with a message', async () => {
    await inject({ mode: 'status', status: 429, times: 1 });
    expect((await client.get(INCIDENTS)).headers.get('retry-after')).toBeNull();
    await inject({ mode: 'status', status: 500, body: { status: 'failed', msg: 'Refused' }, times: 1 });
    expect((await client.get(INCIDENTS)).body.msg).toBe('Refused');
  });

  it('answers a login page, a 200 that is a failure, and HTML with 500', async () => {
    await inject({ mode: 'html', times: 1 });
    expect((await client.get(INCIDENTS)).text).toContain('Sign in');
    await inject({ mode: 'error_body', times: 1 });
    expect((await client.get(INCIDENTS)).body.status).toBe('error');
    await inject({ mode: 'html', status: 500, times: 1 });
    expect((await client.get(INCIDENTS)).status).toBe(500);
  });

  it('resets a connection and lets another hang', async () => {
    await inject({ mode: 'reset', times: 1 });
    await expect(client.get(INCIDENTS)).rejects.toThrow();
    await inject({ mode: 'hang', times: 1 });
    const signal = AbortSignal.timeout(150);
    const hanging = fetch(`${client.simulator.url}${INCIDENTS}`, {
      headers: { authorization: 'ApiKey infraon-demo-key-0001' },
      signal,
    });
    await expect(hanging).rejects.toThrow();
  });

  it('matches one segment by name and the rest by a star, and forgets on DELETE', async () => {
    await inject({ path: `${INCIDENTS}{id}/`, mode: 'status', status: 503 });
    expect((await client.get(INCIDENTS)).status).toBe(200);
    expect((await client.get(`${INCIDENTS}1/`)).status).toBe(503);
    await inject({ path: '/ux/common/*', mode: 'status', status: 502 });
    expect((await client.get('/ux/common/tag/tag/')).status).toBe(502);
    await client.send('DELETE', '/_sim/faults', {});
    expect((await client.get('/ux/common/tag/tag/')).status).toBe(200);
  });

  it('repeats a probability with its seed', async () => {
    async function run() {
      await inject({ path: INCIDENTS, mode: 'status', status: 503, probability: 0.5, seed: 9 });
      const statuses = [];
      for (let call = 0; call < 12; call += 1) statuses.push((await client.get(INCIDENTS)).status);
      await client.send('DELETE', '/_sim/faults', {});
      return statuses;
    }
    const first = await run();
    expect(new Set(first)).toEqual(new Set([200, 503]));
    expect(await run()).toEqual(first);
  });

  it('never hits the control plane and refuses an unknown mode', async () => {
    expect((await client.send('POST', '/_sim/faults', { mode: 'melt' })).status).toBe(400);
    await inject({ mode: 'status', status: 503 });
    expect((await client.get('/_sim/switches')).status).toBe(200);
  });
});

describe('edits at the source', () => {
  async function mutate(edit: Record<string, unknown>) {
    return client.send('POST', '/_sim/mutate', { edits: [edit] });
  }

  it('updates nested fields and stamps from the clock of the tenant', async () => {
    const [id] = client.hardCase('incident_by_system');
    await mutate({ object: 'incident', id, op: 'update', data: { 'basic_info.summary': 'New words' } });
    const incident = await detail(id!);
    expect((incident.basic_info as { summary: string }).summary).toBe('New words');
    expect((incident.basic_info as { description: string }).description).not.toBe('');
    expect(Date.parse(incident.last_update_time)).toBe(START);
  });

  it('does not invent a stamp where the object has none', async () => {
    const [id] = client.hardCase('requester_invalid_phone');
    await mutate({ object: 'requester', id, op: 'update', data: { contact_number: '+442079460999' } });
    const { body } = await client.get(`/ux/common/requester/profile/${id}/`);
    expect(body.contact_number).toBe('+442079460999');
    expect(body).not.toHaveProperty('last_update_time');
  });

  it('creates, deletes softly and hard, and adds notes', async () => {
    const { body } = await mutate({
      object: 'incident',
      op: 'create',
      data: { 'basic_info.summary': 'Fresh' },
    });
    const [id] = body.ids;
    expect(id).toMatch(/^\d{21}$/);
    await mutate({
      object: 'incident',
      id,
      op: 'add_note',
      data: { description: '<p>Hi</p>', is_private: true },
    });
    const { rows } = await client.get(`/ux/sd/inci/conversation/?ref_id=${id}`);
    expect(rows).toMatchObject([{ description: '<p>Hi</p>', is_private: true }]);
    await mutate({ object: 'incident', id, op: 'delete' });
    expect((await client.get(`${INCIDENTS}${id}/`)).status).toBe(404);
    await client.set({ list_deleted: true });
    expect((await client.get(`${INCIDENTS}${id}/`)).status).toBe(200);
    await mutate({ object: 'incident', id, op: 'delete', data: { hard: true } });
    expect((await client.get(`${INCIDENTS}${id}/`)).status).toBe(404);
  });

  it('merges one incident into another', async () => {
    const [from] = client.hardCase('incident_rough_html');
    const [into] = client.hardCase('incident_mixed_scripts');
    await mutate({ object: 'incident', id: from, op: 'merge', data: { into } });
    expect(await detail(from!)).toMatchObject({ is_merge_incident: true, reference: [{ ref_id: into }] });
    expect(await detail(into!)).toMatchObject({ is_parent_incident: true });
  });

  it('creates other objects in the shape of their kind', async () => {
    const { body } = await mutate({ object: 'requester', op: 'create', data: { full_name: 'Nora New' } });
    const created = await client.get(`/ux/common/requester/profile/${body.ids[0]}/`);
    expect(created.body).toMatchObject({ full_name: 'Nora New', requester_id: body.ids[0] });
  });

  it('says what is wrong with an edit', async () => {
    const reply = await mutate({ object: 'incident', id: '5', op: 'update', data: {} });
    expect([reply.status, reply.body.error]).toEqual([400, 'no incident 5']);
    expect((await mutate({ object: 'gadget', op: 'create' })).body.error).toBe('unknown object gadget');
  });
});

describe('observation', () => {
  it('records requests, logins and the desk', async () => {
    await client.get(`${INCIDENTS}?page=3`);
    const { body } = await client.get('/_sim/requests');
    expect(body.requests).toMatchObject([
      { seq: 1, method: 'GET', path: INCIDENTS, query: 'page=3', status: 200 },
    ]);
    expect((await client.get('/_sim/requests?since=1')).body.requests).toEqual([]);
    expect((await client.get('/_sim/desk?list=requesters')).rows).toHaveLength(36);
    expect((await client.get('/_sim/desk')).body.incidents).toHaveLength(60);
  });
});
