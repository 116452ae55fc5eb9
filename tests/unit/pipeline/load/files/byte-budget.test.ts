import { expect, it } from 'vitest';
import { createByteBudget } from '../../../../../pipeline/load/files/byte-budget.ts';

function tracked(total: number) {
  const budget = createByteBudget(total);
  const order: string[] = [];
  let held = 0;
  let most = 0;
  const enter = (name: string, bytes: number) =>
    budget.run(bytes, async () => {
      order.push(name);
      held += bytes;
      most = Math.max(most, held);
      await new Promise((resolve) => setTimeout(resolve, 5));
      held -= bytes;
      return name;
    });
  return { enter, order, most: () => most };
}

it('never holds more than its total, and lets nobody overtake', async () => {
  const { enter, order, most } = tracked(100);
  await Promise.all([enter('a', 60), enter('b', 60), enter('c', 10), enter('d', 30), enter('e', 0)]);
  expect(order).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(most()).toBeLessThanOrEqual(100);
});

it('runs what is larger than the total alone', async () => {
  const { enter, order } = tracked(100);
  expect(await Promise.all([enter('a', 10), enter('huge', 5_000), enter('b', 10)])).toEqual([
    'a',
    'huge',
    'b',
  ]);
  expect(order).toEqual(['a', 'huge', 'b']);
});

it('gives room back after a failure', async () => {
  const budget = createByteBudget(10);
  await expect(budget.run(10, () => Promise.reject(new Error('x')))).rejects.toThrow('x');
  expect(await budget.run(10, () => Promise.resolve('y'))).toBe('y');
});
