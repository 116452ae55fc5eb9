import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDiscovery } from '../../../pipeline/discovery/discover.ts';
import { runErrand } from '../../../pipeline/panel/run-errand.ts';
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
import { labelsOf, panelClient, textOf } from '../../support/panel.ts';

/**
 * The one next step on the status page, readiness, and starting, with a test in the place of the workers; with workers and
 * by hand it is walked in tests/browser/console-journey.test.ts.
 */
const OWNER = { workspaceId: WORKSPACE, adminId: '5017690', role: 'owner' } as const;

let infraon: Awaited<ReturnType<typeof startInfraonSimulator>>;
let test: TestApp;
let owner: Agent;
let operator: Agent;
let viewer: Agent;

beforeAll(async () => {
  infraon = await startInfraonSimulator({ desk: generateDesk({ seed: 5, incidents: 5 }) });
  test = await testApp({ pipeline: { infraonAllowedHosts: [new URL(infraon.url).host] } });
  owner = await signIn(test);
  operator = await signIn(test, `${WORKSPACE}/5017691`);
  viewer = await signIn(test, `${WORKSPACE}/5017692`);
  await test.deps.db.sql`update teammates set role = 'operator' where admin_id = '5017691'`;
}, 120_000);
afterAll(async () => {
  await test.close();
  await infraon.close();
});

const post = (path: string, form: Record<string, unknown> = {}, agent = owner) =>
  agent.post(path).set('origin', PUBLIC_URL).type('form').send(form);
const page = async (path = '/console', agent = owner) => (await agent.get(path).expect(200)).text;

/** The part of the status page that says what comes next. */
async function next(agent = owner): Promise<string> {
  return /<section id="status-next"[\s\S]*?<\/section>/.exec(await page('/console', agent))?.[0] ?? '';
}

