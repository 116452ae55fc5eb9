import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import request from 'supertest';
import { CLIENT_SECRET, WORKSPACE, signIn, testApp, type TestApp } from '../../support/app.ts';
import { bodySignature, hubSignature } from '../../support/signed-requests.ts';

let test: TestApp;
beforeAll(async () => {
  test = await testApp();
  await signIn(test);
});
afterAll(() => test.close());

const notification = (id: string, extra: Record<string, unknown> = {}) =>
  JSON.stringify({
    type: 'notification_event',
    id,
    topic: 'contact.deleted',
    app_id: WORKSPACE,
    created_at: 1_760_000_000,
    data: { item: { type: 'contact', id: '68a1f0c2d4' } },
    ...extra,
  });

function postWebhook(body: string, signature: string | undefined) {
  const call = request(test.app).post('/intercom/webhooks').set('content-type', 'application/json');
  return (signature === undefined ? call : call.set('x-hub-signature', signature)).send(body);
}

async function storedEvents(): Promise<number> {
  const [row] = await test.deps.db.sql<{ count: number }[]>`
    select count(*)::int as count from webhook_events`;
  return row?.count ?? 0;
}

describe('webhooks', () => {
  it('answer the probe of the Developer Hub', async () => {
    await request(test.app).head('/intercom/webhooks').expect(200);
  });

  it('are stored once, whatever is delivered twice', async () => {
    const body = notification('notif_1');
    await postWebhook(body, hubSignature(body, CLIENT_SECRET)).expect(200);
    await postWebhook(body, hubSignature(body, CLIENT_SECRET)).expect(200);
    expect(await storedEvents()).toBe(1);
  });

  it('are signed over the bytes, not over what they parse to', async () => {
    const escaped = notification('notif_2', { note: 'café' }).replace('é', '\\u00e9');
    await postWebhook(escaped, hubSignature(escaped, CLIENT_SECRET)).expect(200);
    expect(await storedEvents()).toBe(2);
  });

  it.each([
    ['unsigned', () => undefined],
    ['signed with another secret', (body: string) => hubSignature(body, 'another')],
    ['signed like Canvas Kit', (body: string) => bodySignature(body, CLIENT_SECRET)],
    ['signed for another body', () => hubSignature('{}', CLIENT_SECRET)],
  ])('are refused %s, without a word', async (_name, sign) => {
    const body = notification('notif_3');
    const response = await postWebhook(body, sign(body)).expect(401);
    expect(response.text).toBe('');
    expect(await storedEvents()).toBe(2);
  });

  it('of a workspace that is not installed, and pings, are answered and forgotten', async () => {
    const foreign = notification('notif_4', { app_id: 'ws_other' });
    await postWebhook(foreign, hubSignature(foreign, CLIENT_SECRET)).expect(200);
    const ping = JSON.stringify({ type: 'notification_event', id: null, topic: 'ping', app_id: WORKSPACE });
    await postWebhook(ping, hubSignature(ping, CLIENT_SECRET)).expect(200);
    expect(await storedEvents()).toBe(2);
  });

  it('with characters that the database cannot hold are stored without them', async () => {
    const body = notification('notif_5', { note: 'a\u0000b' });
    await postWebhook(body, hubSignature(body, CLIENT_SECRET)).expect(200);
    expect(await storedEvents()).toBe(3);
  });
});

