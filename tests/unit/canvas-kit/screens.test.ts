import { describe, expect, it } from 'vitest';
import type { Canvas } from '../../../canvas-kit/components.ts';
import type { View } from '../../../canvas-kit/format.ts';
import { connectScreen } from '../../../canvas-kit/screens/connect.ts';
import {
  conversationScreen,
  notMovedScreen,
  relatedRecordScreen,
  relatedScreen,
} from '../../../canvas-kit/screens/conversation.ts';
import { findScreen, recordScreen, reportScreen } from '../../../canvas-kit/screens/find.ts';
import { mapScreen, mapsScreen } from '../../../canvas-kit/screens/maps.ts';
import * as messages from '../../../canvas-kit/screens/messages.ts';
import { overviewScreen } from '../../../canvas-kit/screens/overview.ts';
import { checkScreen, readinessScreen } from '../../../canvas-kit/screens/readiness.ts';
import { rejectionScreen, rejectionsScreen } from '../../../canvas-kit/screens/rejections.ts';
import type { MapDocument } from '../../../pipeline/maps/map-document.ts';
import type { Step } from '../../../pipeline/panel/next-step.ts';
import type { PreflightCheck } from '../../../pipeline/readiness/preflight-document.ts';
import type { RejectionDocument } from '../../../pipeline/reconcile/rejection-document.ts';
import type { ConversationPanel } from '../../../pipeline/use-cases.ts';
import { canvasProblems } from '../../support/canvases/canvas-problems.ts';
import { sampleRun } from '../../support/documents.ts';

const view: View = {
  now: new Date('2026-03-04T10:00:00Z'),
  timezone: 'Europe/London',
  consoleUrl: 'https://migration.example',
};
/** What tenants type: links, markup, quotes, right to left, emoji, and very much of it. */
const HOSTILE = `[click](https://evil.example) <img src=x> *bold* "quoted" שלום 😀 ${'word '.repeat(200)}`;

const check = (some: Partial<PreflightCheck>): PreflightCheck => ({
  id: 'workflows_paused',
  severity: 'error',
  state: 'needs_confirmation',
  title: 'Workflows and Fin are paused',
  detail: 'A conversation made by the API may start them.',
  fix: 'Pause them in Settings.',
  ...some,
});

const map = (some: Partial<MapDocument>): MapDocument => ({
  object: 'incident',
  version: 3,
  state: 'proposed',
  rules: Array.from({ length: 30 }, (_value, index) => ({
    id: `r${index}`,
    source: index === 0 ? '' : HOSTILE,
    target: `custom_attributes.Infraon ${index}`,
    transform: 'string',
    options: {},
    confidence: 1,
    reasons: [],
    samples: [],
  })),
  unmapped: [],
  approved_by: null,
  approved_at: null,
  ...some,
});

const rejection = (some: Partial<RejectionDocument>): RejectionDocument => ({
  id: '17',
  object: 'requester',
  source_id: '42',
  display_id: null,
  name: null,
  code: 'missing_email',
  message: HOSTILE,
  field: 'email',
  value: { nested: HOSTILE },
  suggestion: HOSTILE,
  attempts: 2,
  waits_for: null,
  waits_for_name: null,
  ...some,
});

function panel(related: number, long = false): ConversationPanel {
  return {
    number: long ? HOSTILE : 'INC-000123',
    url: 'http://127.0.0.1:4000/incident/1',
    status: long ? HOSTILE : 'Resolved',
    priority: 'High',
    sla: 'Gold',
    imported_at: '2026-03-01T10:00:00.000Z',
    owned: [],
    related: Array.from({ length: related }, (_value, index) => ({
      object: 'configuration_item',
      label: 'Configuration item',
      source_id: `3233801905630453765${index}`,
      display_id: `CI-${index}`,
      title: long ? HOSTILE : `Laptop ${index}`,
      subtitle: 'In use',
      fields: [
        { label: 'Serial', value: HOSTILE },
        { label: 'Bought', value: '2024-05-01T00:00:00.000Z' },
      ],
    })),
  };
}

const discovery = {
  state: 'running' as const,
  objects: Array.from({ length: 12 }, (_value, index) => ({
    object: `object_${index}`,
    count: 100_000,
    fields: [],
    quality: [],
  })),
  estimate: null,
  error: null,
  started_at: '2026-03-04T09:00:00.000Z',
  finished_at: null,
};
const summary = {
  object: 'incident',
  version: 1,
  state: 'proposed' as const,
  rules: 40,
  unmapped: 3,
  approved_by: null,
  approved_at: null,
};

