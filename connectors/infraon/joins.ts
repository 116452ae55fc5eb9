import { readAll, readPath } from './paths.ts';
import type { JoinSpec } from './profile.ts';
import type { RawRecord } from './types.ts';

/** Key under which joined records are put into a row. */
const JOINED = '$joined';

function scalars(record: RawRecord, paths: readonly string[]): string[] {
  return paths
    .flatMap((path) => readAll(record, path))
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .map(String)
    .filter((text) => text !== '');
}

function keyPaths(join: JoinSpec): string[] {
  return [...(join.key === undefined ? [] : [join.key]), ...(join.membership ?? [])];
}

function picked(record: RawRecord, pick: readonly string[] | undefined): RawRecord {
  if (pick === undefined) return record;
  return Object.fromEntries(pick.map((key) => [key, readPath(record, key) ?? null]));
}

/** Looked-up records by every value that can name them. */
function indexOf(join: JoinSpec, records: readonly RawRecord[]): Map<string, RawRecord[]> {
  const index = new Map<string, RawRecord[]>();
  for (const record of records) {
    for (const value of new Set(scalars(record, keyPaths(join)))) {
      const group = index.get(value);
      if (group === undefined) index.set(value, [record]);
      else group.push(record);
    }
  }
  return index;
}

export type Joiner = (row: RawRecord) => RawRecord | RawRecord[] | null;

/** Prepares one join over all records of the looked-up object. */
export function createJoiner(join: JoinSpec, records: readonly RawRecord[]): Joiner {
  const index = indexOf(join, records);
  const on = typeof join.on === 'string' ? [join.on] : join.on;
  const many = join.many === true || join.membership !== undefined;
  return (row) => {
    const matches = new Set(scalars(row, on).flatMap((value) => index.get(value) ?? []));
    if (many) return [...matches].map((record) => picked(record, join.pick));
    const [first] = matches;
    return first === undefined ? null : picked(first, join.pick);
  };
}

/** A copy of the row with its joined records. */
export function withJoined(row: RawRecord, joiners: ReadonlyMap<string, Joiner>): RawRecord {
  return { ...row, [JOINED]: Object.fromEntries([...joiners].map(([as, joiner]) => [as, joiner(row)])) };
}
