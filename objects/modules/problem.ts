import { attribute, defineObject, field, leftBehind } from '../define-object.ts';
import { impactedField, linkField } from '../link-kinds.ts';
import {
  REQUESTER_FIELDS,
  REQUESTER_RULES,
  TICKET_CHILDREN,
  TICKET_FIELDS,
  TICKET_LEFT_BEHIND,
  TICKET_RULES,
} from '../ticket-catalogue.ts';

/**
 * Root cause, workaround and known error are in no declared schema: they are looked for in the draft that lies apart,
 * in the full record, and by discovery in the tenant's custom fields (Infraon reference, problem).
 */
export const object = defineObject({
  name: 'problem',
  label: 'Problem',
  plural: 'Problems',
  source: { kind: 'endpoint', object: 'problem' },
  dependsOn: ['requester', 'configuration_item', 'asset'],
  linksTo: ['incident', 'change'],
  displayField: 'display_id',
  fields: [
    field('id', 'Problem id', 'string', ['problem_id', 'id'], 'documented', { required: true }),
    ...TICKET_FIELDS,
    ...REQUESTER_FIELDS,
    field('source', 'Source', 'enum', ['basic_info.problem_source', 'source_name'], 'documented'),
    field('type', 'Type', 'enum', ['basic_info.problem_type'], 'documented'),
    field(
      'root_cause',
      'Root cause',
      'html',
      [
        '$children.root_cause[].root_cause',
        '$children.root_cause[].problem_cause',
        '$children.root_cause[].cause',
        '$children.root_cause[].description',
        '$children.data[].problem.root_cause',
        '$children.data[].root_cause',
        'basic_info.root_cause',
        'root_cause',
      ],
      'inferred',
    ),
    field(
      'workaround',
      'Workaround',
      'html',
      [
        '$children.root_cause[].workaround',
        '$children.data[].problem.workaround',
        '$children.data[].workaround',
        'basic_info.workaround',
        'workaround',
      ],
      'inferred',
    ),
    field(
      'known_error',
      'Known error',
      'string',
      [
        'is_known_error',
        'known_error',
        'basic_info.known_error',
        '$children.root_cause[].is_known_error',
        '$children.root_cause[].known_error',
        '$children.data[].problem.is_known_error',
        '$children.data[].is_known_error',
      ],
      'inferred',
    ),
    field('external_number', 'External number', 'string', ['external_problem_number'], 'documented'),
    field('merged', 'Merged', 'boolean', ['is_merge_problem'], 'documented'),
    linkField('incidents', 'Linked incidents', 'incident', [
      'incidents[].incident_id',
      'incident[].incident_id',
    ]),
    linkField('changes', 'Linked changes', 'change', ['change.change_id', 'change.id']),
    impactedField('configuration_items', 'Configuration items and assets'),
  ],
  children: [
    ...TICKET_CHILDREN,
    { key: 'root_cause', source: 'root_cause', fields: {} },
    { key: 'data', source: 'data', fields: {} },
  ],
  destination: {
    resource: 'custom_object_instances',
    type: { identifier: 'InfraonProblem', name: 'Infraon problem' },
  },
  identity: { template: '{id}' },
  mapping: [
    ...TICKET_RULES,
    ...REQUESTER_RULES,
    attribute('source', 'source', 'string'),
    attribute('type', 'type', 'string'),
    attribute('root_cause', 'root_cause', 'text'),
    attribute('workaround', 'workaround', 'text'),
    attribute('known_error', 'known_error', 'string'),
    attribute('external_number', 'external_number', 'string'),
    attribute('merged', 'merged', 'boolean'),
    attribute(
      'incidents',
      'incidents',
      'references',
      { type: 'conversation' },
      'References to the conversations that the incidents became; made in a second pass, once those exist.',
    ),
    attribute('changes', 'changes', 'references', { type: 'InfraonChange' }),
    attribute('configuration_items', 'configuration_items', 'references', {
      type: 'InfraonConfigurationItem',
    }),
    attribute('configuration_items', 'assets', 'references', { object: 'asset', type: 'InfraonAsset' }),
  ],
  leftBehind: [
    ...TICKET_LEFT_BEHIND,
    leftBehind('raw.basic_info.problem_source', 'Keys and copies; the name is moved.', 'source'),
    leftBehind('raw.basic_info.problem_type', 'Keys and copies; the name is moved.', 'type'),
    leftBehind('raw.change', 'Keys and copies; the link itself is moved.', 'changes'),
  ],
  verify: {},
  rollback: { created: 'delete', updated: 'restore' },
});
