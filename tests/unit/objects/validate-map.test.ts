import { describe, expect, it } from 'vitest';
import type { InventoryField } from '../../../objects/mapping.ts';
import { loadRegistry } from '../../../objects/registry.ts';
import { validateMap } from '../../../objects/validate-map.ts';

const registry = await loadRegistry();
const incident = registry.get('incident');
const requester = registry.get('requester');

const inventory: InventoryField[] = [
  {
    key: 'custom.col_1',
    label: 'Until',
    type: 'datetime',
    custom: true,
    fill_rate: 1,
    options: [],
    samples: [],
  },
];

function problems(
  rule: { source: string; target: string; transform: string; options?: Record<string, unknown> },
  object = incident,
) {
  const rules = [...object.mapping.filter((other) => other.target !== rule.target), { id: 'mine', ...rule }];
  return validateMap(object, rules, inventory)
    .filter(({ rule_id }) => rule_id === 'mine' || rule_id === '')
    .map(({ message }) => message);
}

describe('validateMap', () => {
  it('has nothing against the maps of the modules', () => {
    for (const definition of registry.all()) expect(validateMap(definition, definition.mapping)).toEqual([]);
  });

  it.each([
    [
      'an unknown source',
      { source: 'nope', target: 'title', transform: 'string' },
      'not a field of this object',
    ],
    [
      'a custom field nobody found',
      { source: 'custom.col_9', target: 'custom_attributes.X', transform: 'string' },
      'was not found',
    ],
    [
      'an unknown target',
      { source: 'subject', target: 'headline', transform: 'string' },
      'Intercom has no "headline"',
    ],
    [
      'an unknown transform',
      { source: 'subject', target: 'title', transform: 'shout' },
      'no transform "shout"',
    ],
    [
      'a source of the wrong type',
      { source: 'thread', target: 'custom_attributes.X', transform: 'datetime' },
      'does not take a field of type thread',
    ],
    [
      'a target of the wrong type',
      { source: 'created', target: 'title', transform: 'datetime' },
      'cannot take what "datetime" makes',
    ],
    [
      'bad options',
      { source: 'subject', target: 'title', transform: 'string', options: { maxLength: 3 } },
      'options are not valid',
    ],
    [
      'a rule without a source',
      { source: '', target: 'created_at', transform: 'unixSeconds' },
      'names no source',
    ],
    [
      'a name with a dot',
      { source: 'subject', target: 'custom_attributes.a.b', transform: 'string' },
      'cannot be an attribute name',
    ],
    [
      'a name that begins with a digit',
      { source: 'subject', target: 'custom_attributes.1a', transform: 'string' },
      'cannot be an attribute name',
    ],
    [
      'a thread in an attribute',
      { source: 'thread', target: 'custom_attributes.X', transform: 'thread' },
      'nothing that an attribute can hold',
    ],
    [
      'a rule for the identity',
      { source: 'id', target: 'marker', transform: 'string' },
      'given by the record',
    ],
  ])('finds %s', (_what, rule, message) => {
    expect(problems(rule).join(' ')).toContain(message);
  });

  it('takes discovered fields at their type', () => {
    expect(
      problems({ source: 'custom.col_1', target: 'custom_attributes.Until', transform: 'datetime' }),
    ).toEqual([]);
    expect(
      problems({ source: 'custom.col_1', target: 'custom_attributes.Until', transform: 'boolean' }).join(),
    ).toContain('datetime');
  });

  it('knows what contacts cannot hold', () => {
    const rule = { source: 'designation', target: 'custom_attributes.about' };
    expect(problems({ ...rule, transform: 'text' }, requester).join()).toContain('255');
    expect(problems({ ...rule, transform: 'truncate' }, requester)).toEqual([]);
    expect(
      problems({ source: 'tags', target: 'custom_attributes.x', transform: 'references' }, requester).join(),
    ).toContain('settings');
  });

  it('finds two rules for one target, whatever the case', () => {
    const rules = [
      ...incident.mapping,
      { id: 'twin', source: 'team', target: 'custom_attributes.infraon TEAM', transform: 'string' },
    ];
    expect(validateMap(incident, rules)).toEqual([
      { rule_id: 'twin', message: expect.stringContaining('already filled') as string },
    ]);
  });

  it('misses required targets', () => {
    const rules = incident.mapping.filter(({ target }) => target !== 'from' && target !== 'title');
    expect(validateMap(incident, rules)).toEqual([
      { rule_id: '', message: '"from" needs a rule: Intercom requires it.' },
    ]);
  });
});
