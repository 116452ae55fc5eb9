import { COLLECTIONS } from './collections.ts';
import type { Json, JsonObject, StoredFile, ThreadEntry } from './desk.ts';
import { textOf, without } from './json-values.ts';
import { json, notFound } from './reply.ts';
import type { Call, Reply } from './reply.ts';
import { filesOf, findRecord, threadOf } from './state.ts';
import type { SimulatorState } from './state.ts';
import { MODULES } from './vocabulary.ts';
import type { ModuleName } from './vocabulary.ts';

/** How many rows a path answers, the same for every ticket, when it ignores the parameter it was given. */
const IGNORANT_ROWS = 10;

type Surface = 'conversation' | 'process-rich-text';

/**
 * The ticket a query names under `selector` (such as `ref_id&module_id`), or `null` when the query does not speak the
 * tenant's language.
 */
function selectedTicket(query: URLSearchParams, selector: string, module: ModuleName): string | null {
  const [param = '', withModule] = selector.split('&');
  // By analogy with incident, another module's own parameter carries its own name.
  const own = param.replace('incident', module);
  const id = query.get(own);
  if (id === null || id === '') return null;
  const { moduleId } = MODULES[module];
  return withModule === undefined || query.get('module_id') === String(moduleId) ? id : null;
}

/** Entries as this account gets them: deleted ones gone, privacy and order by switch. */
function served(state: SimulatorState, entries: ThreadEntry[], surface: Surface | null): Json[] {
  const { privacy_flag, private_notes, thread_order, thread_surface } = state.switches;
  const rows = entries.filter((entry) => {
    if (entry.is_deleted === true) return false;
    if (entry.is_private === true && private_notes === 'hidden') return false;
    if (surface === null || thread_surface === 'together') return true;
    const written = entry.is_private !== false || entry.is_system_gen;
    return surface === 'process-rich-text' ? written : !written;
  });
  const shown = rows.map((entry) => (privacy_flag === 'as_stored' ? entry : without(entry, ['is_private'])));
  return thread_order === 'descending' ? shown.reverse() : shown;
}

function childEnvelope(state: SimulatorState, rows: Json[]): Json {
  const { thread_envelope } = state.switches;
  if (thread_envelope === 'array') return rows;
  return thread_envelope === 'data' ? { data: rows } : { count: rows.length, results: rows };
}

/** The parameter part of the selector when it applies to this surface. */
function selectorFor(state: SimulatorState, surface: Surface): string | null {
  const { thread_selector, thread_surface } = state.switches;
  const [path = '', param] = thread_selector.split('/?');
  if (param === undefined) return null;
  return path === surface || thread_surface === 'split' ? param : null;
}

/** `GET .../conversation/` and `GET .../process-rich-text/`. */
export function threadReply(call: Call, module: ModuleName, surface: Surface): Reply {
  const { state } = call;
  const selector = selectorFor(state, surface);
  const id = selector === null ? null : selectedTicket(call.query, selector, module);
  if (id !== null) return json(childEnvelope(state, served(state, threadOf(state, id), surface)));
  const { moduleId } = MODULES[module];
  const any: ThreadEntry[] = [];
  for (const entry of state.desk.threads) {
    if (entry.module_id === moduleId) any.push(entry);
    if (any.length === IGNORANT_ROWS) break;
  }
  return json(childEnvelope(state, served(state, any, surface)));
}

/** `GET .../conversation/{id}/`: a ticket id by switch, otherwise the id of one message. */
export function conversationById(call: Call): Reply {
  const { state, params } = call;
  const id = params.id ?? '';
  if (state.switches.thread_selector === 'conversation/{id}/') {
    return json(childEnvelope(state, served(state, threadOf(state, id), 'conversation')));
  }
  const entry = state.desk.threads.find(({ communication_id }) => communication_id === id);
  const [row] = entry ? served(state, [entry], null) : [];
  return row === undefined ? notFound() : json(row);
}

/** A file as an attachment list shows it. `file_name` and `formatted_size` are on record, the other keys are inferred. */
function fileRow(file: StoredFile): JsonObject {
  return {
    attachment_id: file.attachment_id,
    ref_id: file.ref_id,
    module_id: file.module_id,
    file_name: file.file_name,
    formatted_size: formattedSize(file.bytes),
    content_type: file.mime,
    file_path: file.file_path,
    created_by: file.created_by,
    creation_time: file.creation_time,
  };
}

export function formattedSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1_048_576) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}

export type ChildKind = 'attachment' | 'impacted_asset' | 'feedback' | 'history';

function childRows(state: SimulatorState, module: ModuleName, kind: ChildKind, id: string): Json[] {
  const record = findRecord(state, module, id);
  switch (kind) {
    case 'attachment':
      return filesOf(state, id)
        .filter(({ inline }) => !inline)
        .map(fileRow);
    case 'impacted_asset':
      return record && Array.isArray(record.impacted_asset) ? record.impacted_asset : [];
    case 'history':
      return state.desk.history.filter(({ ref_id }) => ref_id === id);
    case 'feedback':
      return [];
  }
}

/** `GET .../attachment/`, `impacted_asset/`, `feedback/` and `history/`. */
export function childReply(call: Call, module: ModuleName, kind: ChildKind): Reply {
  const { state } = call;
  const selector = state.switches.child_selector;
  const asked = selector.startsWith('?') ? selectedTicket(call.query, selector.slice(1), module) : null;
  if (asked !== null) return json(childEnvelope(state, childRows(state, module, kind, asked)));
  const [first] = COLLECTIONS[module].records(state.desk);
  const id = textOf(first?.[MODULES[module].idKey]);
  return json(childEnvelope(state, childRows(state, module, kind, id)));
}

/** Children inside a detail reply, where the tenant embeds them. */
export function embeddedChildren(
  state: SimulatorState,
  module: ModuleName,
  id: string,
  place: 'detail' | 'incident-data',
): JsonObject {
  const { thread_selector, thread_key, child_selector } = state.switches;
  return {
    ...(thread_selector === place ? { [thread_key]: served(state, threadOf(state, id), null) } : {}),
    ...(child_selector === place ? { attachments: childRows(state, module, 'attachment', id) } : {}),
  };
}
