import { attribute, defineObject, field, leftBehind, rule } from '../define-object.ts';

/**
 * Intercom has no service catalogue: the tree with its forms is handed over as a file to rebuild from. Paths up to
 * `teams` are documented, the others are labels of the help page in snake case (Infraon reference, service catalogue).
 */
export const object = defineObject({
  name: 'service_catalogue_item',
  label: 'Service catalogue item',
  plural: 'Service catalogue items',
  source: { kind: 'endpoint', object: 'service_catalogue_item' },
  dependsOn: [],
  displayField: 'name',
  fields: [
    field('id', 'Catalogue id', 'string', ['catalogue_id', 'id'], 'documented', { required: true }),
    field('name', 'Name', 'string', ['name'], 'documented', { required: true }),
    field('parent', 'Parent', 'reference', ['parent_id', 'parent'], 'documented', {
      object: 'service_catalogue_item',
    }),
    field('type', 'Kind', 'enum', ['type'], 'documented'),
    field('classification', 'Classification', 'enum', ['classification'], 'documented'),
    field('child_classification', 'Child classification', 'enum', ['child_classification'], 'inferred'),
    field('description', 'Description', 'html', ['description'], 'documented'),
    field('audience', 'Audience', 'list', ['user_tag'], 'documented'),
    field('teams', 'Teams', 'list', ['team'], 'documented'),
    field('owners', 'Owners', 'list', ['owners', 'owner'], 'inferred', { personal: true }),
    field('cost', 'Cost', 'string', ['cost'], 'inferred'),
    field('sla', 'SLA', 'list', ['sla', 'sla_info'], 'inferred'),
  ],
  destination: { resource: 'documents', document: { file: 'catalogue.json', shape: 'tree' } },
  identity: { template: '{id}' },
  mapping: [
    rule('name', 'title', 'string'),
    rule('parent', 'parent', 'string', {}, 'The tree is built from it.'),
    attribute('type', 'kind', 'string'),
    attribute('classification', 'classification', 'string'),
    attribute('child_classification', 'child_classification', 'string'),
    attribute('description', 'description', 'text'),
    attribute('audience', 'audience', 'list_join'),
    attribute('teams', 'teams', 'list_join'),
    attribute('owners', 'owners', 'list_join'),
    attribute('cost', 'cost', 'string'),
    attribute('sla', 'sla', 'list_join'),
  ],
  leftBehind: [
    leftBehind('raw.service_form', 'Kept whole beside the item.', 'forms'),
    leftBehind('raw.request_form', 'Kept whole beside the item.', 'forms'),
    leftBehind('raw.form_layout', 'Kept whole beside the item.', 'forms'),
    leftBehind('raw.form', 'Kept whole beside the item.', 'forms'),
    leftBehind('raw.children', 'The items below it are records of their own.', 'tree'),
    leftBehind('raw.is_deleted', 'Deleted rows are not moved.'),
    leftBehind('raw.organization', 'The id of the tenant, the same on every row.'),
  ],
  verify: {},
  rollback: { created: 'delete', updated: 'restore' },
});
