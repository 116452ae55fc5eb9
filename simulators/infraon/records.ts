import type { Incident, Json, JsonObject, Requester, Team, ThreadEntry, User } from './desk.ts';
import { offsetTime, zuluTime } from './timestamps.ts';
import {
  IMPACTS,
  MODULES,
  PRIORITIES,
  SOURCES,
  STATES,
  STATUSES,
  SYSTEM_ID,
  SYSTEM_NAME,
  URGENCIES,
  choice,
  status,
} from './vocabulary.ts';
import type {
  ImpactName,
  ModuleName,
  PriorityName,
  SourceName,
  StatusName,
  UrgencyName,
} from './vocabulary.ts';

/** What a ticket-like record needs to be written down in the stored shape. Times in milliseconds. */
export type TicketInput = {
  id: string;
  displayId: string;
  organization: string;
  workflowId: string;
  summary: string;
  description: string;
  requester: Requester | null;
  status: StatusName;
  priority: PriorityName | null;
  urgency: UrgencyName | null;
  impact: ImpactName | null;
  source: SourceName;
  service: { catalogue: string; category: string; service: string } | null;
  assignee: User | null;
  team: Team | null;
  createdAt: number;
  updatedAt: number;
  respondedAt: number | null;
  resolvedAt: number | null;
  closedAt: number | null;
  closureNote: string | null;
  tags: Json[];
  slaIds: string[];
  customFields: JsonObject[];
  customData: JsonObject;
  /** `null` for a record that the system made. */
  createdBy: User | null;
};

/** The snapshot of a requester that a ticket keeps. */
export function requesterSnapshot(requester: Requester): JsonObject {
  return {
    requester_id: requester.requester_id,
    full_name: requester.full_name,
    unmasked_full_name: requester.unmasked_full_name ?? requester.full_name,
    email: requester.email,
    unmasked_email: requester.unmasked_email ?? requester.email,
    contact_number: requester.contact_number ?? null,
    organization_name: requester.organization_name,
    notify_email: [],
    notify_phone: [],
    location: requester.work_location ?? {},
  };
}

/** A user as embedded in assignments, followers and managers. */
export function userSnapshot(user: User): JsonObject {
  return {
    profile_id: user.profile_id,
    user: user.user,
    full_name: user.full_name,
    email: user.email,
    unmasked_email: user.unmasked_email ?? user.email,
    group_id: user.group_id,
    role_type: user.role_type ?? 1,
    profile_image: null,
  };
}

function assignment(assignee: User | null, team: Team | null): JsonObject {
  return {
    group: team?.team_id ?? null,
    group_name: team?.name ?? null,
    group_type: team?.group_type ?? null,
    assignee: assignee?.profile_id ?? null,
    assignee_profile: assignee ? userSnapshot(assignee) : {},
    level: team ? 'Level 1' : null,
    level_id: team ? 1 : null,
    expertise: null,
    expertise_id: null,
  };
}

function closure(input: TicketInput): JsonObject {
  if (input.closedAt === null && input.resolvedAt === null) return {};
  return {
    closed_type: input.assignee ? {} : { id: 1, name: 'Auto Closure' },
    closure_note: input.closureNote,
    closure_code: input.closureNote ? 'Solved' : null,
    closed_by: input.assignee?.profile_id ?? SYSTEM_ID,
    created_by_id: input.assignee?.profile_id ?? SYSTEM_ID,
    creation_time: offsetTime(input.closedAt ?? input.resolvedAt ?? input.updatedAt),
    custom_field_data: {},
    message_read_map: [],
  };
}

function time(ms: number | null): string | null {
  return ms === null ? null : offsetTime(ms);
}

