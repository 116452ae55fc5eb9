import { COLLECTIONS } from './collections.ts';
import type { CollectionName } from './collections.ts';
import type { Desk, JsonObject, StoredFile, ThreadEntry } from './desk.ts';
import { textOf } from './json-values.ts';
import type { FaultRule } from './faults.ts';
import type { Switches } from './switches.ts';

export type Credentials = { username: string; password: string; apiKey: string };

export type RecordedRequest = {
  seq: number;
  at: string;
  method: string;
  path: string;
  query: string;
  status: number;
  ms: number;
};

/** Everything that one running simulator knows. */
export type SimulatorState = {
  desk: Desk;
  switches: Switches;
  credentials: Credentials;
  /** Token as issued → calls answered with it. */
  tokens: Map<string, number>;
  logins: number;
  requests: RecordedRequest[];
  requestCount: number;
  /** Calls that a reader must never make: GETs that act on devices, and writes. */
  sideEffects: { count: number; calls: string[] };
  faults: FaultRule[];
  /** Counter behind ids that the simulator hands out. */
  sequence: number;
  /** Clock of the tenant in milliseconds, skew included. */
  now: () => number;
  indexes: Indexes;
};

/** Look-ups rebuilt lazily; a mutation drops what it touched. */
type Indexes = {
  byId: Map<CollectionName, Map<string, JsonObject>>;
  threads: Map<string, ThreadEntry[]> | null;
  files: Map<string, StoredFile[]> | null;
  filesByPath: Map<string, StoredFile> | null;
  lists: Map<string, JsonObject[]>;
};

function emptyIndexes(): Indexes {
  return {
    byId: new Map(),
    threads: null,
    files: null,
    filesByPath: null,
    lists: new Map(),
  };
}

export function createState(
  desk: Desk,
  switches: Switches,
  credentials: Credentials,
  clock: () => number,
): SimulatorState {
  const state: SimulatorState = {
    desk,
    switches,
    credentials,
    tokens: new Map(),
    logins: 0,
    requests: [],
    requestCount: 0,
    sideEffects: { count: 0, calls: [] },
    faults: [],
    sequence: 0,
    now: () => clock() + state.switches.clock_skew_ms,
    indexes: emptyIndexes(),
  };
  return state;
}

/** To be called after every change of the desk or of the switches. */
export function forgetIndexes(state: SimulatorState): void {
  state.indexes = emptyIndexes();
}

/** Orders of list pages depend on stamps only; the id look-ups stay valid. */
export function forgetLists(state: SimulatorState): void {
  state.indexes.lists.clear();
}

export function findRecord(state: SimulatorState, name: CollectionName, id: string): JsonObject | undefined {
  let index = state.indexes.byId.get(name);
  if (!index) {
    const { records, idKey } = COLLECTIONS[name];
    index = new Map(records(state.desk).map((record) => [textOf(record[idKey]), record]));
    state.indexes.byId.set(name, index);
  }
  return index.get(id);
}

function grouped<Row extends { ref_id: string }>(rows: Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.ref_id);
    if (group) group.push(row);
    else groups.set(row.ref_id, [row]);
  }
  return groups;
}

/** A ticket's thread in the order in which it was stored. */
export function threadOf(state: SimulatorState, refId: string): ThreadEntry[] {
  state.indexes.threads ??= grouped(state.desk.threads);
  return state.indexes.threads.get(refId) ?? [];
}

export function filesOf(state: SimulatorState, refId: string): StoredFile[] {
  state.indexes.files ??= grouped(state.desk.files);
  return state.indexes.files.get(refId) ?? [];
}

export function fileAt(state: SimulatorState, path: string): StoredFile | undefined {
  state.indexes.filesByPath ??= new Map(state.desk.files.map((file) => [file.file_path, file]));
  return state.indexes.filesByPath.get(path);
}

/** A fresh 21-digit id that sorts after the ids of earlier instants. */
export function nextId(state: SimulatorState): string {
  state.sequence += 1;
  return `${Math.floor(state.now()).toString().padStart(13, '0')}9${state.sequence.toString().padStart(7, '0')}`;
}
