import { isObject, without } from '../json-values.ts';
import type { Json, JsonObject } from '../desk.ts';
import { listReply, listedRecords, pageReply } from '../lists.ts';
import { json, notFound } from '../reply.ts';
import type { Call, Handler, Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { findRecord } from '../state.ts';
import type { SimulatorState } from '../state.ts';
import { CMDB_CLASSES } from '../vocabulary.ts';
import { sideEffect } from './neighbours.ts';
import { plainRoutes } from './people.ts';

function get(path: string, handler: Handler): Route {
  return { method: 'GET', path, handler };
}

/** People and departments as CI rules enter them into the CMDB, under classes of their own. */
function peopleAsCis(state: SimulatorState): JsonObject[] {
  const people = state.desk.requesters.slice(0, 10).map((requester) => ({
    ci_id: requester.requester_id,
    ci_name: requester.full_name,
    ci_display_name: requester.full_name,
    ci_descr: requester.email,
    template_id: 'requester',
    template_name: 'Requester',
    cmdb_class: CMDB_CLASSES.person,
  }));
  const departments = state.desk.departments.map((department) => ({
    ci_id: department.dept_id,
    ci_name: department.dept_name,
    ci_display_name: department.dept_name,
    ci_descr: department.dept_name,
    template_id: 'department',
    template_name: 'Department',
    cmdb_class: CMDB_CLASSES.department,
  }));
  return [...people, ...departments];
}

function cmdbRows(call: Call): JsonObject[] {
  const rows = listedRecords(call.state, 'cmdb_profile', call.query);
  return call.state.switches.people_as_cis ? [...rows, ...peopleAsCis(call.state)] : rows;
}

/** List rows leave custom fields to the detail. */
function cmdbRow(record: JsonObject): Json {
  return without(record, ['custom_field']);
}

function list(call: Call): Reply {
  return pageReply(call, cmdbRows(call), cmdbRow, 'pages');
}

/** A word in the place of an id is one of the many GETs here that act on devices. */
function cmdbDetail(call: Call): Reply {
  const { state, params } = call;
  const id = params.id ?? '';
  const record =
    findRecord(state, 'cmdb_profile', id) ?? peopleAsCis(state).find(({ ci_id }) => ci_id === id);
  if (record) return json(record);
  return /^\d+$/.test(id) ? notFound() : sideEffect(call);
}

function childCis({ state, query }: Call): Reply {
  const id = query.get('ci_id');
  const children = state.desk.relations
    .filter(({ parent_ci_id }) => parent_ci_id === id)
    .map(({ child_ci_id }) => findRecord(state, 'cmdb_profile', child_ci_id))
    .filter((record) => record !== undefined);
  return json(children.map(cmdbRow));
}

function allocatedAssets({ state, query }: Call): Reply {
  const email = query.get('email');
  const owned = state.desk.cmdb_profiles.filter(
    ({ used_by }) => isObject(used_by) && used_by.email === email,
  );
  return json(owned.map(cmdbRow));
}

function customOptions({ state }: Call): Reply {
  const byType = new Map<string, Json>();
  for (const { template_id, custom_field } of state.desk.cmdb_profiles) {
    if (!byType.has(template_id)) byType.set(template_id, custom_field ?? []);
  }
  return json(Object.fromEntries(byType));
}

function categories({ state }: Call): Reply {
  return json(
    state.desk.item_classifications.map(({ template_id, template_name, cmdb_class }) => ({
      category_id: template_id,
      name: template_name,
      cmdb_class,
    })),
  );
}

function countsByType({ state }: Call): Reply {
  const counts: Record<string, number> = {};
  for (const { template_name } of state.desk.cmdb_profiles) {
    counts[template_name] = (counts[template_name] ?? 0) + 1;
  }
  return json({ count: state.desk.cmdb_profiles.length, by_type: counts });
}

/** Configuration items, assets, their types and relations. */
export function cmdbRoutes(): Route[] {
  const profile = '/ux/common/cmdb/profile/';
  const classification = '/ux/common/cmdb/item-classification/';
  return [
    get(profile, list),
    // The one POST that reads: the filterable twin of the list.
    { method: 'POST', path: `${profile}list/`, handler: list },
    get(`${profile}child-cis/`, childCis),
    get(`${profile}allocated-assets/`, allocatedAssets),
    get(`${profile}asset-count/`, countsByType),
    get(`${profile}asset-summary/`, countsByType),
    ...['basicview', 'asset-life-cycle', 'assetList', 'attachment', 'history', 'get-tags', 'options'].map(
      (name) => get(`${profile}${name}/`, () => json([])),
    ),
    get(`${profile}{id}/`, cmdbDetail),
    get('/ux/common/cmdb/category/', categories),
    get('/ux/common/cmdb/category/all_options/', customOptions),
    get('/ux/common/cmdb/category/custom_options/', customOptions),
    get(classification, (call) => listReply(call, 'item_classification', (row) => row)),
    get(`${classification}item-classifications-tree/`, ({ state }) => json(state.desk.item_classifications)),
    get(`${classification}default-item-classifications/`, () => json([])),
    get(`${classification}options/`, () => json({})),
    ...plainRoutes(classification, 'item_classification', 'pages').slice(1),
    get('/ux/common/cmdb/relation/options/', () => json({})),
    ...plainRoutes('/ux/common/cmdb/relation/', 'relation', 'whole'),
  ];
}
