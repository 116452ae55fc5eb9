import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Canvas } from '../../../canvas-kit/components.ts';
import { UserError } from '../../../errors.ts';
import type { DiscoveryDocument } from '../../../pipeline/discovery/discovery-document.ts';
import type { MapDocument } from '../../../pipeline/maps/map-document.ts';
import type { Errand, ErrandKind, ErrandRequest } from '../../../pipeline/panel/errands.ts';
import type { PreflightCheck } from '../../../pipeline/readiness/preflight-document.ts';
import type { RejectionAction, RejectionDocument } from '../../../pipeline/reconcile/rejection-document.ts';
import type { RunDocument } from '../../../pipeline/runs/run-document.ts';
import type { SourceDocument, SourceInput } from '../../../pipeline/source/source.ts';
import type { UseCases } from '../../../pipeline/use-cases.ts';
import { createApp } from '../../../server/app.ts';
import { signIn, testApp, type TestApp } from '../../support/app.ts';
import { canvasProblems } from '../../support/canvases/canvas-problems.ts';
import { sampleRun } from '../../support/documents.ts';
import { idOf, labelsOf, panelClient, textOf, type PanelClient } from '../../support/panel.ts';

/**
 * The panel's own behaviour over a scripted migration; the same journey over the real use cases, workers and both
 * simulators is an end-to-end test.
 */
let test: TestApp;
let panel: PanelClient;
let canvas: Canvas;

interface Script {
  source: SourceDocument;
  connectError: UserError | null;
  /** What an errand waits for, as for a desk that does not answer. */
  held: Promise<void> | null;
  errands: Partial<Record<ErrandKind, Errand>>;
  connected: SourceInput[];
  discovery: DiscoveryDocument;
  maps: MapDocument[];
  checks: PreflightCheck[];
  confirmed: string[];
  runs: RunDocument[];
  rejections: RejectionDocument[];
  resolved: [string, RejectionAction][];
}

const idle: DiscoveryDocument = {
  state: 'idle',
  objects: [],
  estimate: null,
  error: null,
  started_at: null,
  finished_at: null,
};

const script: Script = {
  source: { state: 'not_connected' },
  connectError: null,
  held: null,
  errands: {},
  connected: [],
  discovery: idle,
  maps: [],
  checks: [],
  confirmed: [],
  runs: [],
  rejections: [],
  resolved: [],
};

function mapOf(object: string): MapDocument {
  return {
    object,
    version: 2,
    state: 'proposed',
    rules: [
      {
        id: 'r1',
        source: 'subject',
        target: 'title',
        transform: 'string',
        options: {},
        confidence: 1,
        reasons: [],
        samples: [],
      },
    ],
    unmapped: [{ source: 'raw.config', reason: 'Engine state', goes_to: 'handoff' }],
    approved_by: null,
    approved_at: null,
  };
}

function rejectionOf(id: string): RejectionDocument {
  return {
    id,
    object: 'requester',
    source_id: `R${id}`,
    display_id: null,
    name: null,
    code: 'missing_email',
    message: 'The requester has no e-mail address.',
    field: 'email',
    value: null,
    suggestion: 'Enter an address.',
    attempts: 1,
    waits_for: null,
    waits_for_name: null,
  };
}

function changeRun(id: string, change: Partial<RunDocument>): Promise<RunDocument> {
  const index = script.runs.findIndex((run) => run.id === id);
  const run = { ...script.runs[index]!, ...change };
  script.runs[index] = run;
  return Promise.resolve(run);
}

const ENDED = { code: null, message: null, field: null };

/** What a worker does for the panel. */
async function runErrand(request: ErrandRequest): Promise<void> {
  await script.held;
  if (request.kind === 'connect') {
    if (script.connectError !== null) throw script.connectError;
    script.connected.push(request.input);
    script.source = {
      state: 'connected',
      base_url: request.input.base_url,
      auth: { strategy: request.input.auth.strategy },
      capabilities: [],
      connected_by: '5017690',
      connected_at: '2026-03-04T09:00:00.000Z',
    };
  }
  if (request.kind !== 'start') return;
  if (script.runs.some((run) => run.state === 'running'))
    throw new UserError('A run is active.', { code: 'run_active', httpStatus: 409 });
  if (script.checks.some((check) => check.state !== 'pass'))
    throw new UserError('Not ready.', { code: 'preflight_failed', httpStatus: 409 });
  script.runs.unshift(sampleRun({ id: `run-${script.runs.length}`, kind: request.input.kind }));
}

