import { describe, expect, it } from 'vitest';
import type { ChildDefinition } from '../../../../objects/define-object.ts';
import type { ThreadPart } from '../../../../objects/payloads.ts';
import { readThread } from '../../../../objects/thread-rows.ts';
import { placeInTime } from '../../../../objects/transforms/thread.ts';
import type { RecordContext } from '../../../../objects/transforms/transform.ts';
import { apply } from './context.ts';

const seen = (...paths: string[]) => ({ paths, evidence: 'seen' as const });
const CHILD: ChildDefinition = {
  key: 'thread',
  source: 'notes',
  fields: {
    key: seen('id'),
    body: seen('body', 'mail.body'),
    private: seen('is_private'),
    system: seen('is_system_gen'),
    deleted: seen('is_deleted'),
    type: seen('type'),
    is_description: seen('is_description'),
    work_duration: seen('work_duration'),
    author: seen('created_by', 'user_id'),
    author_name: seen('name'),
    at: seen('at'),
  },
};
const OPTIONS = {
  requester: 'requester',
  requesterName: 'requester_name',
  technician: 'technician',
  technicianName: 'technician_name',
  description: 'description',
  created: 'created',
  internalTypes: ['Priority Change'],
};
const VALUES = {
  requester: 'r1',
  requester_name: 'Rita',
  technician: 't1',
  technician_name: 'Theo',
  description: '<p>It  fails.</p>',
  created: '2025-01-20T10:00:00.500Z',
};
const CREATED = 1737367200;

function parts(rows: Record<string, unknown>[], overrides: Partial<RecordContext> = {}): ThreadPart[] {
  const outcome = apply('thread', readThread(rows, CHILD, 'UTC'), OPTIONS, { values: VALUES, ...overrides });
  if ('issue' in outcome) throw new Error(outcome.issue.message);
  return outcome.value as ThreadPart[];
}

const one = (row: Record<string, unknown>, overrides: Partial<RecordContext> = {}) =>
  parts([row], overrides)[0]!;

describe('kind', () => {
  it.each([
    ['public', { is_private: false }, 'comment'],
    ['private', { is_private: true }, 'note'],
    ['of unknown privacy', {}, 'note'],
    ['with an unreadable flag', { is_private: 'perhaps' }, 'note'],
    ['by the system', { is_private: false, is_system_gen: true }, 'note'],
    ['by the system actor', { is_private: false, created_by: '-1' }, 'note'],
    ['with logged work', { is_private: false, work_duration: { minutes: 5 } }, 'note'],
    ['with an empty work log', { is_private: false, work_duration: {} }, 'comment'],
    ['of an internal type', { is_private: false, type: 'priority change' }, 'note'],
  ])('an entry %s', (_name, row, kind) => expect(one({ body: 'x', ...row }).kind).toBe(kind));
});

describe('author', () => {
  it('is the requester, the technician in charge, or named', () => {
    expect(one({ created_by: 'r1' }).author).toEqual({
      kind: 'contact',
      ref: { ref: 'person', sourceId: 'r1' },
      name: 'Rita',
    });
    expect(one({ created_by: 't1' }).author).toEqual({
      kind: 'teammate',
      ref: { ref: 'agent', sourceId: 't1' },
      name: 'Theo',
    });
    expect(one({ created_by: 'x9', name: 'Visitor' }).author).toEqual({ kind: 'other', name: 'Visitor' });
    expect(one({ created_by: 'x9' }).author.name).toContain('x9');
    expect(one({}).author).toEqual({ kind: 'other', name: 'Unknown author' });
  });

  it('is looked up by every id that the entry carries', () => {
    const person = (id: string) =>
      id === '77'
        ? { as: 'teammate' as const, ref: { ref: 'agent', sourceId: 'a77' }, name: 'Ada' }
        : undefined;
    expect(one({ created_by: 'unknown', user_id: 77 }, { person }).author).toEqual({
      kind: 'teammate',
      ref: { ref: 'agent', sourceId: 'a77' },
      name: 'Ada',
    });
  });

  it.each([['-1'], ['@@@k_system@@@']])('%s is the system', (created_by) => {
    expect(one({ created_by, name: '@@@k_system@@@' }).author).toEqual({
      kind: 'other',
      name: 'Infraon system',
    });
  });
});

