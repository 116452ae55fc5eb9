import { attribute, defineObject, field, leftBehind } from '../define-object.ts';
import { impactedField, linkField } from '../link-kinds.ts';
import { PLAN_CHILDREN, PLAN_FIELDS, PLAN_RULES } from '../plan-catalogue.ts';
import {
  IMPACT_RULES,
  incidentsField,
  INCIDENTS_RULE,
  TICKET_CHILDREN,
  TICKET_FIELDS,
  TICKET_LEFT_BEHIND,
  TICKET_RULES,
} from '../ticket-catalogue.ts';

/** A release has no requester; its schedule is presumed to lie where a change keeps it (Infraon reference, release). */
export const object = defineObject({
  name: 'release',
  label: 'Release',
  plural: 'Releases',
  source: { kind: 'endpoint', object: 'release' },
  dependsOn: ['configuration_item', 'asset', 'change'],
  linksTo: ['incident'],
  displayField: 'display_id',
  fields: [
    field('id', 'Release id', 'string', ['release_id', 'id'], 'documented', { required: true }),
    ...TICKET_FIELDS,
    field('source', 'Source', 'enum', ['basic_info.release_source', 'source_name'], 'inferred'),
    field('type', 'Release type', 'enum', ['basic_info.release_type'], 'inferred'),
    field('risk', 'Risk', 'string', ['basic_info.risk', 'risk_name', 'risk'], 'inferred'),
    ...PLAN_FIELDS,
    field(
      'manager',
      'Release manager',
      'string',
      ['release_manager.full_name', 'release_manager.email'],
      'documented',
      { personal: true },
    ),
    linkField('changes', 'Linked changes', 'change', ['changes[].change_id', 'change[].change_id'], {
      reverse: { object: 'change', field: 'releases' },
      indexed: true,
    }),
    incidentsField('releases'),
    impactedField('configuration_items', 'Configuration items and assets'),
  ],
  children: [...TICKET_CHILDREN, ...PLAN_CHILDREN],
  destination: {
    resource: 'custom_object_instances',
    type: { identifier: 'InfraonRelease', name: 'Infraon release' },
  },
  identity: { template: '{id}' },
  mapping: [
    ...TICKET_RULES,
    attribute('source', 'source', 'string'),
    attribute('type', 'type', 'string'),
    attribute('risk', 'risk', 'string'),
    ...PLAN_RULES,
    attribute('manager', 'release_manager', 'string'),
    attribute('changes', 'changes', 'references', { type: 'InfraonChange' }),
    INCIDENTS_RULE,
    ...IMPACT_RULES,
  ],
  leftBehind: [
    ...TICKET_LEFT_BEHIND,
    leftBehind('raw.basic_info.release_source', 'Keys and copies; the name is moved.', 'source'),
    leftBehind('raw.basic_info.release_type', 'Keys and copies; the name is moved.', 'type'),
    leftBehind('raw.release_manager', 'Keys and copies; the name is moved.', 'release_manager'),
  ],
  verify: {},
  rollback: { created: 'delete', updated: 'restore' },
});
