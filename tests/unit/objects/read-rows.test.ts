import { describe, expect, it } from 'vitest';
import { readLines, readLinks } from '../../../objects/read-rows.ts';

const links = {
  rows: ['reference'],
  id: ['ref_id', 'id'],
  kind: ['module_id', 'module'],
  isNot: ['47', 'change'],
};

describe('readLinks', () => {
  it('takes rows of its own kind and of unknown kinds, whatever they are written as', () => {
    const reference = [
      { module_id: 10, ref_id: '1' },
      { module_id: '47', ref_id: '2' },
      { module: 'Change', ref_id: '3' },
      { module_id: 45, ref_id: '4' },
      { id: '5' },
      { module_id: 10, ref_id: '1' },
      { module_id: 10 },
      {},
      'text',
    ];
    expect(readLinks({ reference }, links)).toEqual(['1', '4', '5']);
  });

  it('takes one row that is no list, and nothing from nothing', () => {
    expect(readLinks({ reference: { ref_id: '1' } }, links)).toEqual(['1']);
    for (const reference of [undefined, null, [], {}, 'x', 7])
      expect(readLinks({ reference }, links)).toEqual([]);
  });
});

const lines = {
  rows: ['$children.tasks', 'tasks'],
  parts: [
    { paths: ['number'] },
    { paths: ['status'] },
    { paths: ['due'], prefix: 'due', as: 'time' as const },
    { paths: ['text'] },
  ],
};

describe('readLines', () => {
  it('writes one line per row, without what has no value', () => {
    const tasks = [
      {
        number: 'T1',
        status: { id: 1, name: 'Done' },
        due: '2025-01-20T05:30:00+05:30',
        text: '<p>a<br>b</p>',
      },
      { number: 'T2', status: {}, due: null },
      { other: 1 },
      null,
    ];
    expect(readLines({ $children: { tasks } }, lines, 'UTC')).toEqual([
      'T1 · Done · due 2025-01-20 00:00 UTC · a b',
      'T2',
    ]);
  });

  it('reads times in the zone of the tenant, and keeps what is no time', () => {
    const tasks = [{ due: 'Jan 20, 2025 05:30 AM' }, { due: 'soon' }];
    expect(readLines({ tasks }, lines, 'Asia/Kolkata')).toEqual(['due 2025-01-20 00:00 UTC', 'due soon']);
  });
});
