import type { Sql } from 'postgres';

/** The fewest calls that records of one kind can be loaded with. */
export interface Floor {
  calls: number;
  /**
   * Part of `calls`: of two custom objects that name each other one must be written twice, because the other has no id
   * before it is written. Counted as the pairs of a matching, none of which shares a record: fewer cannot do.
   */
  pairsThatNameEachOther: number;
  /** As the goal was first put: a conversation may take four calls beside parts and tags, whether it needs them or not. */
  withFourForEachConversation: number;
  byObject: Record<string, { records: number; calls: number }>;
  /** Records that were written again because a link's other end came later, by object. */
  secondWrites: Record<string, number>;
}

/**
 * One call for a company, a contact, a custom object instance, an article; a contact's companies and tags one each; a
 * conversation two (create, attributes), one more when it is closed or has a teammate, one for each tag, and one for each
 * part, where ten files fill a part and those of the opening message need one. Only what the run itself created counts.
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
      select 1 from id_map t where t.workspace_id = r.workspace_id and t.object = r.mapped->'assignee'->>'ref'
        and t.source_id = r.mapped->'assignee'->>'sourceId' and t.facts ? 'admin_id') then 1 else 0 end as calls) as ends
    where r.run_id = ${runId} and m.created_in_run = ${runId}
    group by r.object order by r.object`;
  const byObject = Object.fromEntries(
    rows.map(({ object, records, calls }) => [object, { records: Number(records), calls: Number(calls) }]),
  );
  const pairs = await pairsThatNameEachOther(sql, runId);
  const calls = pairs + Object.values(byObject).reduce((sum, each) => sum + each.calls, 0);
  const spare = rows.reduce((sum, row) => sum + Number(row.spare), 0);
  const again = await sql<{ object: string; writes: string }[]>`
    select object, count(*) as writes from load_journal
    where run_id = ${runId} and state = 'done' and step like 'update:%' group by object order by object`;
  return {
    byObject,
    calls,
    pairsThatNameEachOther: pairs,
    withFourForEachConversation: calls + spare,
    secondWrites: Object.fromEntries(again.map(({ object, writes }) => [object, Number(writes)])),
  };
}

async function pairsThatNameEachOther(sql: Sql, runId: string): Promise<number> {
  const rows = await sql<{ a: string; b: string }[]>`
    select distinct l.from_object || ':' || l.from_id as a, l.to_object || ':' || l.to_id as b
    from record_links l
    join record_links back on back.workspace_id = l.workspace_id and back.from_object = l.to_object and back.from_id = l.to_id
      and back.to_object = l.from_object and back.to_id = l.from_id and back.verified_at is not null
    join id_map m on m.workspace_id = l.workspace_id and m.object = l.from_object and m.source_id = l.from_id
    join id_map n on n.workspace_id = l.workspace_id and n.object = l.to_object and n.source_id = l.to_id
    where l.run_id = ${runId} and l.verified_at is not null and m.resource = 'custom_object_instances'
      and n.resource = 'custom_object_instances'
    order by 1, 2`;
  const taken = new Set<string>();
  let pairs = 0;
  // A record that names itself is written twice in any case, and may be the one of its pairs that is.
  for (const { a, b } of [...rows.filter(isItself), ...rows]) {
    if (taken.has(a) || taken.has(b)) continue;
    taken.add(a).add(b);
    pairs += 1;
  }
  return pairs;
}

function isItself({ a, b }: { a: string; b: string }): boolean {
  return a === b;
}