const STEPS: [string, Step][] = [
  ['not connected', { kind: 'connect', failure: null }],
  ['connecting failed', { kind: 'connect', failure: 'Infraon did not answer at this address.' }],
  ['connecting', { kind: 'connecting' }],
  ['connected', { kind: 'discover', failure: null }],
  ['discovering', { kind: 'discovering', discovery }],
  ['maps to review', { kind: 'review', maps: [summary] }],
  ['maps missing', { kind: 'review', maps: [] }],
  ['maps approved', { kind: 'sample' }],
  ['a run being started', { kind: 'starting' }],
  ['running', { kind: 'running', run: sampleRun() }],
  ['queued', { kind: 'running', run: sampleRun({ state: 'queued', objects: {}, eta_seconds: null }) }],
  [
    'paused with a long reason',
    { kind: 'running', run: sampleRun({ state: 'paused', state_reason: HOSTILE }) },
  ],
  ['sample done', { kind: 'approve', run: sampleRun({ kind: 'sample', state: 'completed' }) }],
  ['sample approved', { kind: 'start' }],
  ['finished', { kind: 'finished', run: sampleRun({ state: 'completed_with_findings' }) }],
  [
    'failed with a long reason',
    { kind: 'finished', run: sampleRun({ state: 'failed', state_reason: HOSTILE }) },
  ],
  ['sample cancelled', { kind: 'finished', run: sampleRun({ kind: 'sample', state: 'cancelled' }) }],
];

const FIRST: [string, Canvas][] = [
  ...STEPS.map(([name, step]): [string, Canvas] => [name, overviewScreen(step, view, { back: false })]),
  ['a conversation without links', conversationScreen(panel(0), view, false)],
  ['a conversation with links', conversationScreen(panel(2), view, false)],
  ['a conversation with many links, for an owner', conversationScreen(panel(40), view, true)],
  ['a conversation with long words', conversationScreen(panel(5), view, true)],
  ['a conversation that was not moved', notMovedScreen(view, [])],
  ['an app that must be reconnected', messages.reconnectScreen(view.consoleUrl)],
  ['an error', messages.unavailableScreen('7F3K2')],
  ['no answer in time', messages.slowScreen()],
];

const label = (object: string) => object;
const results = [
  {
    object: 'incident',
    source_id: '1',
    display_id: HOSTILE,
    state: 'created',
    destination: { resource: 'conversations', id: '9', url: 'https://app.intercom.example/a/inbox/x' },
    run: null,
    hashes: { source: null, mapped: null, loaded: null },
    reason: { code: 'missing_email', message: HOSTILE, field: null },
    warnings: [],
    history: [],
    erased_at: null,
  },
];

const LATER: [string, Canvas][] = [
  ['the form', connectScreen({ baseUrl: '', username: '', error: null })],
  [
    'the form after an error',
    connectScreen({ baseUrl: HOSTILE, username: HOSTILE, error: { message: HOSTILE, field: 'base_url' } }),
  ],
  ['no maps', mapsScreen([], label, null)],
  [
    'twelve maps',
    mapsScreen(
      Array.from({ length: 12 }, (_v, i) => ({ ...summary, object: `o${i}` })),
      label,
      HOSTILE,
    ),
  ],
  ['all maps approved', mapsScreen([{ ...summary, state: 'approved' }], label, null)],
  [
    'a map',
    mapScreen(map({}), 'Incidents', {
      from: 0,
      consoleUrl: view.consoleUrl,
      error: HOSTILE,
      fieldName: label,
    }),
  ],
  [
    'an approved map',
    mapScreen(map({ state: 'approved', approved_by: HOSTILE }), 'Incidents', {
      from: 24,
      consoleUrl: view.consoleUrl,
      error: null,
      fieldName: label,
    }),
  ],
  ['readiness without findings', readinessScreen([check({ state: 'pass' })], 'sample', view)],
  ['readiness to confirm', readinessScreen([check({}), check({ id: 'b', title: HOSTILE })], 'full', view)],
  ['readiness that fails', readinessScreen([check({ state: 'fail' }), check({ id: 'b' })], 'sample', view)],
  [
    'something under way',
    messages.waitingScreen(
      { title: 'Checking…', words: HOSTILE, refreshId: 'x', stored: { base_url: HOSTILE } },
      view,
    ),
  ],
  ['a check', checkScreen(check({ title: HOSTILE, detail: HOSTILE, fix: '' }), 'sample', view.consoleUrl)],
  [
    'no rejections',
    rejectionsScreen({ items: [], next_cursor: null, total: 0 }, label, { note: null, cursor: null }),
  ],
  [
    'rejections',
    rejectionsScreen(
      { items: [rejection({}), rejection({ id: '18' })], next_cursor: 'abc', total: 400 },
      label,
      { note: HOSTILE, cursor: 'x' },
    ),
  ],
  [
    'a rejection',
    rejectionScreen(rejection({}), 'Requester', view, { error: HOSTILE, cursor: null, alike: 2 }),
  ],
  [
    'a rejection without field',
    rejectionScreen(rejection({ field: null, value: null }), 'Requester', view, {
      error: null,
      cursor: null,
      alike: 1,
    }),
  ],
  ['all linked records', relatedScreen(panel(50, true))],
  ['no linked record', relatedScreen(panel(0))],
  ['a linked record', relatedRecordScreen(panel(1, true).related[0]!, view)],
  ['a linked record that was not read', relatedRecordScreen({ ...panel(1).related[0]!, fields: [] }, view)],
  ['the search', findScreen('', null, label)],
  ['a search without result', findScreen(HOSTILE, [], label)],
  ['search results', findScreen('1', results, label)],
  ['a record', recordScreen(results[0]!, 'Incident')],
  ['the report', reportScreen('', null)],
  ['the report after an error', reportScreen(HOSTILE, HOSTILE)],
  ['a refusal', messages.refusedScreen(HOSTILE)],
  ['a success', messages.doneScreen(HOSTILE, { id: 'maps', label: 'Review maps' })],
  ...STEPS.map(([name, step]): [string, Canvas] => [
    `${name}, with a way back`,
    overviewScreen(step, view, { back: true }),
  ]),
];

