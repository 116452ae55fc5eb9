import { attribute, field, rule, type ChildDefinition, type FieldDefinition } from './define-object.ts';
import { FILE_FIELDS } from './file-rows.ts';
import { linkField } from './link-kinds.ts';
import { ENTRY_FIELDS, ticketField, ticketFields, ticketLeftBehind } from './stored-ticket.ts';
import * as words from './vocabulary.ts';

/** What problem, change and release have in common as custom objects. Their modules add what is their own. */
export const TICKET_FIELDS: FieldDefinition[] = [
  ticketField('documented', 'display_id'),
  field('title', 'Title', 'string', ['basic_info.summary', 'summary'], 'inferred', { required: true }),
  ticketField('inferred', 'description'),
  ...ticketFields('documented', 'created', 'updated'),
  ticketField('inferred', 'state_changed'),
  field('due', 'Due', 'datetime', ['due_date'], 'documented'),
  ...ticketFields(
    'inferred',
    'state',
    'status',
    'priority',
    'urgency',
    'impact',
    'severity',
    'category',
    'service',
  ),
  field(
    'assignee',
    'Assignee',
    'string',
    ['current_assignment_info.assignee_profile.full_name', 'assignment_info.assignee_profile.full_name'],
    'inferred',
    { personal: true },
  ),
  ...ticketFields('inferred', 'team', 'level'),
  ...ticketFields('documented', 'followers', 'tags'),
  field('articles', 'Linked articles', 'list', ['kb'], 'documented'),
  ...ticketFields('inferred', 'sla', 'closure_note', 'closure_code', 'closure_type', 'department'),
  field('location', 'Location', 'string', ['location.location_name', 'location'], 'inferred'),
  ticketField('inferred', 'created_by'),
  ...ticketFields('documented', 'approval_state', 'archived'),
  ticketField('inferred', 'links'),
  field('tasks', 'Tasks', 'list', [], 'documented', {
    lines: {
      rows: ['$children.tasks'],
      parts: [
        { paths: ['display_id'] },
        { paths: ['name'] },
        { paths: ['status'] },
        { paths: ['assignee_profile.full_name', 'assignee_profile.email'], prefix: 'assignee' },
        { paths: ['due_date', 'formatted_due_date'], prefix: 'due', as: 'time' },
        { paths: ['closure_time'], prefix: 'closed', as: 'time' },
        { paths: ['description'] },
        { paths: ['closure_note'], prefix: 'closure note:' },
      ],
    },
  }),
  field('history', 'History', 'list', [], 'inferred', {
    lines: {
      rows: ['$children.history'],
      parts: [
        { paths: ['creation_time', 'created_on', 'time'], as: 'time' },
        { paths: ['description', 'message', 'action', 'comment'] },
        { paths: ['created_by_name', 'full_name'], prefix: 'by' },
      ],
    },
  }),
  field('attachments', 'Attachments', 'files', ['$children.attachments'], 'inferred'),
  field('attachment_names', 'Names of attachments', 'list', [], 'inferred', {
    lines: {
      rows: ['$children.attachments'],
      parts: [{ paths: ['file_name', 'name'] }, { paths: ['formatted_size', 'size'] }],
    },
  }),
  field('notes', 'Notes', 'thread', ['$children.notes'], 'inferred'),
];

/** People who ask; a release has none. */
export const REQUESTER_FIELDS = ticketFields('inferred', 'requester', 'requester_name', 'reporter');

export const TICKET_CHILDREN: ChildDefinition[] = [
  { key: 'notes', source: 'notes', fields: ENTRY_FIELDS, unknownPrivacy: 'internal' },
  { key: 'attachments', source: 'attachments', fields: FILE_FIELDS, optional: true },
  { key: 'history', source: 'history', fields: {}, optional: true },
  { key: 'tasks', source: 'tasks', fields: {}, optional: true },
];

const AS_LINES = 'A custom object has no lists of its own: one line each.';

