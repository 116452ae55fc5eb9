import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, CLIENT, listAt, newContact, newConversation, openDesk, textAt, type Desk } from './support.ts';

interface Received {
  path: string;
  signature: string | undefined;
  contentType: string | undefined;
  text: string;
}

const CANVAS = {
  canvas: {
    content: { components: [{ type: 'text', text: 'Hello' }] },
    stored_data: { v: 1 },
  },
};

describe('the inbox page and an app', () => {
  let desk: Desk;
  let app: Server;
  let received: Received[];
  let reply: { status: number; body: string; delayMs: number };
  let conversationId: string;
  let contactId: string;

  beforeEach(async () => {
    received = [];
    reply = { status: 200, body: JSON.stringify(CANVAS), delayMs: 0 };
    app = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('error', () => undefined);
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({
          path: request.url ?? '',
          signature: request.headers['x-body-signature'] as string | undefined,
          contentType: request.headers['content-type'],
          text: Buffer.concat(chunks).toString('utf8'),
        });
        void sleep(reply.delayMs).then(() => {
          response.writeHead(reply.status, { 'Content-Type': 'application/json' });
          response.end(reply.body);
        });
      });
    });
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
    desk = await openDesk();
    await desk.sim('POST', 'inbox-apps', {
      client_id: CLIENT.id,
      name: 'Panel',
      initializeUrl: `${address}/initialize`,
      submitUrl: `${address}/submit`,
    });
    contactId = await newContact(desk, { name: 'Zoë' });
    conversationId = await newConversation(desk, contactId, { body: 'Größe <1> 😀' });
  });
  afterEach(async () => {
    await desk.close();
    app.closeAllConnections();
    app.close();
  });

  async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${desk.url}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return response.json();
  }
  const who = () => ({
    admin_id: '5017690',
    conversation_id: conversationId,
    contact_id: contactId,
    client_id: CLIENT.id,
  });
  const initialize = () => ask('POST', '/inbox/api/initialize', who());
  const click = (over: object = {}) =>
    ask('POST', '/inbox/api/submit', {
      ...who(),
      component_id: 'save:1',
      input_values: { name: 'Ada', tags: ['a'] },
      current_canvas: CANVAS.canvas,
      ...over,
    });
  const set = (settings: object) => desk.sim('PATCH', 'inbox-settings', settings);
  const sign = (text: string) => createHmac('sha256', CLIENT.secret).update(text).digest('hex');

  it('signs the exact bytes in every spelling, which all say the same', async () => {
    for (let count = 0; count < 5; count += 1)
      expect(at(await initialize(), 'canvas')).toEqual(CANVAS.canvas);
    expect(new Set(received.map(({ text }) => text)).size).toBe(5);
    for (const { signature, text, contentType, path } of received) {
      expect(path).toBe('/initialize');
      expect(contentType).toBe('application/json');
      expect(signature).toBe(sign(text));
      const body: unknown = JSON.parse(text);
      expect(at(body, 'workspace_id')).toBe('ws_demo01');
      expect(at(body, 'admin.id')).toBe('5017690');
      expect(at(body, 'contact.name')).toBe('Zoë');
      expect(at(body, 'conversation.source.body')).toBe('<p>Größe &lt;1&gt; 😀</p>');
    }
    const reserialised = received.filter(({ text }) => JSON.stringify(JSON.parse(text)) !== text);
    expect(reserialised.length).toBeGreaterThanOrEqual(2);
  });

  it('sends all values and the canvas with what it stored', async () => {
    await click();
    const [first] = received;
    expect(first?.path).toBe('/submit');
    const body: unknown = JSON.parse(first?.text ?? '');
    expect(at(body, 'component_id')).toBe('save:1');
    expect(at(body, 'input_values')).toEqual({ name: 'Ada', tags: ['a'] });
    expect(at(body, 'current_canvas.stored_data')).toEqual({ v: 1 });

    await set({ currentCanvas: 'nested', contactKey: 'customer', region: false });
    await click();
    const other: unknown = JSON.parse(received[1]?.text ?? '');
    expect(at(other, 'current_canvas.current_canvas.stored_data')).toEqual({ v: 1 });
    expect(at(other, 'customer.id')).toBe(contactId);
    expect(at(other, 'contact')).toBeUndefined();
    expect(at(other, 'workspace_region')).toBeUndefined();
  });

  it('misbehaves on demand', async () => {
    await set({ bodyStyle: 'compact', signature: 'missing' });
    await initialize();
    await set({ signature: 'wrong' });
    await initialize();
    await set({ signature: 'uppercase' });
    await initialize();
    await set({ signature: 'replay' });
    await initialize();
    const [missing, wrong, upper, replay] = received;
    expect(missing?.signature).toBeUndefined();
    expect(wrong?.signature).not.toBe(sign(wrong?.text ?? ''));
    expect(upper?.signature).toBe(sign(upper?.text ?? '').toUpperCase());
    expect(replay?.text).toBe(upper?.text);

    await set({ signature: 'valid', largeConversation: true, doubleSubmit: true });
    await click();
    expect(received).toHaveLength(6);
    expect(received[4]?.text.length).toBeGreaterThan(2 * 1024 * 1024);
    expect(received[5]?.text).toBe(received[4]?.text);
    expect(await set({ signature: 'forged' })).toEqual({ error: 'unknown or unfitting setting: signature' });
  });

  it('shows the generic error card in strict mode and the canvas in lenient mode', async () => {
    reply.body = JSON.stringify({ canvas: { content: { components: [{ type: 'wheel' }] } } });
    expect(at(await initialize(), 'canvas')).toBeNull();
    await set({ mode: 'lenient' });
    const lenient = await initialize();
    expect(at(lenient, 'canvas')).not.toBeNull();
    expect(textAt(lenient, 'exchange.violations.0.message')).toBe('wheel is an unknown component type.');
    reply = { status: 401, body: '', delayMs: 0 };
    expect(at(await initialize(), 'canvas')).toBeNull();
  });

  it('gives up after the time-out, and when the connection breaks', async () => {
    await set({ timeoutMs: 100 });
    reply.delayMs = 400;
    const late = await initialize();
    expect(at(late, 'canvas')).toBeNull();
    expect(textAt(late, 'exchange.failure')).toBe('No whole answer within 0.1 s.');
    await set({ timeoutMs: 10_000, network: 'reset' });
    expect(textAt(await initialize(), 'exchange.failure')).toContain('connection reset on purpose');
  });

  it('pins per teammate, and an app that was removed is gone until it is back', async () => {
    const apps = async (admin: string) =>
      listAt(await ask('GET', `/inbox/api/apps?admin_id=${admin}`), 'apps');
    expect(await apps('5017690')).toEqual([{ client_id: CLIENT.id, name: 'Panel', pinned: false }]);
    await ask('POST', '/inbox/api/pins', { admin_id: '5017690', client_id: CLIENT.id, pinned: true });
    expect(at(await apps('5017690'), '0.pinned')).toBe(true);
    expect(at(await apps('5017691'), '0.pinned')).toBe(false);
    await desk.sim('POST', 'uninstall', { url: `${desk.url}/_sim/switches` });
    expect(await apps('5017690')).toEqual([]);
    await desk.sim('POST', 'tokens', {});
    expect(await apps('5017690')).toHaveLength(1);
  });

  it('lists, searches and pages conversations, newest first', async () => {
    for (let count = 0; count < 26; count += 1) {
      desk.pass(1_000);
      await newConversation(desk, contactId, { body: `Ticket INC-${count}` });
    }
    const first = await ask('GET', '/inbox/api/conversations');
    expect(at(first, 'total')).toBe(27);
    expect(at(first, 'next_offset')).toBe(25);
    expect(textAt(first, 'items.0.preview')).toBe('Ticket INC-25');
    expect(listAt(await ask('GET', '/inbox/api/conversations?offset=25'), 'items')).toHaveLength(2);
    expect(at(await ask('GET', '/inbox/api/conversations?q=inc-7'), 'total')).toBe(1);
    expect(at(await ask('GET', '/inbox/api/conversations?q=zo%C3%AB'), 'total')).toBe(27);
  });

  it('writes in as a customer, without a mail and without counting as a call of the app', async () => {
    const before = await desk.sim('GET', 'calls');
    const { id } = (await ask('POST', '/inbox/api/samples', { kind: 'group' })) as { id: string };
    const detail = await ask('GET', `/inbox/api/conversations/${id}`);
    expect(listAt(detail, 'contacts')).toHaveLength(7);
    const lead = (await ask('POST', '/inbox/api/samples', { kind: 'lead' })) as { id: string };
    expect(at(await ask('GET', `/inbox/api/conversations/${lead.id}`), 'contacts.0.email')).toBeNull();
    expect(await desk.sim('GET', 'mails')).toEqual({ mails: [] });
    expect(await desk.sim('GET', 'calls')).toEqual(before);
  });

  it('serves the page and everything it loads, with a policy that loads nothing from outside', async () => {
    const page = await fetch(`${desk.url}/inbox`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await page.text();
    const loaded = [...html.matchAll(/(?:src|href)="(\/inbox\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(loaded.length).toBe(2);
    const script = await (await fetch(`${desk.url}/inbox/app.js`)).text();
    for (const [, name] of script.matchAll(/from '\.\/([^']+)'/g)) loaded.push(`/inbox/${name}`);
    for (const path of loaded)
      expect([path, (await fetch(`${desk.url}${path}`)).status]).toEqual([path, 200]);
    const link = await fetch(`${desk.url}/a/inbox/ws_demo01/inbox/conversation/${conversationId}`);
    expect(link.url).toContain(`/inbox?workspace_id=ws_demo01&conversation=${conversationId}`);
  });
});
