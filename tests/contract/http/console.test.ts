import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CREDENTIALS, startInfraonSimulator } from '../../../simulators/infraon/server.ts';
import { generateDesk } from '../../../simulators/seed/generate.ts';
import {
  browser,
  signIn,
  testApp,
  PUBLIC_URL,
  WORKSPACE,
  type Agent,
  type TestApp,
} from '../../support/app.ts';
import { panelClient, textOf } from '../../support/panel.ts';

const OWNER = '5017690';
const COLLEAGUE = '5017691';

let infraon: Awaited<ReturnType<typeof startInfraonSimulator>>;
let test: TestApp;
let owner: Agent;
let colleague: Agent;

beforeAll(async () => {
  infraon = await startInfraonSimulator({ desk: generateDesk({ seed: 5, incidents: 5 }) });
  test = await testApp({ pipeline: { infraonAllowedHosts: [new URL(infraon.url).host] } });
  owner = await signIn(test);
  colleague = await signIn(test, `${WORKSPACE}/${COLLEAGUE}`);
});
afterAll(async () => {
  await test.close();
  await infraon.close();
});

function audited(action: string) {
  return test.deps.db.sql<{ adminId: string; detail: Record<string, unknown> }[]>`
    select admin_id as "adminId", detail from audit_log
    where workspace_id = ${WORKSPACE} and action = ${action} order by id`;
}

/** The element that shows the error of a field, if any. */
function errorOf(page: string, field: string): string | undefined {
  return new RegExp(`role="alert" id="${field}-error">([^<]*)<`).exec(page)?.[1];
}

