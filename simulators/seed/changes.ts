import type { Change, Json, Release, Ticket, User } from '../infraon/desk.ts';
import { ticketRecord, userSnapshot } from '../infraon/records.ts';
import { displayTime, offsetTime, zuluTime } from '../infraon/timestamps.ts';
import { CHANGE_TYPES, MODULES, RISKS, choice } from '../infraon/vocabulary.ts';
import type { ChangeTypeName, ModuleName, RiskName, StatusName } from '../infraon/vocabulary.ts';
import { DAY_MS, HOUR_MS, inProportion } from './build.ts';
import type { Build } from './build.ts';
import { creation, referenceTo, someIncidents, talk, ticketInput } from './planned.ts';
import { CHANGES, RELEASES } from './texts/planned.ts';

function addHistory(
  build: Build,
  module: ModuleName,
  refId: string,
  at: number,
  description: string,
  by: User,
): void {
  build.desk.history.push({
    id: build.id(at),
    ref_id: refId,
    module_id: MODULES[module].moduleId,
    description,
    created_by: by.profile_id,
    creation_time: zuluTime(at),
  });
}

const CHANGE_STATES: StatusName[] = [
  'Planning',
  'Cab Approval',
  'On Hold',
  'Waiting For Closure',
  'Closed',
  'Closed',
  'Closed',
];

/** The letter in a change number; only `CM-E-` is on record. */
const CHANGE_LETTERS: Record<ChangeTypeName, string> = {
  Standard: 'S',
  Minor: 'N',
  Major: 'M',
  Emergency: 'E',
};

function approval(build: Build, change: Change, state: 0 | 1 | 2, at: number): void {
  const board = build.desk.teams.find(({ group_type }) => group_type === 'CAB');
  const members = build.desk.users.slice(0, 2);
  build.desk.approvals.push({
    approval_request_id: build.id(at),
    module_id: MODULES.change.moduleId,
    ref_id: change.change_id,
    approval_team: { team_id: board?.team_id ?? null },
    is_approved: state === 1,
    submitted_by: members[0]?.profile_id ?? null,
    approval_sent_to: members.map((user, index) => ({
      approval_data_id: build.id(at),
      approved_by: {
        profile_id: user.profile_id,
        email: user.email,
        full_name: user.full_name,
        sequence: index + 1,
      },
      approved_on_behalf: {},
      approval_source: 1,
      approval_request_date: zuluTime(at),
      approval_sequence: index + 1,
      approval_state: state,
      approval_comment: state === 2 ? 'Rollback plan is missing.' : null,
    })),
    overall_approval_state: state,
    approval_type: 1,
    is_approval_completed: state !== 0,
    response_required: true,
    is_active: state === 0,
    is_deleted: false,
    creation_date: zuluTime(at),
    last_updated: zuluTime(at),
  });
  const words = { 0: 'Approval requested from', 1: 'Approved by', 2: 'Rejected by' }[state];
  for (const user of members) {
    const line = `${words} ${user.full_name} (Change Advisory Board)`;
    addHistory(build, 'change', change.change_id, at, line, user);
  }
}

function addTasks(
  build: Build,
  module: 'change' | 'release',
  record: Ticket,
  refId: string,
  created: number,
): void {
  for (const [index, name] of ['Prepare', 'Implement', 'Verify'].entries()) {
    const assignee = build.prng.pick(build.desk.users);
    const due = created + (index + 2) * DAY_MS;
    build.desk.tasks.push({
      task_id: build.id(created),
      display_id: `TSK${(build.desk.tasks.length + 1).toString().padStart(4, '0')}`,
      name,
      description: `<p>${name}: ${record.display_id}</p>`,
      type: {},
      status: { id: index, name: build.prng.pick(['To Do', 'Ongoing', 'Blocked', 'Done']) },
      priority: { id: 3, name: 'Medium' },
      assignee: assignee.profile_id,
      assignee_profile: userSnapshot(assignee),
      ref_id: refId,
      ref_display_id: record.display_id,
      ref_module_id: MODULES[module].moduleId,
      due_date: zuluTime(due),
      formatted_due_date: displayTime(due),
      approval_state: 0,
      check_list: {},
      creation_time: offsetTime(created),
      last_update_time: offsetTime(created),
      is_deleted: false,
    });
  }
}

