import { describe, expect, it } from 'vitest';
import { attribute, field, rule, type ObjectDefinition } from '../../../objects/define-object.ts';
import { buildRegistry, loadRegistry } from '../../../objects/registry.ts';

function thing(name: string, changes: Partial<ObjectDefinition> = {}): ObjectDefinition {
  return {
    name,
    label: name,
    plural: name,
    source: { kind: 'endpoint', object: name },
    dependsOn: [],
    fields: [field('id', 'Id', 'string', ['id'], 'seen'), field('name', 'Name', 'string', ['name'], 'seen')],
    destination: { resource: 'contacts' },
    identity: { template: '{id}' },
    mapping: [rule('name', 'name', 'string')],
    verify: {},
    rollback: { created: 'archive', updated: 'restore' },
    ...changes,
  };
}

const refers = field('other', 'Other', 'references', ['o'], 'seen', { object: 'b' });
const customObject = { resource: 'custom_object_instances' as const, type: { identifier: 'B', name: 'B' } };

describe('buildRegistry', () => {
  it('orders objects into waves, whatever the order they come in', () => {
    const definitions = [
      thing('c', { dependsOn: ['a', 'b'] }),
      thing('b', { dependsOn: ['a'] }),
      thing('a'),
      thing('z'),
    ];
    const registry = buildRegistry(definitions);
    expect(registry.waves().map((wave) => wave.map(({ name }) => name))).toEqual([['a', 'z'], ['b'], ['c']]);
    expect(registry.all().map(({ name }) => name)).toEqual(['a', 'z', 'b', 'c']);
    expect(registry.get('b').name).toBe('b');
    expect(registry.find('nope')).toBeUndefined();
    expect(() => registry.get('nope')).toThrow('nope');
  });

  it('lets an object refer to itself', () => {
    const self = thing('b', {
      destination: customObject,
      fields: [field('id', 'Id', 'string', ['id'], 'seen'), refers],
      mapping: [attribute('other', 'other', 'references', { type: 'B' })],
      rollback: { created: 'delete', updated: 'restore' },
    });
    expect(buildRegistry([self]).all()).toHaveLength(1);
  });

  it('lets custom attributes refer to people, and to what loads later when the module says so', () => {
    const link = (linksTo: string[]) =>
      buildRegistry([
        thing('b', {
          destination: customObject,
          linksTo,
          fields: [
            field('id', 'Id', 'string', ['id'], 'seen'),
            field('who', 'Who', 'references', ['w'], 'seen', { object: 'c' }),
          ],
          mapping: [attribute('who', 'who', 'references', { type: 'contact' })],
          rollback: { created: 'delete', updated: 'restore' },
        }),
        thing('c', { dependsOn: ['b'] }),
      ]);
    expect(
      link(['c'])
        .all()
        .map(({ name }) => name),
    ).toEqual(['b', 'c']);
    expect(() => link([])).toThrow('not among its dependencies');
    expect(() => link(['c', 'x'])).toThrow('links to the unknown object "x"');
  });

  it.each<[string, ObjectDefinition[], string]>([
    ['two modules of one name', [thing('a'), thing('a')], 'two modules have this name'],
    ['an unknown dependency', [thing('a', { dependsOn: ['x'] })], 'depends on the unknown object "x"'],
    ['a circle', [thing('a', { dependsOn: ['b'] }), thing('b', { dependsOn: ['a'] })], 'circle'],
    [
      'derivation from nothing',
      [thing('a', { source: { kind: 'derived', from: 'x', rule: 'company' } })],
      'derived from the unknown object "x"',
    ],
    [
      'a rule over an unknown field',
      [thing('a', { mapping: [rule('nope', 'name', 'string')] })],
      'not a field of this object',
    ],
    [
      'a required attribute left unmapped',
      [
        thing('a', {
          destination: { resource: 'companies' },
          mapping: [],
          rollback: { created: 'delete', updated: 'keep' },
        }),
      ],
      '"name" needs a rule',
    ],
    [
      'an impossible rollback',
      [
        thing('a', {
          destination: { resource: 'companies' },
          rollback: { created: 'archive', updated: 'keep' },
        }),
      ],
      'rollback cannot archive',
    ],
    [
      'an identity over an unknown field',
      [thing('a', { identity: { template: '{uuid}' } })],
      'identity.template names the unknown field "uuid"',
    ],
    [
      'a display field that is none',
      [thing('a', { displayField: 'title' })],
      'displayField names the unknown field',
    ],
    [
      'a unique field that is none',
      [thing('a', { identity: { template: '{id}', unique: { field: 'mail', code: 'duplicate_email' } } })],
      'identity.unique',
    ],
    [
      'a field declared twice',
      [thing('a', { fields: [...thing('a').fields, field('name', 'N', 'string', [], 'seen')] })],
      'declared twice',
    ],
    [
      'no id',
      [thing('a', { fields: [field('name', 'N', 'string', ['n'], 'seen')], identity: { template: 'x' } })],
      'no field "id"',
    ],
    [
      'a reference to an unknown object',
      [thing('a', { fields: [...thing('a').fields, refers] })],
      'refers to the unknown object "b"',
    ],
    [
      'a reference to an object that may load later',
      [
        thing('a', {
          fields: [...thing('a').fields, refers],
          mapping: [rule('other', 'companies', 'references')],
        }),
        thing('b'),
      ],
      'not among its dependencies',
    ],
    [
      'a thread without a child',
      [thing('a', { fields: [...thing('a').fields, field('thread', 'T', 'thread', [], 'seen')] })],
      'has no child definition',
    ],
    [
      'a custom object without a type',
      [
        thing('a', {
          destination: { resource: 'custom_object_instances' },
          mapping: [],
          rollback: { created: 'delete', updated: 'keep' },
        }),
      ],
      'needs a type',
    ],
    [
      'one attribute name with two types',
      [
        thing('a', { mapping: [attribute('name', 'x', 'string')] }),
        thing('b', { mapping: [attribute('name', 'X', 'integer')] }),
      ],
      'collides with a',
    ],
    [
      'an attribute name shared by contacts and companies',
      [
        thing('a', { mapping: [attribute('name', 'x', 'string')] }),
        thing('b', {
          destination: { resource: 'companies' },
          mapping: [rule('name', 'name', 'string'), attribute('name', 'x', 'string')],
          rollback: { created: 'delete', updated: 'keep' },
        }),
      ],
      'collides with a',
    ],
    [
      'a relationship with the wrong type',
      [
        thing('a', {
          dependsOn: ['b'],
          destination: { resource: 'custom_object_instances', type: { identifier: 'A', name: 'A' } },
          fields: [field('id', 'Id', 'string', ['id'], 'seen'), refers],
          mapping: [attribute('other', 'other', 'references', { type: 'Wrong' })],
          rollback: { created: 'delete', updated: 'keep' },
        }),
        thing('b', {
          destination: customObject,
          mapping: [],
          rollback: { created: 'delete', updated: 'keep' },
        }),
      ],
      'must name the type',
    ],
  ])('refuses %s', (_what, definitions, message) => {
    expect(() => buildRegistry(definitions)).toThrow(message);
  });

  it('lists everything that is wrong, not the first thing', () => {
    const broken = thing('a', {
      dependsOn: ['x'],
      displayField: 'y',
      mapping: [rule('z', 'name', 'string')],
    });
    expect(() => buildRegistry([broken])).toThrow(/"x"[\s\S]*"z"/);
  });
});

it('loadRegistry finds the modules of the folder', async () => {
  const registry = await loadRegistry();
  expect(registry.all().map(({ name }) => name)).toEqual(
    expect.arrayContaining(['company', 'requester', 'technician', 'configuration_item', 'incident']),
  );
});