describe("the console's pages", () => {
  const paths = ['/console/connect', '/console/teammates', '/console/downloads'];

  it('send strangers to the sign-in page', async () => {
    for (const path of paths) await browser(test).get(path).expect(303).expect('location', '/');
    for (const path of ['/console/connect', '/console/teammates'])
      await browser(test).post(path).type('form').send({}).expect(303).expect('location', '/');
  });

  it('run no script but our own and are named in the navigation', async () => {
    for (const path of paths) {
      const response = await owner.get(path).expect(200);
      const scripts = [...response.text.matchAll(/<script[^>]*>/g)].map(([tag]) => tag);
      const own = ['<script src="/console/console.js" defer>'];
      expect([path, scripts]).toEqual([path, path === '/console/connect' ? own : []]);
      expect(response.text).not.toMatch(/ (style|on[a-z]+)="/);
      expect(response.text).toMatch(new RegExp(`<a href="${path}" +aria-current="page"`));
      expect(response.get('cache-control')).toBe('no-store');
    }
  });

  it('are led to by the welcome page, in the order of the journey', async () => {
    const { text } = await owner.get('/welcome').expect(200);
    const steps = /<ol>[\s\S]*<\/ol>/.exec(text)![0];
    const links = [...steps.matchAll(/href="([^"]+)"/g)].map(([, href]) => href);
    expect(links).toEqual([...paths, '/console']);
    for (const path of links) await owner.get(path!).expect(200);
  });

  it('refuse forms of other sites, and what is no form of theirs', async () => {
    for (const path of ['/console/connect', '/console/teammates'])
      await owner.post(path).set('origin', 'https://elsewhere.example').type('form').send({}).expect(403);
    const response = await owner
      .post('/console/teammates')
      .set('origin', PUBLIC_URL)
      .type('form')
      .send({ teammate: COLLEAGUE, role: 'king' })
      .expect(400)
      .expect('content-type', /html/);
    expect(response.text).toContain('The form cannot be read.');
    await owner.post('/console/connect').type('form').send('base_url=a&base_url=b').expect(400);
  });
});

describe('roles', () => {
  const change = (agent: Agent, teammate: string, role: string) =>
    agent.post('/console/teammates').set('origin', PUBLIC_URL).type('form').send({ teammate, role });

  it('are shown to everybody and changed by owners only', async () => {
    const { text } = await colleague.get('/console/teammates').expect(200);
    expect(text).toContain('Olivia Marsh');
    expect(text).not.toContain('<select');
    await change(colleague, COLLEAGUE, 'owner').expect(403).expect('content-type', /html/);
    expect(await audited('role_changed')).toEqual([]);
  });

  it('are changed with a form per teammate, and audited', async () => {
    const { text } = await owner.get('/console/teammates').expect(200);
    expect(text).toContain('aria-label="Role of Olivia Marsh"');
    await change(owner, COLLEAGUE, 'operator').expect(303).expect('location', '/console/teammates');
    expect(await audited('role_changed')).toMatchObject([
      { adminId: OWNER, detail: { teammate: COLLEAGUE, role: 'operator' } },
    ]);
    await colleague
      .get('/console')
      .expect(200)
      .expect(/, operator/);
  });

  it('leave an owner, and say so beside the teammate', async () => {
    const { text } = await change(owner, OWNER, 'viewer').expect(409);
    expect(text).toMatch(
      /aria-label="Save the role of Olivia Marsh"[\s\S]{0,200}Make somebody else an owner/,
    );
    await change(owner, 'nobody', 'viewer').expect(404).expect('content-type', /html/);
  });
});

describe('connecting Infraon', () => {
  const { username, password, apiKey } = DEFAULT_CREDENTIALS;
  const connect = (form: Record<string, string>, agent = owner) =>
    agent.post('/console/connect').set('origin', PUBLIC_URL).type('form').send(form);

  it('asks for what is missing, beside the field', async () => {
    expect(errorOf((await connect({}).expect(422)).text, 'base_url')).toContain('Enter the address');
    const noName = await connect({ base_url: infraon.url }).expect(422);
    expect(errorOf(noName.text, 'username')).toContain('Enter a user name');
    const noPassword = await connect({ base_url: infraon.url, username }).expect(422);
    expect(errorOf(noPassword.text, 'password')).toBe('Enter the password.');
  });

  it('asks for the role that readiness asks for', async () => {
    const { text } = await owner.get('/console/connect').expect(200);
    expect(text).toContain('full-access role');
    const panel = panelClient(test, { adminId: OWNER, conversationId: '5' });
    expect(textOf(await panel.submit('connect_form'))).toContain('full-access role');
    const { checks } = await test.useCases.getPreflight({
      workspaceId: WORKSPACE,
      adminId: OWNER,
      role: 'owner',
    });
    expect(checks.find(({ id }) => id === 'source_connected')?.fix).toContain('full-access role');
  });

  it('says what is wrong beside the field, keeps the words and drops the secrets', async () => {
    const wrong = await connect({ base_url: infraon.url, username, password: 'wrong-secret-1' }).expect(422);
    expect(errorOf(wrong.text, 'password')).toBeTruthy();
    expect(wrong.text).toContain(`value="${username}"`);
    expect(wrong.text).toContain(`value="${infraon.url}"`);
    expect(wrong.text).not.toContain('wrong-secret-1');

    const key = await connect({ base_url: infraon.url, api_key: 'wrong-key-1' }).expect(422);
    expect(errorOf(key.text, 'api_key')).toBeTruthy();
    expect(key.text).not.toContain('wrong-key-1');

    const refused = await connect({ base_url: 'http://127.0.0.1:1', username, password }).expect(422);
    expect(errorOf(refused.text, 'base_url')).toBeTruthy();
    expect(refused.text).not.toContain(password);
  });

  it('escapes what was typed', async () => {
    const { text } = await connect({ base_url: '"><script>alert(1)</script>', username: '<b>' }).expect(422);
    expect(text).not.toContain('<script>');
    expect(text).toContain('value="&lt;b&gt;"');
  });

  it('is for owners', async () => {
    const { text } = await colleague.get('/console/connect').expect(200);
    expect(text).not.toContain('name="password"');
    await connect({ base_url: infraon.url, username, password }, colleague).expect(403);
  });

  it('stores a connection that works, shows it without secrets, and is audited', async () => {
    await connect({ base_url: infraon.url, username, password }).expect(303).expect('location', '/console');
    await owner.get('/console').expect(200).expect(new RegExp(infraon.url));
    const page = await owner.get('/console/connect').expect(200);
    expect(page.text).toContain('by Olivia Marsh');
    expect(page.text).not.toContain(password);
    expect(page.text).not.toContain(username);
    await connect({ base_url: infraon.url, username: 'ignored', api_key: apiKey }).expect(303);
    const entries = await audited('source_connected');
    expect(entries.map(({ adminId, detail }) => [adminId, detail.strategy])).toEqual([
      [OWNER, 'password'],
      [OWNER, 'api_key'],
    ]);
    expect(JSON.stringify(entries)).not.toContain(apiKey);
  });
});

describe('downloads', () => {
  it('offer the scope once there is one, and the handoff to operators', async () => {
    const before = await owner.get('/console/downloads').expect(200);
    expect(before.text).toContain('There is none yet');
    expect(before.text).toContain('href="/api/v1/handoff.zip"');
    await test.deps.db.sql`update teammates set role = 'viewer' where admin_id = ${COLLEAGUE}`;
    const viewer = await colleague.get('/console/downloads').expect(200);
    expect(viewer.text).not.toContain('handoff.zip');
  });
});
