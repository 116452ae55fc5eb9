import { Cursor } from '../../connectors/infraon/types.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';
import type { ExtractionState, FrozenRun } from '../runs/frozen-run.ts';
import type { InfraonAccess } from '../source/infraon-access.ts';
import { stagedRow, type StagedRow } from './stage-rows.ts';

/** A list job reads this many pages, then makes room for others. */
export const PAGES_PER_JOB = 20;
/** A list that loses rows each time it is read is read no more often for that; the run does not balance then. */
const MOST_READINGS = 5;

export interface ListPage {
  rows: StagedRow[];
  /** The state after this page; whether the list ends with it is for the caller to say. */
  state: ExtractionState;
  isFirst: boolean;
  isLast: boolean;
}

/** Reads the next page of a list, as rows for staging. */
export async function readListPage(
  { client, profile }: InfraonAccess,
  run: FrozenRun,
  definition: ObjectDefinition,
  key: string,
  state: ExtractionState,
  order: 'created' | 'updated',
): Promise<ListPage> {
  const cursor = state.cursor === null ? null : Cursor.parse(state.cursor);
  const answer = await client.listPage(key, cursor, { order });
  const depth = client.hasDetail(key) ? 'row' : 'full';
  const rows = (await client.join(key, answer.rows, run.id)).map((raw) =>
    stagedRow(raw, depth, definition, profile, key, run.settings.source_timezone, true),
  );
  const isFirst = cursor === null || answer.restarted;
  const { countAtEnd: before, shrank = false } = state;
  const lostRows = before !== null && answer.count !== null && answer.count < before;
  return {
    rows,
    isFirst,
    isLast: answer.next === null,
    state: {
      ...state,
      cursor: answer.next,
      rows: (isFirst ? 0 : state.rows) + rows.length,
      countAtStart: state.countAtStart ?? answer.count,
      countAtEnd: answer.count,
      excludedRows: (isFirst ? 0 : state.excludedRows) + answer.filtered,
      shrank: !isFirst && (shrank || lostRows),
    },
  };
}

/**
 * The state from which a list is read once more that lost rows while it was read; null for one that need not be. Pages go by
 * position, so a row behind those that went is on no page, and the count of what is left agrees with what was seen. Rows are
 * kept by their ids: what was seen before is not new.
 */
export function toReadAgain(state: ExtractionState): ExtractionState | null {
  const { shrank = false, readAgain = 0 } = state;
  if (!shrank || readAgain >= MOST_READINGS) return null;
  return { ...state, cursor: null, readAgain: readAgain + 1 };
}
