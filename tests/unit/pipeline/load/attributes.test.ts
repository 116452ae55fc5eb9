import { describe, expect, it } from 'vitest';
import { compareValue } from '../../../../pipeline/load/attributes.ts';

describe('one value, written and read back', () => {
  it.each([
    ['equal', 'Printer', 'Printer'],
    ['equal', 0, 0],
    ['equal', '', null],
    ['equal', ['7', '8'], { instances: [{ id: '8' }, { id: 7 }] }],
    ['equal_after_normalising', 5, '5'],
    ['equal_after_normalising', 'third  floor\r\nroom 2 ', 'third floor room 2'],
    ['mismatch', 'third floor', 'Third floor'],
    ['mismatch', '007', 7],
    ['missing', 'Printer', ''],
    ['missing', 0, undefined],
    ['missing', ['7', '8'], ['7']],
    ['extra', null, 'Printer'],
    ['extra', ['7'], ['7', '9']],
  ] as const)('is %s: %j → %j', (verdict, written, read) => {
    expect(compareValue('custom_attributes.place', written, read)).toMatchObject({
      field: 'custom_attributes.place',
      class: verdict,
    });
  });

  it('keeps both values of whatever differs', () => {
    expect(compareValue('name', 'Asha', 'Ash')).toEqual({
      field: 'name',
      class: 'mismatch',
      expected: 'Asha',
      actual: 'Ash',
    });
  });
});
