import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, CLIENT, openDesk, textAt, type Desk } from './support.ts';

describe('consent and tokens', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());

  async function decide(decision: string, fields: Record<string, string> = {}): Promise<Response> {
    return fetch(`${desk.url}/oauth/decision`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({
        client_id: CLIENT.id,
        redirect_uri: CLIENT.redirect,
        state: 'a b/=',
        teammate: 'ws_demo01/5017690',
        decision,
        ...fields,
      }),
    });
  }

  async function codeOf(): Promise<string> {
    const location = new URL((await decide('approve')).headers.get('location') ?? '');
    expect(location.searchParams.get('state')).toBe('a b/=');
    return location.searchParams.get('code') ?? '';
  }

  async function exchange(code: string, secret = CLIENT.secret, json = false): Promise<Response> {
    const fields = { code, client_id: CLIENT.id, client_secret: secret };
    return fetch(`${desk.url}/auth/eagle/token`, {
      method: 'POST',
      ...(json
        ? { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(fields) }
        : { body: new URLSearchParams(fields) }),
    });
  }

  it('shows what the app asks for, with Approve and Deny', async () => {
    const page = await fetch(`${desk.url}/oauth?client_id=${CLIENT.id}&state=x&response_type=code`);
    const text = await page.text();
    expect(page.status).toBe(200);
    expect(text).toContain('Infraon Desk');
    expect(text).toContain('value="approve"');
    expect(text).toContain('value="deny"');
    expect(text).toContain(`name="redirect_uri" value="${CLIENT.redirect}"`);
  });

  it('shows an error page, not a redirect, for an unknown app or an unregistered address', async () => {
    for (const query of ['client_id=nobody', `client_id=${CLIENT.id}&redirect_uri=https://evil.example/`]) {
      const page = await fetch(`${desk.url}/oauth?${query}`, { redirect: 'manual' });
      expect(page.status).toBe(400);
      expect(page.headers.get('content-type')).toContain('text/html');
    }
  });

  it('exchanges a code once, from a form or from JSON', async () => {
    for (const json of [false, true]) {
      const code = await codeOf();
      const reply: unknown = await (await exchange(code, CLIENT.secret, json)).json();
      expect(at(reply, 'token_type')).toBe('Bearer');
      expect(at(reply, 'token')).toBe(at(reply, 'access_token'));
      const me = await desk.done('GET', '/me', undefined, {
        Authorization: `Bearer ${textAt(reply, 'token')}`,
      });
      expect(me).toMatchObject({
        type: 'admin',
        id: '5017690',
        email_verified: true,
        app: { id_code: 'ws_demo01', region: 'US', timezone: 'Europe/London' },
      });
      const again = await exchange(code, CLIENT.secret, json);
      expect(again.status).toBe(401);
      expect(at(await again.json(), 'errors.0.message')).toBe('Unauthorized Code');
    }
  });

  it('makes codes that end in "=" now and then, and loses none of it', async () => {
    const codes = [await codeOf(), await codeOf()];
    const padded = codes.find((code) => code.endsWith('='));
    expect(padded).toBeDefined();
    expect((await exchange((padded ?? '').replace(/=$/, ''))).status).toBe(401);
    expect((await exchange(padded ?? '')).status).toBe(200);
  });

  it('answers 401 to a wrong secret without spending the code, and to an old code', async () => {
    const code = await codeOf();
    expect((await exchange(code, 'guess')).status).toBe(401);
    expect((await exchange(code)).status).toBe(200);
    const late = await codeOf();
    desk.pass(11 * 60_000);
    expect((await exchange(late)).status).toBe(401);
  });

  it('sends a refusal back with an error, or with no code at all', async () => {
    const refused = new URL((await decide('deny')).headers.get('location') ?? '');
    expect(Object.fromEntries(refused.searchParams)).toEqual({ error: 'access_denied', state: 'a b/=' });
    await desk.sim('PATCH', 'switches', { oauthDeny: 'no_code' });
    const silent = new URL((await decide('deny')).headers.get('location') ?? '');
    expect(Object.fromEntries(silent.searchParams)).toEqual({ state: 'a b/=' });
  });

  it('can present an admin whose email is not verified', async () => {
    await desk.sim('PATCH', 'switches', { emailVerified: false });
    expect(await desk.done('GET', '/me')).toMatchObject({ email_verified: false });
  });

  it('kills the token through /auth/uninstall', async () => {
    await desk.done('POST', '/auth/uninstall');
    expect((await desk.call('GET', '/me')).status).toBe(401);
  });

  it('shows the App Store page with the outcome, escaped', async () => {
    const good = await fetch(`${desk.url}/appstore/redirect?install_success=true`);
    expect(await good.text()).toContain('installed successfully');
    const bad = await fetch(
      `${desk.url}/appstore/redirect?install_success=false&error_message=%3Cb%3Eno%3C/b%3E`,
    );
    expect(await bad.text()).toContain('&lt;b&gt;no&lt;/b&gt;');
  });
});
