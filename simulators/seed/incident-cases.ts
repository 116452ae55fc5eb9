import type { Incident, Requester } from '../infraon/desk.ts';
import { requesterSnapshot, userSnapshot } from '../infraon/records.ts';
import type { Build } from './build.ts';
import { HARD_CASES_FROM } from './hard-cases.ts';
import { INCIDENT_CASES, longThread } from './incident-case-table.ts';
import { SITES } from './incidents.ts';
import { mark } from './people-cases.ts';

/** More than the 500 parts that an Intercom conversation shows. */
const HUGE_THREAD_ENTRIES = 520;

function giveTo(build: Build, incident: Incident, requester: Requester): void {
  for (const entry of build.desk.threads) {
    if (entry.ref_id === incident.incident_id && entry.created_by === incident.requester_id) {
      entry.created_by = requester.requester_id;
    }
  }
  incident.requester_id = requester.requester_id;
  incident.requester = requesterSnapshot(requester);
}

/** The e-mail-less requester has exactly two incidents, the unusual technicians one each. */
function assignPeople(build: Build, free: Incident[]): void {
  const { desk } = build;
  const nobody = desk.requesters.at(-1);
  const [first, second, third, fourth] = free;
  if (!nobody || !first || !second || !third || !fourth) return;
  giveTo(build, first, nobody);
  giveTo(build, second, nobody);
  const unusual = desk.hard_cases.filter(({ object }) => object === 'user').slice(0, 2);
  for (const [index, { ids }] of unusual.entries()) {
    const user = desk.users.find(({ profile_id }) => profile_id === ids[0]);
    const incident = index === 0 ? third : fourth;
    if (!user) continue;
    incident.current_assignment_info = {
      ...(incident.current_assignment_info as object),
      assignee: user.profile_id,
      assignee_profile: userSnapshot(user),
    };
  }
}

function spreadDropdown(build: Build, free: Incident[]): void {
  const used = SITES.flatMap((site, index) => {
    const incident = free[index];
    if (!incident) return [];
    incident.custom_field_data = { ...(incident.custom_field_data as object), col_1650000000103: site };
    return [incident.incident_id];
  });
  mark(build, 'incident_dropdown_values', 'incident', used);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Threads stay in order of time after entries were added to old tickets. */
function sortThreads(build: Build): void {
  build.desk.threads.sort(
    (a, b) => compareText(a.ref_id, b.ref_id) || compareText(a.creation_time, b.creation_time),
  );
}

/** Turns some incidents of the desk into hard cases; their number stays. */
export function addIncidentCases(build: Build, hugeThread: boolean): void {
  if (build.incidents < HARD_CASES_FROM) return;
  const { incidents } = build.desk;
  for (const [index, { name, apply }] of INCIDENT_CASES.entries()) {
    const incident = incidents[index];
    const other = incidents[index + 1];
    if (!incident || !other) continue;
    apply(build, incident, other);
    const ids =
      name === 'incident_merged' ? [incident.incident_id, other.incident_id] : [incident.incident_id];
    mark(build, name, 'incident', ids);
  }
  // One incident in between stays ordinary: it is the one that the merged ticket went into.
  const free = incidents.slice(INCIDENT_CASES.length + 1);
  assignPeople(build, free);
  spreadDropdown(build, free.slice(4));
  const [, , , , , , , , , , , huge] = free;
  if (hugeThread && huge) {
    longThread(build, huge, HUGE_THREAD_ENTRIES);
    mark(build, 'incident_huge_thread', 'incident', [huge.incident_id]);
  }
  sortThreads(build);
}