function scripted(real: UseCases): UseCases {
  return {
    ...real,
    getSource: () => Promise.resolve(script.source),
    async sendErrand(_actor, request) {
      const { kind } = request;
      script.errands[kind] = { ...ENDED, state: 'running' };
      const done = runErrand(request).then(
        () => (script.errands[kind] = { ...ENDED, state: 'done' }),
        ({ code, message }: UserError) =>
          (script.errands[kind] = { ...ENDED, state: 'failed', code, message }),
      );
      if (script.held === null) await done;
      return script.errands[kind];
    },
    getErrand: (_actor, kind) => Promise.resolve(script.errands[kind] ?? { ...ENDED, state: 'none' }),
    lastReadiness: () =>
      Promise.resolve({ checks: script.checks, checkedAt: new Date('2026-03-04T09:00:00.000Z') }),
    startDiscovery() {
      script.discovery = { ...idle, state: 'running', started_at: '2026-03-04T09:00:00.000Z' };
      return Promise.resolve(script.discovery);
    },
    listMaps: () =>
      Promise.resolve(
        script.maps.map((map) => ({ ...map, rules: map.rules.length, unmapped: map.unmapped.length })),
      ),
    getMap: (_actor, object) => Promise.resolve(script.maps.find((map) => map.object === object)!),
    approveMap(_actor, object, version) {
      const map = script.maps.find((one) => one.object === object)!;
      if (map.version !== version) {
        throw new UserError('A newer version exists.', { code: 'map_version_conflict', httpStatus: 409 });
      }
      map.state = 'approved';
      map.approved_by = 'Olivia Marsh';
      return Promise.resolve(map);
    },
    vouchFor(_actor, id) {
      script.confirmed.push(id);
      script.checks = script.checks.map((check) =>
        check.id === id ? { ...check, state: 'pass' as const } : check,
      );
      return Promise.resolve();
    },
    listRuns: () => Promise.resolve({ items: script.runs, next_cursor: null, total: script.runs.length }),
    async openPanel(opened, options) {
      const opening = await real.openPanel(opened, options);
      if (opening === null || opening.standing === null) return opening;
      const { source, discovery, maps, runs } = script;
      const connected = source.state === 'connected';
      const { connect, start } = script.errands;
      const connecting =
        connect?.state === 'running' || connect?.state === 'failed' ? { failure: connect.message } : null;
      const starting = start?.state === 'running';
      const run = runs[0] ?? null;
      const standing = { connected, connecting, starting, discovery, maps, run, countedAt: null };
      return { ...opening, standing };
    },
    pauseRun: (_actor, id) => changeRun(id, { state: 'paused' }),
    resumeRun: (_actor, id) => changeRun(id, { state: 'running' }),
    approveRun: (_actor, id) => changeRun(id, { approved_at: '2026-03-04T10:00:00.000Z' }),
    listRejections: (_actor, { cursor, limit = 10 }) => {
      const start = Number(cursor ?? 0);
      const end = start + limit;
      return Promise.resolve({
        items: script.rejections.slice(start, end),
        next_cursor: end < script.rejections.length ? String(end) : null,
        total: script.rejections.length,
      });
    },
    resolveRejection(_actor, id, action) {
      if (action.action === 'edit' && action.values.email === 'nonsense') {
        throw new UserError('This is not an e-mail address.', { code: 'value_refused', httpStatus: 422 });
      }
      script.resolved.push([id, action]);
      script.rejections = script.rejections.filter((rejection) => rejection.id !== id);
      return Promise.resolve({ affected: 1 });
    },
  };
}

beforeAll(async () => {
  test = await testApp();
  await signIn(test);
  const app = createApp({ deps: test.deps, useCases: scripted(test.useCases) });
  panel = panelClient({ app }, { adminId: '5017690', conversationId: '5' });
});
afterAll(() => test.close());

