import {
  field,
  leftBehind,
  type ChildDefinition,
  type Evidence,
  type FieldDefinition,
  type FieldType,
} from './define-object.ts';
import * as words from './vocabulary.ts';

type Row = [label: string, type: FieldType, paths: string[], more?: Partial<FieldDefinition>];

/**
 * What Infraon stores alike for incidents, problems, changes and releases (Infraon reference, stored incident). How well a
 * path is known differs, so each object says that of the rows it takes.
 */
const ROWS = {
  display_id: ['Number', 'string', ['display_id']],
  description: ['Description', 'html', ['basic_info.description', 'description']],
  requester: ['Requester', 'reference', ['requester_id', 'requester.requester_id'], { object: 'requester' }],
  requester_name: [
    'Requester name',
    'string',
    ['requester.unmasked_full_name', 'requester.full_name', 'requester_name'],
    { personal: true },
  ],
  reporter: ['Reported by', 'string', ['reporter_info.name', 'reporter_info.email'], { personal: true }],
  created: ['Created', 'datetime', ['creation_time']],
  updated: ['Updated', 'datetime', ['last_update_time']],
  state_changed: ['State changed', 'datetime', ['state_change_time']],
  state: ['State', 'enum', ['basic_info.state', 'state_name', 'state'], { labels: words.STATE_LABELS }],
  status: ['Status', 'enum', ['basic_info.status', 'status_name', 'status']],
  priority: [
    'Priority',
    'enum',
    ['basic_info.priority', 'priority_name', 'priority'],
    { labels: words.PRIORITY_LABELS },
  ],
  urgency: [
    'Urgency',
    'enum',
    ['basic_info.urgency', 'urgency_name', 'urgency'],
    { labels: words.URGENCY_LABELS },
  ],
  impact: ['Impact', 'enum', ['basic_info.impact', 'impact_name', 'impact'], { labels: words.IMPACT_LABELS }],
  severity: ['Severity', 'enum', ['basic_info.severity', 'severity_name', 'severity']],
  category: [
    'Category',
    'string',
    ['basic_info.category_name', 'service_classification_name', 'basic_info.category'],
  ],
  service: [
    'Service',
    'string',
    [
      'basic_info.impact_service_tree_path',
      'basic_info.impact_service_name',
      'impact_service_name',
      'basic_info.impact_service',
    ],
  ],
  team: [
    'Team',
    'string',
    ['current_assignment_info.group_name', 'assignment_info.group_name', 'current_assignment_info.group'],
  ],
  level: ['Support level', 'string', ['current_assignment_info.level']],
  followers: [
    'Followers',
    'list',
    ['current_watcher[].full_name', 'current_watcher[].email'],
    { personal: true },
  ],
  tags: ['Tags', 'list', ['tag']],
  sla: ['SLA', 'list', ['sla_info[].name', 'sla_info[].sla_name', 'sla.name', 'sla_info[].sla']],
  closure_note: ['Closure note', 'html', ['close_info.closure_note', 'closure_info.closure_note']],
  closure_code: ['Closure code', 'string', ['close_info.closure_code', 'closure_info.closure_code']],
  closure_type: ['Closure type', 'string', ['close_info.closed_type', 'closure_info.closed_type']],
  department: ['Department', 'string', ['department.dept_name', 'department']],
  created_by: [
    'Created by',
    'string',
    ['created_by_name'],
    { labels: { '@@@k_system@@@': 'Infraon system' }, personal: true },
  ],
  links: [
    'Linked records',
    'list',
    [],
    {
      lines: {
        rows: ['reference'],
        parts: [{ paths: ['ref_display_id', 'display_id', 'name', 'ref_id', 'id'] }],
      },
    },
  ],
  approval_state: ['Approval state', 'enum', ['approval_state'], { labels: words.APPROVAL_LABELS }],
  archived: ['Archived', 'boolean', ['is_archive']],
} satisfies Record<string, Row>;

export function ticketField(
  evidence: Evidence,
  key: keyof typeof ROWS,
  different: Partial<FieldDefinition> = {},
): FieldDefinition {
  const [label, type, paths, more]: Row = ROWS[key];
  return field(key, label, type, paths, evidence, { ...more, ...different });
}

export function ticketFields(evidence: Evidence, ...keys: (keyof typeof ROWS)[]): FieldDefinition[] {
  return keys.map((key) => ticketField(evidence, key));
}

/** Where an entry of the thread says what. */
export const ENTRY_FIELDS: ChildDefinition['fields'] = {
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
};

/** @param named what the attribute for a field is called in Intercom. */
export function ticketLeftBehind(named: (field: string) => string) {
  const copies = (what: string, kept: string, ...paths: string[]) =>
    paths.map((path) => leftBehind(`raw.${path}`, `Keys and copies; ${what}.`, kept));
  return [
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
    ...['requester', 'requester_email', 'requester_phone'].map((path) =>
      leftBehind(`raw.${path}`, 'Copy of the requester, who is moved as a contact.', 'the contact'),
    ),
    leftBehind('raw.reporter_info', 'The name is moved.', named('reported_by')),
    ...copies(
      'team, level and assignee are moved by name',
      `${named('team')}, ${named('assignee')}`,
      'current_assignment_info',
      'assignment_info',
    ),
    ...copies('followers are moved by name', named('followers'), 'current_watcher'),
    ...copies('note, code and type are moved', named('closure_note'), 'close_info', 'closure_info'),
    ...copies('the links themselves are moved', named('configuration_items'), 'impacted_asset'),
    ...['sla_info', 'sla'].map((path) =>
      leftBehind(
        `raw.${path}`,
        'Bookkeeping of the applied policies; their names are moved.',
        named('sla_at_import'),
      ),
    ),
    ...['state', 'status', 'priority', 'urgency', 'impact', 'severity', 'category'].flatMap((name) =>
      copies('the name is moved', named(name), `basic_info.${name}`),
    ),
    ...copies('the path is moved', named('service'), 'basic_info.impact_service'),
    ...copies('the name is moved', named('department'), 'department'),
    ...copies('the name is moved', named('location'), 'location'),
    leftBehind(
      'raw.reference',
      'Keys of links; their numbers and the links themselves are moved.',
      named('linked_records'),
    ),
    leftBehind('raw.created_by_id', 'Key of the author, who is moved by name.', named('created_by')),
    leftBehind('raw.updated_by_id', 'Key of the last editor.'),
    leftBehind('raw.updated_by_name', 'Last editor; Intercom keeps its own history.'),
  ];
}
