import type { Queryable } from '../../db/client.ts';
import type { DifferenceClass } from '../../db/schema/ledger.ts';
import type { Actor } from '../actors.ts';
import type { Deps } from '../deps.ts';
import {
  isOnlyByName,
  repairsOf,
  suggestionFor,
  type Difference,
  type Repair,
  type RepairAction,
} from '../load/repairs.ts';
import { findPage, NUMBERS, type Page, type PageRequest } from '../paging.ts';
import { requireNamedRun } from '../runs/run-input.ts';

export interface FindingDocument {
  id: string;
  run: string;
  object: string;
  source_id: string;
  display_id: string | null;
  class: DifferenceClass;
  field: string;
  expected: unknown;
  actual: unknown;
  repaired_at: string | null;
  /** It can be undone without deleting anything, and without bringing back what people deleted. */
  repairable: boolean;
  /** What can be done about it, the mildest first; `reload`, and `create` of what people deleted, only by name. */
  repairs: RepairAction[];
  suggestion: string;
}

export type FindingFilter = {
  run?: string | undefined;
  object?: string | undefined;
  class?: string | undefined;
  field?: string | undefined;
};

export interface FindingRow extends Difference {
  id: string;
  run: string;
  object: string;
  sourceId: string;
  displayId: string | null;
  expected: unknown;
  actual: unknown;
  repairedAt: Date | null;
  /** No later run has looked at the record: what was found still stands. */
  isNewest: boolean;
}

export function findingsMatching(sql: Queryable, workspaceId: string, filter: FindingFilter) {
  return sql`
    from findings f
    left join run_records r on r.run_id = f.run_id and r.object = f.object and r.source_id = f.source_id
    left join id_map m on m.workspace_id = f.workspace_id and m.object = f.object and m.source_id = f.source_id
    where f.workspace_id = ${workspaceId}
      ${filter.run === undefined ? sql`` : sql`and f.run_id = ${filter.run}`}
      ${filter.object === undefined ? sql`` : sql`and f.object = ${filter.object}`}
      ${filter.class === undefined ? sql`` : sql`and f.class = ${filter.class}`}
      ${filter.field === undefined ? sql`` : sql`and f.field = ${filter.field}`}`;
}

export const FINDING_COLUMNS = (sql: Queryable) => sql`
  f.id, f.run_id as run, f.object, f.source_id as "sourceId", r.display_id as "displayId", f.class, f.field, f.expected,
  f.actual, f.repaired_at as "repairedAt", m.resource, (m.resource is not null and not exists (
    select 1 from run_records n where n.workspace_id = f.workspace_id and n.object = f.object
      and n.source_id = f.source_id and n.id > r.id and n.verification is not null)) as "isNewest"`;

/** Differences that reading back found, oldest first. Throws 404 for a run that is not there. */
export async function listFindings(
  deps: Deps,
  actor: Actor,
  filter: FindingFilter & PageRequest,
): Promise<Page<FindingDocument>> {
  const { sql } = deps.db;
  // An empty list would say that nothing differs.
  if (filter.run !== undefined) await requireNamedRun(sql, actor, filter.run, 'run');
  const page = await findPage<FindingRow>(filter, {
    count: () => sql`select count(*) as count ${findingsMatching(sql, actor.workspaceId, filter)}`,
    rows: (after, limit) => sql<FindingRow[]>`
      select ${FINDING_COLUMNS(sql)} ${findingsMatching(sql, actor.workspaceId, filter)}
        ${after === null ? sql`` : sql`and f.id > ${after}`} order by f.id limit ${limit}`,
    keyOf: ({ id }) => id,
    keys: NUMBERS,
  });
  return {
    ...page,
    items: page.items.map(documentOf),
  };
}

/** What can be done about a finding that is open and still stands, the mildest first. */
export function openRepairs(row: FindingRow): Repair[] {
  return row.isNewest && row.repairedAt === null ? repairsOf(row) : [];
}

function documentOf(row: FindingRow): FindingDocument {
  const repairs = openRepairs(row);
  return {
    id: row.id,
    run: row.run,
    object: row.object,
    source_id: row.sourceId,
    display_id: row.displayId,
    class: row.class,
    field: row.field,
    expected: row.expected,
    actual: row.actual,
    repaired_at: row.repairedAt?.toISOString() ?? null,
    repairable: repairs.some((repair) => !isOnlyByName(repair, row)),
    repairs: repairs.map(({ action }) => action),
    suggestion: suggestionOf(row, repairs),
  };
}

function suggestionOf(row: FindingRow, repairs: Repair[]): string {
  if (row.repairedAt !== null) return 'Repaired; the record was read back afterwards.';
  if (!row.isNewest && row.resource !== null)
    return 'A later run has looked at this record since: see its findings.';
  return suggestionFor(row, repairs);
}
