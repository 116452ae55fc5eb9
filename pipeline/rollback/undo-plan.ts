import type { Queryable } from '../../db/client.ts';

/**
 * What becomes of a thing in Intercom when it is rolled back:
 * - `delete`, `archive`: it is ours and goes;
 * - `restore`: it was there before us (or before this run) and gets its earlier values back;
 * - `spare`: people changed it, or something that stays needs it, so it stays as it is;
 * - `keep`: it was there before us and we changed nothing that has to be taken back;
 * - `gone`: somebody deleted it already.
 */
export type UndoAction = 'delete' | 'archive' | 'restore' | 'spare' | 'keep' | 'gone';

/** Why something is spared, or what of it stays as people made it. */
export interface SpareReason {
  code: 'edited' | 'in_use' | 'needed_by' | 'adopted' | 'not_undoable';
  message: string;
  field: string | null;
  /** What we wrote last, and what is there now. */
  ours: unknown;
  theirs: unknown;
}

/** The plan of one record of a rollback, kept with its row of the ledger (`run_records.undo`). */
export interface UndoPlan {
  resource: string;
  /** Null while a create whose answer got lost is in doubt. */
  destinationId: string | null;
  origin: 'created' | 'adopted';
  facts: Record<string, unknown>;
  /** Whether the thing itself came into being, or into our hands, within what is rolled back. */
  whole: boolean;
  /** Journal row from which on everything is taken back. */
  firstJournalId: string | null;
  /** Null until it has been looked at. */
  action: UndoAction | null;
  reasons: SpareReason[];
  /** Intercom's time of the last change when it was looked at: a later one means that somebody came in between. */
  seenUpdatedAt?: number | null;
  /** What confirming compares, by field, after a restore. */
  restored?: Record<string, unknown>;
}

/** Kept with the run (`runs.undo`). */
export interface UndoRun {
  contacts: 'archive' | 'delete';
  /** Everything was looked at, and what spared things need is spared too. */
  decided: boolean;
}

/** Pseudo-object of the ledger under which a rollback keeps tags, attributes and collections that loading made. */
export const WORKSPACE_ITEMS = 'workspace';

export function undoRunOf(undo: unknown): UndoRun {
  const stored = typeof undo === 'object' && undo !== null ? (undo as Partial<UndoRun>) : {};
  return { contacts: stored.contacts ?? 'archive', decided: stored.decided ?? false };
}

/** Plans of claimed records, by source id. */
export async function undoPlans(
  sql: Queryable,
  workspaceId: string,
  runId: string,
  object: string,
  sourceIds: string[],
): Promise<Map<string, UndoPlan>> {
  const rows = await sql<{ sourceId: string; undo: UndoPlan }[]>`
    select source_id as "sourceId", undo from run_records
    where workspace_id = ${workspaceId} and run_id = ${runId} and object = ${object} and source_id = any(${sourceIds})`;
  return new Map(rows.map((row) => [row.sourceId, row.undo]));
}
