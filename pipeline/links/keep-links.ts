import type { Queryable } from '../../db/client.ts';
import type { LinkState } from '../../db/schema/links.ts';
import type { NamedLink } from './named-links.ts';

/** Edges written by one statement: a hub may have more than ten thousand. */
const ROWS_AT_A_TIME = 5_000;

/** Whether reading back found a link; absent: nothing was read back. */
export type ReadBack = 'found' | 'not_found' | 'changed_in_intercom';

export interface LinksOfRecord {
  sourceId: string;
  links: (NamedLink & { readBack?: ReadBack })[];
}

interface Place {
  workspaceId: string;
  runId: string;
  object: string;
}

/**
 * Writes down the edges of a batch of records, as their rows of the ledger stand: called after the load of a batch and
 * again, as the authority, in the transaction that stores what reading back found. Edges that a record no longer names
 * go; those of a record that was set aside are kept as rejected, unless an earlier run made them. Records that are not
 * through yet are left for the batch that finishes them.
 */
export async function keepLinks(
  sql: Queryable,
  place: Place,
  records: readonly LinksOfRecord[],
): Promise<void> {
  const owners = await ownersOf(sql, place.workspaceId, records);
  let chunk: LinksOfRecord[] = [];
  let rows = 0;
  for (const record of records) {
    if (rows > 0 && rows + record.links.length > ROWS_AT_A_TIME) {
      await writeChunk(sql, place, chunk, owners);
      [chunk, rows] = [[], 0];
    }
    chunk.push(record);
    rows += record.links.length;
  }
  if (chunk.length > 0) await writeChunk(sql, place, chunk, owners);
}

/** Which object a link is meant for whose id may belong to several, by what was read from the source. */
async function ownersOf(
  sql: Queryable,
  workspaceId: string,
  records: readonly LinksOfRecord[],
): Promise<Map<string, string>> {
  const open = records.flatMap(({ links }) =>
    links.filter(({ candidates }) => (candidates?.length ?? 0) > 1),
  );
  if (open.length === 0) return new Map();
  const objects = [
    ...new Set(open.flatMap(({ candidates = [] }) => candidates.map((each) => each.toObject))),
  ];
  const rows = await sql<{ object: string; sourceId: string }[]>`
    select object, source_id as "sourceId" from source_records
    where workspace_id = ${workspaceId} and object = any(${objects}) and source_id = any(${open.map(({ toId }) => toId)})`;
  return new Map(rows.map(({ object, sourceId }) => [sourceId, object]));
}

function stateOf({ destinationId, refused, readBack }: LinksOfRecord['links'][number]): {
  state: LinkState;
  code: string | null;
} {
  if (destinationId === undefined) return { state: 'waiting', code: null };
  if (refused !== undefined) return { state: 'rejected', code: refused };
  if (readBack === 'not_found') return { state: 'missing', code: 'not_read_back' };
  return { state: 'made', code: readBack === 'changed_in_intercom' ? readBack : null };
}

async function writeChunk(
  sql: Queryable,
  place: Place,
  records: readonly LinksOfRecord[],
  owners: ReadonlyMap<string, string>,
): Promise<void> {
  const { workspaceId, runId, object } = place;
  const rows = records.flatMap(({ sourceId, links }) =>
    links.map((link) => {
      const owner = link.candidates?.find(({ toObject }) => toObject === owners.get(link.toId)) ?? link;
      return {
        from_id: sourceId,
        field: owner.field,
        to_object: owner.toObject,
        to_id: link.toId,
        ...stateOf(link),
        verified: link.readBack === 'found',
      };
    }),
  );
  await sql`
    with named as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as v(from_id text, field text, to_object text, to_id text, state text, code text, verified boolean)
    ), settled as (
      select source_id, reason_code, outcome in ('created', 'updated', 'adopted', 'unchanged') as loaded from run_records
      where workspace_id = ${workspaceId} and run_id = ${runId} and object = ${object} and step in ('verify', 'done')
        and source_id = any(${records.map(({ sourceId }) => sourceId)})
    ), gone as (
      delete from record_links l using settled s
      where l.workspace_id = ${workspaceId} and l.from_object = ${object} and l.from_id = s.source_id and s.loaded
        and not exists (
          select 1 from named n
          where n.from_id = l.from_id and n.field = l.field and n.to_object = l.to_object and n.to_id = l.to_id)
    )
    insert into record_links (workspace_id, from_object, from_id, field, to_object, to_id, run_id, state, code, verified_at)
    select ${workspaceId}, ${object}, n.from_id, n.field, n.to_object, n.to_id, ${runId}::uuid,
      case when s.loaded then n.state else 'rejected' end, case when s.loaded then n.code else s.reason_code end,
      case when s.loaded and n.verified then now() end
    from named n join settled s on s.source_id = n.from_id
    on conflict (workspace_id, from_object, from_id, field, to_object, to_id) do update
      set run_id = excluded.run_id, state = excluded.state, code = excluded.code, verified_at = excluded.verified_at,
        updated_at = now()
      where excluded.state <> 'rejected' or record_links.state <> 'made' or excluded.code = 'too_many_links'`;
}

/** For undoing a load: the links of these records are gone, and what pointed to them points to nothing for now. */
export async function forgetLinks(
  sql: Queryable,
  workspaceId: string,
  object: string,
  sourceIds: readonly string[],
): Promise<void> {
  await sql`
    delete from record_links
    where workspace_id = ${workspaceId} and from_object = ${object} and from_id = any(${[...sourceIds]})`;
  await sql`
    update record_links set state = 'waiting', code = null, verified_at = null, updated_at = now()
    where workspace_id = ${workspaceId} and to_object = ${object} and to_id = any(${[...sourceIds]})
      and state in ('made', 'missing')`;
}
