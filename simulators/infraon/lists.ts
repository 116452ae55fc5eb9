import { COLLECTIONS } from './collections.ts';
import type { CollectionName } from './collections.ts';
import type { Json, JsonObject } from './desk.ts';
import { isObject, textOf, valueAt } from './json-values.ts';
import { json } from './reply.ts';
import type { Call, Reply } from './reply.ts';
import { forgetIndexes, forgetLists } from './state.ts';
import type { SimulatorState } from './state.ts';
import type { Switches } from './switches.ts';
import { offsetTime, parseTime } from './timestamps.ts';

/** Page size when the client names none. */
const DEFAULT_PAGE_SIZE = 10;

const TIME_KEYS = new Set(['creation_time', 'last_update_time', 'due_date', 'state_change_time']);
const TICKETS = new Set<CollectionName>(['incident', 'problem', 'change', 'release']);

type Order = { key: string; descending: boolean };

/** The order the client asked for, as far as the tenant understands it. */
function orderOf(query: URLSearchParams, switches: Switches, name: CollectionName): Order | null {
  const fallback = TICKETS.has(name) ? { key: 'creation_time', descending: true } : null;
  const asked = query.get('sort');
  if (switches.sort === 'ignored' || asked === null || asked === '') return fallback;
  const descending =
    switches.reverse === 'minus_prefix'
      ? asked.startsWith('-')
      : (query.get('reverse') ?? '').toLowerCase() === switches.reverse;
  return { key: asked.replace(/^-/, ''), descending };
}

