import fc from 'fast-check';
import type { CutoverDocument } from '../../../pipeline/cutover/documents.ts';
import type { DiscoveryDocument } from '../../../pipeline/discovery/discovery-document.ts';
import type { MapDocument, MapSummary } from '../../../pipeline/maps/map-document.ts';
import type { PreflightCheck } from '../../../pipeline/readiness/preflight-document.ts';
import type { RejectionDocument } from '../../../pipeline/reconcile/rejection-document.ts';
import type { RecordDocument } from '../../../pipeline/records.ts';
import type { LedgerCounts, RunDocument } from '../../../pipeline/runs/run-document.ts';
import type { ConversationPanel } from '../../../pipeline/use-cases.ts';
import { counts, sampleRun } from '../documents.ts';
import { hostile, howMany, some, sourceIds } from './hostile.ts';

const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const count = fc.constantFrom(0, 1, 999, 123_456_789);
/** `ages` entries made by one recipe; hostile texts are drawn once, ids differ. */
function listOf<T>(
  length: fc.Arbitrary<number>,
  entry: (index: number, text: string) => T,
): fc.Arbitrary<T[]> {
  return fc
    .tuple(length, fc.array(hostile, { minLength: 1, maxLength: 5 }))
    .map(([size, texts]) =>
      Array.from({ length: size }, (_value, index) => entry(index, texts[index % texts.length] ?? '')),
    );
}

const OBJECTS = [
  'company',
  'requester',
  'configuration_item',
  'asset',
  'problem',
  'change',
  'incident',
  'article',
];
const RUN_KINDS = ['sample', 'full', 'delta', 'verify', 'rollback'] as const;
const RUN_STATES = [
  'queued',
  'running',
  'paused',
  'verifying',
  'completed',
  'completed_with_findings',
  'failed',
  'cancelled',
] as const;

const ledger: fc.Arbitrary<Record<string, LedgerCounts>> = fc
  .array(fc.tuple(fc.constantFrom(...OBJECTS), count, count, count), { maxLength: 8 })
  .map((rows) =>
    Object.fromEntries(
      rows.map(([object, created, rejected, waiting]) => [
        object,
        counts({ discovered: created + rejected + waiting, created, rejected, waiting }),
      ]),
    ),
  );

/** What an undo would do, or did. */
const rollback = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(fc.constantFrom(...OBJECTS, 'workspace'), count), { maxLength: 9 }))
  .map(([dry_run, rows]): NonNullable<RunDocument['rollback']> => ({
    ...{ of_run: null, dry_run, contacts: 'archive', stage: 'done', residue: [] },
    objects: Object.fromEntries(
      rows.map(([object, n]) => [
        object,
        {
          delete: n,
          archive: n,
          restore: n,
          spare: n,
          keep: n,
          gone: 0,
          undecided: 0,
          undone: n,
          refused: n,
        },
      ]),
    ),
  }));

export const runOf = (
  kinds: readonly RunDocument['kind'][] = RUN_KINDS,
  states: readonly RunDocument['state'][] = RUN_STATES,
): fc.Arbitrary<RunDocument> =>
  fc
    .record({
      kind: fc.constantFrom(...kinds),
      state: fc.constantFrom(...states),
      state_reason: maybe(hostile),
      objects: ledger,
      balanced: fc.boolean(),
      progress: fc.constantFrom(0, 0.999, 1),
      eta_seconds: fc.constantFrom(null, 0, 5_000, 10_000_000),
      rollback,
    })
    .map((fields) => sampleRun({ ...fields, rollback: fields.kind === 'rollback' ? fields.rollback : null }));

export const discovery: fc.Arbitrary<DiscoveryDocument> = listOf(some, (index, text) => ({
  object: OBJECTS[index] ?? text,
  count: index * 100_000,
  fields: [],
  quality: [],
})).map((objects) => ({
  state: 'running',
  objects,
  estimate: null,
  error: null,
  started_at: '2026-03-04T09:00:00.000Z',
  finished_at: null,
}));

export const mapSummaries: fc.Arbitrary<MapSummary[]> = listOf(some, (index, text) => ({
  object: OBJECTS[index] ?? `object_${index}`,
  version: index + 1,
  state: text.length % 2 === 0 ? ('approved' as const) : ('proposed' as const),
  rules: index * 60,
  unmapped: index,
  approved_by: text,
  approved_at: null,
}));

export const mapDocument: fc.Arbitrary<MapDocument> = fc
  .record({
    rules: listOf(howMany, (index, text) => ({
      id: `r${index}`,
      source: index === 0 ? '' : text,
      target: `custom_attributes.${text}`,
      transform: 'string',
      options: {},
      confidence: 1,
      reasons: [],
      samples: [],
    })),
    unmapped: listOf(howMany, (_index, text) => ({
      source: text,
      reason: text,
      goes_to: 'handoff' as const,
    })),
    state: fc.constantFrom('approved' as const, 'proposed' as const),
    approved_by: maybe(hostile),
  })
  .map((fields) => ({ object: 'incident', version: 3, approved_at: null, ...fields }));

