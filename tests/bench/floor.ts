import type { Sql } from 'postgres';
import { fewestSecondWrites } from './second-writes.ts';

/** The fewest calls that records of one kind can be loaded with. */
export interface Floor {
  calls: number;
  /** Part of `calls`: instances that no order of writing saves from being written twice (second-writes.ts). */
  fewestSecondWrites: number;
  /** Part of `calls`: tags and collections that the workspace did not have; a record takes neither before it exists. */
  tagsAndCollections: number;
  /** As the goal was first put: a conversation may take four calls beside parts and tags, whether it needs them or not. */
  withFourForEachConversation: number;
  byObject: Record<string, { records: number; calls: number }>;
  /** Records that were written again because a link's other end came later, by object. */
  secondWrites: Record<string, number>;
}

/**
 * One call for a company, a contact, a custom object instance, an article; a contact's companies and tags one each; a
 * conversation two (create, attributes), one more when it is closed or has a teammate, one for each tag, and one for each
 * part, where ten files fill a part and those of the opening message need one. A tag or collection of the workspace one.
 * Only what the run itself created counts.
 */
export async function floorOf(sql: Sql, runId: string): Promise<Floor> {
  const rows = await sql<{ object: string; records: string; calls: string; spare: string }[]>`
    select r.object, count(*) as records,
      sum(case m.resource when 'conversations' then 2 - ends.calls else 0 end) as spare,
      sum(case m.resource
        when 'conversations' then 2 + ends.calls + length_of.parts + length_of.tags
        when 'contacts' then 1 + length_of.companies + length_of.tags
        when 'articles' then 1 + length_of.tags
        when 'documents' then 0
        else 1 end) as calls
    from run_records r
    join id_map m on m.workspace_id = r.workspace_id and m.object = r.object and m.source_id = r.source_id,
    lateral (select
      (select coalesce(sum(greatest(1, ceil(coalesce(jsonb_array_length(p->'files'), 0) / 10.0))), 0)
        from jsonb_path_query(r.mapped, '$.parts[*]') p)
        + ceil((select count(*) from jsonb_path_query(r.mapped, '$.files[*]')) / 10.0) as parts,
      case jsonb_typeof(r.mapped->'tags') when 'array' then jsonb_array_length(r.mapped->'tags') else 0 end as tags,
      case jsonb_typeof(r.mapped->'companies') when 'array' then jsonb_array_length(r.mapped->'companies') else 0 end
        as companies) as length_of,
    lateral (select case when r.mapped->>'state' = 'closed' or exists (
      select 1 from id_map t join teammates p on p.workspace_id = t.workspace_id
        and t.facts->>'teammate' = encode(sha256(convert_to(lower(trim(p.email)), 'UTF8')), 'hex')
      where t.workspace_id = r.workspace_id and t.object = r.mapped->'assignee'->>'ref'
        and t.source_id = r.mapped->'assignee'->>'sourceId') then 1 else 0 end as calls) as ends
    where r.run_id = ${runId} and m.created_in_run = ${runId}
    group by r.object order by r.object`;
  const byObject = Object.fromEntries(
    rows.map(({ object, records, calls }) => [object, { records: Number(records), calls: Number(calls) }]),
  );
  const twice = await fewestSecondWrites(sql, runId);
  const [made] = await sql<{ items: string }[]>`
    select count(*) as items from prepared_items
    where run_id = ${runId} and origin = 'created' and kind in ('tag', 'collection')`;
  const tagsAndCollections = Number(made?.items ?? 0);
  const calls =
    twice + tagsAndCollections + Object.values(byObject).reduce((sum, each) => sum + each.calls, 0);
  const spare = rows.reduce((sum, row) => sum + Number(row.spare), 0);
  const again = await sql<{ object: string; writes: string }[]>`
    select object, count(*) as writes from load_journal
    where run_id = ${runId} and state = 'done' and step like 'update:%' group by object order by object`;
  return {
    byObject,
    calls,
    fewestSecondWrites: twice,
    tagsAndCollections,
    withFourForEachConversation: calls + spare,
    secondWrites: Object.fromEntries(again.map(({ object, writes }) => [object, Number(writes)])),
  };
}