/** What can be pressed in it, with where it leads. */
function waysIn(section: string): string[] {
  return [...section.matchAll(/(?:action|class="button[^"]*" href)="([^"]+)"/g)].map(
    ([, path]) => path ?? '',
  );
}

async function workers(): Promise<void> {
  const { sql } = test.deps.db;
  const errands = await sql<{ id: string }[]>`select id from panel_errands where state = 'running'`;
  for (const { id } of errands) await runErrand(test.deps, WORKSPACE, id);
}

async function insertRun(kind: string, state: string): Promise<string> {
  const [run] = await test.deps.db.sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, created_by, finished_at)
    values (${WORKSPACE}, ${kind}, ${state}, '["requester"]', '{}', '{}', '5017690',
      ${state === 'completed' ? new Date() : null})
    returning id`;
  return run?.id ?? '';
}

describe('the next step on the status page', () => {
  it('is to connect, then to discover', async () => {
    expect(await next()).toContain('Move from Infraon Desk');
    expect(waysIn(await next())).toEqual(['/console/connect']);
    const { username, password } = DEFAULT_CREDENTIALS;
    await test.useCases.connectSource(OWNER, {
      base_url: infraon.url,
      auth: { strategy: 'password', username, password },
    });
    expect(waysIn(await next())).toEqual(['/console/discovery', '/console/connect']);
    await post('/console/discovery', {}, viewer).expect(403);
    expect(waysIn(await next(viewer))).toEqual(['/console/connect']);
    expect(await next(viewer)).toContain('Discover: for operators and owners.');
  });

  it('is followed while a discovery is under way, however often it was asked for', async () => {
    await Promise.all([
      post('/console/discovery', {}, operator).expect(303).expect('location', '/console'),
      post('/console/discovery', {}, operator).expect(303),
    ]);
    const started = await test.deps.db.sql`select 1 from audit_log where action = 'discovery_started'`;
    expect(started).toHaveLength(1);
    expect(await next()).toContain('Discovery is running');
    expect(await page()).toMatch(
      /<script src="\/console\/console.js" defer><\/script>[\s\S]*<main data-poll>/,
    );
    await runDiscovery(test.deps, WORKSPACE, { sampleSize: 20 });
    expect(await next()).toContain('Review maps');
    expect(await page()).not.toMatch(/<script|data-poll/);
  });

  it('is to check readiness and run a sample once all maps are approved', async () => {
    for (const { object, version } of await test.useCases.listMaps(OWNER))
      await post(`/console/maps/${object}/approve`, { version }).expect(303);
    expect(await next()).toContain('All maps are approved');
    expect(waysIn(await next())).toEqual(['/console/readiness', '/console/runs', '/console/maps']);
  });
});

describe('readiness in the console', () => {
  it('is asked for by operators, and waited for without anybody reloading', async () => {
    expect(await page('/console/readiness', viewer)).not.toContain('<form method="post" action="/console/r');
    await post('/console/readiness', {}, viewer).expect(403);
    await post('/console/readiness', {}, operator).expect(303).expect('location', '/console/readiness');
    const waiting = await page('/console/readiness', operator);
    expect(waiting).toContain('Infraon and Intercom are being asked whether everything is ready.');
    expect(waiting).toContain('<main data-poll>');
    await workers();
    const checked = await page('/console/readiness', operator);
    expect(checked).not.toContain('data-poll');
    expect(checked).toContain('These must be put right first.');
    expect(checked).toMatch(
      /The custom object types exist and keep every attribute:[\s\S]*?href="\/console\/object-types"/,
    );
    expect(checked).not.toContain('>Run sample</button>');
  });

  it('takes the word of a person, and shows it', async () => {
    const form = { check: 'workflows_paused', note: '<i>All</i> are paused' };
    await post('/console/readiness/confirm', form, viewer).expect(403);
    expect(await page('/console/readiness', operator)).toContain('id="note-workflows_paused"');
    await post('/console/readiness/confirm', form, operator)
      .expect(303)
      .expect('location', '/console/readiness');
    const confirmed = await page('/console/readiness', operator);
    expect(confirmed).not.toContain('id="note-workflows_paused"');
    expect(confirmed).toContain('&lt;i&gt;All&lt;/i&gt; are paused');
    const measured = await post('/console/readiness/confirm', { ...form, check: 'object_types' }).expect(409);
    expect(measured.text).toContain('This check is measured and cannot be confirmed.');
    await post('/console/readiness/confirm', { ...form, check: 'nonsense' }).expect(404);
  });

  it('takes no word that says nothing, wherever it is typed', async () => {
    const check = 'phone_validation_off';
    const refused = await post('/console/readiness/confirm', { check, note: ' ' }, operator).expect(422);
    expect(refused.text).toMatch(new RegExp(`id="error-${check}"\\s*>Say in a note what you did or saw\\.`));
    const { error } = bodyOf<{ error: { field: string } }>(
      await operator.post(`/api/v1/preflight/${check}/confirm`).send({ note: '' }).expect(422),
    );
    expect(error.field).toBe('note');
    const panel = panelClient(test, { adminId: '5017691', conversationId: '5' });
    const canvas = await panel.submit(`confirm:sample:${check}`, { inputs: { note: '\n' } });
    expect(textOf(canvas)).toContain('Say in a note what you did or saw.');
    expect(labelsOf(canvas)).toContain('Confirm');
    const { sql } = test.deps.db;
    expect(await sql`select 1 from confirmations where check_id = ${check}`).toHaveLength(0);
  });

  it('lets the button that starts confirm what stood beside it, and nothing else', async () => {
    const { sql } = test.deps.db;
    // As if everything that is measured were in order.
    await sql`
      update panel_errands set checks = (select jsonb_agg(c || '{"state":"pass"}') from jsonb_array_elements(checks) c)
      where kind = 'readiness'`;
    const ready = await page('/console/readiness', operator);
    expect(ready).toContain('Nothing stands in the way.');
    expect(ready).toMatch(/Choosing Run sample confirms: Nobody is notified, and CSAT is off · /);
    const [, shown = ''] = /name="shown" value="([^"]*)"/.exec(ready) ?? [];
    expect(shown.split(' ')).toEqual(['notifications_silent', 'webhooks_known', 'phone_validation_off']);
    await post('/console/runs', { kind: 'sample', shown: 'notifications_silent' }, operator).expect(303);
    const rows = await sql<{ id: string; note: string }[]>`
      select check_id as id, note from confirmations where check_id <> 'workflows_paused'`;
    expect(rows).toEqual([
      { id: 'notifications_silent', note: 'Confirmed in the console when starting the run.' },
    ]);
  });
});

describe('starting a load in the console', () => {
  it('is one start for two presses, and leads to what stands in the way', async () => {
    const { sql } = test.deps.db;
    await workers();
    await sql`delete from panel_errands`;
    await post('/console/runs', { kind: 'sample' }, viewer).expect(403);
    await Promise.all([
      post('/console/runs', { kind: 'sample' }, operator).expect(303).expect('location', '/console/starting'),
      post('/console/runs', { kind: 'sample' }, operator).expect(303).expect('location', '/console/starting'),
    ]);
    expect(await sql`select 1 from panel_errands where kind = 'start'`).toHaveLength(1);
    const waiting = await page('/console/starting', operator);
    expect(waiting).toContain('Readiness is checked first. This takes up to a minute.');
    expect(waiting).toContain('<main data-poll>');
    expect(await next()).toContain('Starting the run');
    await workers();
    await operator.get('/console/starting').expect(303).expect('location', '/console/readiness');
    expect(await page('/console/readiness')).toContain('These must be put right first.');
  });

  it('is followed by the run’s own stream, and can be held', async () => {
    const run = await insertRun('sample', 'running');
    expect(await page()).toContain(`<main data-events="/api/v1/runs/${run}/events">`);
    expect(await next()).toContain('The sample is running');
    expect(waysIn(await next(operator))).toEqual(['/console', `/console/runs/${run}/pause`]);
    expect(waysIn(await next(viewer))).toEqual(['/console']);
    await post(`/console/runs/${run}/pause`, {}, operator).expect(303);
    expect(waysIn(await next(operator))).toEqual(['/console', `/console/runs/${run}/resume`]);
    // Whatever was asked for before, no second run begins beside an active one.
    await post('/console/runs', { kind: 'full' }, operator).expect(303);
    await workers();
    await operator.get('/console/starting').expect(303);
    expect(await test.deps.db.sql`select 1 from runs`).toHaveLength(1);
    await test.deps.db.sql`update runs set state = 'completed', finished_at = now() where id = ${run}`;
  });

  it('of the migration waits for an owner who approves the sample', async () => {
    const [run] = await test.deps.db.sql<{ id: string }[]>`select id from runs`;
    const approve = `/console/runs/${run?.id}/approve`;
    expect(waysIn(await next())).toEqual([approve, '/console/runs']);
    expect(waysIn(await next(operator))).toEqual(['/console/runs']);
    expect(await next(operator)).toContain('Approve sample: for owners.');
    await post(approve, {}, operator).expect(403);
    await post(approve).expect(303).expect('location', '/console');
    await post(approve).expect(303);
    const approvals = await test.deps.db.sql`select 1 from runs where approved_at is not null`;
    expect(approvals).toHaveLength(1);
    expect(await next()).toContain('The sample is approved');
    expect(await next()).toMatch(/name="kind" value="full"[\s\S]*?>Start migration</);
    const full = await insertRun('full', 'completed');
    const refused = await post(`/console/runs/${full}/approve`).expect(409);
    expect(refused.text).toContain('Only a finished sample can be approved.');
    expect(waysIn(await next())).toEqual(['/console/rejections', '/console/cut-over']);
    expect(await next()).toContain('class="button primary" href="/console/cut-over"');
    await test.deps.db.sql`
      insert into run_records (run_id, workspace_id, object, source_id, step, outcome, reason_code)
      values (${full}, ${WORKSPACE}, 'requester', 'R1', 'done', 'rejected', 'missing_email')`;
    await test.deps.db.sql`update runs set counts = null, counted_at = null where id = ${full}`;
    expect(await next()).toContain('class="button primary" href="/console/rejections"');
  });
});
