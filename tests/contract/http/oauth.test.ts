import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  browser,
  cookiesOf,
  consent,
  signIn,
  testApp,
  CLIENT_ID,
  PUBLIC_URL,
  WORKSPACE,
  type TestApp,
} from '../../support/app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await testApp();
});
afterAll(() => test.close());

async function installation() {
  const [row] = await test.deps.db.sql<{ token: string | null; state: string; adminId: string }[]>`
    select access_token as token, state, admin_id as "adminId" from installations
    where workspace_id = ${WORKSPACE}`;
  return row;
}

describe('installing', () => {
  it('redirects once, with a state that is bound to the browser', async () => {
    const response = await browser(test).get('/install').expect(302);
    const target = new URL(response.get('location')!);
    expect(`${target.origin}${target.pathname}`).toBe(`${test.intercom.url}/oauth`);
    expect(target.searchParams.get('client_id')).toBe(CLIENT_ID);
    expect(target.searchParams.get('redirect_uri')).toBe(`${PUBLIC_URL}/oauth/callback`);
    const state = target.searchParams.get('state')!;
    expect(state.length).toBeGreaterThan(40);
    const [cookie] = cookiesOf(response);
    expect(cookie).toMatch(/^install=[\w-]{40,}; .*HttpOnly; SameSite=Lax$/);
    const stored = await test.deps.db.sql`select state_hash, browser_hash from oauth_states`;
    expect(JSON.stringify(stored)).not.toContain(state);
  });

  it('stores an encrypted token, imports teammates and makes the installer owner', async () => {
    const agent = await signIn(test);
    const row = await installation();
    expect(row).toMatchObject({ state: 'active', adminId: '5017690' });
    expect(row?.token).toMatch(/^v1\./);
    const session = await agent.get('/api/v1/session').expect(200);
    expect(session.body).toEqual({
      workspace: { id: WORKSPACE, name: 'Northwind', region: 'US' },
      admin: {
        id: '5017690',
        name: 'Olivia Marsh',
        email: 'olivia.marsh@northwind.example',
        role: 'owner',
      },
    });
    const teammates = await agent.get('/api/v1/teammates').expect(200);
    expect(teammates.body).toMatchObject({ total: 3 });
    const welcome = await agent.get('/welcome').expect(200);
    expect(welcome.text).toContain(`${test.intercom.url}/appstore/redirect?install_success=true`);
    expect(welcome.text).toContain('Edit apps');
  });

  it('keeps a code that ends in an equals sign', async () => {
    test.intercom.state.switches.oauthCodeEquals = 'always';
    const agent = browser(test);
    const callback = await consent(test, agent);
    expect(new URL(callback, PUBLIC_URL).searchParams.get('code')).toMatch(/=$/);
    await agent.get(callback).expect(303).expect('location', '/welcome');
  });

  it('replaces the token on a second installation and keeps roles and the installing admin', async () => {
    const before = await installation();
    const agent = await signIn(test, `${WORKSPACE}/5017691`);
    const after = await installation();
    expect(after?.token).not.toBe(before?.token);
    expect(after?.adminId).toBe('5017690');
    const session = await agent.get('/api/v1/session').expect(200);
    expect(session.body).toMatchObject({ admin: { id: '5017691', role: 'viewer' } });
    const [{ owners } = { owners: 0 }] = await test.deps.db.sql<{ owners: number }[]>`
      select count(*)::int as owners from teammates where role = 'owner'`;
    expect(owners).toBe(1);
  });

  it('refuses a person whose address is not verified, and stores nothing of it', async () => {
    const before = await installation();
    test.intercom.state.workspaces.get(WORKSPACE)!.admins.get('5017690')!.emailVerified = false;
    const agent = browser(test);
    const response = await agent.get(await consent(test, agent)).expect(303);
    const target = new URL(response.get('location')!);
    expect(target.pathname).toBe('/appstore/redirect');
    expect(target.searchParams.get('install_success')).toBe('false');
    expect(target.searchParams.get('error_message')).toContain('Verify the e-mail address');
    await agent.get('/api/v1/session').expect(401);
    expect(await installation()).toEqual(before);
    test.intercom.state.workspaces.get(WORKSPACE)!.admins.get('5017690')!.emailVerified = true;
  });
});

describe('what must not install', () => {
  it.each(['error', 'no_code'] as const)('a refused consent (%s) ends in the App Store', async (variant) => {
    test.intercom.state.switches.oauthDeny = variant;
    const agent = browser(test);
    const response = await agent.get(await consent(test, agent, { decision: 'deny' })).expect(303);
    expect(response.get('location')).toContain('install_success=false&error_message=');
  });

  it('a replayed callback', async () => {
    const agent = browser(test);
    const callback = await consent(test, agent);
    await agent.get(callback).expect(303);
    const again = await agent.get(callback).expect(400);
    expect(again.text).toContain('finished already');
  });

  it('a callback in another browser, and the right browser may still finish', async () => {
    const victim = browser(test);
    const callback = await consent(test, victim);
    const other = browser(test);
    await other.get('/install');
    await other.get(callback).expect(400);
    await other.get('/api/v1/session').expect(401);
    await victim.get(callback).expect(303).expect('location', '/welcome');
  });

  it('an unknown state, and one that has expired', async () => {
    const agent = browser(test);
    await agent.get('/install');
    await agent.get('/oauth/callback?code=abc&state=US.invented').expect(400);
    const callback = await consent(test, agent);
    test.clock.now = new Date(Date.now() + 20 * 60_000);
    await agent.get(callback).expect(400);
    test.clock.now = null;
  });

  it('a code that Intercom does not know', async () => {
    const agent = browser(test);
    const callback = new URL(await consent(test, agent), PUBLIC_URL);
    callback.searchParams.set('code', 'made-up');
    const response = await agent.get(`${callback.pathname}${callback.search}`).expect(303);
    expect(response.get('location')).toContain('install_success=false');
    await agent.get('/api/v1/session').expect(401);
  });
});

describe('a session', () => {
  it('is a hashed random token in a strict enough cookie', async () => {
    const agent = browser(test);
    const response = await agent.get(await consent(test, agent)).expect(303);
    const cookie = cookiesOf(response).find((one) => one.startsWith('session='))!;
    expect(cookie).toMatch(/^session=[\w-]{40,}; .*Path=\/; .*HttpOnly; SameSite=Lax$/);
    expect(cookie).not.toContain('Secure');
    const token = /^session=([^;]+)/.exec(cookie)![1]!;
    const rows = await test.deps.db.sql`select token_hash from sessions`;
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it('ends with signing out, and with time', async () => {
    const agent = await signIn(test);
    await agent.post('/sign-out').set('origin', 'https://elsewhere.example').expect(403);
    await agent.post('/sign-out').expect(303).expect('location', '/');
    await agent.get('/api/v1/session').expect(401);
    const other = await signIn(test);
    test.clock.now = new Date(Date.now() + 8 * 24 * 60 * 60_000);
    await other.get('/api/v1/session').expect(401);
    test.clock.now = null;
  });

  it('is marked Secure when the public address is https', async () => {
    const secure = await testApp({ publicUrl: 'https://app.example' });
    try {
      const response = await browser(secure).get('/install').expect(302);
      expect(cookiesOf(response)[0]).toContain('; Secure');
      expect(response.get('strict-transport-security')).toContain('max-age');
    } finally {
      await secure.close();
    }
  });
});
