import { parse } from 'csv-parse/sync';
import { emptyDesk } from '../infraon/desk.ts';
import type { Desk, Incident, Json, JsonObject } from '../infraon/desk.ts';
import { roleRecords } from '../infraon/person-records.ts';
import { incidentRecord } from '../infraon/records.ts';
import type { PriorityName, StatusName, UrgencyName } from '../infraon/vocabulary.ts';
import { createBuild, escapeHtml } from './build.ts';
import type { Build } from './build.ts';
import { changesBetween, fieldDefinitions, fieldValues, instant, known } from './event-log-columns.ts';
import type { LogEvent } from './event-log-columns.ts';
import { createParties } from './event-log-parties.ts';
import type { Parties } from './event-log-parties.ts';
import { addEntry } from './threads.ts';

const ORGANIZATION = '145670400000000000001';

/** The log's states in the statuses of a tenant; the original word stays in each thread entry. */
const STATUS_OF: Record<string, StatusName> = {
  New: 'New',
  Active: 'Analysis',
  'Awaiting User Info': 'On Hold',
  'Awaiting Problem': 'On Hold',
  'Awaiting Vendor': 'On Hold',
  'Awaiting Evidence': 'On Hold',
  Resolved: 'Waiting For Closure',
  Closed: 'Closed',
};

const PRIORITY_OF: Record<string, PriorityName> = {
  '1 - Critical': 'Critical',
  '2 - High': 'High',
  '3 - Moderate': 'Medium',
  '4 - Low': 'Low',
};

const URGENCY_OF: Record<string, UrgencyName> = {
  '1 - High': 'High',
  '2 - Medium': 'Medium',
  '3 - Low': 'Low',
};

function readEvents(csv: string): LogEvent[] {
  return parse(csv, { columns: true, skip_empty_lines: true, bom: true });
}

/** Events by incident, both in the order of the file. */
function byIncident(events: LogEvent[]): LogEvent[][] {
  const groups = new Map<string, LogEvent[]>();
  for (const event of events) {
    const group = groups.get(event.number);
    if (group) group.push(event);
    else groups.set(event.number, [event]);
  }
  return [...groups.values()];
}

/** The latest value of a column that is not `?`. */
function latest(events: LogEvent[], column: keyof LogEvent): string | null {
  for (const event of events.toReversed()) {
    const value = known(event[column]);
    if (value !== null) return value;
  }
  return null;
}

/** The log has no free text: the subject says what its columns say. */
function subject(event: LogEvent): string {
  const place = [known(event.category), known(event.subcategory)].filter((word) => word !== null).join(' / ');
  const symptom = known(event.u_symptom);
  if (place === '' && symptom === null) return event.number;
  return symptom === null ? place : place === '' ? symptom : `${place}: ${symptom}`;
}

function description(event: LogEvent): string {
  const from = known(event.location);
  const by = known(event.contact_type);
  const words = ['Reported', by ? `by ${by}` : '', from ? `at ${from}` : ''].filter((word) => word !== '');
  return `<p>${escapeHtml(words.join(' '))}.</p>`;
}

/** One entry per event: the opening as the caller's public message, all later ones as private lines of the system. */
function addEvents(build: Build, events: LogEvent[], incident: Incident, callerId: string | null): void {
  const place = {
    module: 'incident',
    refId: incident.incident_id,
    displayId: incident.display_id,
  } as const;
  for (const [index, event] of events.entries()) {
    const before = events[index - 1];
    const by = known(event.sys_updated_by);
    const lines = before ? changesBetween(before, event) : [`Opened in state ${event.incident_state}`];
    const body = [...lines, ...(by ? [`Recorded by ${by}`] : [])]
      .map((line) => `<p>${escapeHtml(line)}</p>`)
      .join('');
    const at = instant(event.sys_updated_at) ?? instant(event.opened_at) ?? 0;
    const fromCaller = before === undefined && callerId !== null;
    addEntry(build, place, {
      body,
      at,
      // Times of the log have no seconds: the order within a minute is kept in the microseconds.
      microseconds: index,
      system: !fromCaller,
      type: fromCaller ? 'Add Notes' : 'System',
      privacy: before === undefined ? 'public' : 'private',
      ...(fromCaller ? { author: callerId } : {}),
    });
  }
}

