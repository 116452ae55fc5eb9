import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDeps } from '../../../pipeline/build-deps.ts';
import { createApp } from '../../../server/app.ts';
import {
  DEFAULT_CREDENTIALS,
  startInfraonSimulator,
  type InfraonSimulator,
} from '../../../simulators/infraon/server.ts';
import { generateDesk } from '../../../simulators/seed/generate.ts';
import { CLIENT_SECRET, PUBLIC_URL, WORKSPACE, signIn, testApp, type TestApp } from '../../support/app.ts';
import { bodySignature } from '../../support/signed-requests.ts';

let infraon: InfraonSimulator;
let test: TestApp;

beforeAll(async () => {
  infraon = await startInfraonSimulator({ desk: generateDesk({ seed: 1, incidents: 3 }) });
  test = await testApp({ pipeline: { infraonAllowedHosts: [new URL(infraon.url).host] } });
  const owner = await signIn(test);
  const { username, password } = DEFAULT_CREDENTIALS;
  await owner
    .put('/api/v1/source')
    .send({ base_url: infraon.url, auth: { strategy: 'password', username, password } })
    .expect(200);
});
afterAll(() => test.close());

/** Asks a process that has only just started; it may take the token that others signed in with. */
async function healthOfNewProcess(): Promise<unknown> {
  const { db, log, registry, clock, stopping, options } = test.deps;
  const deps = buildDeps({ db, log, registry, clock, stopping, options, secretKey: Buffer.alloc(32, 7) });
  const body = JSON.stringify({ workspace_id: WORKSPACE });
  const response = await request(createApp({ deps, useCases: test.useCases }))
    .post('/intercom/health')
    .set('content-type', 'application/json')
    .set('x-body-signature', bodySignature(body, CLIENT_SECRET))
    .send(body)
    .expect(200);
  return response.body as unknown;
}

describe('the health check of a workspace with Infraon', () => {
  it('is OK while a list can be read', async () => {
    expect(await healthOfNewProcess()).toEqual({ state: 'OK' });
  });

  it('offers to reconnect when the password was changed', async () => {
    infraon.state.credentials = { ...DEFAULT_CREDENTIALS, password: 'changed' };
    infraon.state.tokens.clear();
    await test.deps.db.sql`update source_logins set signed_in_at = now() - interval '1 minute'`;
    expect(await healthOfNewProcess()).toMatchObject({
      state: 'UNHEALTHY',
      cta_type: 'URL_CTA',
      cta_label: 'Reconnect Infraon',
      cta_url: `${PUBLIC_URL}/`,
    });
    infraon.state.credentials = DEFAULT_CREDENTIALS;
    // Nobody tries again for some seconds after a refusal.
    await test.deps.db.sql`update source_logins set failure = null`;
  });

  it('is UNKNOWN when Infraon does not answer', async () => {
    await infraon.close();
    expect(await healthOfNewProcess()).toEqual({ state: 'UNKNOWN' });
  });

  it('erases the connection with everything else when an owner gives up the access', async () => {
    const owner = await signIn(test);
    await owner.delete('/api/v1/installation').send({ workspace_id: 'ws_other' }).expect(422);
    const response = await owner.delete('/api/v1/installation').send({ workspace_id: WORKSPACE }).expect(200);
    expect(response.body).toMatchObject({ erased: { source_connections: 1, teammates: 3 } });
    await owner.get('/api/v1/session').expect(401);
    expect(await healthOfNewProcess()).toMatchObject({ state: 'UNHEALTHY', cta_type: 'REINSTALL_CTA' });
  });
});
