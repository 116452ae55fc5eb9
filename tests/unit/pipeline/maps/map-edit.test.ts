import { describe, expect, it } from 'vitest';
import type { MappingRule } from '../../../../objects/mapping.ts';
import { applyEdits } from '../../../../pipeline/maps/map-edit.ts';
import { definitionWith } from '../definitions.ts';

const definition = definitionWith([
  { key: 'id', label: 'Id', type: 'string', paths: ['id'], evidence: 'seen' },
  { key: 'title', label: 'Title', type: 'string', paths: ['title'], evidence: 'seen' },
  { key: 'body', label: 'Body', type: 'html', paths: ['body'], evidence: 'seen' },
  { key: 'due', label: 'Due', type: 'datetime', paths: ['due'], evidence: 'seen' },
  { key: 'state', label: 'State', type: 'enum', paths: ['state'], evidence: 'seen' },
]);

function rule(id: string, source: string, name: string, transform = 'string'): MappingRule {
  return {
    id,
    source,
    target: `custom_attributes.${name}`,
    transform,
    options: {},
    confidence: 0.7,
    reasons: ['proposed'],
    samples: [{ source: 'a', result: 'a' }],
  };
}

const before = {
  rules: [rule('r1', 'title', 'title'), rule('r2', 'body', 'body', 'text')],
  unmapped: [{ source: 'due', reason: 'No record has a value.', goes_to: 'nowhere' }],
};

function edit(...edits: Parameters<typeof applyEdits>[2]) {
  return applyEdits(definition, before, edits, [], 'Olivia');
}

describe('applyEdits', () => {
  it('replaces a rule by its id and keeps its transform and options', () => {
    const { rules, changed } = edit({ id: 'r1', source: 'title', target: 'custom_attributes.headline' });
    expect(rules).toHaveLength(2);
    expect(rules[0]).toEqual({
      ...rule('r1', 'title', 'headline'),
      confidence: 1,
      reasons: ['Set by Olivia.'],
      samples: [],
    });
    expect(rules[1]).toEqual(before.rules[1]);
    expect([...changed]).toEqual(['r1']);
  });

  it('adds rules without an id, finds a transform for them, and takes their source off the unmapped list', () => {
    const { rules, unmapped } = edit({ source: 'due', target: 'custom_attributes.due' });
    expect(rules).toHaveLength(3);
    expect(rules[2]).toMatchObject({ source: 'due', transform: 'datetime' });
    expect(unmapped).toEqual([]);
  });

  it('takes a rule away when its target is empty, and says so', () => {
    const { rules, unmapped } = edit({ id: 'r2', source: 'body', target: '' });
    expect(rules.map(({ id }) => id)).toEqual(['r1']);
    expect(unmapped).toContainEqual({ source: 'body', reason: 'Left out by Olivia.', goes_to: 'nowhere' });
  });

  it('lists a source as unmapped when its only rule now reads something else', () => {
    const { unmapped } = edit({ id: 'r1', source: 'state', target: 'custom_attributes.state' });
    expect(unmapped.map(({ source }) => source)).toEqual(['due', 'title']);
  });

  it.each([
    ['an unknown rule', { id: 'r9', source: 'title', target: 'custom_attributes.x' }, 'r9'],
    ['an unknown source', { id: 'r1', source: 'nonsense', target: 'custom_attributes.x' }, 'r1'],
    ['a bad attribute name', { id: 'r1', source: 'title', target: 'custom_attributes.a.b' }, 'r1'],
    [
      'an unknown transform',
      { id: 'r1', source: 'title', target: 'custom_attributes.x', transform: 'eval' },
      'r1',
    ],
    [
      'a transform that does not fit',
      { id: 'r2', source: 'body', target: 'custom_attributes.x', transform: 'phone' },
      'r2',
    ],
    [
      'a target that another rule fills',
      { id: 'r2', source: 'body', target: 'custom_attributes.title' },
      'r2',
    ],
    ['a new rule without a target', { source: 'due', target: '' }, 'due'],
  ])('refuses %s and names the rule', (_what, change, field) => {
    expect(() => edit(change)).toThrow(
      expect.objectContaining({ code: 'rule_invalid', httpStatus: 422, field }) as Error,
    );
  });
});
