import fc from 'fast-check';
import request from 'supertest';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Canvas } from '../../../canvas-kit/components.ts';
import { createApp } from '../../../server/app.ts';
import { checkAnswer } from '../../../simulators/intercom/inbox/canvas-rules.ts';
import { CLIENT_SECRET, WORKSPACE, signIn, testApp, type TestApp } from '../../support/app.ts';
import { canvasProblems } from '../../support/canvases/canvas-problems.ts';
import { fuzz, hostile } from '../../support/canvases/hostile.ts';
import { bodySignature, hubSignature } from '../../support/signed-requests.ts';

/** Signed requests of every shape: whoever holds the secret may be a newer Intercom, or an older canvas. */
const OWNER = '5017690';
const INITIALIZE = '/canvas-kit/initialize';
const SUBMIT = '/canvas-kit/submit';

let test: TestApp;
const logged: string[] = [];
let statements = 0;

beforeAll(async () => {
  test = await testApp();
  await signIn(test);
  const log = pino(
    { level: 'error' },
    new Writable({ write: (line, _encoding, done) => (logged.push(String(line)), done()) }),
  );
  const deps = { ...test.deps, log, db: counted(test.deps.db) };
  test.app = createApp({ deps, useCases: test.useCases });
});
afterAll(() => test.close());

/** Counts what a request asks of the database: the only work a panel may do. */
function counted(db: TestApp['deps']['db']): TestApp['deps']['db'] {
  const sql = new Proxy(db.sql, {
    apply: (target, self, args) => {
      statements += 1;
      return Reflect.apply(target as (...all: unknown[]) => unknown, self, args);
    },
  });
  return { ...db, sql };
}

const VERBS = [
  ...[
    'home',
    'find',
    'search',
    'report',
    'send_report',
    'related',
    'related:asset:1',
    'related_from:10',
    'record:incident:1',
  ],
  ...[
    'connect_form',
    'connect',
    'maps',
    'map:incident',
    'map:incident:12',
    'approve_map:incident:1',
    'migration',
    'refresh',
  ],
  ...[
    'rejections',
    'rejection:1',
    'retry:1',
    'save:1',
    'waive:1',
    'pause:1',
    'resume:1',
    'approve_sample',
    'check:sample:x',
  ],
];
const componentId = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...VERBS) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...VERBS), hostile)
      .map(([verb, rest]) => `${verb.split(':')[0]}:${rest}`),
  },
  { weight: 1, arbitrary: hostile },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '__proto__',
      'constructor',
      'toString:x',
      ':',
      '::',
      'map:__proto__',
      'record:constructor:1',
    ),
  },
);
const id = fc.oneof(
  fc.constantFrom<unknown>('1', 7, '215480000000117', 90071992547409931n.toString(), OWNER),
  hostile,
);
const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), hostile);
const person = fc.oneof(
  fc.record({
    id,
    email: fc.option(hostile, { nil: null }),
    external_id: fc.option(id, { nil: null }),
    role: anything,
  }),
  anything,
);
const stored = fc.oneof(
  fc.record({
    v: fc.constantFrom(0, 1, 99),
    view: hostile,
    cursor: hostile,
    shown: fc.oneof(fc.array(hostile), anything),
  }),
  anything,
);
const current = fc.oneof(
  stored.map((stored_data) => ({ content: { components: [] }, stored_data })),
  stored.map((stored_data) => ({ current_canvas: { content: { components: [] }, stored_data } })),
  anything,
);
const base = fc.record(
  {
    workspace_id: fc.oneof({ weight: 9, arbitrary: fc.constant(WORKSPACE) }, { weight: 1, arbitrary: id }),
    workspace_region: hostile,
    admin: fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          id: fc.constantFrom<unknown>(OWNER, Number(OWNER), '5017692', '99'),
          name: hostile,
        }),
      },
      { weight: 1, arbitrary: anything },
    ),
    conversation: fc.oneof(fc.record({ id, source: anything, custom_attributes: anything }), anything),
    contact: person,
    customer: person,
    context: anything,
  },
  { requiredKeys: ['workspace_id', 'admin'] },
);
const submit = fc
  .tuple(
    base,
    fc.record(
      {
        component_id: fc.oneof({ weight: 9, arbitrary: componentId }, { weight: 1, arbitrary: anything }),
        input_values: fc.oneof(
          fc.record({
            q: hostile,
            text: hostile,
            value: hostile,
            note: hostile,
            base_url: fc.constant(''),
            api_key: hostile,
          }),
          anything,
        ),
        current_canvas: current,
      },
      { requiredKeys: ['component_id'] },
    ),
  )
  .map(([one, two]) => ({ ...one, ...two }));

