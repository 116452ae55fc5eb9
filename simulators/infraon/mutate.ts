import { COLLECTIONS, isCollectionName } from './collections.ts';
import type { CollectionName } from './collections.ts';
import type { Json, JsonObject, Requester } from './desk.ts';
import { isObject, textOf, valueAt } from './json-values.ts';
import { incidentRecord, threadEntry } from './records.ts';
import { findRecord, forgetIndexes, nextId } from './state.ts';
import type { SimulatorState } from './state.ts';
import { offsetTime } from './timestamps.ts';
import { MODULES, SYSTEM_ID, status } from './vocabulary.ts';
import type { ModuleName } from './vocabulary.ts';

export type Edit = {
  object: CollectionName;
  id: string;
  op: 'update' | 'delete' | 'add_note' | 'create' | 'merge';
  data: JsonObject;
};

const OPERATIONS = ['update', 'delete', 'add_note', 'create', 'merge'] as const;

/** @throws Error when the edit names an unknown object or operation. */
export function readEdit(input: Record<string, unknown>): Edit {
  const object = String(input.object);
  const op = OPERATIONS.find((word) => word === input.op);
  if (!isCollectionName(object)) throw new Error(`unknown object ${object}`);
  if (!op) throw new Error(`op is one of ${OPERATIONS.join(', ')}`);
  const data = (input.data ?? {}) as Json;
  return {
    object,
    id: typeof input.id === 'string' || typeof input.id === 'number' ? String(input.id) : '',
    op,
    data: isObject(data) ? data : {},
  };
}

/** Objects are merged key by key, everything else is replaced. A dotted key reaches into an object. */
function assign(target: JsonObject, data: JsonObject): void {
  for (const [path, value] of Object.entries(data)) {
    const keys = path.split('.');
    const last = keys.pop() ?? path;
    let place = target;
    for (const key of keys) {
      const inner = place[key];
      const next: JsonObject = isObject(inner) ? inner : {};
      place[key] = next;
      place = next;
    }
    const current = place[last];
    if (isObject(value) && isObject(current) && Object.keys(value).length > 0) assign(current, value);
    else place[last] = value;
  }
}

function stamp(state: SimulatorState, name: CollectionName, record: JsonObject): void {
  const { updatedKey } = COLLECTIONS[name];
  if (updatedKey !== null) record[updatedKey] = offsetTime(state.now());
}

function isModule(name: CollectionName): name is ModuleName {
  return Object.hasOwn(MODULES, name);
}

function addNote(state: SimulatorState, edit: Edit, record: JsonObject): string {
  if (!isModule(edit.object)) throw new Error(`${edit.object} has no thread`);
  const { data } = edit;
  const id = nextId(state);
  const privacy = data.is_private === undefined ? 'missing' : data.is_private === true ? 'private' : 'public';
  const entry = threadEntry({
    id,
    module: edit.object,
    refId: edit.id,
    refDisplayId: textOf(record.display_id),
    type: typeof data.type === 'string' ? data.type : 'Add Notes',
    body: typeof data.description === 'string' ? data.description : '<p>Note added later</p>',
    privacy,
    author: typeof data.created_by === 'string' ? data.created_by : SYSTEM_ID,
    userId: typeof data.user_id === 'number' ? data.user_id : null,
    at: state.now(),
    microseconds: state.sequence % 1000,
    system: data.is_system_gen === true,
    workMinutes: null,
    attachmentIds: [],
    asMail: false,
    isDescription: false,
  });
  state.desk.threads.push(entry);
  if (state.switches.bump_update_on_note) stamp(state, edit.object, record);
  return id;
}

