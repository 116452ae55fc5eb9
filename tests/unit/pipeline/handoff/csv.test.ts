import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { cellOf, csvLines } from '../../../../pipeline/handoff/csv.ts';

describe('a cell', () => {
  it.each(['=1', '+1', '-1', '@x', '\t=1', '\rx', '＝1', '  =1', '\n=1', '=', '-'])(
    'that begins as a formula does is marked as text: %j',
    (value) => {
      expect(cellOf(value).startsWith("'")).toBe(true);
    },
  );

  it.each([
    ['a;=1', "a;'=1"],
    ['a;  @x', "a;  '@x"],
    ['a\t-1', "a\t'-1"],
    ['a\n+1', "a\n'+1"],
  ])('hides no formula behind another separator: %j', (value, expected) => {
    expect(cellOf(value)).toBe(expected);
  });

  it.each(['plain', 'a=b', 'a-b', 'one, two', '"quoted"', 'Ünïcode 日本 🙂', '1.5', ''])(
    'of ordinary text stays as it is: %j',
    (value) => {
      expect(cellOf(value)).toBe(value);
    },
  );

  it('may be anything', () => {
    expect(cellOf(null)).toBe('');
    expect(cellOf(undefined)).toBe('');
    expect(cellOf(-5)).toBe("'-5");
    expect(cellOf(true)).toBe('true');
    expect(cellOf(new Date(0))).toBe('1970-01-01T00:00:00.000Z');
    expect(cellOf({ a: '<b>' })).toBe('{"a":"\\u003cb\\u003e"}');
    expect(cellOf('a\u0000b\u001b[31m\ud800')).toBe('a b [31m\ufffd');
  });

  it('fits into a spreadsheet, and says how long it was', () => {
    const cell = cellOf('🙂'.repeat(20_000));
    expect(cell.length).toBeLessThan(32_767);
    expect(cell).toMatch(/… \[cut: the value has 40000 characters\]$/);
    expect(cell.isWellFormed()).toBe(true);
  });
});

it('rows come back from a parser as they were', () => {
  const rows = [
    ['a,b', 'c"d', 'e\nf'],
    ['', ' ', '1'],
  ];
  expect(parse(csvLines(rows))).toEqual(rows);
});