export const checks: fc.Arbitrary<PreflightCheck[]> = fc
  .tuple(
    listOf(some, (index, text) => ({ id: `check_${index}`, title: text, detail: text, fix: text })),
    fc.array(fc.constantFrom('error' as const, 'warning' as const, 'info' as const), { minLength: 1 }),
    fc.array(fc.constantFrom('pass' as const, 'fail' as const, 'needs_confirmation' as const), {
      minLength: 1,
    }),
  )
  .map(([list, severities, states]) =>
    list.map((check, index) => ({
      ...check,
      severity: severities[index % severities.length] ?? 'error',
      state: states[index % states.length] ?? 'pass',
    })),
  );

export const rejection: fc.Arbitrary<RejectionDocument> = fc.record({
  id: fc.constantFrom('17', '900719925474099312'),
  object: fc.constantFrom(...OBJECTS),
  source_id: fc.constantFrom(...sourceIds(5)),
  display_id: maybe(hostile),
  name: maybe(hostile),
  code: fc.constantFrom('missing_email', 'parent_rejected', 'value_not_allowed'),
  message: hostile,
  field: maybe(fc.constantFrom('email', 'custom.Favourite colour')),
  value: fc.oneof(hostile, fc.jsonValue(), fc.constant('2026-03-04T09:00:00Z')),
  suggestion: maybe(hostile),
  attempts: fc.nat(100),
  waits_for: maybe(hostile),
  waits_for_name: maybe(hostile),
});

export const rejections: fc.Arbitrary<RejectionDocument[]> = fc
  .tuple(rejection, fc.constantFrom(0, 1, 10))
  .map(([one, size]) => Array.from({ length: size }, (_value, index) => ({ ...one, id: String(index) })));

export const records: fc.Arbitrary<RecordDocument[]> = listOf(some, (index, text) => ({
  object: OBJECTS[index % OBJECTS.length] ?? 'incident',
  source_id: `S:${index}`,
  display_id: index % 2 === 0 ? text : null,
  state: 'created',
  destination: {
    resource: 'conversations',
    id: text,
    url: index % 2 === 0 ? `https://app.example/${text}` : null,
  },
  run: null,
  hashes: { source: null, mapped: null, loaded: null },
  reason: index % 3 === 0 ? { code: 'missing_email', message: text, field: null } : null,
  warnings: [],
  history: [],
  erased_at: null,
}));

const linkedRecords = (prefix: string) =>
  listOf(howMany, (index, text) => ({
    object: OBJECTS[index % OBJECTS.length] ?? 'asset',
    label: 'Configuration item',
    source_id: `${prefix}:${index}`,
    display_id: index % 2 === 0 ? text : null,
    title: text,
    subtitle: index % 3 === 0 ? null : text,
    fields: Array.from({ length: index % 13 }, (_value, row) => ({
      label: `Field ${row}`,
      value: row === 0 ? '2024-05-01T00:00:00.000Z' : text,
    })),
  }));

export const conversationPanel: fc.Arbitrary<ConversationPanel> = fc.record({
  number: hostile,
  url: maybe(fc.oneof(hostile, fc.constantFrom('https://desk.example/a?b=(c)', 'http://10.0.0.7/inc/1'))),
  status: maybe(hostile),
  priority: maybe(hostile),
  sla: maybe(hostile),
  imported_at: fc.constantFrom('2026-03-01T10:00:00.000Z', '1999-12-31T23:59:59Z'),
  related: linkedRecords('CI'),
  owned: linkedRecords('mine'),
});

const AT = '2026-03-01T10:00:00.000Z';
export const cutover: fc.Arbitrary<CutoverDocument> = fc.record({
  freeze: fc.record({
    state: fc.constantFrom('not_checked', 'one_look', 'changing', 'behind', 'too_old', 'unknown', 'frozen'),
    detail: hostile,
    first_look_at: maybe(fc.constant(AT)),
    last_look_at: maybe(fc.constant(AT)),
    next_look_at: maybe(fc.constant(AT)),
    objects: fc.constant([]),
  }),
  forecast: maybe(fc.record({ seconds: count, calls: count, based_on: fc.uuid() })),
  items: listOf(howMany, (index, text) => ({
    id: `item_${index}`,
    title: text,
    state: (['go', 'no_go', 'needs_confirmation', 'confirmed'] as const)[index % 4] ?? 'go',
    detail: text,
    fix: text,
    confirmed_by: index % 4 === 3 ? text : null,
    confirmed_at: index % 4 === 3 ? AT : null,
    note: index % 4 === 3 ? text : null,
  })),
  verdict: fc.constantFrom('go', 'no_go'),
  last_delta: maybe(
    fc.record({
      id: fc.uuid(),
      state: fc.constant('completed'),
      started_at: maybe(fc.constant(AT)),
      finished_at: maybe(fc.constant(AT)),
      seconds: maybe(count),
      written: count,
      unchanged: count,
    }),
  ),
  hypercare: maybe(
    fc.record({
      started_at: fc.constant(AT),
      ends_at: fc.constant(AT),
      days: listOf(howMany, (index, text) => ({
        day: index + 1,
        due_at: AT,
        state: (['due', 'running', 'clean', 'attention'] as const)[index % 4] ?? 'due',
        detail: text,
        checked_at: null,
        run_id: null,
      })),
    }),
  ),
  signed_off: maybe(
    fc.record({
      by: hostile,
      at: fc.constant(AT),
      note: hostile,
      package: fc.record({ name: hostile, size: count, sha256: fc.constant('0') }),
      erase_at: fc.constant(AT),
      erased_at: maybe(fc.constant(AT)),
      revocable_until: fc.constant(AT),
    }),
  ),
});
