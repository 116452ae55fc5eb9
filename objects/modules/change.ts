import { attribute, defineObject, field, leftBehind } from '../define-object.ts';
import { impactedField, linkField } from '../link-kinds.ts';
import { PLAN_CHILDREN, PLAN_FIELDS, PLAN_RULES } from '../plan-catalogue.ts';
import {
  IMPACT_RULES,
  incidentsField,
  INCIDENTS_RULE,
  REQUESTER_FIELDS,
  REQUESTER_RULES,
  TICKET_CHILDREN,
  TICKET_FIELDS,
  TICKET_LEFT_BEHIND,
  TICKET_RULES,
} from '../ticket-catalogue.ts';
import * as words from '../vocabulary.ts';

/**
 * Beyond an incident's fields: type, risk, plans, schedule and people of a change (Infraon reference, stored change). No
 * endpoint gives approvals: their state, the team asked and the lines of the history are what can be had.
 */
export const object = defineObject({
  name: 'change',
  label: 'Change',
  plural: 'Changes',
  source: { kind: 'endpoint', object: 'change' },
  dependsOn: ['requester', 'configuration_item', 'asset', 'problem'],
  linksTo: ['incident', 'release'],
  displayField: 'display_id',
  fields: [
    field('id', 'Change id', 'string', ['change_id', 'id'], 'documented', { required: true }),
    ...TICKET_FIELDS,
    ...REQUESTER_FIELDS,
    field('source', 'Source', 'enum', ['basic_info.change_source', 'source_name'], 'seen'),
    field('type', 'Change type', 'enum', ['basic_info.change_type', 'change_type_name'], 'seen', {
      labels: words.CHANGE_TYPE_LABELS,
    }),
    field('risk', 'Risk', 'enum', ['basic_info.risk', 'risk_name', 'risk'], 'seen', {
      labels: words.RISK_LABELS,
    }),
    ...PLAN_FIELDS,
    field('responded', 'Responded', 'datetime', ['change_response_time'], 'seen'),
    field('resolved', 'Resolved', 'datetime', ['change_resolution_time'], 'seen'),
    field('closed', 'Closed', 'datetime', ['change_closure_time'], 'seen'),
    field('lead_time', 'Lead time', 'string', ['lead_time'], 'seen'),
    field(
      'manager',
      'Change manager',
      'string',
      ['change_manager.full_name', 'change_manager.email'],
      'seen',
      {
        personal: true,
      },
    ),
    field(
      'approval_team',
      'Approval team',
      'string',
      ['$joined.approval_team.name', 'requested_approval_team'],
      'seen',
    ),
    field(
      'review_team',
      'Review team',
      'string',
      ['$joined.review_team.name', 'requested_review_team'],
      'seen',
    ),
    field('assessment_skipped', 'Assessment skipped', 'boolean', ['skip_assessment'], 'seen'),
    incidentsField('changes'),
    linkField('problems', 'Linked problems', 'problem', ['problem.problem_id', 'problem.id'], {
      reverse: { object: 'problem', field: 'changes' },
      indexed: true,
    }),
    linkField('releases', 'Linked releases', 'release', ['release.release_id', 'release.id'], {
      reverse: { object: 'release', field: 'changes' },
      indexed: true,
    }),
    impactedField('configuration_items', 'Configuration items and assets'),
  ],
  children: [...TICKET_CHILDREN, ...PLAN_CHILDREN],
  destination: {
    resource: 'custom_object_instances',
    type: { identifier: 'InfraonChange', name: 'Infraon change' },
  },
  identity: { template: '{id}' },
  mapping: [
    ...TICKET_RULES,
    ...REQUESTER_RULES,
    attribute('source', 'source', 'string'),
    attribute('type', 'change_type', 'enum', { allowed: words.CHANGE_TYPES }, "Infraon's own word."),
    attribute(
      'type',
      'itil_type',
      'enum',
      { map: words.ITIL_CHANGE_TYPES, allowed: ['Standard', 'Normal', 'Emergency'] },
      'ITIL knows no minor and major changes: both are normal changes.',
    ),
    attribute('risk', 'risk', 'enum', { allowed: words.RISKS }),
    ...PLAN_RULES,
    attribute('responded', 'responded_at', 'datetime'),
    attribute('resolved', 'resolved_at', 'datetime'),
    attribute('closed', 'closed_at', 'datetime'),
    attribute('lead_time', 'lead_time', 'string'),
    attribute('manager', 'change_manager', 'string'),
    attribute(
      'approval_team',
      'approval_team',
      'string',
      {},
      'Lossy: single votes have no endpoint; state and team are kept here, what was voted in the history.',
    ),
    attribute('review_team', 'review_team', 'string'),
    attribute('assessment_skipped', 'assessment_skipped', 'boolean'),
    INCIDENTS_RULE,
    attribute('problems', 'problems', 'references', { type: 'InfraonProblem' }),
    attribute(
      'releases',
      'releases',
      'references',
      { type: 'InfraonRelease' },
      'Made in a second pass, once the releases exist.',
    ),
    ...IMPACT_RULES,
  ],
  leftBehind: [
    ...TICKET_LEFT_BEHIND,
    leftBehind('raw.basic_info.change_source', 'Keys and copies; the name is moved.', 'source'),
    leftBehind('raw.basic_info.change_type', 'Keys and copies; the name is moved.', 'change_type'),
    leftBehind('raw.basic_info.risk', 'Keys and copies; the name is moved.', 'risk'),
    leftBehind('raw.change_manager', 'Keys and copies; the name is moved.', 'change_manager'),
    leftBehind('raw.requested_approval_team', 'Key of the team, which is moved by name.', 'approval_team'),
    leftBehind('raw.requested_review_team', 'Key of the team, which is moved by name.', 'review_team'),
    leftBehind('raw.problem', 'Keys and copies; the link itself is moved.', 'problems'),
    leftBehind('raw.release', 'Keys and copies; the link itself is moved.', 'releases'),
    leftBehind('raw.version', 'Counter of the engine.'),
    leftBehind('raw.is_change_ci_lock', 'Lock of the engine.'),
  ],
  verify: {},
  rollback: { created: 'delete', updated: 'restore' },
});