/** Presses what the person sees, and holds the answer against the platform's limits. */
async function press(label: string, inputs: Record<string, unknown> = {}): Promise<void> {
  canvas = await panel.submit(idOf(canvas, label), { inputs });
  expect(canvasProblems(canvas, { first: false })).toEqual([]);
}

async function open(): Promise<void> {
  canvas = await panel.initialize();
  expect(canvasProblems(canvas, { first: true })).toEqual([]);
}

describe('the journey of an owner', () => {
  it('connects Infraon, with an error on the way', async () => {
    await open();
    await press('Connect Infraon');
    await press('Connect', { base_url: 'https://desk.example', username: '', password: '', api_key: '' });
    expect(textOf(canvas)).toContain('Enter a user name and a password, or an API key.');

    script.connectError = new UserError('Infraon refused the user name or the password.', {
      code: 'source_unauthorized',
      httpStatus: 422,
    });
    await press('Connect', { base_url: 'https://desk.example', username: 'svc', password: ' p w ' });
    expect(textOf(canvas)).toContain('Infraon refused the user name or the password.');
    expect(JSON.stringify(canvas)).not.toContain(' p w ');

    script.connectError = null;
    await press('Connect', { base_url: ' https://desk.example ', username: 'svc', password: ' p w ' });
    expect(script.connected).toEqual([
      {
        base_url: 'https://desk.example',
        auth: { strategy: 'password', username: 'svc', password: ' p w ' },
      },
    ]);
    expect(labelsOf(canvas)).toContain('Discover');
  });

  it('does not wait for a slow desk, and tells how it ended', async () => {
    script.source = { state: 'not_connected' };
    let release = () => undefined as void;
    script.held = new Promise((resolve) => (release = resolve));
    script.connectError = new UserError('Infraon did not answer.', {
      code: 'source_unreachable',
      httpStatus: 422,
    });
    await open();
    await press('Connect Infraon');
    await press('Connect', { base_url: 'https://slow.example', username: 'svc', password: ' p w ' });
    expect(textOf(canvas)).toContain('Connecting to Infraon');
    expect(JSON.stringify(canvas)).not.toContain(' p w ');
    await press('Refresh');
    expect(textOf(canvas)).toContain('Connecting to Infraon');
    const shown = canvas;
    await open();
    expect(textOf(canvas)).toContain('Connecting to Infraon');
    canvas = await panel.submit(idOf(shown, 'Refresh'), { stored: shown.stored_data ?? {} });
    release();
    await script.held;
    script.held = null;
    await press('Refresh');
    expect(textOf(canvas)).toContain('Infraon did not answer.');
    expect(JSON.stringify(canvas)).toContain('https://slow.example');
    expect(JSON.stringify(canvas)).toContain('"svc"');
    await open();
    expect(textOf(canvas)).toContain('Infraon did not answer.');
    script.connectError = null;
    await press('Connect Infraon');
    await press('Connect', { base_url: 'https://desk.example', api_key: 'key' });
    expect(script.connected.at(-1)?.auth).toEqual({ strategy: 'api_key', api_key: 'key' });
  });

  it('discovers and approves every map', async () => {
    await press('Discover');
    expect(textOf(canvas)).toContain('Discovery is running');
    script.discovery = { ...idle, state: 'done' };
    script.maps = [mapOf('requester'), mapOf('incident')];
    await press('Refresh');
    await press('Review maps');
    expect(textOf(canvas)).toContain('2 maps to approve');
    await press('Requesters');
    expect(textOf(canvas)).toContain('subject: title');
    expect(textOf(canvas)).toContain('1 field without a home');
    await press('Approve map');
    expect(textOf(canvas)).toContain('✅ Approved: Requesters.');
    await press('Incidents');
    script.maps[1]!.version = 3;
    await press('Approve map');
    expect(textOf(canvas)).toContain('A newer version exists.');
    await press('Approve map');
    expect(textOf(canvas)).toContain('Every map is approved.');
  });

  it('checks readiness, and confirms what is named beside the button', async () => {
    const check = { severity: 'error' as const, detail: 'Why', fix: 'How' };
    script.checks = [
      { ...check, id: 'types', state: 'fail', title: 'Custom object types are proven' },
      { ...check, id: 'workflows_paused', state: 'needs_confirmation', title: 'Workflows are paused' },
    ];
    await press('Check readiness');
    expect(labelsOf(canvas)).not.toContain('Run sample');
    await press('Custom object types are proven');
    expect(textOf(canvas)).toContain('How');
    await press('Back');
    script.checks[0]!.state = 'pass';
    await press('Check again');
    expect(textOf(canvas)).toContain('Choosing Run sample confirms: Workflows are paused');
    await press('Run sample');
    expect(script.confirmed).toEqual(['workflows_paused']);
    expect(textOf(canvas)).toContain('The sample is running');
  });

  it('shows readiness when a sample is asked for too early', async () => {
    script.runs = [];
    script.checks[1]!.state = 'needs_confirmation';
    await open();
    await press('Run sample');
    expect(textOf(canvas)).toContain('Readiness');
    await press('Run sample');
    expect(script.runs).toHaveLength(1);
  });

  it('survives a double click', async () => {
    canvas = await panel.submit('run_sample');
    expect(textOf(canvas)).toContain('The sample is running');
    expect(script.runs).toHaveLength(1);
  });

  it('approves the sample and starts, pauses and resumes the migration', async () => {
    script.runs[0]!.state = 'completed';
    await open();
    await press('Approve sample');
    await press('Start migration');
    expect(textOf(canvas)).toContain('The migration is running');
    expect(textOf(canvas)).toContain('Progress: 43 %');
    await press('Pause');
    expect(script.runs[0]!.state).toBe('paused');
    await press('Resume');
    expect(script.runs[0]!.state).toBe('running');
    await open();
    expect(labelsOf(canvas)).toEqual(expect.arrayContaining(['Refresh', 'Pause', 'Rejected records']));
  });

  it('settles rejected records one by one', async () => {
    script.rejections = Array.from({ length: 12 }, (_value, index) => rejectionOf(String(index)));
    await press('Rejected records');
    expect(textOf(canvas)).toContain('12 records set aside');
    await press('Requester R0');
    await press('Retry');
    await press('Requester R1');
    await press('Save and retry', { value: 'nonsense' });
    expect(textOf(canvas)).toContain('This is not an e-mail address.');
    await press('Save and retry', { value: 'ravi@northwind.example' });
    await press('Requester R2');
    await press('Waive', { note: 'Left the company' });
    expect(script.resolved).toEqual([
      ['0', { action: 'retry' }],
      ['1', { action: 'edit', values: { email: 'ravi@northwind.example' } }],
      ['2', { action: 'waive', note: 'Left the company' }],
    ]);
  });

  it('opens rejected records of a later page', async () => {
    script.rejections = Array.from({ length: 25 }, (_value, index) => rejectionOf(String(index)));
    canvas = await panel.submit('rejections');
    await press('Show more records');
    await press('Requester R12');
    expect(textOf(canvas)).toContain('The requester has no e-mail address.');
  });

  it('hears about errors of ours without their words', async () => {
    const app = createApp({
      deps: test.deps,
      useCases: { ...test.useCases, openPanel: () => Promise.reject(new Error('password=hunter2')) },
    });
    const broken = panelClient({ app }, { adminId: '5017690', conversationId: '5' });
    const screen = await broken.initialize();
    expect(textOf(screen)).toContain('Reference');
    expect(textOf(screen)).not.toContain('hunter2');
    expect(labelsOf(screen)).toContain('Try again');
  });

  it('gets an answer within the deadline when the database is slow', async () => {
    const app = createApp({
      deps: test.deps,
      useCases: { ...test.useCases, openPanel: () => new Promise(() => undefined) },
    });
    const slow = panelClient({ app }, { adminId: '5017690', conversationId: '5' });
    const started = performance.now();
    const screen = await slow.initialize();
    expect(performance.now() - started).toBeLessThan(5000);
    expect(labelsOf(screen)).toContain('Refresh');
  });
});
