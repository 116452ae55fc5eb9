import { expect, it } from 'vitest';
import { maskPersonal } from '../../../objects/mask.ts';

it('shows the shape of a value and not the person', () => {
  expect(maskPersonal(' Ann Lee ')).toBe('A…');
  expect(maskPersonal('ann.lee@example.com')).toBe('a…@example.com');
  expect(maskPersonal('+91 98765 43210')).toBe('+91…10');
  expect(maskPersonal({ names: ['Bo', ''] })).toEqual({ names: ['B…', ''] });
});

it('never cuts through a character, which could not be stored', () => {
  expect(maskPersonal('𠮷田 太郎')).toBe('𠮷…');
  expect(maskPersonal('🎉party@example.com')).toBe('🎉…@example.com');
});
