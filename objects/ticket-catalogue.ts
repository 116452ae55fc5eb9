import {
  attribute,
  field,
  leftBehind,
  rule,
  type ChildDefinition,
  type FieldDefinition,
} from './define-object.ts';
import { FILE_FIELDS } from './file-rows.ts';
import * as words from './vocabulary.ts';

/**
 * What problem, change and release have in common: Infraon stores them like incidents (Infraon reference, problem,
 * change, release), so the paths are those of the stored incident. Their modules add what is their own.
 */
export const TICKET_FIELDS: FieldDefinition[] = [
  field('display_id', 'Number', 'string', ['display_id'], 'documented'),
  field('title', 'Title', 'string', ['basic_info.summary', 'summary'], 'inferred', { required: true }),
  field('description', 'Description', 'html', ['basic_info.description', 'description'], 'inferred'),
  field('created', 'Created', 'datetime', ['creation_time'], 'documented'),
  field('updated', 'Updated', 'datetime', ['last_update_time'], 'documented'),
  field('state_changed', 'State changed', 'datetime', ['state_change_time'], 'inferred'),
  field('due', 'Due', 'datetime', ['due_date'], 'documented'),
  field('state', 'State', 'enum', ['basic_info.state', 'state_name', 'state'], 'inferred', {
    labels: words.STATE_LABELS,
  }),
  field('status', 'Status', 'enum', ['basic_info.status', 'status_name', 'status'], 'inferred'),
  field('priority', 'Priority', 'enum', ['basic_info.priority', 'priority_name', 'priority'], 'inferred', {
    labels: words.PRIORITY_LABELS,
  }),
  field('urgency', 'Urgency', 'enum', ['basic_info.urgency', 'urgency_name', 'urgency'], 'inferred', {
    labels: words.URGENCY_LABELS,
  }),
  field('impact', 'Impact', 'enum', ['basic_info.impact', 'impact_name', 'impact'], 'inferred', {
    labels: words.IMPACT_LABELS,
  }),
  field('severity', 'Severity', 'enum', ['basic_info.severity', 'severity_name', 'severity'], 'inferred'),
  field(
    'category',
    'Category',
    'string',
    ['basic_info.category_name', 'service_classification_name', 'basic_info.category'],
    'inferred',
  ),
  field(
    'service',
    'Service',
    'string',
    [
      'basic_info.impact_service_tree_path',
      'basic_info.impact_service_name',
      'impact_service_name',
      'basic_info.impact_service',
    ],
    'inferred',
  ),
  field(
    'assignee',
    'Assignee',
    'string',
    ['current_assignment_info.assignee_profile.full_name', 'assignment_info.assignee_profile.full_name'],
    'inferred',
    { personal: true },
  ),
  field(
    'team',
    'Team',
    'string',
    ['current_assignment_info.group_name', 'assignment_info.group_name', 'current_assignment_info.group'],
    'inferred',
  ),
  field('level', 'Support level', 'string', ['current_assignment_info.level'], 'inferred'),
  field(
    'followers',
    'Followers',
    'list',
    ['current_watcher[].full_name', 'current_watcher[].email'],
    'documented',
    { personal: true },
  ),
  field('tags', 'Tags', 'list', ['tag'], 'documented'),
  field('articles', 'Linked articles', 'list', ['kb'], 'documented'),
  field(
    'sla',
    'SLA',
    'list',
    ['sla_info[].name', 'sla_info[].sla_name', 'sla.name', 'sla_info[].sla'],
    'inferred',
  ),
  field(
    'closure_note',
    'Closure note',
    'html',
    ['close_info.closure_note', 'closure_info.closure_note'],
    'inferred',
  ),
  field(
    'closure_code',
    'Closure code',
    'string',
    ['close_info.closure_code', 'closure_info.closure_code'],
    'inferred',
  ),
  field(
    'closure_type',
    'Closure type',
    'string',
    ['close_info.closed_type', 'closure_info.closed_type'],
    'inferred',
  ),
  field('department', 'Department', 'string', ['department.dept_name', 'department'], 'inferred'),
  field('location', 'Location', 'string', ['location.location_name', 'location'], 'inferred'),
  field('created_by', 'Created by', 'string', ['created_by_name'], 'inferred', {
    labels: { '@@@k_system@@@': 'Infraon system' },
    personal: true,
  }),
  field('approval_state', 'Approval state', 'enum', ['approval_state'], 'documented', {
    labels: words.APPROVAL_LABELS,
  }),
  field('archived', 'Archived', 'boolean', ['is_archive'], 'documented'),
  field('links', 'Linked records', 'list', [], 'inferred', {
    lines: {
      rows: ['reference'],
      parts: [{ paths: ['ref_display_id', 'display_id', 'name', 'ref_id', 'id'] }],
    },
  }),
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
export const REQUESTER_FIELDS: FieldDefinition[] = [
  field('requester', 'Requester', 'reference', ['requester_id', 'requester.requester_id'], 'inferred', {
    object: 'requester',
  }),
  field(
    'requester_name',
    'Requester name',
    'string',
    ['requester.unmasked_full_name', 'requester.full_name', 'requester_name'],
    'inferred',
    { personal: true },
  ),
  field('reporter', 'Reported by', 'string', ['reporter_info.name', 'reporter_info.email'], 'inferred', {
    personal: true,
  }),
];

export const TICKET_CHILDREN: ChildDefinition[] = [
  {
    key: 'notes',
    source: 'notes',
    fields: {
      key: { paths: ['communication_id', 'comment_id', 'id'], evidence: 'documented' },
      body: { paths: ['description', 'comment', 'email_data.body'], evidence: 'inferred' },
      private: { paths: ['is_private'], evidence: 'seen' },
      system: { paths: ['is_system_gen'], evidence: 'documented' },
      deleted: { paths: ['is_deleted'], evidence: 'documented' },
      type: { paths: ['type'], evidence: 'seen' },
      is_description: { paths: ['is_description'], evidence: 'documented' },
      work_duration: { paths: ['work_duration'], evidence: 'seen' },
      author: { paths: ['created_by', 'profile_id', 'user_id'], evidence: 'inferred' },
      author_name: { paths: ['created_by_name', 'full_name'], evidence: 'inferred' },
      at: { paths: ['creation_time'], evidence: 'documented' },
    },
    unknownPrivacy: 'internal',
  },
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

export const TICKET_LEFT_BEHIND = [
  leftBehind(
    'raw.config',
    'State of the workflow engine; workflows are rebuilt by hand.',
    'workflows.json of the handoff',
  ),
  leftBehind('raw.organization', 'The id of the tenant, the same on every row.'),
  leftBehind('raw.template_info', 'Key of the form.'),
  leftBehind('raw.unread_mail', 'Read marks of Infraon users.'),
  leftBehind('raw.is_assignee_read', 'Read marks of Infraon users.'),
  leftBehind('raw.is_deleted', 'Deleted rows are not moved.'),
  leftBehind('raw.is_demo_data', 'Demo rows are not moved.'),
  leftBehind('raw.requester', 'Copy of the requester, who is moved as a contact.', 'the contact'),
  leftBehind('raw.requester_email', 'Copy of the requester, who is moved as a contact.', 'the contact'),
  leftBehind('raw.requester_phone', 'Copy of the requester, who is moved as a contact.', 'the contact'),
  leftBehind('raw.reporter_info', 'The name is moved.', 'reported_by'),
  leftBehind(
    'raw.current_assignment_info',
    'Keys and copies; team, level and assignee are moved by name.',
    'team, assignee',
  ),
  leftBehind(
    'raw.assignment_info',
    'Keys and copies; team, level and assignee are moved by name.',
    'team, assignee',
  ),
  leftBehind('raw.current_watcher', 'Keys and copies; followers are moved by name.', 'followers'),
  leftBehind('raw.close_info', 'Keys and copies; note, code and type are moved.', 'closure_note'),
  leftBehind('raw.closure_info', 'Keys and copies; note, code and type are moved.', 'closure_note'),
  leftBehind('raw.impacted_asset', 'Keys and copies; the links themselves are moved.', 'configuration_items'),
  leftBehind('raw.sla_info', 'Bookkeeping of the applied policies; their names are moved.', 'sla_at_import'),
  leftBehind('raw.sla', 'Bookkeeping of the applied policies; their names are moved.', 'sla_at_import'),
  ...['state', 'status', 'priority', 'urgency', 'impact', 'severity', 'category'].map((name) =>
    leftBehind(`raw.basic_info.${name}`, 'Keys and copies; the name is moved.', name),
  ),
  leftBehind('raw.basic_info.impact_service', 'Keys and copies; the path is moved.', 'service'),
  leftBehind('raw.department', 'Keys and copies; the name is moved.', 'department'),
  leftBehind('raw.location', 'Keys and copies; the name is moved.', 'location'),
  leftBehind('raw.reference', 'Keys of links; the links themselves are moved.', 'linked_records'),
  leftBehind('raw.created_by_id', 'Key of the author, who is moved by name.', 'created_by'),
  leftBehind('raw.updated_by_id', 'Key of the last editor.'),
  leftBehind('raw.updated_by_name', 'Last editor; Intercom keeps its own history.'),
];