describe('the installation health check', () => {
  function check(body: string, signature: string | undefined) {
    const call = request(test.app).post('/intercom/health').set('content-type', 'application/json');
    return (signature === undefined ? call : call.set('x-body-signature', signature)).send(body);
  }
  const own = JSON.stringify({ workspace_id: WORKSPACE });

  it('must be signed', async () => {
    await check(own, undefined).expect(401);
    await check(own, hubSignature(own, CLIENT_SECRET)).expect(401);
  });

  it('is OK while Intercom accepts our token', async () => {
    const response = await check(own, bodySignature(own, CLIENT_SECRET)).expect(200);
    expect(response.body).toEqual({ state: 'OK' });
  });

  it('asks a workspace that never installed to install', async () => {
    const other = JSON.stringify({ workspace_id: 'ws_other' });
    const response = await check(other, bodySignature(other, CLIENT_SECRET)).expect(200);
    expect(response.body).toMatchObject({ state: 'UNHEALTHY', cta_type: 'REINSTALL_CTA' });
    expect(response.text).toContain('Install it again');
  });

  it('is UNKNOWN within a second when Intercom is silent', async () => {
    await fetch(`${test.intercom.url}/_sim/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ method: 'GET', path: '/me', mode: 'hang', ms: 5000, times: 1 }]),
    });
    const started = performance.now();
    const response = await check(own, bodySignature(own, CLIENT_SECRET)).expect(200);
    expect(response.body).toEqual({ state: 'UNKNOWN' });
    expect(performance.now() - started).toBeLessThan(1500);
    await fetch(`${test.intercom.url}/_sim/faults`, { method: 'DELETE' });
  });

  it('is UNHEALTHY with a reinstall button once the token is dead, and OK again after it', async () => {
    await fetch(`${test.intercom.url}/_sim/revoke`, { method: 'POST' });
    const response = await check(own, bodySignature(own, CLIENT_SECRET)).expect(200);
    expect(response.body).toMatchObject({ state: 'UNHEALTHY', cta_type: 'REINSTALL_CTA' });
    await signIn(test);
    const healed = await check(own, bodySignature(own, CLIENT_SECRET)).expect(200);
    expect(healed.body).toEqual({ state: 'OK' });
    const calls = await (await fetch(`${test.intercom.url}/_sim/calls`)).text();
    expect(calls).toContain('POST /app_install/status');
  });
});

describe('the uninstall hint', () => {
  const hint = JSON.stringify({ app_id: WORKSPACE });
  const post = (body: string) =>
    request(test.app).post('/intercom/uninstall').set('content-type', 'application/json').send(body);

  async function state() {
    const [row] = await test.deps.db.sql<{ state: string; token: string | null }[]>`
      select state, access_token as token from installations where workspace_id = ${WORKSPACE}`;
    return row;
  }

  it('changes nothing while Intercom still accepts our token', async () => {
    await post(hint).expect(200);
    expect((await state())?.state).toBe('active');
  });

  it('is refused with a wrong signature, and with a body that is none', async () => {
    await post(hint).set('x-body-signature', 'f'.repeat(64)).expect(401);
    await post(hint)
      .set('x-hub-signature', `sha1=${'f'.repeat(40)}`)
      .expect(401);
    await post('nonsense').expect(400);
  });

  it('says the same about a workspace we do not know', async () => {
    await post(JSON.stringify({ app_id: 'ws_other' })).expect(200);
  });

  it('erases everything with a receipt when the token is dead, and signs people out', async () => {
    const agent = await signIn(test);
    await fetch(`${test.intercom.url}/_sim/revoke`, { method: 'POST' });
    await post(hint).set('x-body-signature', bodySignature(hint, CLIENT_SECRET)).expect(200);
    expect(await state()).toEqual({ state: 'uninstalled', token: null });
    await agent.get('/api/v1/session').expect(401);
    const tables = await test.deps.db.sql<{ name: string }[]>`
      select table_name as name from information_schema.columns
      where table_schema = 'public' and column_name = 'workspace_id'
        and table_name not in ('installations', 'erasure_receipts')`;
    expect(tables.length).toBeGreaterThan(15);
    for (const { name } of tables) {
      const [row] = await test.deps.db.sql<{ count: number }[]>`
        select count(*)::int as count from ${test.deps.db.sql(name)} where workspace_id = ${WORKSPACE}`;
      expect(row?.count, name).toBe(0);
    }
    const [receipt] = await test.deps.db.sql<{ counts: Record<string, number> }[]>`
      select counts from erasure_receipts where workspace_id = ${WORKSPACE}`;
    expect(receipt?.counts).toMatchObject({ teammates: 3, webhook_events: 3 });
    await post(hint).expect(200);
  });

  it('leaves a workspace that can be installed anew', async () => {
    const agent = await signIn(test, `${WORKSPACE}/5017691`);
    const session = await agent.get('/api/v1/session').expect(200);
    expect(session.body).toMatchObject({ admin: { role: 'owner' } });
  });
});

describe('liveness', () => {
  it('answers without a session', async () => {
    await request(test.app).get('/healthz').expect(200, { status: 'ok' });
    await request(test.app).get('/readyz').expect(200, { status: 'ready' });
    const metrics = await request(test.app).get('/metrics').expect(200);
    expect(metrics.get('content-type')).toContain('text/plain');
    expect(metrics.text).toContain('http_request_duration_seconds_bucket');
    expect(metrics.text).toContain('route="/intercom/webhooks"');
    expect(metrics.text).not.toContain(WORKSPACE);
  });
});
