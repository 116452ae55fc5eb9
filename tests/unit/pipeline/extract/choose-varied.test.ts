import { describe, expect, it } from 'vitest';
import { chooseVaried } from '../../../../pipeline/extract/choose-varied.ts';

const plain = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `p${at}`, features: ['plain'] }));

describe('chooseVaried', () => {
  it('finds the rare ones behind thousands that are alike', () => {
    const rare = [
      { id: 'long', features: ['plain', 'text#9'] },
      { id: 'closed', features: ['plain', 'status=closed'] },
    ];
    expect(chooseVaried([...plain(4_000), ...rare], 3)).toEqual(['long', 'closed', 'p0']);
  });

  it('takes the one that shows most first, so that few show everything', () => {
    const candidates = [
      { id: 'a', features: ['1', '2'] },
      { id: 'b', features: ['2', '3'] },
      { id: 'all', features: ['1', '2', '3', '4'] },
    ];
    expect(chooseVaried(candidates, 1)).toEqual(['all']);
    expect(chooseVaried(candidates, 2)).toEqual(['all', 'a']);
  });

  it('takes all there are when there are fewer than asked for', () => {
    expect(chooseVaried(plain(2), 12)).toEqual(['p0', 'p1']);
    expect(chooseVaried([], 12)).toEqual([]);
  });
});
