import { describe, expect, it } from 'vitest';
import { mergeChildLists } from '../../../../connectors/infraon/children.ts';
import { defaultProfile, type ChildSpec } from '../../../../connectors/infraon/profile.ts';

const notes = defaultProfile().objects['incident']?.children?.['notes'] as ChildSpec;
const entry = (id: string, description = 'text', creation_time = '2025-01-01T00:00:00Z') => ({
  communication_id: id,
  description,
  creation_time,
});

describe('mergeChildLists', () => {
  it('keeps two entries of one list that say the same at the same time', () => {
    expect(mergeChildLists(notes, [[entry('1'), entry('2')]])).toHaveLength(2);
  });

  it('drops entries that another list holds, by id or by text and time', () => {
    const merged = mergeChildLists(notes, [
      [entry('1', 'a'), entry('2', 'b')],
      [entry('1', 'a'), entry('x2', 'b'), entry('3', 'c')],
    ]);
    expect(merged.map(({ communication_id }) => communication_id)).toEqual(['1', '2', '3']);
  });

  it('tells entries without an id apart by their whole content', () => {
    const bare = { description: 'a' };
    expect(mergeChildLists(notes, [[bare, { description: 'b' }], [bare]])).toHaveLength(2);
  });
});
