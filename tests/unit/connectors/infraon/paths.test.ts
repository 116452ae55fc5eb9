import { describe, expect, it } from 'vitest';
import {
  findRows,
  firstText,
  firstValue,
  isEmptyValue,
  keepOnly,
  readPath,
} from '../../../../connectors/infraon/paths.ts';

const record = {
  id: 7,
  basic_info: {
    state: { id: 1, name: 'Open' },
    urgency: {},
    impact: { id: null, name: null },
    flag: false,
    zero: 0,
  },
  tag: ['a', { name: 'b' }],
  impacted_asset: [{ ci_id: '1' }, { ci_id: '2' }, {}],
  level_staff: [{ expertGroupLevel: { level: 1, users: [{ profile_id: 'p1' }] } }],
  empty: [],
};

describe('readPath', () => {
  it.each([
    ['basic_info.state.name', 'Open'],
    ['impacted_asset[].ci_id', ['1', '2']],
    ['tag[]', ['a', { name: 'b' }]],
    ['level_staff[].expertGroupLevel[].users[].profile_id', ['p1']],
    ['basic_info.missing.deeper', undefined],
    ['impacted_asset.ci_id', undefined],
    ['empty[].x', []],
    ['toString', undefined],
    ['', record],
  ])('%s', (path, value) => {
    expect(readPath(record, path)).toEqual(value);
  });
});

describe('firstValue', () => {
  it('passes over everything that means "not set"', () => {
    expect(
      firstValue(record, ['basic_info.urgency', 'basic_info.impact', 'empty', 'basic_info.state.name']),
    ).toBe('Open');
    expect(firstValue(record, ['empty[].x', 'nothing'])).toBeUndefined();
  });

  it('takes false and zero for values', () => {
    expect(firstValue(record, ['basic_info.flag'])).toBe(false);
    expect(firstValue(record, ['basic_info.zero'])).toBe(0);
    expect([null, undefined, '', [], {}, { a: null, b: null }].map(isEmptyValue)).not.toContain(false);
  });

  it('gives ids as text', () => {
    expect(firstText(record, ['missing', 'id'])).toBe('7');
    expect(firstText(record, ['basic_info'])).toBeNull();
  });
});

describe('findRows', () => {
  it('takes the first list, or the reply itself', () => {
    expect(findRows({ data: [1], results: [2] }, ['results', 'data'])).toEqual([2]);
    expect(findRows([3], ['results', ''])).toEqual([3]);
    expect(findRows({ results: 'no' }, ['results', ''])).toBeNull();
  });
});

describe('keepOnly', () => {
  it('keeps the listed keys at each path and leaves the rest alone', () => {
    const person = { profile_id: '1', email: 'a@example.com', birth_date: '1990-01-01' };
    const change = { id: '5', manager: person, watchers: [person, person], note: 'x' };
    expect(keepOnly(change, { manager: ['profile_id'], 'watchers[]': ['email'], absent: ['y'] })).toEqual({
      id: '5',
      manager: { profile_id: '1' },
      watchers: [{ email: 'a@example.com' }, { email: 'a@example.com' }],
      note: 'x',
    });
    expect(keepOnly(person, { '': ['email'] })).toEqual({ email: 'a@example.com' });
    expect(person).toHaveProperty('birth_date');
  });
});
