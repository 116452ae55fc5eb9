import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { open } from '../../../../simulators/intercom/context.ts';
import { startIntercomSimulator } from '../../../../simulators/intercom/server.ts';
import {
  at,
  CLIENT,
  errorOf,
  listAt,
  newContact,
  newConversation,
  openDesk,
  textAt,
  type Desk,
} from './support.ts';

describe('control plane', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());

  it('refuses switches it does not know or of the wrong type, and applies nothing then', async () => {
    const answer = await desk.sim('PATCH', 'switches', { triggers: 'all', colour: 'red', fetchUrls: 'yes' });
    expect(at(answer, 'error')).toContain('colour');
    expect(at(await desk.sim('GET', 'switches'), 'triggers')).toBe('none');
  });

  it('records requests with bodies and counts calls by template', async () => {
    const contact = await newContact(desk);
    await desk.call('GET', `/contacts/${contact}?x=1`);
    await desk.call('GET', '/contacts/none');
    const recorded = await desk.sim('GET', 'requests?since=0');
    expect(listAt(recorded, 'requests')).toMatchObject([
      {
        seq: 1,
        method: 'POST',
        path: '/contacts',
        version: '2.16',
        request_body: { external_id: 'req-1' },
        status: 200,
        workspace_id: 'ws_demo01',
      },
      {
        seq: 2,
        path: `/contacts/${contact}`,
        query: 'x=1',
        call: 'GET /contacts/{id}',
        response_body: { id: contact },
      },
      { seq: 3, status: 404 },
    ]);
    expect(listAt(await desk.sim('GET', 'requests?since=2'), 'requests')).toHaveLength(1);
    expect(await desk.sim('GET', 'calls')).toMatchObject({
      total: 3,
      calls: { 'GET /contacts/{id}': { total: 2, statuses: { '200': 1, '404': 1 } } },
    });
  });

  it('keeps the newest requests when the ring is full, and counts them all', async () => {
    const small = await openDesk({ recorderSize: 3 });
    for (let number = 0; number < 5; number += 1) await small.done('GET', '/me');
    expect(listAt(await small.sim('GET', 'requests'), 'requests').map((each) => at(each, 'seq'))).toEqual([
      3, 4, 5,
    ]);
    expect(at(await small.sim('GET', 'calls'), 'total')).toBe(5);
    await small.close();
  });

  it('takes equal snapshots of equal contents', async () => {
    const before = await desk.sim('GET', 'snapshot?visible=true');
    const contact = await newContact(desk);
    const conversation = await newConversation(desk, contact);
    expect(await desk.sim('GET', 'snapshot?visible=true')).not.toEqual(before);
    await desk.done('DELETE', `/conversations/${conversation}`);
    await desk.done('POST', `/contacts/${contact}/archive`);
    expect(await desk.sim('GET', 'snapshot?visible=true')).toEqual(before);
    expect(await desk.sim('GET', 'snapshot')).not.toEqual(before);
  });

  it('lets a person edit, note, reply and delete, with their own time and without ledgered mail', async () => {
    const contact = await newContact(desk);
    const conversation = await newConversation(desk, contact);
    desk.pass(60_000);
    await desk.sim('POST', 'edit', {
      resource: 'contact',
      id: contact,
      set: { name: 'Ada L.' },
      note: 'called',
    });
    expect(await desk.done('GET', `/contacts/${contact}`)).toMatchObject({
      name: 'Ada L.',
      updated_at: desk.now(),
    });
    await desk.sim('POST', 'edit', {
      resource: 'conversation',
      id: conversation,
      set: { title: 'Mine' },
      note: 'n',
      reply: 'r',
      contact_reply: 'c',
      state: 'closed',
    });
    const edited = await desk.done('GET', `/conversations/${conversation}`);
    expect(edited).toMatchObject({ title: 'Mine', state: 'closed', updated_at: desk.now() });
    const kinds = listAt(edited, 'conversation_parts.conversation_parts').map((part) =>
      at(part, 'part_type'),
    );
    expect(kinds).toEqual(['note', 'comment', 'comment', 'close']);
    expect(listAt(await desk.sim('GET', 'mails'), 'mails')).toEqual([]);
    await desk.sim('POST', 'edit', { resource: 'conversation', id: conversation, delete: true });
    expect((await desk.call('GET', `/conversations/${conversation}`)).status).toBe(404);
    expect(
      at(
        await desk.sim('POST', 'edit', { resource: 'contact', id: contact, set: { owner_id: '1' } }),
        'error',
      ),
    ).toContain('parameter_invalid');
    expect(at(await desk.sim('POST', 'edit', { resource: 'contact', id: 'none' }), 'error')).toBe(
      'no such record',
    );
  });

  it('edits companies, custom objects and articles', async () => {
    const company = textAt(await desk.done('POST', '/companies', { company_id: 'org-1' }), 'id');
    await desk.sim('POST', 'edit', { resource: 'company', id: company, set: { name: 'Acme' } });
    expect(at(await desk.done('GET', `/companies/${company}`), 'name')).toBe('Acme');
    await desk.sim('POST', 'object-types', {
      types: [{ identifier: 'asset', attributes: [{ name: 'tag', format: 'text' }] }],
    });
    const asset = textAt(
      await desk.done('POST', '/custom_object_instances/asset', { external_id: 'a' }),
      'id',
    );
    await desk.sim('POST', 'edit', {
      resource: 'custom_object',
      type: 'asset',
      id: asset,
      set: { custom_attributes: { tag: 'LT' } },
    });
    expect(
      at(await desk.done('GET', `/custom_object_instances/asset/${asset}`), 'custom_attributes.tag'),
    ).toBe('LT');
    const article = textAt(await desk.done('POST', '/articles', { title: 'a', author_id: 5_017_690 }), 'id');
    await desk.sim('POST', 'edit', { resource: 'article', id: article, set: { title: 'b' } });
    expect(at(await desk.done('GET', `/articles/${article}`), 'title')).toBe('b');
    await desk.sim('POST', 'edit', { resource: 'article', id: article, delete: true });
    expect((await desk.call('GET', `/articles/${article}`)).status).toBe(404);
  });

  it('goes back to the seeds on reset', async () => {
    await newContact(desk);
    await desk.sim('PATCH', 'switches', { triggers: 'all' });
    await desk.sim('POST', 'reset', {});
    expect((await desk.call('GET', '/me')).status).toBe(401);
    expect(at(await desk.sim('GET', 'switches'), 'triggers')).toBe('none');
    expect(listAt(await desk.sim('GET', 'snapshot'), 'contacts')).toEqual([]);
  });

  it('accepts pushed health and checks it', async () => {
    expect((await desk.call('POST', '/app_install/status', { state: 'UNHEALTHY' })).status).toBe(400);
    expect((await desk.call('POST', '/app_install/status', { state: 'FINE' })).status).toBe(400);
    await desk.done('POST', '/app_install/status', {
      state: 'UNHEALTHY',
      message: 'Reconnect',
      cta_type: 'REINSTALL_CTA',
    });
    expect(at(await desk.sim('GET', 'health-reports'), 'reports.0')).toMatchObject({
      state: 'UNHEALTHY',
      message: 'Reconnect',
    });
  });

  it('keeps workspaces apart', async () => {
    const two = await openDesk({
      workspaces: [
        { id: 'ws_a', name: 'A' },
        { id: 'ws_b', name: 'B', region: 'EU' },
      ],
    });
    const contact = await newContact(two);
    const token = textAt(await two.sim('POST', 'tokens', { workspace_id: 'ws_b' }), 'token');
    const headers = { Authorization: `Bearer ${token}` };
    expect(at(await two.done('GET', '/me', undefined, headers), 'app')).toMatchObject({
      id_code: 'ws_b',
      region: 'EU',
    });
    expect(errorOf(await two.call('GET', `/contacts/${contact}`, undefined, headers)).status).toBe(404);
    await two.close();
  });

  it('mounts further routes', async () => {
    const simulator = await startIntercomSimulator();
    simulator.state.registerRoutes([
      { method: 'GET', path: '/a/inbox', handler: open(() => ({ status: 200, body: { inbox: true } })) },
    ]);
    expect(await (await fetch(`${simulator.url}/a/inbox`)).json()).toEqual({ inbox: true });
    await simulator.close();
  });

  it('teams: Preview replaces the membership', async () => {
    const preview = { 'Intercom-Version': 'Preview' };
    expect((await desk.call('PUT', '/teams/8230001', { admin_ids: [] })).status).toBe(400);
    expect(await desk.done('PUT', '/teams/8230001', { admin_ids: [5017692] }, preview)).toMatchObject({
      admin_ids: [5017692],
    });
    expect(at(await desk.done('GET', '/admins/5017692'), 'team_ids')).toEqual([8230001]);
    expect(errorOf(await desk.call('GET', '/admins/1')).code).toBe('admin_not_found');
  });
});

