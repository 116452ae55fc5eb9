import { describe, expect, it } from 'vitest';
import { firstValue, isEmptyValue, readPath } from '../../../objects/paths.ts';

describe('isEmptyValue', () => {
  it.each([
    [undefined],
    [null],
    [''],
    ['  \n'],
    [{}],
    [[]],
    [{ id: null, name: null }],
    [[{}, null]],
    [{ a: { b: [] } }],
  ])('takes %j for nothing', (value) => expect(isEmptyValue(value)).toBe(true));

  it.each([[0], [false], ['0'], [{ id: 1, name: null }], [[0]]])('takes %j for a value', (value) =>
    expect(isEmptyValue(value)).toBe(false),
  );
});

describe('readPath', () => {
  const record = {
    a: { b: 1 },
    list: [{ x: 1 }, { x: null }, { x: 2, deep: [{ y: 'p' }, { y: 'q' }] }],
    role: { name: 'n' },
  };

  it('reads nested values and lists', () => {
    expect(readPath(record, 'a.b')).toBe(1);
    expect(readPath(record, 'list[].x')).toEqual([1, 2]);
    expect(readPath(record, 'list[].deep[].y')).toEqual(['p', 'q']);
    expect(readPath(record, '')).toBe(record);
  });

  it('walks an array that the path does not announce, and an object where it announces one', () => {
    expect(readPath(record, 'list.x')).toEqual([1, 2]);
    expect(readPath(record, 'role[].name')).toEqual(['n']);
  });

  it('finds nothing beside the data, not even inherited properties', () => {
    expect(readPath(record, 'a.c.d')).toBeUndefined();
    expect(readPath({}, 'constructor.name')).toBeUndefined();
    expect(readPath('text', 'length')).toBeUndefined();
  });
});

it('firstValue takes the first path that has a value', () => {
  const record = { status: {}, status_name: ' ', basic: { status: { name: 'New' } } };
  expect(firstValue(record, ['status', 'status_name', 'basic.status.name'])).toBe('New');
  expect(firstValue(record, ['status', 'nothing'])).toBeUndefined();
});
