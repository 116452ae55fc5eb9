import type { Desk, Json, JsonObject } from './desk.ts';
import { isObject, valueAt } from './json-values.ts';
import type { SimulatorState } from './state.ts';
import type { ModuleName } from './vocabulary.ts';

function nameAt(record: JsonObject, path: string): Json {
  return valueAt(record, `${path}.name`) ?? null;
}

/** `tag[]` in the form the tenant uses; its content is not documented. */
function tagsAs(state: SimulatorState, tags: Json | undefined): Json[] {
  const rows = Array.isArray(tags) ? tags : [];
  const form = state.switches.tag_form;
  if (form === 'mixed') return rows;
  return rows.map((tag) => {
    const found = state.desk.tags.find(
      ({ tag_id, name }) => tag === tag_id || tag === name || (isObject(tag) && tag.tag_id === tag_id),
    );
    if (!found) return tag;
    return { id: found.tag_id, name: found.name, object: { tag_id: found.tag_id, name: found.name } }[form];
  });
}

/** A list row: the nested record with flattened, readable copies beside it, as clients have seen on incidents. */
export function ticketRow(state: SimulatorState, module: ModuleName, record: JsonObject): JsonObject {
  const basic = isObject(record.basic_info) ? record.basic_info : {};
  const requester = isObject(record.requester) ? record.requester : {};
  const source = basic[`${module}_source`];
  return {
    ...record,
    tag: tagsAs(state, record.tag),
    summary: basic.summary ?? '',
    description: basic.description ?? '',
    state: basic.state ?? {},
    state_name: nameAt(basic, 'state'),
    status: valueAt(basic, 'status.id') ?? null,
    status_name: nameAt(basic, 'status'),
    urgency_name: nameAt(basic, 'urgency'),
    priority_name: nameAt(basic, 'priority'),
    impact_name: nameAt(basic, 'impact'),
    severity_name: nameAt(basic, 'severity'),
    impact_service_name: basic.impact_service_name ?? null,
    service_classification_name: basic.category_name ?? null,
    source_name: isObject(source) ? (source.name ?? null) : null,
    requester_name: requester.full_name ?? null,
    requester_email: requester.email ?? null,
    requester_phone: requester.contact_number ?? null,
    assignment_info: record.current_assignment_info ?? {},
    closure_info: record.close_info ?? {},
    sla: slaOf(state.desk, record),
  };
}

/** The content of a row's `sla` is not on record; the name of the applied profile is the friendliest reading. */
function slaOf(desk: Desk, record: JsonObject): JsonObject {
  const applied = Array.isArray(record.sla_info) ? record.sla_info[0] : undefined;
  const policy = isObject(applied)
    ? desk.sla_policies.find(({ sla_id }) => sla_id === applied.sla)
    : undefined;
  return policy ? { sla_id: policy.sla_id ?? null, name: policy.name ?? null } : {};
}

/** Largest numbers of teams and users that a detail reply repeats in `options`. */
const OPTION_TEAMS = 12;
const OPTION_USERS = 40;

/** The `options` block that every incident detail repeats; kept as text because it never changes between mutations. */
export function optionsOf(desk: Desk): JsonObject {
  const workflow = desk.workflows[0];
  return {
    status: workflow?.status ?? [],
    urgency: [
      { id: 1, name: 'High' },
      { id: 2, name: 'Medium' },
      { id: 3, name: 'Low' },
    ],
    severity: [],
    priority_matrix: { 'Business-High': 1, 'Department-Medium': 3, 'User-Low': 4 },
    teams: desk.teams
      .slice(0, OPTION_TEAMS)
      .map(({ team_id, name, staffs, owner }) => ({ team_id, name, staffs, owner: owner ?? [] })),
    users: desk.users.slice(0, OPTION_USERS).map((user) => ({
      profile_id: user.profile_id,
      user: user.user,
      full_name: user.full_name,
      email: user.email,
      // Seen: on a user in these options `ci_descr` equals the mail address.
      ci_descr: user.email,
    })),
  };
}

/** A detail record without its envelope. */
export function ticketDetail(state: SimulatorState, record: JsonObject): JsonObject {
  return { ...record, tag: tagsAs(state, record.tag) };
}

/** The detail reply: wrapped with its side blocks, or bare. */
export function detailReply(state: SimulatorState, module: ModuleName, detail: JsonObject): JsonObject {
  const { detail_root, other_detail_root } = state.switches;
  if ((module === 'incident' ? detail_root : other_detail_root) === 'bare') return detail;
  const assignee = valueAt(detail, 'current_assignment_info.assignee_profile');
  return {
    [module]: detail,
    options: optionsOf(state.desk),
    status: valueAt(detail, 'basic_info.status') ?? {},
    transition_status: {},
    stage_state_option_map: {},
    selected_assignee_info: { profile: assignee ?? {} },
  };
}

function masked(text: string): string {
  const at = text.indexOf('@');
  if (at < 0) return `${text.slice(0, 1)}${'*'.repeat(Math.max(text.length - 1, 1))}`;
  return `${text.slice(0, 1)}${'*'.repeat(5)}${text.slice(at)}`;
}

const PERSONAL_KEYS = new Set([
  'email',
  'full_name',
  'requester_email',
  'requester_name',
  'ci_descr',
  'name',
]);

function isPerson(record: JsonObject): boolean {
  return 'unmasked_email' in record || 'requester_email' in record || 'profile_id' in record;
}

/**
 * A reply as an account without the right to personal data gets it: names and addresses of people starred, and with
 * `masked_only` without the unmasked twins.
 */
export function maskPersonalData(value: Json, dropUnmasked: boolean): Json {
  if (Array.isArray(value)) return value.map((item) => maskPersonalData(item, dropUnmasked));
  if (!isObject(value)) return value;
  const person = isPerson(value);
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (dropUnmasked && key.startsWith('unmasked_')) continue;
    result[key] =
      person && PERSONAL_KEYS.has(key) && typeof item === 'string' && item !== ''
        ? masked(item)
        : maskPersonalData(item, dropUnmasked);
  }
  return result;
}
