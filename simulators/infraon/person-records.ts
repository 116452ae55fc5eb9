import type { JsonObject, Requester, Role, Team, User } from './desk.ts';
import { offsetTime } from './timestamps.ts';
import { ROLES } from './vocabulary.ts';

export type PersonInput = { id: string; name: string; email: string; createdAt: number };

/** A requester with every key of the list schema; what is not known about the person is null or empty. */
export function requesterRecord(input: PersonInput): Requester {
  return {
    requester_id: input.id,
    full_name: input.name,
    unmasked_full_name: input.name,
    email: input.email,
    unmasked_email: input.email,
    username: input.email,
    type: 1,
    requester_type: 'internal',
    phone_ext: null,
    contact_number: null,
    phone_number: null,
    land_line: null,
    contact: input.email,
    notify_email: [],
    notify_phone: [],
    designation: null,
    department: {},
    organization_name: null,
    employee_id: null,
    emp_type: null,
    joining_date: null,
    work_location: {},
    base_location: {},
    tags: [],
    customer_id: null,
    customer_entity_id: null,
    customer_site_group: null,
    profile_id: null,
    user_id: null,
    user_details: {},
    is_login_enable: true,
    is_login_active: true,
    invited_user: false,
    is_ad: false,
    is_2fa_enabled: false,
    source: 1,
    creation_time: offsetTime(input.createdAt),
    avatar_color: '#6c5ce7',
    is_profile_image: false,
  };
}

/** A technician. `account` is the integer user id, `groupId` the role. */
export function userRecord(input: PersonInput & { account: number; groupId: number }): User {
  return {
    profile_id: input.id,
    user: input.account,
    name: input.name,
    full_name: input.name,
    unmasked_full_name: input.name,
    actual_username: input.email === '' ? `tech${input.account}` : input.email,
    email: input.email,
    unmasked_email: input.email,
    department: null,
    is_active: true,
    is_ad: false,
    last_loggged_in: null,
    creation_time: offsetTime(input.createdAt),
    last_update_time: offsetTime(input.createdAt),
    profile_image: null,
    avatar: null,
    customer_id: [],
    customer_entity_id: [],
    is_multiple_customer_user: false,
    is_profile_image: false,
    employee_id: null,
    designation: null,
    reporting_manager: null,
    contact_number: null,
    phone_number: null,
    landline: null,
    skills: [],
    notify_email: input.email === '' ? [] : [input.email],
    notify_phone: [],
    tags: [],
    asset_tags: [],
    is_staff: true,
    role_type: 1,
    group_id: input.groupId,
    timezone: 'IST',
    timezone_id: 'Asia/Kolkata',
    is_2fa_enabled: false,
    base_location: {},
    work_location: {},
  };
}

function member(user: User): JsonObject {
  return { profile_id: user.profile_id, email: user.email, full_name: user.full_name };
}

export type TeamInput = {
  id: string;
  name: string;
  groupType: string;
  moduleId: number;
  groupId: number;
  groupEmail: string | null;
  members: User[];
  createdAt: number;
};

/** A team of one module; its first member owns it. */
export function teamRecord(input: TeamInput): Team {
  const [owner] = input.members;
  return {
    team_id: input.id,
    name: input.name,
    description: `${input.name} team`,
    module_id: input.moduleId,
    module_name: { 10: 'Ticket', 47: 'Change', 53: 'Release' }[input.moduleId] ?? 'Ticket',
    group_type: input.groupType,
    group_id: input.groupId,
    owner: owner ? [member(owner)] : [],
    staffs: input.members.map(member),
    sequence_staffs: [],
    level_staff: [],
    staff_selection_type: 'individual',
    is_approval_sequence: false,
    approval_percentage: 100,
    business_hr_profile: { profile_id: 1, name: '24*7' },
    department: null,
    location: {},
    group_email: input.groupEmail,
    tags: [],
    asset_tags: [],
    is_preconfigure: false,
    is_demo_data: false,
    is_deleted: false,
    creation_time: offsetTime(input.createdAt),
    last_update_time: offsetTime(input.createdAt),
  };
}

/** The default roles of a tenant. */
export function roleRecords(organization: string, at: number): Role[] {
  return ROLES.map(({ group_id, role_name }) => ({
    group_id,
    role_name,
    parent_role: null,
    description: `${role_name} role`,
    role_type: 1,
    is_pre_configure: true,
    is_editable: group_id !== 1,
    event_map: {},
    last_update_time: offsetTime(at),
    organization,
  }));
}
