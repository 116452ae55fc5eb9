import { textOf, valueAt, without } from '../json-values.ts';
import type { Json, JsonObject } from '../desk.ts';
import { listReply, pageReply } from '../lists.ts';
import { json, notFound } from '../reply.ts';
import type { Call, Handler, Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { findRecord } from '../state.ts';
import type { SimulatorState } from '../state.ts';
import { childReply, conversationById, embeddedChildren, threadReply } from '../threads.ts';
import type { ChildKind } from '../threads.ts';
import { detailReply, optionsOf, ticketDetail, ticketRow } from '../views.ts';
import { MODULES, STATUSES, status } from '../vocabulary.ts';
import type { ModuleName, StatusName } from '../vocabulary.ts';

/** Where the simulator keeps a problem's cause; the API shows it apart from the record. */
const CAUSE_KEYS = ['root_cause', 'workaround'] as const;

function causeOf(record: JsonObject): JsonObject {
  const draft = record.root_cause_draft;
  return typeof draft === 'object' && draft !== null && !Array.isArray(draft) ? draft : {};
}

/** The stored record without what only other endpoints show, or with it where the tenant embeds it. */
function shownProblem(
  state: SimulatorState,
  record: JsonObject,
  place: 'detail' | 'problem_data',
): JsonObject {
  const shown = without(record, ['root_cause_draft']);
  const cause = causeOf(record);
  const { problem_cause } = state.switches;
  if (problem_cause === 'problem_data' && place === 'problem_data') return { ...shown, ...cause };
  if (problem_cause !== 'custom_field') return shown;
  const values = valueAt(record, 'custom_field_data');
  const definitions = Array.isArray(record.custom_field) ? record.custom_field : [];
  const keys = { root_cause: 'col_1650000000901', workaround: 'col_1650000000902' };
  return {
    ...shown,
    custom_field_data: {
      ...(values as JsonObject),
      ...Object.fromEntries(CAUSE_KEYS.map((key) => [keys[key], cause[key] ?? null])),
    },
    custom_field: [
      ...definitions,
      ...CAUSE_KEYS.map((key) => ({
        data_key: keys[key],
        name: keys[key],
        label: key === 'workaround' ? 'Workaround' : 'Root Cause',
        type: 'textarea',
        section: 'resolution',
        is_customfield: true,
        options: [],
      })),
    ],
  };
}

function detail(module: ModuleName, place: 'detail' | 'incident-data'): Handler {
  return ({ state, params }) => {
    const id = params.id ?? '';
    const stored = findRecord(state, module, id);
    if (!stored || (stored.is_deleted === true && !state.switches.list_deleted)) return notFound();
    const record =
      module === 'problem'
        ? shownProblem(state, stored, place === 'detail' ? 'detail' : 'problem_data')
        : stored;
    const shown = { ...ticketDetail(state, record), ...embeddedChildren(state, module, id, place) };
    return json(detailReply(state, module, shown));
  };
}

function rowView(state: SimulatorState, module: ModuleName): (record: JsonObject) => Json {
  return (record) =>
    ticketRow(state, module, module === 'problem' ? shownProblem(state, record, 'detail') : record);
}

function list(module: ModuleName): Handler {
  return (call) => listReply(call, module, rowView(call.state, module));
}

function workflowStatuses({ state }: Call): Reply {
  const workflowId = textOf(state.desk.workflows[0]?.workflow_id);
  return json((Object.keys(STATUSES) as StatusName[]).map((name) => status(name, workflowId)));
}

function rootCause({ state, params }: Call): Reply {
  const record = findRecord(state, 'problem', params.id ?? '');
  if (!record) return notFound();
  const apart = state.switches.problem_cause === 'root_cause_draft';
  return json({ problem_id: record.problem_id ?? null, ...(apart ? causeOf(record) : {}) });
}

function stored(module: ModuleName, key: string): Handler {
  return ({ state, params }) => {
    const record = findRecord(state, module, params.id ?? '');
    if (!record) return notFound();
    return json(record[key] ?? []);
  };
}

function tasksOf({ state, params }: Call): Reply {
  return json(state.desk.tasks.filter(({ ref_id }) => ref_id === params.id));
}

function requesterSearch(call: Call): Reply {
  const text = (call.query.get('search') ?? '').toLowerCase();
  const rows = call.state.desk.requesters.filter(({ full_name }) => full_name.toLowerCase().includes(text));
  return pageReply(call, rows, (row) => row, 'pages');
}

function get(path: string, handler: Handler): Route {
  return { method: 'GET', path, handler };
}

function moduleRoutes(module: ModuleName): Route[] {
  const { resource } = MODULES[module];
  const area = `/ux/sd/${resource}`;
  const base = `${area}/${module}`;
  const children: ChildKind[] =
    module === 'incident' ? ['attachment', 'impacted_asset', 'feedback'] : ['attachment', 'history'];
  return [
    get(`${base}/`, list(module)),
    get(`${base}/options/`, ({ state }) => json(optionsOf(state.desk))),
    get(`${base}/workflow_status/`, workflowStatuses),
    get(`${base}/process-rich-text/`, (call) => threadReply(call, module, 'process-rich-text')),
    ...children.map((kind) => get(`${base}/${kind}/`, (call) => childReply(call, module, kind))),
    get(`${base}/${module}-data/{id}/`, detail(module, 'incident-data')),
    get(`${base}/{id}/`, detail(module, 'detail')),
    get(`${area}/conversation/`, (call) => threadReply(call, module, 'conversation')),
    get(`${area}/conversation/{id}/`, conversationById),
  ];
}

function plannedRoutes(module: 'change' | 'release'): Route[] {
  const base = `/ux/sd/${module}/${module}`;
  return [
    get(`${base}/${module}-risk/{id}/`, stored(module, 'risk_assessment')),
    get(`${base}/risk-list/{id}/`, stored(module, 'risk_assessment')),
    get(`${base}/${module}-impact/{id}/`, stored(module, 'impact_assessment')),
    get(`${base}/impact-list/{id}/`, stored(module, 'impact_assessment')),
    get(`${base}/${module}-task/{id}/`, tasksOf),
    get(`${base}/task-list/{id}/`, tasksOf),
  ];
}

/** Incident, problem, change, release and their tasks. */
export function ticketRoutes(): Route[] {
  return [
    ...moduleRoutes('incident'),
    get('/ux/sd/inci/incident/requester_search/', requesterSearch),
    ...moduleRoutes('problem'),
    get('/ux/sd/problem/problem/root_cause_draft/{id}/', rootCause),
    get('/ux/sd/problem/problem/problem-task-list/{id}/', tasksOf),
    get('/ux/sd/problem/problem/problem-task/{id}/', tasksOf),
    get('/ux/sd/problem/problem/top_filter/', () => json({})),
    ...moduleRoutes('change'),
    ...plannedRoutes('change'),
    get('/ux/sd/change/change/risk_assessment_completion/', () => json({})),
    ...moduleRoutes('release'),
    ...plannedRoutes('release'),
    get('/ux/sd/task/task/', (call) => listReply(call, 'task', (row) => row)),
    get('/ux/sd/task/task/options/', () => json({})),
    get('/ux/sd/task/task/filter/', () => json({})),
    get('/ux/sd/task/task/change-task-list/{id}/', tasksOf),
    get('/ux/sd/task/task/rel-task-list/{id}/', tasksOf),
    get('/ux/sd/task/task/req-task-list/{id}/', tasksOf),
    get('/ux/sd/task/task/{id}/', ({ state, params }) => {
      const task = findRecord(state, 'task', params.id ?? '');
      return task ? json(task) : notFound();
    }),
  ];
}