export const TICKET_RULES = [
  rule('created', 'external_created_at', 'unixSeconds'),
  rule('updated', 'external_updated_at', 'unixSeconds'),
  attribute('title', 'title', 'string'),
  attribute('display_id', 'number', 'string'),
  attribute('id', 'infraon_id', 'string'),
  attribute('', 'infraon_link', 'link'),
  attribute('description', 'description', 'text'),
  attribute('state', 'state', 'enum', { allowed: words.STATES }),
  attribute('status', 'status', 'enum', { allowed: words.PLANNED_STATUSES }),
  attribute('priority', 'priority', 'enum', { allowed: words.PRIORITIES }),
  attribute('urgency', 'urgency', 'enum', { allowed: words.URGENCIES }),
  attribute('impact', 'impact', 'enum', { allowed: words.IMPACTS }),
  attribute('severity', 'severity', 'string'),
  attribute('category', 'category', 'string'),
  attribute('service', 'service', 'string'),
  attribute('assignee', 'assignee', 'string'),
  attribute('team', 'team', 'string'),
  attribute('level', 'support_level', 'string'),
  attribute('followers', 'followers', 'list_join'),
  attribute('tags', 'tags', 'tags', { names: '$joined.tags', join: ', ' }),
  attribute('articles', 'linked_articles', 'list_join'),
  attribute('sla', 'sla_at_import', 'list_join'),
  attribute('due', 'due_at', 'datetime'),
  attribute('state_changed', 'state_changed_at', 'datetime'),
  attribute('closure_note', 'closure_note', 'text'),
  attribute('closure_code', 'closure_code', 'string'),
  attribute('closure_type', 'closure_type', 'string'),
  attribute('approval_state', 'approval_state', 'string'),
  attribute('department', 'department', 'string'),
  attribute('location', 'location', 'string'),
  attribute('created_by', 'created_by', 'string'),
  attribute('archived', 'archived', 'boolean'),
  attribute(
    'links',
    'linked_records',
    'list_join',
    {},
    'Numbers of all linked records, those of other kinds included.',
  ),
  attribute('tasks', 'tasks', 'list_join', { separator: '\n' }, AS_LINES),
  attribute('history', 'history', 'list_join', { separator: '\n' }, AS_LINES),
  attribute(
    'attachment_names',
    'attachments',
    'list_join',
    { separator: '\n' },
    'Lossy: a custom object holds no files. Their names stand here; the files are in the handoff package, by this number.',
  ),
  rule(
    'attachments',
    'files',
    'record_files',
    { texts: ['description', 'notes', 'closure_note'] },
    'Lossy: a custom object holds no files. They are kept with their SHA-256 in the handoff package, under files/.',
  ),
  attribute(
    'notes',
    'notes',
    'transcript',
    { description: 'description' },
    'Lossy: a custom object has no thread, so its entries become one text, with author, time and privacy.',
  ),
];

export const REQUESTER_RULES = [
  attribute(
    'requester',
    'requester',
    'references',
    { type: 'contact', cardinality: 'one' },
    'A reference to the person, which an owner makes in Settings.',
  ),
  attribute('requester_name', 'requester_name', 'string'),
  attribute('reporter', 'reported_by', 'string'),
];

/** Incidents that name the record, and those it names. */
export function incidentsField(theirField: string): FieldDefinition {
  return linkField(
    'incidents',
    'Linked incidents',
    'incident',
    ['incidents[].incident_id', 'incident[].incident_id'],
    { reverse: { object: 'incident', field: theirField }, indexed: true },
  );
}

export const INCIDENTS_RULE = attribute(
  'incidents',
  'incidents',
  'references',
  { type: 'conversation' },
  'References to the conversations that the incidents became; made in a second pass, once those exist.',
);

/** An impacted record is a configuration item or an asset, each of which has an attribute of its own. */
export const IMPACT_RULES = [
  attribute('configuration_items', 'configuration_items', 'references', { type: 'InfraonConfigurationItem' }),
  attribute('configuration_items', 'assets', 'references', { object: 'asset', type: 'InfraonAsset' }),
];

/** Attributes of a custom object are called like their fields. */
export const TICKET_LEFT_BEHIND = ticketLeftBehind((name) => name);
