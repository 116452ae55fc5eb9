import { expect, test } from 'vitest';
import { inLinkOrder } from '../../../../pipeline/load/link-order.ts';

/** Ids in link order, and those of them that are written before something that they name. */
function ordered(links: Record<string, string[]>): { order: string[]; twice: string[] } {
  const order = inLinkOrder('configuration_item', Object.keys(links), (sourceId) => ({
    sourceId,
    refs: (links[sourceId] ?? []).map((id) => ({ ref: 'configuration_item', sourceId: id })),
  }));
  const twice = order.filter((id, place) => links[id]?.some((other) => order.indexOf(other) > place));
  return { order, twice };
}

test('what is named comes before what names it', () => {
  expect(ordered({ a: ['b'], b: ['c'], c: [], d: [] })).toEqual({ order: ['c', 'd', 'b', 'a'], twice: [] });
});

test('of a hub and its neighbours that name each other only the hub is written twice', () => {
  const leaves = Array.from({ length: 50 }, (_, index) => `leaf${index}`);
  const links = { ...Object.fromEntries(leaves.map((leaf) => [leaf, ['hub']])), hub: leaves };
  const { order, twice } = ordered(links);
  expect(twice).toEqual(['hub']);
  expect(order).toHaveLength(51);
});

test('one record of a cycle is written twice, and each is there once', () => {
  const { order, twice } = ordered({ a: ['b'], b: ['c'], c: ['d'], d: ['a'] });
  expect(twice).toHaveLength(1);
  expect([...order].sort()).toEqual(['a', 'b', 'c', 'd']);
});

test('ends outside the batch, links to itself and records without links change nothing', () => {
  expect(ordered({ b: ['elsewhere'], a: ['a'], c: [] }).order).toEqual(['b', 'a', 'c']);
});

test('an id that may belong to one of two objects counts as a link of this one', () => {
  const refs = { a: [{ ref: 'asset', or: ['configuration_item'], sourceId: 'b' }], b: [] };
  const order = inLinkOrder('configuration_item', ['a', 'b'] as const, (sourceId) => ({
    sourceId,
    refs: refs[sourceId],
  }));
  expect(order).toEqual(['b', 'a']);
});
