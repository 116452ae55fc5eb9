import { attribute, defineObject } from '../define-object.ts';
import { CMDB_FIELDS, CMDB_LEFT_BEHIND, CMDB_RULES, relatedField } from '../cmdb-catalogue.ts';

export const object = defineObject({
  name: 'configuration_item',
  label: 'Configuration item',
  plural: 'Configuration items',
  source: { kind: 'endpoint', object: 'configuration_item' },
  dependsOn: [],
  linksTo: ['asset'],
  displayField: 'name',
  variants: 'class',
  fields: [...CMDB_FIELDS, relatedField([])],
  destination: {
    resource: 'custom_object_instances',
    type: { identifier: 'InfraonConfigurationItem', name: 'Infraon configuration item' },
  },
  identity: { template: '{id}' },
  mapping: [
    ...CMDB_RULES,
    attribute(
      'related',
      'related',
      'references',
      { type: 'InfraonConfigurationItem' },
      'Both ends of every relation, cycles included.',
    ),
    attribute(
      'related',
      'assets',
      'references',
      { object: 'asset', type: 'InfraonAsset' },
      'Relations whose other end is an asset; made in a second pass, once the assets exist.',
    ),
  ],
  leftBehind: CMDB_LEFT_BEHIND,
  verify: {},
  rollback: { created: 'delete', updated: 'restore' },
});
