import { UserError } from '../errors.ts';
import type { Queryable } from '../db/client.ts';
import type { Actor } from './actors.ts';
import { findSignOff } from './cutover/signed-off.ts';
import type { Deps } from './deps.ts';
import { deepLink } from './install/installations.ts';
import { goneSince } from './install/notifications.ts';

export interface RecordDocument {
  object: string;
  source_id: string;
  display_id: string | null;
  state: string;
  destination: { resource: string; id: string; url: string | null } | null;
  run: string | null;
  hashes: { source: string | null; mapped: string | null; loaded: string | null };
  reason: { code: string; message: string; field: string | null } | null;
  warnings: { code: string; message: string; field: string | null }[];
  history: { at: string; run: string; step: string; operation: string; state: string }[];
  /** When its texts were erased, after sign-off; null while they are kept. */
  erased_at: string | null;
}

interface Row {
  object: string;
  sourceId: string;
  displayId: string | null;
  outcome: string | null;
  runId: string | null;
  reasonCode: string | null;
  reason: { message: string; field: string | null } | null;
  warnings: { code: string; message: string; field: string | null }[] | null;
  rawHash: string | null;
  mappedHash: string | null;
  loadedHash: string | null;
  resource: string | null;
  destinationId: string | null;
  /** Among them what kind of thing it is, where a resource has several, and whether people removed it. */
  facts: Record<string, unknown>;
}

const MAX_MATCHES = 25;

/** The ledger row of one record: where it is, what was done to it, and why not if it was not. */
export async function getRecord(
  deps: Deps,
  actor: Actor,
  object: string,
  sourceId: string,
): Promise<RecordDocument> {
  const [row] = await findRows(deps.db.sql, actor.workspaceId, [{ object, sourceId }]);
  if (row === undefined) {
    throw new UserError(`No ${object.replaceAll('_', ' ')} ${sourceId} has been seen.`, {
      code: 'record_not_found',
      httpStatus: 404,
    });
  }
  return documentOf(deps, actor, row);
}

/** An Infraon number, id or link → the matching records. A link counts by the ids and numbers in its path and query. */
export async function resolve(deps: Deps, actor: Actor, query: string): Promise<RecordDocument[]> {
  const words = wordsOf(query);
  if (words.length === 0) {
    throw new UserError('Enter an Infraon number, id or link.', {
      code: 'query_empty',
      httpStatus: 422,
      field: 'q',
    });
  }
  const { sql } = deps.db;
  // Staging also holds lists that nothing is made of (workflows); those are not records.
  const objects = deps.registry.all().map(({ name }) => name);
  const matches = await sql<{ object: string; sourceId: string }[]>`
    select object, source_id as "sourceId" from source_records
    where workspace_id = ${actor.workspaceId} and object = any(${objects}) and (lower(display_id) = any(${words}) or lower(source_id) = any(${words}))
    union select object, source_id from id_map
    where workspace_id = ${actor.workspaceId} and (lower(display_id) = any(${words}) or lower(source_id) = any(${words}))
    limit ${MAX_MATCHES}`;
  const rows = await findRows(sql, actor.workspaceId, [...matches]);
  return Promise.all(rows.map((row) => documentOf(deps, actor, row)));
}

/** The whole query, and if it is a link every part of it that could be an id or a number. */
function wordsOf(query: string): string[] {
  const text = query.trim().toLowerCase();
  if (text === '') return [];
  if (!/^https?:\/\//.test(text)) return [text.replace(/^#/, '')];
  return text.split(/[/?#&=]+/).filter((word) => /\d/.test(word) && !word.includes(':'));
}

async function findRows(
  sql: Queryable,
  workspaceId: string,
  wanted: { object: string; sourceId: string }[],
): Promise<Row[]> {
  if (wanted.length === 0) return [];
  return sql<Row[]>`
    select w.object, w."sourceId", coalesce(s.display_id, m.display_id) as "displayId", r.state as outcome, r.run_id as "runId",
      r.reason_code as "reasonCode", r.reason, r.warnings, s.raw_hash as "rawHash", r.mapped_hash as "mappedHash",
      m.loaded_hash as "loadedHash", m.resource, m.destination_id as "destinationId",
      coalesce(m.facts, '{}') as facts
    from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w(object text, "sourceId" text)
    left join source_records s on s.workspace_id = ${workspaceId} and s.object = w.object and s.source_id = w."sourceId"
    left join id_map m on m.workspace_id = ${workspaceId} and m.object = w.object and m.source_id = w."sourceId"
    left join lateral (
      select r.*, case when r.undo is not null and m.source_id is null then 'rolled_back' else r.outcome end as state
      from run_records r where r.workspace_id = ${workspaceId} and r.object = w.object and r.source_id = w."sourceId"
        and (r.undo is null or r.outcome = 'updated')
      order by r.id desc limit 1
    ) r on true
    where s.source_id is not null or m.source_id is not null`;
}

async function documentOf(deps: Deps, actor: Actor, row: Row): Promise<RecordDocument> {
  const { sql } = deps.db;
  const [installation] = await sql<
    { region: string }[]
  >`select region from installations where workspace_id = ${actor.workspaceId}`;
  const region = installation?.region ?? 'US';
  const signOff = await findSignOff(sql, actor.workspaceId);
  const history = await sql<{ at: Date; run: string; step: string; operation: string; state: string }[]>`
    select coalesce(settled_at, created_at) as at, run_id as run, step, operation, state from load_journal
    where workspace_id = ${actor.workspaceId} and object = ${row.object} and source_id = ${row.sourceId} order by id`;
  const gone = goneSince(row.facts, row.destinationId);
  return {
    object: row.object,
    source_id: row.sourceId,
    display_id: row.displayId,
    state:
      gone !== undefined
        ? 'deleted_in_intercom'
        : (row.outcome ?? (row.destinationId === null ? 'discovered' : 'unchanged')),
    destination:
      row.resource === null || row.destinationId === null
        ? null
        : {
            resource: row.resource,
            id: row.destinationId,
            // No address of an internal article in Intercom's pages is on record, and what is gone has none.
            url:
              row.facts.kind === 'internal_article' || gone !== undefined
                ? null
                : deepLink(deps, { workspaceId: actor.workspaceId, region }, row.resource, row.destinationId),
          },
    run: row.runId,
    hashes: { source: row.rawHash, mapped: row.mappedHash, loaded: row.loadedHash },
    reason:
      row.reasonCode === null
        ? null
        : { code: row.reasonCode, message: row.reason?.message ?? '', field: row.reason?.field ?? null },
    warnings: [
      ...(gone === undefined ? [] : [deletedWarning(gone)]),
      ...(row.warnings ?? []).map(({ code, message, field }) => ({ code, message, field })),
    ],
    history: history.map((entry) => ({ ...entry, at: entry.at.toISOString() })),
    erased_at: signOff?.erasedAt?.toISOString() ?? null,
  };
}

function deletedWarning(at: Date | null): RecordDocument['warnings'][number] {
  const when = at === null ? '' : ` on ${at.toISOString().slice(0, 10)}`;
  return {
    code: 'deleted_in_intercom',
    message: `Somebody deleted or archived it in Intercom${when}. Nothing brings it back by itself; the next verification lists it, and can make it again when asked.`,
    field: null,
  };
}
