import type { JsonObject } from '../infraon/desk.ts';

/** The columns of the incident event log; see the data set's own description. */
export const COLUMNS = [
  'number',
  'incident_state',
  'active',
  'reassignment_count',
  'reopen_count',
  'sys_mod_count',
  'made_sla',
  'caller_id',
  'opened_by',
  'opened_at',
  'sys_created_by',
  'sys_created_at',
  'sys_updated_by',
  'sys_updated_at',
  'contact_type',
  'location',
  'category',
  'subcategory',
  'u_symptom',
  'cmdb_ci',
  'impact',
  'urgency',
  'priority',
  'assignment_group',
  'assigned_to',
  'knowledge',
  'u_priority_confirmation',
  'notify',
  'problem_id',
  'rfc',
  'vendor',
  'caused_by',
  'closed_code',
  'resolved_by',
  'resolved_at',
  'closed_at',
] as const;

export type Column = (typeof COLUMNS)[number];
export type LogEvent = Record<Column, string>;

/** Columns without a home of their own on an Infraon incident: kept as custom fields. */
const CUSTOM: readonly (readonly [Column, string])[] = [
  ['contact_type', 'Contact Type'],
  ['location', 'Reported Location'],
  ['category', 'Log Category'],
  ['subcategory', 'Log Subcategory'],
  ['u_symptom', 'Symptom'],
  ['impact', 'Log Impact'],
  ['notify', 'Notify'],
  ['vendor', 'Log Vendor'],
  ['closed_code', 'Closing Code'],
  ['made_sla', 'SLA Made'],
  ['reassignment_count', 'Reassignments'],
  ['reopen_count', 'Times Reopened'],
  ['sys_mod_count', 'Modifications'],
  ['knowledge', 'Knowledge Used'],
  ['u_priority_confirmation', 'Priority Confirmed'],
  ['opened_by', 'Opened By'],
  ['sys_created_by', 'Log Created By'],
  ['sys_created_at', 'Log Created At'],
  ['caused_by', 'Caused By Change'],
  ['resolved_by', 'Log Resolved By'],
];

/** Columns whose change between two events is worth a line, with the words for it. */
const CHANGES: readonly (readonly [Column, string])[] = [
  ['incident_state', 'State'],
  ['assignment_group', 'Group'],
  ['assigned_to', 'Assignee'],
  ['priority', 'Priority'],
  ['impact', 'Impact'],
  ['urgency', 'Urgency'],
  ['reopen_count', 'Times reopened'],
  ['reassignment_count', 'Reassignments'],
  ['made_sla', 'SLA made'],
  ['category', 'Category'],
  ['subcategory', 'Subcategory'],
  ['u_symptom', 'Symptom'],
  ['cmdb_ci', 'Configuration item'],
  ['location', 'Location'],
  ['problem_id', 'Problem'],
  ['rfc', 'Change'],
  ['caused_by', 'Caused by'],
  ['vendor', 'Vendor'],
  ['closed_code', 'Closing code'],
  ['knowledge', 'Knowledge'],
  ['u_priority_confirmation', 'Priority confirmed'],
];

/** The value without doubled blanks, or `null` where the log does not know it. */
export function known(value: string): string | null {
  const text = value.trim().replaceAll(/\s+/g, ' ');
  return text === '' || text === '?' ? null : text;
}

/** `29-02-2016 01:16` in milliseconds. */
export function instant(value: string): number | null {
  const match = /^(\d{2})-(\d{2})-(\d{4}) (\d{2}):(\d{2})$/.exec(value.trim());
  if (!match) return null;
  const [, day, month, year, hour, minute] = match.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute);
}

/** What an event changed against the one before, one line per column. */
export function changesBetween(before: LogEvent, after: LogEvent): string[] {
  const lines = CHANGES.flatMap(([column, label]) => {
    const from = known(before[column]);
    const to = known(after[column]);
    return from === to ? [] : [`${label}: ${from ?? 'unknown'} → ${to ?? 'unknown'}`];
  });
  return lines.length > 0 ? lines : [`Record updated (modification ${after.sys_mod_count})`];
}

function keyOf(index: number): string {
  return `col_${1_456_704_000_000 + index}`;
}

export function fieldDefinitions(): JsonObject[] {
  return CUSTOM.map(([, label], index) => ({
    data_key: keyOf(index),
    name: keyOf(index),
    label,
    type: 'text',
    section: 'general',
    placeholder: '',
    is_customfield: true,
    is_keyvalue: false,
    options: [],
    regex: null,
    roles: [],
    is_add_ui: true,
    is_customer_ui: false,
  }));
}

/** Values by custom key; unknown ones are left out. */
export function fieldValues(event: LogEvent): JsonObject {
  const pairs = CUSTOM.flatMap(([column], index) => {
    const value = known(event[column]);
    return value === null ? [] : [[keyOf(index), value] as const];
  });
  return Object.fromEntries(pairs);
}
