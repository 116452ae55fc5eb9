import type { SettingsDocument } from '../../../pipeline/settings.ts';
import type { MapDocument } from '../../../pipeline/maps/map-document.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDiscovery, startDiscovery } from '../../../pipeline/discovery/discover.ts';
import { DEFAULT_CREDENTIALS, startInfraonSimulator } from '../../../simulators/infraon/server.ts';
import { generateDesk } from '../../../simulators/seed/generate.ts';
import {
  bodyOf,
  PUBLIC_URL,
  signIn,
  testApp,
  WORKSPACE,
  type Agent,
  type TestApp,
} from '../../support/app.ts';

const OWNER = { workspaceId: WORKSPACE, adminId: '5017690', role: 'owner' } as const;

let infraon: Awaited<ReturnType<typeof startInfraonSimulator>>;
let test: TestApp;
let owner: Agent;
let viewer: Agent;

beforeAll(async () => {
  infraon = await startInfraonSimulator({ desk: generateDesk({ seed: 5, incidents: 5 }) });
  test = await testApp({ pipeline: { infraonAllowedHosts: [new URL(infraon.url).host] } });
  owner = await signIn(test);
  viewer = await signIn(test, `${WORKSPACE}/5017691`);
  const { username, password } = DEFAULT_CREDENTIALS;
  await test.useCases.connectSource(OWNER, {
    base_url: infraon.url,
    auth: { strategy: 'password', username, password },
  });
  await startDiscovery(test.deps, OWNER);
  await runDiscovery(test.deps, WORKSPACE, { sampleSize: 20 });
}, 120_000);
afterAll(async () => {
  await test.close();
  await infraon.close();
});

const post = (path: string, form: Record<string, unknown>, agent = owner) =>
  agent.post(path).set('origin', PUBLIC_URL).type('form').send(form);
const mapOf = async (object: string) =>
  bodyOf<MapDocument>(await owner.get(`/api/v1/maps/${object}`).expect(200));
const settings = async () => bodyOf<SettingsDocument>(await owner.get('/api/v1/settings').expect(200));

/** The element that shows the error of a field, if any. */
function errorOf(page: string, field: string): string | undefined {
  return new RegExp(`role="alert" id="${field}-error">([^<]*)<`).exec(page)?.[1];
}