/** Everything that incident, problem, change and release store alike; the module adds its own keys. */
export function ticketRecord(module: ModuleName, input: TicketInput) {
  const { typeName, prefix } = MODULES[module];
  const state = STATES[STATUSES[input.status]];
  const { service } = input;
  const author = input.createdBy
    ? { id: input.createdBy.profile_id, name: input.createdBy.full_name }
    : { id: SYSTEM_ID, name: SYSTEM_NAME };
  const shortName = module === 'incident' ? 'incident' : module;
  return {
    display_id: input.displayId,
    organization: input.organization,
    is_archive: false,
    is_deleted: false,
    is_demo_data: false,
    unread_mail: false,
    is_assignee_read: true,
    created_by_id: author.id,
    created_by_name: author.name,
    updated_by_id: input.assignee?.profile_id ?? author.id,
    updated_by_name: input.assignee?.full_name ?? author.name,
    requester: input.requester ? requesterSnapshot(input.requester) : {},
    reporter_info: {},
    basic_info: {
      summary: input.summary,
      description: input.description,
      catalogue: service?.catalogue ?? null,
      catalogue_name: service?.catalogue ?? null,
      category: service?.category ?? null,
      category_name: service?.category ?? null,
      impact_service: service?.service ?? null,
      impact_service_name: service?.service ?? null,
      impact_service_tree_path: service
        ? `${service.catalogue} / ${service.category} / ${service.service}`
        : null,
      state: { ...state },
      status: status(input.status, input.workflowId),
      urgency: choice(URGENCIES, input.urgency),
      impact: choice(IMPACTS, input.impact),
      priority: choice(PRIORITIES, input.priority),
      severity: {},
      [`${shortName}_source`]: { id: SOURCES[input.source], name: input.source },
      [`${shortName}_type`]: { id: 1, name: typeName, prefix: module === 'incident' ? 'inci' : prefix },
    } satisfies JsonObject,
    reference: [] as Json[],
    source_info: {},
    template_info: {},
    impacted_asset: [] as Json[],
    current_watcher: [] as Json[],
    current_assignment_info: assignment(input.assignee, input.team),
    custom_field_data: input.customData,
    custom_field: input.customFields as Json[],
    tag: input.tags,
    kb: [] as Json[],
    close_info: closure(input),
    sla_info: input.slaIds.map((sla) => ({
      sla,
      creation_time: zuluTime(input.createdAt),
      is_deleted: false,
    })) as Json[],
    creation_time: offsetTime(input.createdAt),
    last_update_time: offsetTime(input.updatedAt),
    state_change_time: offsetTime(input.closedAt ?? input.resolvedAt ?? input.createdAt),
    approval_state: 0,
    department: input.requester?.department ?? {},
    location: input.requester?.work_location ?? {},
    config: {
      workflow_id: input.workflowId,
      flow_id: `flow_${input.id.slice(-6)}`,
      is_exit: state.id === STATES.closed.id,
      is_error_flow: false,
      flow_counter: 1,
      approval_profiles: [],
      executed_flow_list: [],
      last_updated_status: { status: input.status, update_time: zuluTime(input.updatedAt) },
    },
  };
}

/** An incident in the stored shape. */
export function incidentRecord(input: TicketInput): Incident {
  return {
    incident_id: input.id,
    ...ticketRecord('incident', input),
    is_merge_incident: false,
    is_parent_incident: false,
    requester_id: input.requester?.requester_id ?? null,
    request: {},
    change: {},
    problem: {},
    inci_response_time: time(input.respondedAt),
    inci_resolution_time: time(input.resolvedAt),
    inci_closure_time: time(input.closedAt),
    actual_start_date: offsetTime(input.createdAt),
    actual_closure_date: time(input.closedAt),
    agreed_closure_date: null,
    actual_start_time: null,
    resolution_time: null,
    reopenWaitTime: null,
    sentimental_data: {},
    imap_config_id: null,
    check_list: [],
  };
}

/** `missing` leaves the privacy flag out, as feared of some entries. */
export type Privacy = 'public' | 'private' | 'missing';

export type EntryInput = {
  id: string;
  module: ModuleName;
  refId: string;
  refDisplayId: string;
  /** On record: `Add Notes` and `Priority Change`. The words for mails and system lines are invented. */
  type: string;
  body: string;
  privacy: Privacy;
  /** A requester id, a profile id or the system id. */
  author: string;
  userId: number | null;
  at: number;
  microseconds: number;
  system: boolean;
  workMinutes: number | null;
  attachmentIds: string[];
  /** Body in `email_data.body` instead of `description`. */
  asMail: boolean;
  isDescription: boolean;
};

/** A thread entry: the fields of the message store plus those of a written note. */
export function threadEntry(input: EntryInput): ThreadEntry {
  const minutes = input.workMinutes;
  return {
    communication_id: input.id,
    msg_type: input.asMail ? 1 : 2,
    type: input.type,
    user_id: input.userId,
    module_id: MODULES[input.module].moduleId,
    ref_id: input.refId,
    ref_display_id: input.refDisplayId,
    is_system_gen: input.system,
    attachment_ids: input.attachmentIds,
    created_by: input.author,
    creation_time: zuluTime(input.at, input.microseconds),
    is_description: input.isDescription,
    is_assignee_read: true,
    message_read_map: [],
    description: input.asMail ? null : input.body,
    email_data: input.asMail ? { body: input.body } : null,
    work_duration: minutes === null ? {} : { hours: Math.floor(minutes / 60), minutes: minutes % 60 },
    is_deleted: false,
    ...(input.privacy === 'missing' ? {} : { is_private: input.privacy === 'private' }),
  };
}
