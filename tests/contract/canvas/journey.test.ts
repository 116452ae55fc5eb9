import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Canvas } from '../../../canvas-kit/components.ts';
import { startWorker } from '../../../jobs/worker.ts';
import { createLog } from '../../../log.ts';
import type { RunDocument } from '../../../pipeline/runs/run-document.ts';
import { startInfraonSimulator, type InfraonSimulator } from '../../../simulators/infraon/server.ts';
import { generateDesk } from '../../../simulators/seed/generate.ts';
import {
  bodyOf,
  CLIENT_SECRET,
  signIn,
  testApp,
  WORKSPACE,
  type Agent,
  type TestApp,
} from '../../support/app.ts';
import request from 'supertest';
import { deleteConversation } from '../../../simulators/intercom/conversations/conversation-store.ts';
import { canvasProblems } from '../../support/canvases/canvas-problems.ts';
import { everyRow } from '../../support/database.ts';
import { hubSignature } from '../../support/signed-requests.ts';
import { unzip } from '../handoff/support.ts';
import { idOf, labelsOf, panelClient, textOf, type PanelClient } from '../../support/panel.ts';

/** The whole way through the panel alone, over the real use cases, a worker and both simulators. */
let infraon: InfraonSimulator;
let test: TestApp;
let worker: Awaited<ReturnType<typeof startWorker>>;
let api: Agent;
let panel: PanelClient;
let canvas: Canvas;

const OWNER = { workspaceId: WORKSPACE, adminId: '5017690', role: 'owner' as const };

/** What nobody may ever read again: it is looked for in everything that the product says. */
const CREDENTIALS = {
  username: 'migration@northwind.example',
  password: 'canary password §1',
  apiKey: 'canary-api-key-0002',
};
const WRONG_PASSWORD = 'canary-wrong-password-3';
/** Every line that is logged, however chatty the level. */
const logged: string[] = [];
const canvases: string[] = [];

beforeAll(async () => {
  infraon = await startInfraonSimulator({
    desk: generateDesk({ seed: 3, incidents: 12 }),
    credentials: CREDENTIALS,
  });
  test = await testApp({
    pipeline: { infraonAllowedHosts: [new URL(infraon.url).host] },
    log: createLog({ level: 'trace', process: 'test' }, { write: (line) => void logged.push(line) }),
  });
  worker = await startWorker(test.deps, { databaseUrl: test.database.url, concurrency: 2 });
  api = await signIn(test);
  // Nobody serves the pictures of articles here: they are looked for again for as long as Intercom may take.
  await api.patch('/api/v1/settings').send({ search_lag_seconds: 1 }).expect(200);
  panel = heard({ adminId: '5017690', conversationId: '5' });
});
afterAll(async () => {
  await worker.stop();
  await test.close();
  await infraon.close();
});

/** A panel whose every canvas is kept: first ones, answers to a button, and those that only say "not yet". */
function heard(who: Parameters<typeof panelClient>[1]): PanelClient {
  const client = panelClient(test, who);
  const kept = (shown: Canvas) => {
    canvases.push(JSON.stringify(shown));
    return shown;
  };
  return {
    ...client,
    initialize: async (extra) => kept(await client.initialize(extra)),
    submit: async (id, values) => kept(await client.submit(id, values)),
  };
}

/** Both systems take every call and answer none until the work is done; what the panel says meanwhile is said at once. */
async function whileNobodyAnswers(work: () => Promise<void>): Promise<void> {
  const faults = `${infraon.url}/_sim/faults`;
  const headers = { 'content-type': 'application/json' };
  await fetch(faults, { method: 'POST', headers, body: JSON.stringify({ faults: [{ mode: 'hold' }] }) });
  test.intercom.state.faults.add([{ mode: 'hold' }]);
  await work();
  test.intercom.state.faults.clear();
  await fetch(faults, { method: 'DELETE' });
}