describe('first canvases', () => {
  it.each(FIRST)('%s', (_name, screen) => {
    expect(canvasProblems(screen, { first: true })).toEqual([]);
  });
});

describe('later canvases', () => {
  it.each(LATER)('%s', (_name, screen) => {
    expect(canvasProblems(screen, { first: false })).toEqual([]);
    expect(Buffer.byteLength(JSON.stringify(screen.content))).toBeLessThan(32 * 1024);
  });

  it('make no link of what a tenant typed', () => {
    for (const [name, screen] of LATER) {
      for (const component of screen.content.components) {
        if (component.type === 'text') expect(component.text, name).not.toContain('](https://evil.example)');
      }
    }
  });
});

describe('a map of sixty fields', () => {
  it('shows what was guessed first, and is approved on the first canvas', () => {
    const rules = Array.from({ length: 60 }, (_value, index) => ({
      ...map({}).rules[0]!,
      id: `r${index}`,
      source: `field_${index}`,
      confidence: index >= 57 ? 0.7 : 1,
    }));
    const screen = mapScreen(map({ rules }), 'Incidents', {
      from: 0,
      consoleUrl: view.consoleUrl,
      error: null,
      fieldName: (key) => (key === 'field_57' ? 'Promised until' : key),
    });
    const rows = screen.content.components.flatMap((part) => (part.type === 'data-table' ? part.items : []));
    expect(rows.slice(0, 4).map(({ field }) => field)).toEqual([
      'Promised until',
      'field_58',
      'field_59',
      'field_0',
    ]);
    expect(JSON.stringify(screen)).toContain('3 of 60 fields had to be guessed');
    expect(JSON.stringify(screen)).toContain('Approve map');
  });
});

describe('what leads to the console', () => {
  const linkIn = (screen: Canvas) =>
    screen.content.components.flatMap((part) =>
      part.type === 'text' ? [...part.text.matchAll(/\]\((.*?)\)/g)].map(([, url]) => url) : [],
    );

  it('leads to the page where it is done', () => {
    const open = mapScreen(map({}), 'Incidents', {
      from: 0,
      consoleUrl: view.consoleUrl,
      error: null,
      fieldName: label,
    });
    expect(linkIn(open)).toEqual(['https://migration.example/console/maps/incident']);
    const types = check({ id: 'object_types', state: 'fail' });
    expect(linkIn(checkScreen(types, 'sample', view.consoleUrl))).toEqual([
      'https://migration.example/console/object-types',
    ]);
    expect(linkIn(checkScreen({ ...types, state: 'pass' }, 'sample', view.consoleUrl))).toEqual([]);
  });
});

describe('a run that has only begun', () => {
  it('says that its records are being listed, instead of none of none', () => {
    const screen = overviewScreen(STEPS.find(([name]) => name === 'queued')![1], view, { back: false });
    expect(JSON.stringify(screen)).toContain('being listed');
    expect(JSON.stringify(screen)).not.toContain('0 of 0');
  });
});

