/**
 * Words of Infraon that are the same on every tenant: fixed life-cycle states and scales, by id and i18n key (Infraon
 * reference, 5.1 to 5.3). Statuses, categories and everything else belong to the tenant and come from discovery.
 */
export const STATE_LABELS = {
  '1': 'Open',
  '2': 'In Progress',
  '3': 'On Hold',
  '4': 'Resolved',
  '5': 'Close',
  '6': 'Approval',
  'UI.k_open': 'Open',
  'UI.k_In_progress': 'In Progress',
  'UI.k_in_progress': 'In Progress',
  'UI.k_on_hold': 'On Hold',
  'UI.k_resolved': 'Resolved',
  'UI.k_close': 'Close',
  'UI.k_approval': 'Approval',
};
export const STATES = ['Open', 'In Progress', 'On Hold', 'Resolved', 'Close', 'Approval'];
/** States after which nothing is expected of anybody. */
export const CLOSED_STATES = ['Resolved', 'Close', 'Closed'];

export const PRIORITY_LABELS = { '1': 'Critical', '2': 'High', '3': 'Medium', '4': 'Low', '5': 'Very Low' };
export const PRIORITIES = ['Critical', 'High', 'Medium', 'Low', 'Very Low'];

export const URGENCY_LABELS = { '1': 'High', '2': 'Medium', '3': 'Low' };
export const URGENCIES = ['High', 'Medium', 'Low'];

export const IMPACT_LABELS = {
  '1': 'Business',
  '2': 'Location',
  '3': 'Department',
  '4': 'Group',
  '5': 'User',
};
export const IMPACTS = ['Business', 'Location', 'Department', 'Group', 'User'];

export const APPROVAL_LABELS = { '0': 'None or pending', '1': 'Approved', '2': 'Rejected' };

export const SOURCES = ['Web', 'Email', 'Phone', 'Mobile App'];

/** Statuses that are on record; each tenant has its own besides. */
export const STATUSES = [
  'New',
  'Responded',
  'Open',
  'Analysis',
  'Escalated',
  'In Progress',
  'On Hold',
  'Resolved',
  'Waiting For Closure',
  'Closed',
  'Closed By Origin Ticket',
];

/** Statuses on record for changes, beside those of tickets. */
export const PLANNED_STATUSES = [...STATUSES, 'Planning', 'Cab Approval'];

/** Emergency is on record under 4, the order of the others is inferred (Infraon reference, 5.3). */
export const CHANGE_TYPE_LABELS = { '1': 'Standard', '2': 'Minor', '3': 'Major', '4': 'Emergency' };
export const CHANGE_TYPES = ['Standard', 'Minor', 'Major', 'Emergency'];
export const ITIL_CHANGE_TYPES = {
  Standard: 'Standard',
  Minor: 'Normal',
  Major: 'Normal',
  Emergency: 'Emergency',
};

/** Low is on record under 4, the others by analogy (Infraon reference, 5.2). */
export const RISK_LABELS = { '1': 'Critical', '2': 'High', '3': 'Medium', '4': 'Low' };
export const RISKS = ['Critical', 'High', 'Medium', 'Low'];
