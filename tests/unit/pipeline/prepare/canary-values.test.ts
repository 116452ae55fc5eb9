import { describe, expect, it } from 'vitest';
import { NotFoundError } from '../../../../errors.ts';
import { canaryValue, isKept, referencedIds } from '../../../../pipeline/prepare/canary-values.ts';
import { missingThing } from '../../../../pipeline/prepare/canary-instance.ts';

const NOW = 1_764_000_123;

describe('canary values', () => {
  it.each([
    ['text', 'Infraon canary', 'Infraon canary', true],
    ['text', 'Infraon canary', null, false],
    ['number', 7, 7, true],
    ['number', 7, '7', true],
    ['number', 7, '', false],
    ['decimal', 1.5, 1, false],
    ['boolean', true, 'true', true],
    ['boolean', true, false, false],
    ['date', NOW, NOW, true],
    ['date', NOW, new Date(NOW * 1000).toISOString(), true],
    ['date', NOW, NOW - (NOW % 86_400), true],
    ['date', NOW, NOW + 5, false],
    ['date', NOW, null, false],
    ['list', 'High', 'High', true],
    ['list', 'High', null, false],
  ] as const)('%s: %s read back as %s is kept: %s', (format, written, read, kept) => {
    expect(isKept({ name: 'a', format }, written, read)).toBe(kept);
  });

  it('writes a value for every format but references', () => {
    expect(canaryValue({ name: 'a', format: 'date' }, NOW)).toBe(NOW);
    expect(canaryValue({ name: 'a', format: 'list', options: ['x', 'y'] }, NOW)).toBe('x');
    expect(canaryValue({ name: 'a', format: 'reference' }, NOW)).toBeUndefined();
  });

  it('reads references in each form they come back in', () => {
    expect(referencedIds(['1', 2])).toEqual(['1', '2']);
    expect(referencedIds({ type: 'order.list', instances: [{ id: '9', type: 'Order' }] })).toEqual(['9']);
    expect(referencedIds(null)).toEqual([]);
    const reference = { name: 'r', format: 'reference' } as const;
    expect(isKept(reference, '9', { instances: [{ id: '9' }] })).toBe(true);
    expect(isKept(reference, '9', { instances: [] })).toBe(false);
  });
});

describe('missingThing', () => {
  it('tells the two texts of one code apart', () => {
    const error = (message: string) => new NotFoundError(message, { code: 'not_found', status: 404 });
    expect(missingThing(error('Custom object type `Order` not found'))).toBe('type');
    expect(missingThing(error('Custom object instance not found'))).toBe('instance');
    expect(missingThing(error('Integration not found'))).toBe('type');
  });
});