function sortValue(record: JsonObject, key: string): number | string {
  const value =
    valueAt(record, key) ??
    valueAt(record, `basic_info.${key}`) ??
    valueAt(record, `config.${key}`) ??
    (key === 'name' ? valueAt(record, 'full_name') : null) ??
    '';
  if (TIME_KEYS.has(key)) return Date.parse(textOf(value)) || parseTime(textOf(value)) || 0;
  return typeof value === 'number' ? value : textOf(isObject(value) ? value.name : value);
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isListed(record: JsonObject, switches: Switches): boolean {
  if (record.is_deleted === true && !switches.list_deleted) return false;
  if (record.is_archive === true && !switches.list_archived) return false;
  if ((record.is_merge_incident === true || record.is_merge_problem === true) && !switches.list_merged)
    return false;
  return record.is_demo_data !== true || switches.list_demo;
}

/** A stable share of the rows: what a weak role sees. */
function isVisible(record: JsonObject, idKey: string, percent: number): boolean {
  if (percent >= 100) return true;
  const digits = textOf(record[idKey]).slice(-4);
  return (Number(digits) * 37) % 100 < percent;
}

/** Rows of a collection that this account gets, in the order asked for. Cached until the desk changes. */
export function listedRecords(
  state: SimulatorState,
  name: CollectionName,
  query: URLSearchParams,
): JsonObject[] {
  const { switches } = state;
  const order = orderOf(query, switches, name);
  const cacheKey = `${name} ${order ? order.key : ''} ${order?.descending ? 'down' : 'up'}`;
  const cached = state.indexes.lists.get(cacheKey);
  if (cached) return cached;
  const { records, idKey } = COLLECTIONS[name];
  const rows = records(state.desk).filter(
    (record) => isListed(record, switches) && isVisible(record, idKey, switches.visible_percent),
  );
  if (order) sortRows(rows, order, idKey);
  state.indexes.lists.set(cacheKey, rows);
  return rows;
}

function sortRows(rows: JsonObject[], order: Order, idKey: string): void {
  const values = new Map(rows.map((row) => [row, sortValue(row, order.key)]));
  const direction = order.descending ? -1 : 1;
  rows.sort(
    (a, b) =>
      direction * compare(values.get(a) ?? '', values.get(b) ?? '') ||
      direction * compare(textOf(a[idKey]), textOf(b[idKey])),
  );
}

function positive(text: string | null): number | null {
  const value = Number(text);
  return text !== null && Number.isInteger(value) && value >= 0 ? value : null;
}

export type PagingStyle = 'pages' | 'offset' | 'whole';

type Window = { size: number; start: number };

function windowOf(query: URLSearchParams, switches: Switches, style: PagingStyle, total: number): Window {
  if (style === 'whole') return { size: Math.max(total, 1), start: 0 };
  const asked = positive(query.get('items_per_page')) ?? DEFAULT_PAGE_SIZE;
  const size = Math.max(1, Math.min(asked, switches.max_page_limit));
  if (switches.cursor === 'neither') return { size, start: 0 };
  const offset = positive(query.get('offset'));
  const page = positive(query.get('page'));
  const byPage = page === null ? null : Math.max(0, page - 1) * size;
  if (style === 'offset' || switches.cursor === 'offset') return { size, start: offset ?? 0 };
  if (switches.cursor === 'page') return { size, start: byPage ?? 0 };
  return { size, start: offset ?? byPage ?? 0 };
}

function link(call: Call, style: PagingStyle, size: number, start: number): string | null {
  const { switches } = call.state;
  if (switches.next_link === 'absent' || start < 0) return null;
  const query = new URLSearchParams();
  if (switches.cursor === 'page' && style === 'pages')
    query.set('page', String(Math.floor(start / size) + 1));
  else query.set('offset', String(start));
  query.set('items_per_page', String(size));
  for (const name of ['sort', 'reverse']) {
    const value = call.query.get(name);
    if (value !== null) query.set(name, value);
  }
  if (switches.next_link === 'relative') return `?${query.toString()}`;
  const origin = switches.next_link === 'foreign_host' ? 'https://elsewhere.example' : call.origin;
  return `${origin}${call.path}?${query.toString()}`;
}

/** A list reply in the tenant's envelope. `total` rows exist, `rows` are those of this page. */
function envelope(call: Call, style: PagingStyle, rows: Json[], window: Window, total: number): Json {
  const { switches } = call.state;
  if (style === 'whole') return rows;
  if (switches.envelope === 'array' && style === 'pages') return rows;
  if (switches.envelope === 'count_results') return { count: total, results: rows };
  const next = window.start + window.size < total ? window.start + window.size : -1;
  const previous = window.start > 0 ? Math.max(0, window.start - window.size) : -1;
  return {
    count: total,
    next: link(call, style, window.size, next),
    previous: link(call, style, window.size, previous),
    results: rows,
    ...(style === 'pages' ? { max_page_limit: switches.max_page_limit } : {}),
  };
}

/** Answers one page of `rows`, each turned into its list form by `view`. */
export function pageReply(
  call: Call,
  rows: JsonObject[],
  view: (record: JsonObject) => Json,
  style: PagingStyle,
): Reply {
  const window = windowOf(call.query, call.state.switches, style, rows.length);
  const page = rows.slice(window.start, window.start + window.size);
  return json(envelope(call, style, page.map(view), window, rows.length));
}

/** One page of a collection. */
export function listReply(
  call: Call,
  name: CollectionName,
  view: (record: JsonObject) => Json,
  style: PagingStyle = 'pages',
): Reply {
  const rows = listedRecords(call.state, name, call.query);
  const reply = pageReply(call, rows, view, style);
  if (call.state.switches.rows_shift && TICKETS.has(name)) touchNeighbour(call, name, rows);
  if (call.state.switches.rows_vanish > 0 && TICKETS.has(name)) dropGiven(call, name, rows);
  return reply;
}

/** Somebody deletes a ticket that a page has just given, while there are more pages. */
function dropGiven(call: Call, name: CollectionName, rows: JsonObject[]): void {
  const { state } = call;
  const window = windowOf(call.query, state.switches, 'pages', rows.length);
  const row = rows[window.start];
  if (row === undefined || window.start + window.size >= rows.length) return;
  const records = COLLECTIONS[name].records(state.desk);
  records.splice(records.indexOf(row), 1);
  state.switches = { ...state.switches, rows_vanish: state.switches.rows_vanish - 1 };
  forgetIndexes(state);
}

/**
 * Somebody edits a ticket while we page: in ascending order the first row of this page moves to the end, in descending
 * order the first row of the next page moves to the front.
 */
function touchNeighbour(call: Call, name: CollectionName, rows: JsonObject[]): void {
  const { state } = call;
  const window = windowOf(call.query, state.switches, 'pages', rows.length);
  const order = orderOf(call.query, state.switches, name);
  const row = rows[order?.descending ? window.start + window.size : window.start];
  if (!row) return;
  row.last_update_time = offsetTime(state.now());
  forgetLists(state);
}