function addChange(build: Build, sequence: number): void {
  const { prng, desk } = build;
  const text = CHANGES[sequence % CHANGES.length] ?? CHANGES[0];
  const created = creation(build);
  const id = build.id(created);
  const type = prng.pick<ChangeTypeName>(['Standard', 'Minor', 'Major', 'Emergency']);
  const displayId = `CM-${CHANGE_LETTERS[type]}-${(501 + sequence).toString().padStart(4, '0')}`;
  const status = CHANGE_STATES[sequence % CHANGE_STATES.length] ?? 'Planning';
  const input = ticketInput(
    build,
    'change',
    id,
    { summary: text.title, description: text.body, status, created, sequence },
    displayId,
  );
  const base = ticketRecord('change', input);
  const risk = prng.pick<RiskName>(['Critical', 'High', 'Medium', 'Low']);
  const start = created + prng.between(3, 20) * DAY_MS;
  const approved = status === 'Planning' || status === 'Cab Approval' ? 0 : sequence % 6 === 2 ? 2 : 1;
  const change: Change = {
    change_id: id,
    ...base,
    basic_info: {
      ...base.basic_info,
      change_type: choice(CHANGE_TYPES, type),
      risk: choice(RISKS, risk),
      planning: `<p>${text.plan}</p>`,
      rollout: '<p>Deploy to the pilot group, wait one hour, then to everyone.</p>',
      rollback: `<p>${text.rollback}</p>`,
      plan_start_date: zuluTime(start),
      plan_end_date: zuluTime(start + 4 * HOUR_MS),
    },
    change_manager: userSnapshot(prng.pick(desk.users)),
    due_date: zuluTime(start + DAY_MS),
    lead_time: null,
    actual_start_time: status === 'Closed' ? zuluTime(start) : null,
    actual_end_time: status === 'Closed' ? zuluTime(start + 3 * HOUR_MS) : null,
    requested_approval_team: desk.teams.find(({ group_type }) => group_type === 'CAB')?.team_id ?? null,
    requested_review_team: null,
    approval_state: approved,
    skip_assessment: false,
    is_change_ci_lock: 0,
    version: 1,
    risk_assessment: [
      {
        name: 'Service interruption',
        risk: choice(RISKS, risk),
        description: '<p>Short interruption expected.</p>',
      },
    ],
    impact_assessment: [
      { name: 'Users affected', description: `<p>About ${prng.between(5, 400)} users.</p>` },
    ],
  };
  const linked = someIncidents(build, 2);
  change.reference = linked.map((incident): Json => referenceTo('incident', incident));
  for (const incident of linked) incident.change = { change_id: id, display_id: displayId };
  if (prng.chance(0.5)) {
    const ci = prng.pick(desk.cmdb_profiles);
    change.impacted_asset = [{ ci_id: ci.ci_id, ci_name: ci.ci_name, asset_id: ci.asset_id ?? null }];
  }
  desk.changes.push(change);
  approval(build, change, approved, created + DAY_MS);
  addTasks(build, 'change', change, id, created);
  talk(build, 'change', change, id, created);
}

function addRelease(build: Build, sequence: number): void {
  const { prng, desk } = build;
  const title = RELEASES[sequence % RELEASES.length] ?? RELEASES[0];
  const created = creation(build);
  const id = build.id(created);
  const status = prng.pick<StatusName>(['Planning', 'Waiting For Closure', 'Closed']);
  const description = '<p>Collects the approved changes of this window.</p>';
  const displayId = `REL${(31 + sequence).toString().padStart(4, '0')}`;
  const input = ticketInput(
    build,
    'release',
    id,
    { summary: title, description, status, created, sequence },
    displayId,
  );
  const base = ticketRecord('release', input);
  const start = created + 14 * DAY_MS;
  const release: Release = {
    release_id: id,
    ...base,
    basic_info: {
      ...base.basic_info,
      plan_start_date: zuluTime(start),
      plan_end_date: zuluTime(start + 8 * HOUR_MS),
    },
    release_manager: userSnapshot(prng.pick(desk.users)),
    due_date: zuluTime(start + 2 * DAY_MS),
    risk_assessment: [],
    impact_assessment: [],
  };
  const linked = desk.changes.slice(sequence * 2, sequence * 2 + 2);
  release.reference = linked.map((change): Json => referenceTo('change', change));
  for (const change of linked) {
    const links = Array.isArray(change.reference) ? change.reference : [];
    change.reference = [...links, referenceTo('release', release)];
  }
  desk.releases.push(release);
  addTasks(build, 'release', release, id, created);
  talk(build, 'release', release, id, created);
}

/** Changes with approvals and tasks, and the releases that collect them. */
export function addChanges(build: Build): void {
  const changes = inProportion(build.incidents, 12, 1, 2);
  const releases = inProportion(build.incidents, 4, 1, 1);
  for (let sequence = 0; sequence < changes; sequence += 1) addChange(build, sequence);
  for (let sequence = 0; sequence < releases; sequence += 1) addRelease(build, sequence);
}
