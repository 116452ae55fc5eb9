import { describe, expect, it } from 'vitest';
import type { ThreadRow } from '../../../../objects/thread-rows.ts';
import { apply, brief } from './context.ts';

function row(changes: Partial<ThreadRow>): ThreadRow {
  return {
    key: '1',
    body: 'Hello',
    private: false,
    system: false,
    deleted: false,
    type: '',
    isDescription: false,
    workDuration: {},
    authorIds: ['7'],
    authorName: undefined,
    at: Date.parse('2025-01-01T10:00:00Z'),
    position: 0,
    files: [],
    ...changes,
  } as ThreadRow;
}

function transcript(rows: ThreadRow[], options: Record<string, unknown> = {}): unknown {
  return brief(
    apply('transcript', rows, options, {
      values: { description: '<p>The opening</p>' },
      person: (id) =>
        id === '7' ? { as: 'contact', ref: { ref: 'requester', sourceId: '7' }, name: 'Ann' } : undefined,
    }),
  );
}

describe('transcript', () => {
  it('writes entries oldest first, with author, time and privacy', () => {
    expect(
      transcript([
        row({ body: '<p>Later</p>', at: Date.parse('2025-01-02T10:00:00Z'), private: true, position: 0 }),
        row({ body: 'First', position: 1 }),
        row({ body: 'Untimed', at: undefined, authorIds: [], authorName: 'Bo', position: 2 }),
      ]),
    ).toBe(
      ['2025-01-01 10:00 UTC, Ann: First', 'Bo: Untimed', '2025-01-02 10:00 UTC, Ann (internal): Later'].join(
        '\n\n',
      ),
    );
  });

  it('takes an entry of unknown privacy for internal, and names unknown authors and the system', () => {
    expect(transcript([row({ private: undefined, authorIds: ['8'] })])).toBe(
      '2025-01-01 10:00 UTC, Unknown author (Infraon id 8) (internal): Hello',
    );
    expect(transcript([row({ system: true, authorIds: [] })])).toBe(
      '2025-01-01 10:00 UTC, Infraon system: Hello',
    );
  });

  it('leaves out deleted entries and the copy of the opening text', () => {
    const rows = [
      row({ deleted: true }),
      row({ isDescription: true, body: 'The opening' }),
      row({ isDescription: true, body: 'Another text' }),
    ];
    expect(transcript(rows, { description: 'description' })).toBe('2025-01-01 10:00 UTC, Ann: Another text');
    expect(transcript([row({ deleted: true })])).toBeUndefined();
  });
});
