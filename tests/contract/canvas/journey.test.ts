import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Canvas } from '../../../canvas-kit/components.ts';
import { canvasProblems } from '../../../canvas-kit/limits.ts';
import { startWorker } from '../../../jobs/worker.ts';
import type { RunDocument } from '../../../pipeline/documents.ts';
import {
  DEFAULT_CREDENTIALS,
  startInfraonSimulator,
  type InfraonSimulator,
} from '../../../simulators/infraon/server.ts';
import { generateDesk } from '../../../simulators/seed/generate.ts';
import { bodyOf, signIn, testApp, type Agent, type TestApp } from '../../support/app.ts';
import { idOf, labelsOf, panelClient, textOf, type PanelClient } from '../../support/panel.ts';

/** The whole way through the panel alone, over the real use cases, a worker and both simulators. */
let infraon: InfraonSimulator;
let test: TestApp;
let worker: Awaited<ReturnType<typeof startWorker>>;
let api: Agent;
let panel: PanelClient;
let canvas: Canvas;

beforeAll(async () => {
  infraon = await startInfraonSimulator({ desk: generateDesk({ seed: 3, incidents: 12 }) });
  test = await testApp({ pipeline: { infraonAllowedHosts: [new URL(infraon.url).host] } });
  worker = await startWorker(test.deps, { databaseUrl: test.database.url, concurrency: 2 });
  api = await signIn(test);
  // Nobody serves the pictures of articles here: they are looked for again for as long as Intercom may take.
  await api.patch('/api/v1/settings').send({ search_lag_seconds: 1 }).expect(200);
  panel = panelClient(test, { adminId: '5017690', conversationId: '5' });
});
afterAll(async () => {
  await worker.stop();
  await test.close();
  await infraon.close();
});

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

describe('the panel', () => {
  it('leads from connecting to a finished migration', { timeout: 180_000 }, async () => {
    canvas = await panel.initialize();
    await press('Connect Infraon');
    await press('Connect', {
      base_url: infraon.url,
      username: DEFAULT_CREDENTIALS.username,
      password: DEFAULT_CREDENTIALS.password,
      api_key: '',
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
    await press('Run sample');
    await refreshUntil('Approve sample', 90);
    await press('Approve sample');
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
      const agent = panelClient(test, { adminId: '5017692', conversationId: id });
      const first = await agent.initialize();
      expect(canvasProblems(first, { first: true })).toEqual([]);
      expect(textOf(first)).toContain(number);
      expect(textOf(first)).toContain(infraon.url);
      linked += first.content.components.filter((component) => component.type === 'list').length;
    }
    expect(linked).toBeGreaterThan(0);
  });
});
