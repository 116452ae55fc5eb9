import type { FieldDefinition, ObjectDefinition } from '../../../objects/define-object.ts';

/** A small object, so that tests speak about the engine and not about a real module. */
export function definitionWith(
  fields: FieldDefinition[],
  changes: Partial<ObjectDefinition> = {},
): ObjectDefinition {
  return {
    name: 'thing',
    label: 'Thing',
    plural: 'Things',
    source: { kind: 'endpoint', object: 'thing' },
    dependsOn: [],
    fields,
    destination: {
      resource: 'custom_object_instances',
      type: { identifier: 'InfraonThing', name: 'Infraon thing' },
    },
    identity: { template: '{id}' },
    mapping: [],
    verify: {},
    rollback: { created: 'delete', updated: 'restore' },
    ...changes,
  };
}
