import { describe, expect, it } from 'vitest';
import { createSpreadSample, createVariedSample } from '../../../../pipeline/extract/spread-sample.ts';

function take(length: number, size: number): number[] {
  const sample = createSpreadSample<number>(size);
  for (let item = 0; item < length; item += 1) sample.add(item);
  return sample.take();
}

describe('createSpreadSample', () => {
  it('gives everything when there is no more than that', () => {
    expect(take(0, 5)).toEqual([]);
    expect(take(3, 5)).toEqual([0, 1, 2]);
  });

  it.each([6, 11, 100, 12_345])('gives the first, the last and an even spread of %i', (length) => {
    const taken = take(length, 5);
    expect(taken).toHaveLength(5);
    expect(taken[0]).toBe(0);
    expect(taken.at(-1)).toBe(length - 1);
    const gaps = taken.slice(1).map((item, index) => item - (taken[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(Math.ceil((length / 4) * 2));
  });

  it('holds one item when asked for one', () => {
    expect(take(50, 1)).toHaveLength(1);
  });
});

describe('createVariedSample', () => {
  function varied(kinds: string[], size: number): number[] {
    const sample = createVariedSample<number>(size);
    for (const [item, kind] of kinds.entries()) sample.add(item, kind);
    return sample.take();
  }

  it('holds records of a kind that the spread alone would miss', () => {
    const kinds = Array.from({ length: 10_000 }, (_none, index) => (index === 777 ? 'rare' : 'common'));
    const taken = varied(kinds, 20);
    expect(taken).toHaveLength(20);
    expect(taken).toContain(777);
    expect(taken).toContain(9_999);
  });

  it('is a plain spread where all records are of one kind', () => {
    expect(
      varied(
        Array.from({ length: 100 }, () => ''),
        5,
      ),
    ).toEqual(take(100, 5));
  });

  it('keeps to its size when there are more kinds than that', () => {
    const kinds = Array.from({ length: 1_000 }, (_none, index) => `kind ${index}`);
    expect(varied(kinds, 10)).toHaveLength(10);
  });
});