/** A new incident with the fields a portal form fills; `data` is then laid over it. */
function newIncident(state: SimulatorState, data: JsonObject, id: string): JsonObject {
  const requesterId = typeof data.requester_id === 'string' ? data.requester_id : '';
  const requester = findRecord(state, 'requester', requesterId) as Requester | undefined;
  const now = state.now();
  const workflowId = textOf(state.desk.workflows[0]?.workflow_id);
  return incidentRecord({
    id,
    displayId: `${MODULES.incident.prefix}${90_000 + state.sequence}`,
    organization: state.desk.organization,
    workflowId,
    summary: 'Created after the first load',
    description: '<p>Created after the first load</p>',
    requester: requester ?? null,
    status: 'New',
    priority: 'Medium',
    urgency: null,
    impact: null,
    source: 'Web',
    service: null,
    assignee: null,
    team: null,
    createdAt: now,
    updatedAt: now,
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
}

/** A new record of any object: incidents from a form, others as a copy of the first with a new id. */
function create(state: SimulatorState, edit: Edit): string {
  const { object, data } = edit;
  const { records, idKey, createdKey } = COLLECTIONS[object];
  const asked = data[idKey];
  const id = edit.id !== '' ? edit.id : typeof asked === 'string' ? asked : nextId(state);
  const list = records(state.desk);
  const [first] = list;
  const record = object === 'incident' ? newIncident(state, data, id) : structuredClone(first ?? {});
  record[idKey] = object === 'role' ? Number(id.slice(-6)) : id;
  if ('display_id' in record && object !== 'incident')
    record.display_id = `${textOf(record.display_id)}-${state.sequence}`;
  if (createdKey !== null) record[createdKey] = offsetTime(state.now());
  stamp(state, object, record);
  assign(record, data);
  list.push(record);
  return id;
}

/** The ticket becomes part of another: closed, marked, and linked from both sides. */
function mergeInto(state: SimulatorState, edit: Edit, record: JsonObject): void {
  if (!isModule(edit.object)) throw new Error(`${edit.object} cannot be merged`);
  const intoId = textOf(edit.data.into);
  const target = findRecord(state, edit.object, intoId);
  if (!target) throw new Error(`no ${edit.object} ${intoId}`);
  const { moduleId } = MODULES[edit.object];
  const workflowId = textOf(valueAt(record, 'config.workflow_id'));
  record[`is_merge_${edit.object}`] = true;
  assign(record, {
    'basic_info.status': status('Closed By Origin Ticket', workflowId),
    'basic_info.state': { id: 5, name: 'Close', key: 'UI.k_close' },
    reference: [{ module_id: moduleId, ref_id: intoId, ref_display_id: target.display_id ?? '' }],
  });
  target.is_parent_incident = true;
  stamp(state, edit.object, target);
}

/**
 * Somebody works in the source: applies edits in order and stamps each from the tenant's clock.
 * @returns the ids of the records or notes that were touched.
 * @throws Error when a record does not exist or its object does not know the operation.
 */
export function applyEdits(state: SimulatorState, edits: readonly Edit[]): string[] {
  try {
    return edits.map((edit) => {
      const id = edit.op === 'create' ? create(state, edit) : changeExisting(state, edit);
      // Looking records up goes by an index, which costs a pass over the desk: it is good until records come or go.
      if (edit.op === 'create' || edit.op === 'delete') forgetIndexes(state);
      return id;
    });
  } finally {
    forgetIndexes(state);
  }
}

function changeExisting(state: SimulatorState, edit: Edit): string {
  const record = findRecord(state, edit.object, edit.id);
  if (!record) throw new Error(`no ${edit.object} ${edit.id}`);
  return change(state, edit, record);
}

function change(state: SimulatorState, edit: Edit, record: JsonObject): string {
  if (edit.op === 'add_note') return addNote(state, edit, record);
  if (edit.op === 'delete' && edit.data.hard === true) {
    const list = COLLECTIONS[edit.object].records(state.desk);
    list.splice(list.indexOf(record), 1);
    return edit.id;
  }
  if (edit.op === 'delete') record.is_deleted = true;
  else if (edit.op === 'merge') mergeInto(state, edit, record);
  else assign(record, edit.data);
  stamp(state, edit.object, record);
  return edit.id;
}
