import { describe, expect, it } from 'vitest';
import { attributesOf, schemaTypeOf } from '../../../objects/attributes.ts';
import { attribute } from '../../../objects/define-object.ts';
import { loadRegistry } from '../../../objects/registry.ts';

const registry = await loadRegistry();
const incident = registry.get('incident');

describe('attributesOf', () => {
  it('types attributes by what their transforms make', () => {
    const rules = [
      attribute('team', 'A', 'string'),
      attribute('closure_note', 'B', 'text'),
      attribute('created', 'C', 'datetime'),
      attribute('priority', 'D', 'enum', { allowed: ['High', 'Low'] }),
      attribute('category', 'E', 'enum', { allowed: ['Only one'] }),
      attribute('archived', 'F', 'boolean'),
      attribute('', 'G', 'constant', { value: true }),
      attribute('', 'H', 'constant', { value: 1.5 }),
      attribute('tags', 'I', 'tags'),
      attribute('configuration_items', 'J', 'references', { type: 'T' }),
      { source: 'subject', target: 'title', transform: 'string' },
    ];
    expect(attributesOf(incident, rules)).toEqual([
      { name: 'A', model: 'conversation', type: 'string' },
      { name: 'B', model: 'conversation', type: 'text' },
      { name: 'C', model: 'conversation', type: 'datetime' },
      { name: 'D', model: 'conversation', type: 'list', options: ['High', 'Low'] },
      { name: 'E', model: 'conversation', type: 'string' },
      { name: 'F', model: 'conversation', type: 'boolean' },
      { name: 'G', model: 'conversation', type: 'boolean' },
      { name: 'H', model: 'conversation', type: 'decimal' },
      { name: 'I', model: 'conversation', type: 'string' },
      {
        name: 'J',
        model: 'conversation',
        type: 'relationship',
        references: { type: 'T', cardinality: 'many' },
      },
    ]);
  });

  it('marks imported people, agents and blocked agents', () => {
    const names = (object: string) => attributesOf(registry.get(object), registry.get(object).mapping);
    const boolean = { model: 'contact', type: 'boolean' };
    expect(names('requester')).toContainEqual({ name: 'migration_import', ...boolean });
    for (const name of ['migration_import', 'infraon_agent', 'infraon_blocked']) {
      expect(names('technician')).toContainEqual({ name, ...boolean });
    }
  });

  it('links incidents to configuration items', () => {
    expect(attributesOf(incident, incident.mapping)).toContainEqual({
      name: 'Infraon configuration items',
      model: 'conversation',
      type: 'relationship',
      references: { type: 'InfraonConfigurationItem', cardinality: 'many' },
    });
  });
});

it('schemaTypeOf gives the sheet in the words of the API', () => {
  const definition = registry.get('configuration_item');
  const rules = [
    attribute('name', 'name', 'string'),
    attribute('description', 'description', 'text'),
    attribute('status', 'status', 'enum', { allowed: ['In Use', 'Retired'] }),
    attribute('installation_date', 'installed', 'datetime'),
    attribute('related', 'related', 'references', { type: 'InfraonConfigurationItem' }),
  ];
  expect(schemaTypeOf(definition, rules)).toEqual({
    identifier: 'InfraonConfigurationItem',
    name: 'Infraon configuration item',
    attributes: [
      { name: 'name', format: 'text' },
      { name: 'description', format: 'text' },
      { name: 'status', format: 'list', options: ['In Use', 'Retired'] },
      { name: 'installed', format: 'date' },
      {
        name: 'related',
        format: 'reference',
        references: { type: 'InfraonConfigurationItem', cardinality: 'many' },
      },
    ],
  });
  expect(schemaTypeOf(incident, incident.mapping)).toBeNull();
});