async function atOnce(work: () => Promise<void>, words: string): Promise<void> {
  const started = performance.now();
  await work();
  answeredMs.push(performance.now() - started);
  expect(textOf(canvas)).toContain(words);
}
const answeredMs: number[] = [];

async function open(): Promise<void> {
  canvas = await panel.initialize();
  expect(canvasProblems(canvas, { first: true })).toEqual([]);
}

/** What is under way is looked at again, as a person would, until the panel offers something. */
async function untilOffered(label: string): Promise<void> {
  for (let tries = 0; !labelsOf(canvas).includes(label); tries += 1) {
    if (tries === 100) throw new Error(`"${label}" did not come up:\n${textOf(canvas)}`);
    await sleep(100);
    await press('Refresh');
  }
}

async function press(label: string, inputs: Record<string, unknown> = {}): Promise<void> {
  canvas = await panel.submit(idOf(canvas, label), { inputs });
  expect(canvasProblems(canvas, { first: false })).toEqual([]);
}

/** Presses Refresh as a person would, until the canvas offers something. */
async function refreshUntil(label: string, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!labelsOf(canvas).includes(label)) {
    if (Date.now() > end) throw new Error(`"${label}" did not come up:\n${textOf(canvas)}`);
    await sleep(250);
    canvas = await panel.submit('refresh');
  }
}

async function latestRun(): Promise<RunDocument> {
  const page = bodyOf<{ items: RunDocument[] }>(await api.get('/api/v1/runs?limit=1').expect(200));
  return page.items[0]!;
}

/** What a person does in Intercom's Settings. */
async function createObjectTypes(): Promise<void> {
  const sheet = await api.get('/api/v1/object-types').expect(200);
  await fetch(`${test.intercom.url}/_sim/object-types`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sheet.body),
  });
}

