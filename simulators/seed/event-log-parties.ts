import type {
  Change,
  CmdbProfile,
  JsonObject,
  Location,
  Problem,
  Requester,
  Team,
  User,
} from '../infraon/desk.ts';
import { requesterRecord, teamRecord, userRecord } from '../infraon/person-records.ts';
import { ticketRecord } from '../infraon/records.ts';
import { offsetTime } from '../infraon/timestamps.ts';
import { CMDB_CLASSES } from '../infraon/vocabulary.ts';
import type { ModuleName } from '../infraon/vocabulary.ts';
import type { Build } from './build.ts';

/** The people, groups and records that a log names, each made once; `null` in, `null` out. */
export type Parties = {
  workflowId: string;
  caller: (name: string | null, at: number) => Requester | null;
  technician: (name: string | null, at: number) => User | null;
  team: (name: string | null, at: number) => Team | null;
  join: (team: Team, user: User) => void;
  ci: (name: string | null, at: number) => CmdbProfile | null;
  problem: (name: string | null, at: number) => Problem | null;
  change: (name: string | null, at: number) => Change | null;
  location: (name: string | null) => Location | null;
};

/** Makes a thing on the first mention of its name. */
function once<Thing>(make: (name: string, at: number, index: number) => Thing, list: Thing[]) {
  const made = new Map<string, Thing>();
  return (name: string | null, at: number): Thing | null => {
    if (name === null) return null;
    const existing = made.get(name);
    if (existing) return existing;
    const thing = make(name, at, made.size);
    made.set(name, thing);
    list.push(thing);
    return thing;
  };
}

function address(name: string, domain: string): string {
  return `${name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}@${domain}`;
}

/** A problem or change of which the log has only the name: no status, no text. */
function namedTicket(build: Build, module: ModuleName, id: string, name: string, at: number) {
  const record = ticketRecord(module, {
    id,
    displayId: name,
    organization: build.desk.organization,
    workflowId: '',
    summary: name,
    description: '',
    requester: null,
    status: 'New',
    priority: null,
    urgency: null,
    impact: null,
    source: 'Web',
    service: null,
    assignee: null,
    team: null,
    createdAt: at,
    updatedAt: at,
    respondedAt: null,
    resolvedAt: null,
    closedAt: null,
    closureNote: null,
    tags: [],
    slaIds: [],
    customFields: [],
    customData: {},
    createdBy: null,
  });
  const unknown: JsonObject = { status: {}, state: {}, [`${module}_source`]: {} };
  return { ...record, basic_info: { ...record.basic_info, ...unknown } };
}

export function createParties(build: Build, since: number): Parties {
  const { desk } = build;
  const workflowId = build.id(since);
  desk.workflows.push({
    workflow_id: workflowId,
    title: 'Ticket Workflow',
    module: 'incident',
    is_active: true,
    status: [],
  });
  const templateId = build.id(since);
  const typeName = 'Configuration Item';
  desk.item_classifications.push({
    template_id: templateId,
    template_name: typeName,
    cmdb_class: CMDB_CLASSES.configuration_item,
    is_preconfigured: false,
    creation_time: offsetTime(since),
    last_update_time: offsetTime(since),
    is_deleted: false,
  });

  const location = once<Location>(
    (name) => ({ location_id: build.id(since), location_name: name, country: null, city: null }),
    desk.locations,
  );

  return {
    workflowId,
    caller: once(
      (name, at) =>
        requesterRecord({ id: build.id(at), name, email: address(name, 'callers.example'), createdAt: at }),
      desk.requesters,
    ),
    technician: once(
      (name, at, index) =>
        userRecord({
          id: build.id(at),
          name,
          email: address(name, 'desk.example'),
          createdAt: at,
          account: 1001 + index,
          groupId: 4,
        }),
      desk.users,
    ),
    team: once(
      (name, at, index) =>
        teamRecord({
          id: build.id(at),
          name,
          groupType: 'Technical',
          moduleId: 10,
          groupId: 500 + index,
          groupEmail: null,
          members: [],
          createdAt: at,
        }),
      desk.teams,
    ),
    join: (team, user) => {
      const { profile_id, email, full_name } = user;
      const seated = team.staffs.some((seat) => (seat as JsonObject).profile_id === profile_id);
      if (!seated) team.staffs.push({ profile_id, email, full_name });
    },
    ci: once<CmdbProfile>(
      (name, at) => ({
        ci_id: build.id(at),
        ci_name: name,
        ci_display_name: name,
        ci_descr: name,
        asset_id: null,
        template_id: templateId,
        template_name: typeName,
        cmdb_class: CMDB_CLASSES.configuration_item,
        custom_field: [],
        custom_field_data: {},
        is_deleted: false,
        creation_time: offsetTime(at),
      }),
      desk.cmdb_profiles,
    ),
    problem: once<Problem>((name, at) => {
      const id = build.id(at);
      return { problem_id: id, ...namedTicket(build, 'problem', id, name, at), is_merge_problem: false };
    }, desk.problems),
    change: once<Change>((name, at) => {
      const id = build.id(at);
      return { change_id: id, ...namedTicket(build, 'change', id, name, at) };
    }, desk.changes),
    location: (name) => location(name, since),
  };
}
