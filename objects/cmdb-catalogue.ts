import { attribute, field, leftBehind, rule, type FieldDefinition } from './define-object.ts';

/** Relations by both their ends; the shape of a relation is inferred (Infraon reference, CI types and relationships). */
const EDGES: NonNullable<FieldDefinition['edges']> = {
  rows: ['$joined.relations', '$children.relations'],
  ends: [
    ['parent_ci_id', 'parent.ci_id', 'parent'],
    ['child_ci_id', 'child.ci_id', 'child'],
  ],
};

/**
 * What configuration items and assets have in common: they are one object of the API. No reply of `cmdb/profile` is
 * documented: only `ci_id`, `ci_name`, `ci_display_name` and `ci_descr` are certain, the other paths are the labels of
 * the help pages in snake case (Infraon reference, configuration item and asset).
 */
export const CMDB_FIELDS: FieldDefinition[] = [
  field('id', 'CI id', 'string', ['ci_id', 'id'], 'documented', { required: true }),
  field('display_id', 'Number', 'string', ['display_id', 'asset_id'], 'inferred'),
  field('name', 'Name', 'string', ['ci_name', 'ci_display_name', 'name'], 'documented', { required: true }),
  field(
    'class',
    'Class',
    'enum',
    ['template_name', '$joined.type.template_name', 'item_classification.template_name', 'category_name'],
    'inferred',
  ),
  field('description', 'Description', 'html', ['description', 'ci_descr'], 'documented'),
  field('status', 'Status', 'enum', ['status_name', 'status'], 'inferred'),
  field('criticality', 'Criticality', 'enum', ['criticality'], 'inferred'),
  field('service_status', 'Service status', 'enum', ['service_status'], 'inferred'),
  field('operational_status', 'Operational status', 'enum', ['operational_status'], 'inferred'),
  field('business_function', 'Business function', 'enum', ['business_function'], 'inferred'),
  field('usage_type', 'Usage type', 'enum', ['usage_type'], 'inferred'),
  field('owner', 'Owner', 'string', ['owner.full_name', 'owner'], 'inferred', { personal: true }),
  field('managed_by', 'Managed by', 'string', ['managed_by.full_name', 'managed_by'], 'inferred', {
    personal: true,
  }),
  field('used_by', 'Used by', 'string', ['used_by.full_name', 'used_by'], 'inferred', { personal: true }),
  field('department', 'Department', 'enum', ['department.dept_name', 'department'], 'inferred'),
  field('location', 'Location', 'string', ['location.location_name', 'location'], 'inferred'),
  field('serial_number', 'Serial number', 'string', ['serial_number', 'serial_no'], 'inferred'),
  field('asset_tag', 'Asset tag', 'string', ['asset_tag'], 'inferred'),
  field('ip_address', 'IP address', 'string', ['ip_address'], 'inferred'),
  field('hostname', 'Host name', 'string', ['hostname', 'host_name'], 'inferred'),
  field('manufacturer', 'Manufacturer', 'string', ['manufacturer', 'make'], 'inferred'),
  field('model', 'Model', 'string', ['model'], 'inferred'),
  field('vendor', 'Vendor', 'string', ['vendor.vendor_name', 'vendor'], 'inferred'),
  field('installation_date', 'Installation date', 'datetime', ['installation_date'], 'inferred'),
  field('tags', 'Tags', 'list', ['tags', 'tag', 'asset_tags'], 'inferred'),
  field('created', 'Created', 'datetime', ['creation_time'], 'inferred'),
  field('updated', 'Updated', 'datetime', ['last_update_time'], 'inferred'),
  field('relations', 'Relations', 'list', [], 'inferred', {
    edges: {
      ...EDGES,
      names: [
        ['downstream_name', 'relation_name', 'name'],
        ['upstream_name', 'relation_name', 'name'],
      ],
    },
  }),
];

/** The other end of every relation; the id says whether it is a configuration item or an asset. */
export function relatedField(paths: string[]): FieldDefinition {
  return field('related', 'Related items', 'references', paths, 'inferred', {
    object: 'configuration_item',
    orObjects: ['asset'],
    edges: EDGES,
  });
}

export const CMDB_RULES = [
  rule('created', 'external_created_at', 'unixSeconds'),
  rule('updated', 'external_updated_at', 'unixSeconds'),
  attribute('name', 'name', 'string'),
  attribute('id', 'infraon_id', 'string'),
  attribute('display_id', 'number', 'string'),
  attribute('class', 'class', 'enum', { allowed: [] }),
  attribute('description', 'description', 'text'),
  attribute('status', 'status', 'enum', { allowed: [] }),
  attribute('criticality', 'criticality', 'enum', { allowed: [] }),
  attribute('service_status', 'service_status', 'enum', { allowed: [] }),
  attribute('operational_status', 'operational_status', 'enum', { allowed: [] }),
  attribute('business_function', 'business_function', 'string'),
  attribute('usage_type', 'usage_type', 'string'),
  attribute('owner', 'owner', 'string'),
  attribute('managed_by', 'managed_by', 'string'),
  attribute('used_by', 'used_by', 'string'),
  attribute('department', 'department', 'string'),
  attribute('location', 'location', 'string'),
  attribute('serial_number', 'serial_number', 'string'),
  attribute('asset_tag', 'asset_tag', 'string'),
  attribute('ip_address', 'ip_address', 'string'),
  attribute('hostname', 'hostname', 'string'),
  attribute('manufacturer', 'manufacturer', 'string'),
  attribute('model', 'model', 'string'),
  attribute('vendor', 'vendor', 'string'),
  attribute('installation_date', 'installation_date', 'datetime'),
  attribute('tags', 'tags', 'list_join'),
  attribute('relations', 'relations', 'list_join', { separator: '; ' }),
];

export const CMDB_LEFT_BEHIND = [
  leftBehind('raw.organization', 'The id of the tenant, the same on every row.'),
  leftBehind('raw.template_id', 'Key of the class, which is moved by name.', 'class'),
  leftBehind('raw.cmdb_class', 'Number of the class, which is moved by name.', 'class'),
  leftBehind('raw.is_deleted', 'Deleted rows are not moved.'),
  leftBehind('raw.is_demo_data', 'Demo rows are not moved.'),
  leftBehind('raw.owner', 'Keys and copies; the name is moved.', 'owner'),
  leftBehind('raw.managed_by', 'Keys and copies; the name is moved.', 'managed_by'),
  leftBehind('raw.used_by', 'Keys and copies; the name is moved.', 'used_by'),
  leftBehind('raw.location', 'Keys and copies; the name is moved.', 'location'),
  leftBehind('raw.department', 'Keys and copies; the name is moved.', 'department'),
  leftBehind('raw.vendor', 'Keys and copies; the name is moved.', 'vendor'),
];
