import { expect, it } from 'vitest';
import type { Comparison } from '../../../../pipeline/load/destination.ts';
import { whoseChange } from '../../../../pipeline/verify/whose-change.ts';

const WRITTEN = 1_760_000_000;
const BEGAN = WRITTEN - 3_600;
const THEIRS = 'changed_in_intercom';

async function classOf(comparison: Comparison, secondsLater: number | null): Promise<string | undefined> {
  const seen = {
    comparisons: [comparison],
    updatedAt: secondsLater === null ? null : WRITTEN + secondsLater,
  };
  const wasOurs = (_field: string, value: unknown) => Promise.resolve(value === 'Earlier name');
  const [judged] = await whoseChange(seen, { lastAt: WRITTEN, beganAt: BEGAN, wasOurs });
  return judged?.class;
}

const named = (actual: unknown): Comparison => ({
  field: 'name',
  class: 'mismatch',
  expected: 'Asha Pillai',
  actual,
});

it.each([
  ['at once', 0, 'mismatch'],
  ['when nobody was seen', null, 'mismatch'],
  ['in the next second, which may be the same', 1, 'mismatch'],
  ['two seconds later', 2, THEIRS],
  ['five seconds later', 5, THEIRS],
  ['long after', 60, THEIRS],
] as const)('another value %s', async (_when, later, expected) => {
  expect(await classOf(named('Asha P. Nair'), later)).toBe(expected);
});

it.each([
  ['cut short', 'Asha'],
  ['with something added', 'Asha Pillai Asha Pillai'],
  ['that it had before', 'Earlier name'],
  ['that is blank', '  '],
])('a value %s may be our own accident until the tolerance is over', async (_what, actual) => {
  expect(await classOf(named(actual), 4)).toBe('mismatch');
  expect(await classOf(named(actual), 6)).toBe(THEIRS);
});

it('neither what is lost, nor a state, nor an entry that nobody can edit, is a person’s so soon', async () => {
  const soon: Comparison[] = [
    { field: 'tags.vip', class: 'missing', expected: 'vip', actual: [] },
    { field: 'state', class: 'mismatch', expected: 'closed', actual: 'open' },
    { field: 'parts.3.author', class: 'mismatch', expected: { id: '1' }, actual: { id: '2' } },
    { field: 'companies', class: 'extra', expected: ['1'], actual: ['1', '2'] },
  ];
  for (const comparison of soon) expect(await classOf(comparison, 4)).toBe(comparison.class);
});

it('an entry is a person’s however soon, unless it is one of ours again or dated back', async () => {
  const entry = (actual: object): Comparison => ({
    field: 'parts.intercom:9',
    class: 'extra',
    expected: null,
    actual,
  });
  expect(await classOf(entry({ at: WRITTEN, body: 'I am on it' }), 0)).toBe(THEIRS);
  expect(await classOf(entry({ at: WRITTEN, body: 'Thanks', doubles: 'parts.3' }), 0)).toBe('extra');
  expect(await classOf(entry({ at: BEGAN - 86_400, body: 'Long ago' }), 0)).toBe('extra');
});