describe('what Intercom sends to the app', () => {
  let desk: Desk;
  let app: Server;
  let url: string;
  let received: { headers: IncomingHttpHeaders; body: string }[];
  beforeEach(async () => {
    desk = await openDesk();
    received = [];
    app = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
        response.setHeader('Content-Type', 'application/json');
        response.end('{"state":"OK"}');
      });
    });
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(app.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    await desk.close();
    await new Promise((resolve) => app.close(resolve));
  });

  const hmac = (algorithm: string, body: string) =>
    createHmac(algorithm, CLIENT.secret).update(body).digest('hex');

  it('signs health checks with SHA-256 over the bytes, in bare hex', async () => {
    expect(await desk.sim('POST', 'health', { url })).toMatchObject({ status: 200, body: { state: 'OK' } });
    expect(received[0]?.body).toBe('{"workspace_id":"ws_demo01"}');
    expect(received[0]?.headers['x-body-signature']).toBe(hmac('sha256', received[0]?.body ?? ''));
  });

  it('signs webhooks with SHA-1 and a prefix, and can leave out or spoil the signature', async () => {
    await desk.sim('POST', 'webhook', { url, topic: 'contact.deleted', item: { type: 'contact', id: '1' } });
    expect(received[0]?.headers['x-hub-signature']).toBe(`sha1=${hmac('sha1', received[0]?.body ?? '')}`);
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
      type: 'notification_event',
      topic: 'contact.deleted',
      app_id: 'ws_demo01',
      data: { item: { type: 'contact', id: '1' } },
    });
    await desk.sim('POST', 'webhook', { url, signature: 'missing' });
    expect(received[1]?.headers['x-hub-signature']).toBeUndefined();
    await desk.sim('POST', 'webhook', { url, signature: 'wrong' });
    expect(received[2]?.headers['x-hub-signature']).not.toBe(`sha1=${hmac('sha1', received[2]?.body ?? '')}`);
  });

  it('kills the token before the uninstall hint goes out', async () => {
    await desk.sim('POST', 'uninstall', { url });
    expect(received[0]?.body).toBe('{"app_id":"ws_demo01"}');
    expect((await desk.call('GET', '/me')).status).toBe(401);
  });

  it('reports an app that does not answer', async () => {
    expect(await desk.sim('POST', 'health', { url: 'http://127.0.0.1:1/' })).toMatchObject({ status: 0 });
  });
});