describe('maps in the console', () => {
  const rule = async () => (await mapOf('incident')).rules.find(({ source }) => source === 'priority')!;

  it('are listed with what is to be approved, and led to by the panel’s link', async () => {
    const { text } = await owner.get('/console/maps').expect(200);
    expect(text).toMatch(/(\d+) of \1 maps are to be approved/);
    expect(text).toContain('href="/console/maps/incident"');
    const { text: map } = await owner.get('/console/maps/incident').expect(200);
    expect(map).toContain(`id="rule-${(await rule()).id}"`);
    // Times are read as times, not as the seconds that Intercom counts.
    expect(map).toMatch(/\d{4} at \d+:\d\d[AP]M → \w{3} \d+, \d{4} at/);
    expect(map).not.toMatch(/ (style|on[a-z]+)="|<script/);
    await owner.get('/console/maps/unicorn').expect(404).expect('content-type', /html/);
  });

  it('name what is wrong with a rule, and keep what was typed', async () => {
    const { id } = await rule();
    const form = { version: 1, id, source: 'priority', transform: 'enum', map: '', allowed: '' };
    const nowhere = await post('/console/maps/incident/rule', { ...form, target: 'nonsense' }).expect(422);
    expect(nowhere.text).toContain('Intercom has no &quot;nonsense&quot; here.');
    expect(nowhere.text).toContain('value="nonsense"');
    const line = await post('/console/maps/incident/rule', {
      ...form,
      target: 'custom_attributes.Urgency',
      map: 'P1 = High\njust a word',
    }).expect(422);
    expect(errorOf(line.text, 'map')).toContain('just a word');
    expect(line.text).toContain('P1 = High');
    const text = await post('/console/maps/incident/rule', { ...form, target: '' }).expect(422);
    expect(errorOf(text.text, 'target')).toContain('Name the attribute');
    expect((await mapOf('incident')).version).toBe(1);
  });

  it('take values a line each, as a new version that is to be approved', async () => {
    const { id, options } = await rule();
    await post('/console/maps/incident/rule', {
      version: 1,
      id,
      source: 'priority',
      target: 'custom_attributes.Urgency',
      transform: 'enum',
      map: 'P1 = Very high\r\n  P2=High ',
      allowed: 'Very high\r\nHigh\r\n\r\nLow',
    })
      .expect(303)
      .expect('location', `/console/maps/incident#rule-${id}`);
    const changed = await mapOf('incident');
    expect(changed).toMatchObject({ version: 2, state: 'proposed' });
    expect(changed.rules.find((one) => one.id === id)).toMatchObject({
      target: 'custom_attributes.Urgency',
      options: { ...options, map: { P1: 'Very high', P2: 'High' }, allowed: ['Very high', 'High', 'Low'] },
    });
    const { text } = await owner.get(`/console/maps/incident/rule?id=${id}`).expect(200);
    expect(text).toContain('P1 = Very high\nP2 = High');
  });

  it('refuse an edit of an older version, and say which is the newest', async () => {
    const form = { version: 1, source: 'priority', target: 'custom_attributes.Late' };
    const { text } = await post('/console/maps/incident/rule', form).expect(409);
    expect(text).toContain('its newest version is 2');
  });

  it('give a field a home, and take a rule away again', async () => {
    const [homeless] = (await mapOf('incident')).unmapped;
    const form = await owner
      .get(`/console/maps/incident/rule?source=${encodeURIComponent(homeless!.source)}`)
      .expect(200);
    expect(form.text).toContain(`value="${homeless!.source}"`);
    const target = 'custom_attributes.Brought home';
    await post('/console/maps/incident/rule', { version: 2, source: homeless!.source, target }).expect(303);
    const added = (await mapOf('incident')).rules.find((one) => one.target === target)!;
    expect(added.source).toBe(homeless!.source);
    await post('/console/maps/incident/rule', { version: 3, id: added.id, do: 'remove' }).expect(303);
    expect((await mapOf('incident')).rules.some((one) => one.target === target)).toBe(false);
  });

  it('are approved by owners only', async () => {
    const { text } = await viewer.get('/console/maps/incident').expect(200);
    expect(text).not.toContain('<form method="post" action="/console/maps');
    await post('/console/maps/incident/approve', { version: 4 }, viewer).expect(403);
    const old = await post('/console/maps/incident/approve', { version: 1 }).expect(409);
    expect(old.text).toContain('its newest version is 4');
    await post('/console/maps/incident/approve', { version: 4 })
      .expect(303)
      .expect('location', '/console/maps');
    expect(await mapOf('incident')).toMatchObject({ state: 'approved', approved_by: 'Olivia Marsh' });
    const audit = await owner.get('/console/audit').expect(200);
    expect(audit.text).toMatch(
      /Olivia Marsh<\/td>\s*<td>Map approved<\/td>\s*<td class="words">object: incident; version: 4/,
    );
  });
});

describe('the schema sheet in the console', () => {
  it('names every type with its attributes, and tries them', async () => {
    const { text } = await owner.get('/console/object-types').expect(200);
    expect(text).toContain('<code>InfraonAsset</code>');
    expect(text).toContain('Not tried yet');
    await post('/console/object-types', {}).expect(303);
    expect((await owner.get('/console/object-types').expect(200)).text).toContain('Missing in Intercom');
  });
});

describe('settings in the console', () => {
  it('change what is different and nothing else', async () => {
    const before = await settings();
    await post('/console/settings', {
      rate_share: '55',
      thread_mode: before.thread_mode,
      default_country: 'IN',
    })
      .expect(303)
      .expect('location', '/console/settings?saved=1');
    expect(await settings()).toEqual({ ...before, rate_share: 0.55, default_country: 'IN' });
    const { text } = await owner.get('/console/settings?saved=1').expect(200);
    expect(text).toMatch(/name="rate_share"[^>]*value="55"/);
    const audit = await owner.get('/console/audit').expect(200);
    expect(audit.text).toContain('rate share: 0.55; default country: IN');
  });

  it('say beside the field what it takes', async () => {
    const before = await settings();
    for (const [field, value, words] of [
      ['rate_share', '', 'Choose a share'],
      ['retention_days', '1.5', 'Give a whole number from 0 to 3650.'],
      ['attachment_max_mb', 'large', 'Give a number from 0.001 to 100.'],
      ['default_country', 'India', 'two capital letters'],
      ['source_timezone', 'Mars/Base', 'Choose a time zone'],
      ['article_files_url', 'ftp://x', 'https'],
    ] as const) {
      const { text } = await post('/console/settings', { [field]: value }).expect(422);
      expect([field, errorOf(text, field)]).toEqual([field, expect.stringContaining(words)]);
      expect(text).toMatch(new RegExp(`name="${field}"[^>]*value="${value}"`));
    }
    expect(await settings()).toEqual(before);
  });

  it('are read by everybody and changed from operators on', async () => {
    const { text } = await viewer.get('/console/settings').expect(200);
    expect(text).toContain('<fieldset disabled');
    expect(text).not.toContain('>Save<');
    await post('/console/settings', { rate_share: '50' }, viewer).expect(403);
  });
});
