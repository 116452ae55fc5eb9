import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loadConfig, type MessengerConfig } from '../../../../config.ts';
import { messengerIdentity } from '../../../../server/console/messenger.ts';
import { messengerPolicy } from '../../../../server/console/messenger-policy.ts';
import { contentSecurityPolicy } from '../../../../server/security-headers.ts';

const MESSENGER: MessengerConfig = {
  appId: 'app1',
  secret: 'test-messenger-secret',
  region: 'us',
  widgetUrl: undefined,
};
const SESSION = {
  workspace: { id: 'ws_1', name: 'Northwind', region: 'EU' },
  admin: { id: '42', name: 'Olivia Marsh', email: 'olivia@northwind.example', role: 'owner' as const },
};
const NOW = new Date('2026-03-01T10:00:00.400Z');

function decode(part: string | undefined): unknown {
  return JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
}

describe('the identity for the Messenger', () => {
  it('is a JWT signed with the Messenger secret', async () => {
    const { intercom_user_jwt: token } = await messengerIdentity(MESSENGER, SESSION, NOW);
    const [header, claims, signature] = token.split('.');
    expect(decode(header)).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(signature).toBe(
      createHmac('sha256', 'test-messenger-secret').update(`${header}.${claims}`).digest('base64url'),
    );
  });

  it('names the teammate within the workspace and expires after two hours', async () => {
    const identity = await messengerIdentity(MESSENGER, SESSION, NOW);
    expect(decode(identity.intercom_user_jwt.split('.')[1])).toEqual({
      user_id: 'ws_1:42',
      email: 'olivia@northwind.example',
      name: 'Olivia Marsh',
      iat: 1772359200,
      exp: 1772359200 + 7200,
    });
    expect(identity).toMatchObject({ app_id: 'app1', user_id: 'ws_1:42', expires_in_seconds: 7200 });
  });

  it('says where our own workspace is hosted, not where theirs is', async () => {
    expect((await messengerIdentity(MESSENGER, SESSION, NOW)).region).toBe('us');
    expect((await messengerIdentity({ ...MESSENGER, region: 'ap' }, SESSION, NOW)).region).toBe('ap');
  });
});

function sourcesOf(policy: string, directive: string): string[] {
  const found = policy.split('; ').find((one) => one.startsWith(`${directive} `));
  return found?.split(' ').slice(1) ?? [];
}

describe('the policy of a page with the Messenger', () => {
  it('adds to the policy of every page and takes nothing away', () => {
    const policy = messengerPolicy(MESSENGER);
    for (const directive of contentSecurityPolicy().split('; ')) {
      const [name, ...sources] = directive.split(' ');
      expect(sourcesOf(policy, name!)).toEqual(expect.arrayContaining(sources));
    }
    expect(sourcesOf(policy, 'default-src')).toEqual(["'none'"]);
    expect(sourcesOf(policy, 'frame-ancestors')).toEqual(["'none'"]);
  });

  it('allows scripts of ours and of Intercom as files, never inline or evaluated', () => {
    expect(sourcesOf(messengerPolicy(MESSENGER), 'script-src')).toEqual([
      "'self'",
      'https://app.intercom.io',
      'https://widget.intercom.io',
      'https://js.intercomcdn.com',
    ]);
  });

  it.each([
    ['us', 'https://uploads.intercomcdn.com', 'https://static.intercomassets.com'],
    ['eu', 'https://uploads.intercomcdn.eu', 'https://static.intercomassets.eu'],
    ['ap', 'https://uploads.au.intercomcdn.com', 'https://static.au.intercomassets.com'],
  ] as const)('allows the file hosts of %s alone', (region, uploads, assets) => {
    const policy = messengerPolicy({ ...MESSENGER, region });
    const starts = ['https://uploads.intercomcdn', 'https://uploads.au', 'https://uploads.eu'];
    const allowed = sourcesOf(policy, 'connect-src').filter((source) =>
      starts.some((start) => source.startsWith(start)),
    );
    expect(allowed[0]).toBe(uploads);
    expect(allowed).toHaveLength(region === 'eu' ? 2 : 1);
    expect(sourcesOf(policy, 'img-src').filter((source) => source.includes('intercomassets'))).toEqual([
      assets,
    ]);
  });

  it('allows the origin of a widget that replaces the one of Intercom', () => {
    const widgetUrl = 'https://widget.example:8443/widget.js?v=1';
    expect(sourcesOf(messengerPolicy({ ...MESSENGER, widgetUrl }), 'script-src')).toContain(
      'https://widget.example:8443',
    );
  });
});

describe('the configuration of the Messenger', () => {
  const required = {
    INTERCOM_CLIENT_ID: 'id',
    INTERCOM_CLIENT_SECRET: 'secret',
    SECRET_KEY: Buffer.alloc(32).toString('base64'),
  };

  it('is off without an app id and a secret', () => {
    expect(loadConfig(required).messenger).toBeUndefined();
  });

  it('takes the region of our workspace, the United States by default', () => {
    const both = { ...required, MESSENGER_APP_ID: 'app1', MESSENGER_SECRET: 'key' };
    expect(loadConfig(both).messenger).toEqual({
      appId: 'app1',
      secret: 'key',
      region: 'us',
      widgetUrl: undefined,
    });
    const elsewhere = {
      ...both,
      MESSENGER_REGION: 'eu',
      MESSENGER_WIDGET_URL: 'http://localhost:4000/widget.js',
    };
    expect(loadConfig(elsewhere).messenger).toMatchObject({
      region: 'eu',
      widgetUrl: 'http://localhost:4000/widget.js',
    });
  });

  it.each([
    [{ MESSENGER_APP_ID: 'app1' }, /^MESSENGER_SECRET is missing: expected .*\.$/],
    [{ MESSENGER_SECRET: 'key' }, /^MESSENGER_APP_ID is missing: expected .*\.$/],
    [{ MESSENGER_REGION: 'moon' }, /^MESSENGER_REGION is malformed: expected us, eu or ap\.$/],
  ])('refuses %j in one line', (environment, line) => {
    expect(() => loadConfig({ ...required, ...environment })).toThrow(line);
  });
});
