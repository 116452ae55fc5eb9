import { expect, it } from 'vitest';
import { BATCH_SIZE, createBatchSizes } from '../../../../pipeline/runs/batch-sizes.ts';

it('begins with whole batches, looks at twice what fitted the last time, and grows back where records are short', () => {
  const sizes = createBatchSizes();
  expect(sizes.next('incident', 'load')).toBe(BATCH_SIZE);

  sizes.filled('incident', 'load', 12);
  expect(sizes.next('incident', 'load')).toBe(40);
  expect(sizes.next('asset', 'load')).toBe(BATCH_SIZE);
  expect(sizes.next('incident', 'verify')).toBe(BATCH_SIZE);

  const grown: number[] = [];
  while (sizes.next('incident', 'load') < BATCH_SIZE) {
    grown.push(sizes.next('incident', 'load'));
    sizes.filled('incident', 'load', sizes.next('incident', 'load'));
  }
  expect(grown).toEqual([40, 96, 208, 432]);
});

it('never looks at nothing: one record always fits, and the next batch has room for more', () => {
  const sizes = createBatchSizes();
  sizes.filled('incident', 'map', 1);
  expect(sizes.next('incident', 'map')).toBeGreaterThan(1);
});
