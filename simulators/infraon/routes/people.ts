import { COLLECTIONS } from '../collections.ts';
import type { CollectionName } from '../collections.ts';
import type { JsonObject } from '../desk.ts';
import { textOf, without } from '../json-values.ts';
import { listReply, listedRecords, pageReply } from '../lists.ts';
import type { PagingStyle } from '../lists.ts';
import { json, notFound } from '../reply.ts';
import type { Call, Handler, Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { findRecord } from '../state.ts';

function get(path: string, handler: Handler): Route {
  return { method: 'GET', path, handler };
}

export function recordById(name: CollectionName): Handler {
  return ({ state, params }) => {
    const record = findRecord(state, name, params.id ?? '');
    const hidden = record?.is_deleted === true && !state.switches.list_deleted;
    return record && !hidden ? json(record) : notFound();
  };
}

/** List and detail of a collection whose list rows are the records themselves. */
export function plainRoutes(base: string, name: CollectionName, style: PagingStyle): Route[] {
  return [
    get(base, (call) => listReply(call, name, (row) => row, style)),
    get(`${base}{id}/`, recordById(name)),
  ];
}

/** A CSV export; clients use it to cross-check counts. */
export function csv(name: CollectionName, columns: string[]): Handler {
  return ({ state }) => {
    const lines = COLLECTIONS[name]
      .records(state.desk)
      .map((row) => columns.map((column) => JSON.stringify(textOf(row[column]))).join(','));
    return {
      kind: 'text',
      status: 200,
      type: 'text/csv; charset=utf-8',
      text: `${columns.join(',')}\n${lines.join('\n')}\n`,
    };
  };
}

/** Sensitive keys stay in the detail: the list does not have them. */
function userRow(user: JsonObject): JsonObject {
  return without(user, ['national_id_number', 'birth_date', 'home_address']);
}

function activeUsers(call: Call): Reply {
  const rows = listedRecords(call.state, 'user', call.query).filter(({ is_active }) => is_active === true);
  return pageReply(call, rows, userRow, 'pages');
}

/** The account that calls us: the first user, with the role that the switch gives it. */
function myProfile({ state }: Call): Reply {
  const [first] = state.desk.users;
  const role = state.desk.roles.find(({ role_name }) => role_name === state.switches.account_role);
  return json({
    ...(first ?? {}),
    actual_username: state.credentials.username,
    group_id: role?.group_id ?? 0,
    role_name: state.switches.account_role,
  });
}

function rolesConfig({ state }: Call): Reply {
  return json(
    Object.fromEntries(
      state.desk.roles.map(({ role_name, group_id }) => [role_name, { group_id, modules: [] }]),
    ),
  );
}

/** Requesters, users, roles, teams, departments, locations, vendors, partners. */
export function peopleRoutes(): Route[] {
  const user = '/ux/common/user/profile/';
  return [
    get('/ux/common/requester/profile/initconfig/', () => json({ type: ['internal', 'external'] })),
    ...plainRoutes('/ux/common/requester/profile/', 'requester', 'pages'),
    get(user, (call) => listReply(call, 'user', userRow)),
    get(`${user}activeuser_list/`, activeUsers),
    get(`${user}options/`, ({ state }) => json({ roles: state.desk.roles })),
    get(`${user}getmyprofile/`, myProfile),
    get(`${user}download_csv/`, csv('user', ['profile_id', 'full_name', 'email', 'is_active'])),
    get(`${user}{id}/`, recordById('user')),
    get('/ux/common/roles/profile/config/', rolesConfig),
    get('/ux/common/roles/profile/options/', ({ state }) => json(state.desk.roles)),
    ...plainRoutes('/ux/common/roles/profile/', 'role', 'whole'),
    get('/ux/common/teams/profile/options/', () => json({})),
    ...plainRoutes('/ux/common/teams/profile/', 'team', 'pages'),
    get('/ux/common/department/department/options/', () => json({})),
    ...plainRoutes('/ux/common/department/department/', 'department', 'pages'),
    get('/ux/common/org/location/location_details/', ({ state }) => json(state.desk.locations)),
    get('/ux/common/org/location/team_location/', () => json([])),
    get(
      '/ux/common/org/location/download_csv/',
      csv('location', ['location_id', 'location_name', 'country']),
    ),
    ...plainRoutes('/ux/common/org/location/', 'location', 'whole'),
    ...plainRoutes('/ux/common/vendor/vendor/', 'vendor', 'whole'),
  ];
}