/** The same JSON, written as another sender would: keys turned round, everything beyond ASCII escaped, blanks between. */
const spelling = fc.constantFrom<(body: object) => string>(
  (body) => JSON.stringify(body),
  (body) => JSON.stringify(body, null, 2),
  (body) => JSON.stringify(Object.fromEntries(Object.entries(body).reverse())),
  (body) =>
    JSON.stringify(body).replaceAll(
      /[^ -~]/g,
      (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  (body) => JSON.stringify(body).replaceAll('/', '\\/'),
);

async function answer(path: string, body: string | Buffer): Promise<Canvas> {
  statements = 0;
  const response = await request(test.app)
    .post(path)
    .set('content-type', 'application/json')
    .set('x-body-signature', bodySignature(body, CLIENT_SECRET))
    // Bytes go as they are: the client would write them as JSON.
    .serialize((bytes: unknown) => bytes as string)
    .send(body);
  const contentType = response.get('content-type') ?? null;
  const { violations } = checkAnswer({ status: response.status, contentType, text: response.text });
  expect(violations.filter(({ severity }) => severity === 'error')).toEqual([]);
  const { canvas } = response.body as { canvas: Canvas };
  const ours = canvasProblems(canvas, { first: path === INITIALIZE });
  expect(ours.filter((problem) => !problem.startsWith('a relative date'))).toEqual([]);
  // Work is bounded by what is asked, not by what is sent.
  expect(statements).toBeLessThan(40);
  return canvas;
}

describe('whatever is sent with a good signature', () => {
  it('initialize answers with a canvas', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(base, spelling, async (body, write) => {
        await answer(INITIALIZE, write(body));
      }),
      fuzz(80),
    );
    expect(logged).toEqual([]);
  });

  it('submit answers with a canvas', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(submit, spelling, async (body, write) => {
        await answer(SUBMIT, write(body));
      }),
      fuzz(200),
    );
    expect(logged).toEqual([]);
  });

  it.each<[string, string | Buffer]>([
    ['nothing', ''],
    ['no JSON', '{"workspace_id":'],
    ['a list', '[]'],
    ['a word', '"workspace"'],
    ['null', 'null'],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
    ['a byte order mark', `\ufeff{"workspace_id":"${WORKSPACE}","admin":{"id":"1"}}`],
    ['a deep nest', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    [
      'a deep nest of large numbers',
      `{"a":12345678901234567890,"b":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    ],
    [
      'ten thousand keys',
      JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_v, i) => [`k${i}`, i]))),
    ],
    ['keys twice', `{"workspace_id":"x","workspace_id":"${WORKSPACE}","admin":{"id":1},"admin":{"id":2}}`],
    ['a prototype', `{"__proto__":{"workspace_id":"x"},"workspace_id":"${WORKSPACE}","admin":{"id":"1"}}`],
    [
      'nine megabytes',
      JSON.stringify({ workspace_id: WORKSPACE, admin: { id: '1' }, note: 'é'.repeat(4_500_000) }),
    ],
  ])('%s', async (_name, body) => {
    for (const path of [INITIALIZE, SUBMIT]) await answer(path, body);
    expect(logged).toEqual([]);
  });
});

describe('a request that Intercom may send as well', () => {
  const body = {
    workspace_id: WORKSPACE,
    workspace_region: 'EU',
    admin: { type: 'admin', id: OWNER, name: 'Jürgen “JJ” 😀/', team_ids: [41] },
    conversation: { type: 'conversation', id: '215480000000117' },
    contact: { type: 'contact', id: '68a1f0c2d4', email: null },
    component_id: 'find',
    input_values: { q: 'INC-1' },
    current_canvas: { content: { components: [] }, stored_data: { v: 1, view: 'find' } } as object,
  };
  const { contact, current_canvas, ...rest } = body;
  const NOT_MOVED = 'No moved record matches INC-1';
  const reversed = (value: unknown): unknown =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([key, inner]) => [key, reversed(inner)]),
        );
  const escaped = JSON.stringify(body)
    .replaceAll(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll('/', '\\/');

  it.each<[string, string, string]>([
    ['as documented', JSON.stringify(body), NOT_MOVED],
    ['re-ordered', JSON.stringify(reversed(body)), NOT_MOVED],
    ['escaped differently', escaped, NOT_MOVED],
    ['spaced', JSON.stringify(body, null, '\t'), NOT_MOVED],
    ['without a contact', JSON.stringify({ ...rest, current_canvas }), NOT_MOVED],
    ['with `customer`', JSON.stringify({ ...rest, customer: contact, current_canvas }), NOT_MOVED],
    [
      'with a nested `current_canvas`',
      JSON.stringify({ ...body, current_canvas: { current_canvas } }),
      NOT_MOVED,
    ],
    [
      'of an unknown component',
      JSON.stringify({ ...body, component_id: 'button_of_last_year:7' }),
      'Move from Infraon',
    ],
    [
      'on a stale canvas',
      JSON.stringify({
        ...body,
        current_canvas: { content: { components: [] }, stored_data: { v: 0, view: 'gone' } },
      }),
      NOT_MOVED,
    ],
  ])('%s', async (_name, sent, words) => {
    for (const path of [INITIALIZE, SUBMIT]) {
      const took: number[] = [];
      for (let tries = 0; tries < 3; tries += 1) {
        const started = performance.now();
        const shown = JSON.stringify(await answer(path, sent));
        took.push(performance.now() - started);
        expect(shown).toContain(path === SUBMIT ? words : 'Move from Infraon');
      }
      // The quickest of three: other tests run on this machine.
      expect(Math.min(...took)).toBeLessThan(1000);
    }
    expect(logged).toEqual([]);
  });
});

describe('whatever is sent without', () => {
  const body = JSON.stringify({ workspace_id: WORKSPACE, admin: { id: OWNER }, component_id: 'home' });
  const good = bodySignature(body, CLIENT_SECRET);
  const spoiled = fc.oneof(
    fc.constant(undefined),
    fc.constantFrom(
      '',
      ' ',
      '0',
      'null',
      `sha256=${good}`,
      `sha1=${good}`,
      `${good}${good}`,
      ` ${good}x`,
      `"${good}"`,
    ),
    fc.nat(63).map((length) => good.slice(0, length)),
    fc.nat(63).map((at) => `${good.slice(0, at)}${good[at] === '0' ? '1' : '0'}${good.slice(at + 1)}`),
    fc.constant(good.toUpperCase()),
    fc.nat(63).map((at) => `${good.slice(0, at)}g${good.slice(at + 1)}`),
    fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: 64, maxLength: 64 }),
    hostile.map((secret) => bodySignature(body, `x${secret}`)),
    hostile.map((other) => bodySignature(`${body}${other === '' ? ' ' : other}`, CLIENT_SECRET)),
  );

  it.each([
    [INITIALIZE, 'x-body-signature', good],
    [SUBMIT, 'x-body-signature', good],
    ['/intercom/health', 'x-body-signature', good],
    ['/intercom/webhooks', 'x-hub-signature', hubSignature(body, CLIENT_SECRET)],
  ])('%s: unsigned, wrong, upper-case and truncated are 401 and not a byte', async (path, header, right) => {
    const hex = right.replace('sha1=', '');
    const wrong = `${right.slice(0, -1)}${right.endsWith('0') ? '1' : '0'}`;
    const upper = right.replace(hex, hex.toUpperCase());
    for (const signature of [
      undefined,
      '',
      wrong,
      upper,
      right.toUpperCase(),
      right.slice(0, -1),
      hex.slice(0, 32),
    ]) {
      statements = 0;
      const call = request(test.app).post(path).set('content-type', 'application/json');
      const response = await (signature === undefined ? call : call.set(header, signature)).send(body);
      const { status, text } = response;
      expect({ signature, status, text, statements }).toEqual({
        signature,
        status: 401,
        text: '',
        statements: 0,
      });
    }
    const known = await request(test.app)
      .post(path)
      .set('content-type', 'application/json')
      .set(header, right)
      .send(body);
    expect(known.status).not.toBe(401);
  });

  it('is answered 401 and not a byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        spoiled,
        fc.constantFrom(INITIALIZE, SUBMIT, '/intercom/health', '/intercom/webhooks'),
        async (signature, path) => {
          statements = 0;
          const header = path === '/intercom/webhooks' ? 'x-hub-signature' : 'x-body-signature';
          const call = request(test.app).post(path).set('content-type', 'application/json');
          const response = await (signature === undefined ? call : call.set(header, signature)).send(body);
          expect({ status: response.status, text: response.text, statements }).toEqual({
            status: 401,
            text: '',
            statements: 0,
          });
        },
      ),
      fuzz(80),
    );
  });
});
