import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, browser, signIn, testApp, WORKSPACE, type TestApp } from '../../support/app.ts';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

interface Identity {
  region: string;
  intercom_user_jwt: string;
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString('utf8')) as Record<
    string,
    unknown
  >;
}

describe('the console without a Messenger', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await testApp();
  });
  afterAll(() => test.close());

  it('loads no script, offers no support and keeps its policy', async () => {
    const agent = await signIn(test);
    for (const path of ['/console', '/welcome']) {
      const response = await agent.get(path).expect(200);
      expect(response.get('content-security-policy')).toBe(POLICY);
      expect(response.text).not.toContain('<script');
      expect(response.text).not.toContain('id="support"');
    }
  });

  it('has neither the script nor an identity', async () => {
    const agent = await signIn(test);
    await agent.get('/console/messenger.js').expect(404);
    await agent.get('/messenger/identity').expect(404);
  });
});

describe('the console with a Messenger', () => {
  let test: TestApp;
  const messenger = {
    appId: 'support1',
    secret: 'messenger-secret-that-stays-here',
    region: 'eu' as const,
    widgetUrl: undefined,
  };
  beforeAll(async () => {
    test = await testApp({ app: { messenger } });
  });
  afterAll(() => test.close());

  it('loads the script on the pages of a signed-in teammate, under a wider policy', async () => {
    const agent = await signIn(test);
    for (const path of ['/console', '/welcome']) {
      const response = await agent.get(path).expect(200);
      expect(response.text.match(/<script\b.*<\/script>/g)).toEqual([
        '<script src="/console/messenger.js" defer></script>',
      ]);
      expect(response.text).toContain('id="support" hidden');
      expect(response.get('content-security-policy')).toContain('https://widget.intercom.io');
      expect(response.get('content-security-policy')).toContain('https://api-iam.eu.intercom.io');
    }
  });

  it('leaves other answers as they are', async () => {
    const agent = await signIn(test);
    const signInPage = await browser(test).get('/').expect(200);
    expect(signInPage.text).not.toContain('<script');
    for (const response of [signInPage, await agent.get('/api/v1/session').expect(200)]) {
      expect(response.get('content-security-policy')).toBe(POLICY);
    }
  });

  it('serves the SDK in one script, without the secret', async () => {
    const response = await browser(test)
      .get('/console/messenger.js')
      .expect(200)
      .expect('content-type', /javascript/);
    expect(response.text).toContain('https://widget.intercom.io/widget/');
    expect(response.text).not.toContain(messenger.secret);
    expect((await browser(test).get('/console/messenger.js')).text).toBe(response.text);
  });

  it('tells the page who the teammate is, and nobody else', async () => {
    const agent = await signIn(test);
    const now = new Date('2026-03-01T10:00:00Z');
    test.clock.now = now;
    const response = await agent.get('/messenger/identity').expect(200).expect('cache-control', 'no-store');
    test.clock.now = null;
    const { intercom_user_jwt: token, ...clear } = bodyOf<Identity>(response);
    expect(clear).toEqual({
      app_id: 'support1',
      region: 'eu',
      widget_url: null,
      user_id: `${WORKSPACE}:5017690`,
      expires_in_seconds: 7200,
    });
    expect(claimsOf(token)).toEqual({
      user_id: `${WORKSPACE}:5017690`,
      email: 'olivia.marsh@northwind.example',
      name: 'Olivia Marsh',
      iat: now.getTime() / 1000,
      exp: now.getTime() / 1000 + 7200,
    });
    const other = await signIn(test, `${WORKSPACE}/5017691`);
    const second = bodyOf<Identity>(await other.get('/messenger/identity').expect(200));
    expect(claimsOf(second.intercom_user_jwt)).toMatchObject({ user_id: `${WORKSPACE}:5017691` });
  });

  it('gives no identity without a session, and none after signing out', async () => {
    const refused = await browser(test).get('/messenger/identity').expect(401);
    expect(refused.body).toMatchObject({ error: { code: 'not_signed_in' } });
    const agent = await signIn(test);
    await agent.post('/sign-out').expect(303);
    await agent.get('/messenger/identity').expect(401);
  });
});