describe('a field that both sides changed', () => {
  const both = rejection({
    code: 'edited_in_intercom',
    field: 'priority',
    value: { infraon: 'High', intercom: 'Low' },
  });
  const screen = rejectionScreen(both, 'Incident', view, { error: null, cursor: null, alike: 1 });
  const { components } = screen.content;

  it('shows both values, and offers to keep either', () => {
    const rows = components.flatMap((part) => (part.type === 'data-table' ? part.items : []));
    expect(rows).toEqual(
      expect.arrayContaining([
        { type: 'field-value', field: 'In Infraon', value: 'High' },
        { type: 'field-value', field: 'In Intercom', value: 'Low' },
      ]),
    );
    const ids = components.flatMap((part) => (part.type === 'button' ? [part.id] : []));
    expect(ids).toEqual(expect.arrayContaining(['retry_infraon:17', 'retry_intercom:17', 'retry:17']));
  });

  it('begins the correction with a value, never with the text of several', () => {
    const value = (of: Canvas) =>
      of.content.components.flatMap((part) => (part.type === 'input' ? [part.value] : []));
    expect(value(screen)).toEqual(['High']);
    const nested = rejectionScreen(rejection({}), 'Requester', view, { error: null, cursor: null, alike: 1 });
    expect(value(nested)).toEqual(['']);
  });
});

describe('a person without an address', () => {
  const idsOf = (some: Partial<RejectionDocument>) =>
    rejectionScreen(rejection(some), 'Requester', view, {
      error: null,
      cursor: null,
      alike: 1,
    }).content.components.flatMap((part) => (part.type === 'button' ? [part.id] : []));

  it('may be loaded without one, other records may not', () => {
    for (const code of ['missing_email', 'masked_email', 'duplicate_email'])
      expect(idsOf({ code })).toContain('without_address:17');
    expect(idsOf({ code: 'parent_missing', field: 'requester' })).not.toContain('without_address:17');
  });

  it('is named, with the id beside the name', () => {
    const screen = rejectionScreen(rejection({ name: 'Ada Byron' }), 'Requester', view, {
      error: null,
      cursor: null,
      alike: 1,
    });
    const [title, , table] = screen.content.components;
    expect(title).toMatchObject({ type: 'text', text: 'Requester Ada Byron' });
    expect(table).toMatchObject({
      items: expect.arrayContaining([{ type: 'field-value', field: 'Infraon id', value: '42' }]) as unknown,
    });
  });
});

describe('the way back of what leads the migration', () => {
  const wayBack = (screen: Canvas) => screen.content.components.at(-1);

  it('ends at the migration, also where the panel was opened beside a moved conversation', () => {
    for (const name of ['rejections', 'twelve maps', 'readiness to confirm'])
      expect(wayBack(LATER.find(([title]) => title === name)![1])).toMatchObject({ id: 'migration' });
  });

  it('of a check shows the others as they were, without asking for all of them again', () => {
    expect(wayBack(checkScreen(check({}), 'full', view.consoleUrl))).toMatchObject({
      id: 'readiness_seen:full',
    });
  });
});

describe('labels of the contract', () => {
  const labelsOf = (screen: Canvas) =>
    screen.content.components.flatMap((component) => (component.type === 'button' ? [component.label] : []));
  const step = (name: string) => FIRST.find(([title]) => title === name)![1];

  it.each([
    ['not connected', ['Connect Infraon']],
    ['connected', ['Discover']],
    ['maps to review', ['Review maps']],
    ['maps approved', ['Check readiness', 'Run sample']],
    ['sample done', ['Approve sample']],
    ['sample approved', ['Start migration']],
    ['running', ['Refresh', 'Pause', 'Rejected records']],
    ['paused with a long reason', ['Refresh', 'Resume']],
    ['finished', ['Rejected records', 'Find an Infraon record']],
    ['a conversation with links', ['Find an Infraon record', 'Report something missing']],
    ['a conversation that was not moved', ['Find an Infraon record']],
  ])('%s', (name, labels) => {
    expect(labelsOf(step(name))).toEqual(expect.arrayContaining(labels));
  });

  it('of the form and its inputs', () => {
    const { components } = connectScreen({ baseUrl: '', username: '', error: null }).content;
    const inputs = components.flatMap((component) => (component.type === 'input' ? [component.id] : []));
    expect(inputs).toEqual(['base_url', 'username', 'password', 'api_key']);
    expect(labelsOf(connectScreen({ baseUrl: '', username: '', error: null }))).toContain('Connect');
  });

  it('never send a secret back', () => {
    const form = connectScreen({
      baseUrl: 'https://a',
      username: 'u',
      error: { message: 'No', field: null },
    });
    for (const component of form.content.components) {
      if (component.type === 'input' && ['password', 'api_key'].includes(component.id)) {
        expect(component).not.toHaveProperty('value');
      }
    }
  });
});
