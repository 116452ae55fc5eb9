import type { Queryable } from '../../db/client.ts';
import type { ExistingRecord, JournalEntry, Said } from './progress.ts';

/** What a person enters about a call in doubt: the id of what it made, or that it made nothing. */
export const INTERCOM_ID = 'intercom_id';
export const NOT_THERE = 'none';

export interface KnownRecords {
  existing: Map<string, ExistingRecord>;
  /** What is done or in doubt for a record, in this run or an earlier one. */
  journal: Map<string, JournalEntry[]>;
}

/**
 * What the ledger knows of these records of an object. The journal is read first: of a step that it shows as done, the id
 * map that is read after it has the place.
 */
export async function readKnown(
  sql: Queryable,
  workspaceId: string,
  object: string,
  ids: string[],
): Promise<KnownRecords> {
  const journal = await journalOf(sql, workspaceId, object, ids);
  return { existing: await existingRecords(sql, workspaceId, object, ids), journal };
}

async function existingRecords(
  sql: Queryable,
  workspaceId: string,
  object: string,
  ids: string[],
): Promise<Map<string, ExistingRecord>> {
  const rows = await sql<(ExistingRecord & { sourceId: string })[]>`
    select source_id as "sourceId", destination_id as "destinationId", facts, state, origin, loaded_hash as "loadedHash",
      created_in_run as "createdInRun"
    from id_map where workspace_id = ${workspaceId} and object = ${object} and source_id = any(${ids})`;
  return new Map(rows.map((row) => [row.sourceId, row]));
}

async function journalOf(
  sql: Queryable,
  workspaceId: string,
  object: string,
  ids: string[],
): Promise<Map<string, JournalEntry[]>> {
  const rows = await sql<(JournalEntry & { sourceId: string; steps: string[] | null })[]>`
    select id, run_id as "runId", j.source_id as "sourceId", step, operation, j.state, j.created_at as "createdAt",
      result->'steps' as steps, "firstIntendedAt", j.destination_id as "destinationId", result->'facts' as facts,
      result->'warnings' as warnings, coalesce(settled_at > m.updated_at, false) as "isUnsaved"
    from (
      select *, min(created_at) over (partition by source_id, step) as "firstIntendedAt" from load_journal
      where workspace_id = ${workspaceId} and object = ${object} and source_id = any(${ids})
        and state in ('intent', 'done', 'void')) j
    left join id_map m on m.workspace_id = j.workspace_id and m.object = j.object and m.source_id = j.source_id
    where j.state in ('intent', 'done')
    order by id`;
  const entries = new Map<string, JournalEntry[]>();
  for (const { sourceId, steps, ...entry } of rows) {
    // One call may have carried out more than its own step (pipeline/load/people/bulk-create.ts).
    const more = (steps ?? []).map((step) => ({ ...entry, step }));
    entries.set(sourceId, [...(entries.get(sourceId) ?? []), entry, ...more]);
  }
  return entries;
}

/** The answers of people to `unknown_outcome`, kept with the other corrections of a record. */
export async function readSaid(
  sql: Queryable,
  workspaceId: string,
  object: string,
  ids: string[],
): Promise<Map<string, Said>> {
  const rows = await sql<{ sourceId: string; id: string; at: Date }[]>`
    select source_id as "sourceId", values->>${INTERCOM_ID} as id, updated_at as at from record_fixes
    where workspace_id = ${workspaceId} and object = ${object} and source_id = any(${ids}) and values ? ${INTERCOM_ID}`;
  return new Map(
    rows.map(({ sourceId, id, at }) => [
      sourceId,
      { id: id.trim().toLowerCase() === NOT_THERE ? null : id.trim(), at },
    ]),
  );
}