describe('body', () => {
  it('is readable text, also from a mail', () => {
    expect(one({ body: '<p>a<br>b</p>' }).body).toBe('a\nb');
    expect(one({ mail: { body: '<p>c</p>' } }).body).toBe('c');
  });

  it('that is empty is said, not dropped', () => {
    expect(one({ body: '<p>&nbsp;</p>' }).body).toBe('(no text)');
  });

  it('tells logged work', () => {
    expect(one({ body: 'done', work_duration: { hours: 0, minutes: 45 } }).body).toBe(
      'done\n\nWork logged: 45 minutes',
    );
    expect(one({ work_duration: '1h' }).body).toBe('Work logged: 1h');
  });
});

describe('order', () => {
  it('is by time, then by position; ties are a second apart', () => {
    const at = '2025-01-20T11:00:00Z';
    const result = parts([
      { id: 'b', at: '2025-01-20T12:00:00Z' },
      { id: 'a1', at },
      { id: 'a2', at },
      { id: 'a3', at: '2025-01-20T11:00:00.900Z' },
    ]);
    expect(result.map(({ key, created_at }) => [key, created_at - CREATED])).toEqual([
      ['a1', 3600],
      ['a2', 3601],
      ['a3', 3602],
      ['b', 7200],
    ]);
  });

  it('never begins before the record, and an entry without a time keeps its place', () => {
    const result = parts([
      { id: 'early', at: '2020-01-01T00:00:00Z' },
      { id: 'timeless' },
      { id: 'late', at: '2025-01-20T11:00:00Z' },
    ]);
    expect(result.map(({ created_at }) => created_at - CREATED)).toEqual([1, 2, 3600]);
  });

  it('never reaches into the future', () => {
    const now = new Date('2025-01-20T10:00:10Z');
    const result = parts(
      [{ at: '2026-01-01T00:00:00Z' }, { at: '2026-01-01T00:00:00Z' }, { at: '2026-01-02T00:00:00Z' }],
      { now },
    );
    expect(result.map(({ created_at }) => created_at - CREATED)).toEqual([8, 9, 10]);
  });

  it('gives entries without a key, or with the same one, keys of their own', () => {
    expect(parts([{}, { id: 'k' }, { id: 'k' }]).map(({ key }) => key)).toEqual(['position-1', 'k', 'k~2']);
  });
});

it('does not repeat the description, but keeps one that differs and a second copy', () => {
  const copy = { is_description: true, body: '<p>It fails.</p>' };
  expect(parts([copy])).toEqual([]);
  expect(parts([{ ...copy, body: 'Something else' }])).toHaveLength(1);
  expect(parts([copy, copy])).toHaveLength(1);
  expect(parts([{ ...copy, is_description: false }])).toHaveLength(1);
});

it('leaves out entries that were deleted, and makes nothing of nothing', () => {
  expect(parts([{ body: 'x', is_deleted: true }])).toEqual([]);
  expect(apply('thread', undefined, OPTIONS, { values: VALUES })).toEqual({ value: [] });
});

describe('placeInTime', () => {
  it('is strictly increasing, after the record and not after now, for any times', () => {
    let seed = 7;
    const random = (max: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % max;
    };
    for (let round = 0; round < 200; round += 1) {
      const created = 1000 + random(50);
      const now = created + 100;
      const times = Array.from({ length: random(60) }, () => 900 + random(400)).sort((a, b) => a - b);
      const placed = placeInTime(times, created, now);
      for (const [index, time] of placed.entries()) {
        expect(time).toBeGreaterThan(index === 0 ? created : placed[index - 1]!);
        expect(time).toBeLessThanOrEqual(now);
      }
    }
  });

  it('prefers order and the present when a skewed clock leaves no room', () => {
    expect(placeInTime([50, 50, 50], 100, 101)).toEqual([99, 100, 101]);
  });
});