/** A desk whose refusal quotes the request, once. */
async function infraonRepliesWithWhatItWasSent(): Promise<void> {
  const body = { status: 'error', message: `no user with ${WRONG_PASSWORD}`, password: WRONG_PASSWORD };
  const fault = { path: '/ux/api-token-auth/', mode: 'status', status: 401, times: 1, body };
  const response = await fetch(`${infraon.url}/_sim/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ faults: [fault] }),
  });
  expect(response.ok).toBe(true);
}

describe('the panel', () => {
  it('leads from connecting to a finished migration', { timeout: 180_000 }, async () => {
    canvas = await panel.initialize();
    await press('Connect Infraon');
    const form = { base_url: infraon.url, username: CREDENTIALS.username, api_key: '' };
    await infraonRepliesWithWhatItWasSent();
    for (const password of [WRONG_PASSWORD, WRONG_PASSWORD]) {
      await press('Connect', { ...form, password });
      await untilOffered('Connect');
      expect(textOf(canvas)).toContain('refused');
      expect(JSON.stringify(canvas)).toContain(form.username);
    }
    await whileNobodyAnswers(async () => {
      const good = { ...form, password: CREDENTIALS.password };
      await atOnce(() => press('Connect', good), 'Connecting to Infraon');
      await atOnce(() => press('Refresh'), 'Connecting to Infraon');
      await atOnce(open, 'Connecting to Infraon');
    });
    await refreshUntil('Discover', 30);
    await press('Discover');
    await refreshUntil('Review maps', 60);

    await press('Review maps');
    for (;;) {
      const proposed = canvas.content.components
        .flatMap((component) => (component.type === 'list' ? component.items : []))
        .find((item) => item.subtitle?.startsWith('Proposed') === true);
      if (proposed === undefined) break;
      await press(proposed.title);
      await press('Approve map');
    }
    await createObjectTypes();
    await press('Check readiness');
    await untilOffered('Run sample');
    const ready = canvas;
    await whileNobodyAnswers(async () => {
      await atOnce(() => press('Back'), 'All maps are approved');
      await atOnce(() => press('Check readiness'), 'Checking…');
      await atOnce(() => press('Refresh'), 'Checking…');
      // From a canvas that is still open elsewhere.
      const stored = ready.stored_data ?? {};
      const runSample = async () => void (canvas = await panel.submit(idOf(ready, 'Run sample'), { stored }));
      await atOnce(runSample, 'Starting the run');
      await atOnce(() => press('Refresh'), 'Starting the run');
      await atOnce(open, 'Starting the run');
    });
    // Most of them: a machine that runs other tests as well may be busy once.
    expect(answeredMs.sort((a, b) => a - b)[Math.floor(answeredMs.length / 2)]).toBeLessThan(1000);
    await refreshUntil('Approve sample', 90);
    await press('Approve sample');
    test.intercom.state.faults.add([
      { method: 'POST', path: '/conversations', mode: 'status', status: 500, times: 2 },
      { method: 'PUT', path: '/conversations/{id}', mode: 'drop_after_commit', times: 2 },
      { method: 'POST', path: '/contacts', mode: 'html', times: 1 },
    ]);
    await press('Start migration');
    await refreshUntil('Rejected records', 90);
    for (let tries = 0; (await latestRun()).finished_at === null && tries < 300; tries += 1) await sleep(300);

    const run = await latestRun();
    expect(run.kind).toBe('full');
    expect(run.balanced).toBe(true);
    expect(['completed', 'completed_with_findings']).toContain(run.state);
    canvas = await panel.initialize();
    expect(canvasProblems(canvas, { first: true })).toEqual([]);
    expect(textOf(canvas)).toContain('The migration is complete');
  });

  it('shows an agent a conversation that was moved, with its links', async () => {
    const moved = await test.deps.db.sql<{ id: string; number: string }[]>`
      select destination_id as id, display_id as number from id_map where resource = 'conversations'`;
    expect(moved.length).toBeGreaterThan(0);
    let linked = 0;
    for (const { id, number } of moved) {
      const agent = heard({ adminId: '5017692', conversationId: id });
      const first = await agent.initialize();
      expect(canvasProblems(first, { first: true })).toEqual([]);
      expect(textOf(first)).toContain(number);
      expect(textOf(first)).toContain(infraon.url);
      linked += first.content.components.filter((component) => component.type === 'list').length;
    }
    expect(linked).toBeGreaterThan(0);
  });
});

describe('a conversation that somebody deletes in Intercom', () => {
  it(
    'is said so in the panel, and is their change at the next verification',
    { timeout: 120_000 },
    async () => {
      const [moved] = await test.deps.db.sql<{ id: string; source: string; number: string }[]>`
      select destination_id as id, source_id as source, display_id as number from id_map
      where resource = 'conversations' limit 1`;
      const { id, source, number } = moved!;
      const workspace = test.intercom.state.workspaces.get(WORKSPACE)!;
      deleteConversation(workspace, workspace.conversations.get(id)!, 1_760_000_000, true);
      const body = JSON.stringify({
        ...{ type: 'notification_event', id: 'notif_1', topic: 'conversation.deleted', app_id: WORKSPACE },
        ...{ created_at: 1_760_000_000, data: { item: { type: 'conversation', id } } },
      });
      await request(test.app)
        .post('/intercom/webhooks')
        .set('content-type', 'application/json')
        .set('x-hub-signature', hubSignature(body, CLIENT_SECRET))
        .send(body)
        .expect(200);
      const shown = async () => textOf(await panel.submit(`record:incident:${source}`));
      await expect.poll(shown, { timeout: 30_000 }).toContain('State: deleted_in_intercom');
      expect(await shown()).toContain('deleted or archived it in Intercom on 2025-10-09');
      expect(await shown()).not.toContain('Open in Intercom');
      canvas = await panel.submit('find', { inputs: { q: number } });
      expect(textOf(canvas)).toContain('deleted_in_intercom');

      await api
        .post('/api/v1/runs')
        .send({ kind: 'verify', objects: ['incident'] })
        .expect(201);
      for (let tries = 0; (await latestRun()).finished_at === null && tries < 200; tries += 1)
        await sleep(300);
      const { items } = bodyOf<{ items: { source_id: string; class: string; actual: unknown }[] }>(
        await api.get(`/api/v1/findings?run=${(await latestRun()).id}&field=record`).expect(200),
      );
      expect(items).toMatchObject([
        { source_id: source, class: 'changed_in_intercom', actual: 'deleted_in_intercom' },
      ]);
      expect((await latestRun()).verification.missing).toBe(0);
    },
  );
});

/** Everything that may be read of a workspace over HTTP. */
const READ = [
  ...[
    'session',
    'teammates',
    'source',
    'discovery',
    'scope?format=json',
    'maps',
    'maps/incident',
    'object-types',
  ],
  ...[
    'preflight',
    'settings',
    'runs',
    'rejections',
    'findings',
    'audit?limit=200',
    'cutover',
    'resolve?q=INC',
  ],
].map((path) => `/api/v1/${path}`);
const PAGES = [
  '/console',
  '/console/connect',
  '/console/teammates',
  '/console/cut-over',
  '/console/runs',
  '/metrics',
];

describe('secrets', () => {
  it('stand nowhere but where they are used', async () => {
    await api
      .put('/api/v1/source')
      .send({ base_url: infraon.url, auth: { strategy: 'api_key', api_key: CREDENTIALS.apiKey } })
      .expect(200);
    await api.put('/api/v1/source').send({ base_url: infraon.url, auth: { api_key: WRONG_PASSWORD } });
    const said: Record<string, string> = { log: logged.join(''), canvases: canvases.join('\n') };
    for (const address of [...READ, ...PAGES]) said[address] = (await api.get(address)).text;
    const files = await unzip(await buffer((await test.useCases.getHandoff(OWNER)).content));
    for (const [name, content] of files) said[`package ${name}`] = content.toString('utf8');
    said['database'] = await everyRow(test.deps.db);

    // What was read is what was meant.
    expect(logged.some((line) => line.includes('"http exchange"'))).toBe(true);
    for (const shown of [
      'Connect Infraon',
      'Connecting to Infraon',
      'Checking…',
      'The migration is complete',
    ])
      expect(said['canvases']).toContain(shown);
    expect(said['/console/connect']).toContain(infraon.url);
    expect(said['package crosswalk.csv']).toContain('incident');
    expect(said['database']).toContain('northwind');

    const secrets = {
      password: CREDENTIALS.password,
      'password as JSON': JSON.stringify(CREDENTIALS.password).slice(1, -1),
      'password as base64': Buffer.from(CREDENTIALS.password).toString('base64'),
      'API key': CREDENTIALS.apiKey,
      'refused password': WRONG_PASSWORD,
      'client secret': CLIENT_SECRET,
      'secret key': Buffer.alloc(32, 7).toString('base64'),
      ...Object.fromEntries(
        [...test.intercom.state.tokens.keys()].map((token, at) => [`token ${at}`, token]),
      ),
    };
    const leaks = Object.entries(said).flatMap(([where, text]) =>
      Object.entries(secrets).flatMap(([what, secret]) =>
        text.includes(secret) ? [`${what} in ${where}`] : [],
      ),
    );
    expect(leaks).toEqual([]);
    // Addresses whose signature is the only key.
    expect(
      Object.entries(said).flatMap(([where, text]) => (/[?&]signature=/.test(text) ? [where] : [])),
    ).toEqual([]);
    const bodies = JSON.stringify([
      ...test.intercom.state.workspaces.get(WORKSPACE)!.content.articles.values(),
    ]);
    const pictures = [...bodies.matchAll(/\/media\/([\w.~-]{20,})/g)].map(([, token]) => token ?? '');
    expect(pictures.length).toBeGreaterThan(0);
    expect(pictures.filter((token) => said['log']?.includes(token))).toEqual([]);
  });
});
