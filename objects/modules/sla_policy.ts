import { attribute, defineObject, field, leftBehind, rule } from '../define-object.ts';

/**
 * No endpoint for SLA policies is documented (Infraon reference, SLA policy). A tenant whose own `/schema/` reveals one is
 * given it as `objects.sla_policy` of the connection's profile; all others have their policies rebuilt from tickets. The
 * paths are those of the stored profile.
 */
export const object = defineObject({
  name: 'sla_policy',
  label: 'SLA policy',
  plural: 'SLA policies',
  source: { kind: 'derived', from: 'incident', rule: 'sla_policy', unlessListed: 'sla_policy' },
  dependsOn: [],
  displayField: 'name',
  fields: [
    field('id', 'SLA id', 'string', ['sla_id', 'id'], 'seen', { required: true }),
    field('name', 'Name', 'string', ['name', 'sla_name'], 'seen', { required: true }),
    field('status', 'Status', 'enum', ['status'], 'seen'),
    field('agreement_type', 'Agreement type', 'enum', ['agreement_type'], 'seen'),
    field('type', 'Type', 'enum', ['type'], 'seen'),
    field('process_type', 'Process', 'enum', ['process_type'], 'seen'),
    field('compliance_target', 'Compliance target, %', 'decimal', ['compliance_target'], 'seen'),
    field('start_date', 'Start', 'datetime', ['start_date'], 'seen'),
    field('expiry_date', 'Expiry', 'datetime', ['expiry_date'], 'seen'),
    field('business_hours', 'Business hours', 'string', ['business_hr_template'], 'seen'),
    field('applies_to', 'Applies to', 'list', [], 'seen', {
      lines: {
        rows: ['applied_for'],
        parts: [{ paths: ['operand'] }, { paths: ['comparison_operator'] }, { paths: ['value'] }],
      },
    }),
    field('tickets', 'Tickets it was applied to', 'integer', ['tickets'], 'inferred'),
    field('priorities', 'Priorities of those tickets', 'list', ['priorities'], 'inferred'),
    field('first_applied', 'First applied', 'string', ['first_applied'], 'inferred'),
    field('last_applied', 'Last applied', 'string', ['last_applied'], 'inferred'),
    field('evidence', 'Where this comes from', 'string', ['evidence'], 'inferred'),
  ],
  destination: { resource: 'documents', document: { file: 'sla.csv', shape: 'table' } },
  identity: { template: '{id}' },
  mapping: [
    rule('name', 'title', 'string'),
    attribute('status', 'status', 'string'),
    attribute('type', 'type', 'string'),
    attribute('agreement_type', 'agreement', 'string'),
    attribute('process_type', 'process', 'string'),
    attribute('', 'targets', 'sla_targets', { path: 'target_profile' }),
    attribute('applies_to', 'applies_to', 'list_join', { separator: '; ' }),
    attribute('business_hours', 'business_hours', 'string'),
    attribute('compliance_target', 'compliance_target', 'string'),
    attribute('start_date', 'start_date', 'string'),
    attribute('expiry_date', 'expiry_date', 'string'),
    attribute('tickets', 'tickets', 'integer'),
    attribute('priorities', 'priorities', 'list_join'),
    attribute('first_applied', 'first_applied', 'string'),
    attribute('last_applied', 'last_applied', 'string'),
    attribute('evidence', 'evidence', 'text', { whenEmpty: "Read from the tenant's own SLA list." }),
  ],
  leftBehind: [
    leftBehind('raw.target_profile', 'Written in words.', 'targets'),
    leftBehind('raw.applied_for', 'Written in words.', 'applies_to'),
    leftBehind('raw.is_deleted', 'Deleted rows are not moved.'),
    leftBehind('raw.organization', 'The id of the tenant, the same on every row.'),
  ],
  verify: {},
  rollback: { created: 'delete', updated: 'restore' },
});
