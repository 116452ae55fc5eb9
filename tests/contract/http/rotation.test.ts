import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import request from 'supertest';
import { createSecretBox } from '../../../db/secret.ts';
import { findInstallation } from '../../../pipeline/install/installations.ts';
import { resealSecrets } from '../../../pipeline/install/reseal.ts';
import { CLIENT_SECRET, WORKSPACE, signIn, testApp, type TestApp } from '../../support/app.ts';
import { bodySignature, hubSignature } from '../../support/signed-requests.ts';

/** Secrets are changed without a customer noticing, and what is old is worth nothing afterwards. */
const OLD_SECRET = 'the-secret-before';
const OLD_KEY = Buffer.alloc(32, 7);
const NEW_KEY = Buffer.alloc(32, 8);

let test: TestApp;
beforeAll(async () => {
  test = await testApp({ pipeline: { intercomPreviousSecret: OLD_SECRET } });
  await signIn(test);
});
afterAll(() => test.close());

describe("the app's secret", () => {
  const panel = JSON.stringify({ workspace_id: WORKSPACE, admin: { id: '1' }, component_id: 'home' });
  const notice = JSON.stringify({ id: 'notif_1', topic: 'ping', app_id: WORKSPACE });
  const routes: [string, string, (body: string, secret: string) => [string, string]][] = [
    ['/canvas-kit/initialize', panel, (body, secret) => ['x-body-signature', bodySignature(body, secret)]],
    ['/canvas-kit/submit', panel, (body, secret) => ['x-body-signature', bodySignature(body, secret)]],
    ['/intercom/health', panel, (body, secret) => ['x-body-signature', bodySignature(body, secret)]],
    ['/intercom/webhooks', notice, (body, secret) => ['x-hub-signature', hubSignature(body, secret)]],
  ];

  it.each(routes)(
    '%s is accepted with the present one and the one before, and no third',
    async (path, body, sign) => {
      const statuses: number[] = [];
      for (const secret of [CLIENT_SECRET, OLD_SECRET, 'a third']) {
        const [header, signature] = sign(body, secret);
        const response = await request(test.app)
          .post(path)
          .set('content-type', 'application/json')
          .set(header, signature)
          .send(body);
        statuses.push(response.status);
      }
      expect(statuses).toEqual([200, 200, 401]);
    },
  );
});

describe('the key of what is encrypted', () => {
  it('is replaced at the start of a worker, and then the old one opens nothing', async () => {
    const { db, log } = test.deps;
    const credentials = test.deps.secrets.seal('{"strategy":"api_key"}', WORKSPACE, 'infraon_credentials');
    await db.sql`
      insert into source_connections (workspace_id, base_url, credentials, strategy, pinned, capabilities, connected_by)
      values (${WORKSPACE}, 'https://a.example', ${credentials}, 'api_key', '{}', '[]', '1'),
        ('ws_lost', 'https://a.example', 'v1.00000000.a.b.c', 'api_key', '{}', '[]', '1')`;
    const before = await findInstallation(test.deps, WORKSPACE);
    const both = { db, log, secrets: createSecretBox([NEW_KEY, OLD_KEY]) };
    expect(await resealSecrets(both)).toBe(2);
    expect(await resealSecrets(both)).toBe(0);

    const after = await findInstallation({ db, secrets: createSecretBox([NEW_KEY]) }, WORKSPACE);
    expect(after?.token).toBe(before?.token);
    await expect(findInstallation({ db, secrets: createSecretBox([OLD_KEY]) }, WORKSPACE)).rejects.toThrow(
      /SECRET_KEY/,
    );
    const [lost] = await db.sql`select credentials from source_connections where workspace_id = 'ws_lost'`;
    expect(lost).toEqual({ credentials: 'v1.00000000.a.b.c' });
  });
});
