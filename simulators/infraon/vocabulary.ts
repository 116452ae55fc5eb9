import type { JsonObject } from './desk.ts';

/**
 * Words and ids of an Infraon tenant. States, priorities, urgencies and impacts are on record (reference, section 5);
 * what is not on record is marked invented, so that nobody takes it for a fact.
 */
export const MODULES = {
  incident: { moduleId: 10, idKey: 'incident_id', prefix: 'INCI', typeName: 'Incident', resource: 'inci' },
  change: { moduleId: 47, idKey: 'change_id', prefix: 'CM-S-', typeName: 'Change', resource: 'change' },
  release: { moduleId: 53, idKey: 'release_id', prefix: 'REL', typeName: 'Release', resource: 'release' },
  /** Module id invented: the reference knows none for problem. */
  problem: { moduleId: 45, idKey: 'problem_id', prefix: 'PROB', typeName: 'Problem', resource: 'problem' },
} as const;

export type ModuleName = keyof typeof MODULES;

export const STATES = {
  open: { id: 1, name: 'Open', key: 'UI.k_open', color: '#2f80ed' },
  in_progress: { id: 2, name: 'In Progress', key: 'UI.k_In_progress', color: '#f2994a' },
  on_hold: { id: 3, name: 'On Hold', key: 'UI.k_on_hold', color: '#9b51e0' },
  resolved: { id: 4, name: 'Resolved', key: 'UI.k_resolved', color: '#27ae60' },
  closed: { id: 5, name: 'Close', key: 'UI.k_close', color: '#828282' },
  approval: { id: 6, name: 'Approval', key: 'UI.k_approval', color: '#56ccf2' },
} as const;

export type StateName = keyof typeof STATES;

/** Status name → state. Statuses are defined per tenant inside a fixed state. */
export const STATUSES = {
  New: 'open',
  Responded: 'open',
  Analysis: 'in_progress',
  Escalated: 'in_progress',
  Planning: 'in_progress',
  'On Hold': 'on_hold',
  'Cab Approval': 'approval',
  'Waiting For Closure': 'resolved',
  Closed: 'closed',
  'Closed By Origin Ticket': 'closed',
} as const satisfies Record<string, StateName>;

export type StatusName = keyof typeof STATUSES;

export const PRIORITIES = { Critical: 1, High: 2, Medium: 3, Low: 4, 'Very Low': 5 } as const;
export const URGENCIES = { High: 1, Medium: 2, Low: 3 } as const;
export const IMPACTS = { Business: 1, Location: 2, Department: 3, Group: 4, User: 5 } as const;
export const RISKS = { Critical: 1, High: 2, Medium: 3, Low: 4 } as const;
/** Emergency 4 is on record, the order of the others is inferred. */
export const CHANGE_TYPES = { Standard: 1, Minor: 2, Major: 3, Emergency: 4 } as const;
/** Only Web 1 is on record; the other ids are invented. */
export const SOURCES = { Web: 1, Email: 2, Phone: 3, 'Mobile App': 4 } as const;

export type PriorityName = keyof typeof PRIORITIES;
export type UrgencyName = keyof typeof URGENCIES;
export type ImpactName = keyof typeof IMPACTS;
export type RiskName = keyof typeof RISKS;
export type ChangeTypeName = keyof typeof CHANGE_TYPES;
export type SourceName = keyof typeof SOURCES;

/** Classes of item classifications. That a type has an integer class is on record, the integers are invented. */
export const CMDB_CLASSES = { configuration_item: 1, asset: 2, person: 3, department: 4 } as const;

export const ROLES = [
  { group_id: 1, role_name: 'Infraon Admin' },
  { group_id: 2, role_name: 'Approver' },
  { group_id: 3, role_name: 'IT Manager' },
  { group_id: 4, role_name: 'IT Support Operator' },
  { group_id: 5, role_name: 'NOC Operator' },
] as const;

/** The system actor: this id with this name on records that no person made. */
export const SYSTEM_ID = '-1';
export const SYSTEM_NAME = '@@@k_system@@@';

/** A choice as Infraon stores it; `null` gives `{}`, the stored form of an unset choice. */
export function choice(table: Record<string, number>, name: string | null): JsonObject {
  if (name === null) return {};
  const id = table[name];
  if (id === undefined) return {};
  return {
    id,
    name,
    color: '#4f4f4f',
    icon: '',
    display_key: `UI.k_${name.toLowerCase().replaceAll(' ', '_')}`,
  };
}

/** Status ids are long digit strings on record. */
function statusId(name: StatusName): string {
  const position = Object.keys(STATUSES).indexOf(name);
  return `1648020${(1_000_000 + position * 7919).toString()}0000${(10 + position).toString()}`;
}

/** A status with the fields that tenants store, including its place in the workflow. */
export function status(name: StatusName, workflowId: string): JsonObject {
  const state = STATES[STATUSES[name]];
  const position = Object.keys(STATUSES).indexOf(name);
  return {
    id: statusId(name),
    name,
    state: state.key,
    state_id: state.id,
    guid: `wf_${(48020131000 + position).toString()}_${(39004217000 + position).toString()}`,
    workflow_id: workflowId,
    is_start: name === 'New',
    is_end: state.id === STATES.closed.id,
    is_escalated: name === 'Escalated',
    is_response_time: name === 'Responded',
    transition_state: [],
  };
}
