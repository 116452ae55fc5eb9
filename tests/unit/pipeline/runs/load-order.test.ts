import { describe, expect, it } from 'vitest';
import { loadRegistry } from '../../../../objects/registry.ts';
import type { FrozenRun } from '../../../../pipeline/runs/frozen-run.ts';
import { lateParents, namesLateParent } from '../../../../pipeline/runs/load-order.ts';

const registry = await loadRegistry();
const run = {
  kind: 'full',
  objects: registry.all().map(({ name }) => name),
} as FrozenRun;

function late(object: string, of: FrozenRun = run): string[] {
  return lateParents(registry, of, registry.get(object)).toSorted();
}

describe('objects that are loaded before another one, but after all of it was read', () => {
  it('are those whose links stand at the other end, and those that come after them', () => {
    expect(late('incident')).toEqual(['change', 'problem', 'release']);
    expect(late('requester')).toEqual([]);
    expect(late('asset')).toEqual([]);
  });

  it('are none where the run does not move them, or where all must be known before anything is loaded', () => {
    expect(late('incident', { ...run, objects: ['requester', 'incident'] })).toEqual([]);
    expect(late('incident', { ...run, kind: 'delta' })).toEqual([]);
  });

  it('hold back a record that names one of theirs, under whatever name', () => {
    const parents = ['problem', 'change'];
    expect(namesLateParent([{ ref: 'requester', sourceId: '1' }], parents)).toBe(false);
    expect(namesLateParent([{ ref: 'change', sourceId: '1' }], parents)).toBe(true);
    expect(namesLateParent([{ ref: 'asset', or: ['problem'], sourceId: '1' }], parents)).toBe(true);
    expect(namesLateParent([{ ref: 'change', sourceId: '1' }], [])).toBe(false);
  });
});