/** Everybody and everything that any event of an incident names exists on the desk, also when it was passed on later. */
function mention(parties: Parties, event: LogEvent, at: number): void {
  const team = parties.team(known(event.assignment_group), at);
  const assignee = parties.technician(known(event.assigned_to), at);
  parties.technician(known(event.resolved_by), at);
  if (team && assignee) parties.join(team, assignee);
  parties.ci(known(event.cmdb_ci), at);
  parties.problem(known(event.problem_id), at);
  parties.change(known(event.rfc), at);
  parties.change(known(event.caused_by), at);
  parties.location(known(event.location));
}

/** What an incident points to; each reference is also kept on the other side. */
function link(parties: Parties, events: LogEvent[], incident: Incident, at: number): void {
  const problem = parties.problem(latest(events, 'problem_id'), at);
  const change = parties.change(latest(events, 'rfc'), at);
  const ci = parties.ci(latest(events, 'cmdb_ci'), at);
  const reference: Json = {
    module_id: 10,
    ref_id: incident.incident_id,
    ref_display_id: incident.display_id,
  };
  for (const record of [problem, change]) {
    if (record && Array.isArray(record.reference)) record.reference.push(reference);
  }
  if (problem) incident.problem = { problem_id: problem.problem_id, display_id: problem.display_id };
  if (change) incident.change = { change_id: change.change_id, display_id: change.display_id };
  if (ci) incident.impacted_asset = [{ ci_id: ci.ci_id, ci_name: ci.ci_name, asset_id: null }];
}

function addIncident(build: Build, parties: Parties, events: LogEvent[]): void {
  const [first] = events;
  const last = events.at(-1);
  if (!first || !last) return;
  const createdAt = instant(first.opened_at) ?? 0;
  for (const event of events) mention(parties, event, instant(event.sys_updated_at) ?? createdAt);
  const requester = parties.caller(known(last.caller_id), createdAt);
  const assignee = parties.technician(known(last.assigned_to), createdAt);
  const resolver = parties.technician(known(last.resolved_by), createdAt);
  const team = parties.team(known(last.assignment_group), createdAt);
  const incident = incidentRecord({
    id: build.id(createdAt),
    displayId: last.number,
    organization: ORGANIZATION,
    workflowId: parties.workflowId,
    summary: subject(last),
    description: description(last),
    requester,
    status: STATUS_OF[last.incident_state] ?? 'Analysis',
    priority: PRIORITY_OF[last.priority] ?? null,
    urgency: URGENCY_OF[last.urgency] ?? null,
    // The log's impact (high, medium, low) is another scale than Infraon's and stays a custom field.
    impact: null,
    source: 'Phone',
    service: null,
    assignee,
    team,
    createdAt,
    updatedAt: instant(last.sys_updated_at) ?? createdAt,
    respondedAt: null,
    resolvedAt: instant(last.resolved_at),
    closedAt: instant(last.closed_at),
    closureNote: null,
    tags: [],
    slaIds: [],
    customFields: fieldDefinitions(),
    customData: fieldValues(last),
    createdBy: null,
  });
  if (known(last.resolved_at) !== null || known(last.closed_at) !== null) {
    incident.close_info = {
      ...(incident.close_info as JsonObject),
      closed_type: {},
      closure_code: known(last.closed_code),
      closed_by: resolver?.profile_id ?? null,
      created_by_id: resolver?.profile_id ?? null,
    };
  }
  const place = parties.location(known(last.location));
  incident.location = place ? { location_id: place.location_id, location_name: place.location_name } : {};
  link(parties, events, incident, createdAt);
  build.desk.incidents.push(incident);
  addEvents(build, events, incident, requester?.requester_id ?? null);
}

/**
 * A desk from a real incident event log (one row per state of an incident, in order). What the log does not know (`?`)
 * stays unknown. Its times carry no zone and are read as UTC.
 */
export function deskFromEventLog(csv: string): Desk {
  const events = readEvents(csv);
  const times = events.map((event) => instant(event.sys_updated_at) ?? 0);
  const newest = times.reduce((latestSoFar, time) => Math.max(latestSoFar, time), 0);
  const desk = emptyDesk(ORGANIZATION, new Date(newest));
  const build = createBuild(desk, 1, newest, 0);
  const oldest = times.reduce((earliest, time) => Math.min(earliest, time), newest);
  desk.roles.push(...roleRecords(ORGANIZATION, oldest));
  const parties = createParties(build, oldest);
  for (const group of byIncident(events)) addIncident(build, parties, group);
  return desk;
}
