import type { Sql } from 'postgres';

/** The fewest calls that records of one kind can be loaded with. */
export interface Floor {
  calls: number;
  byObject: Record<string, { records: number; calls: number }>;
}

/**
 * One call for a company, a contact, a custom object instance, an article; a contact's companies and tags one each; a
 * conversation four (create, attributes, assign or close, and one to spare), and one for each part and each tag. Only
 * what the run itself created counts.
 */
export async function floorOf(sql: Sql, runId: string): Promise<Floor> {
  const rows = await sql<{ object: string; records: string; calls: string }[]>`
    select r.object, count(*) as records, sum(
      case m.resource
        when 'conversations' then 4 + length_of.parts + length_of.tags
        when 'contacts' then 1 + length_of.companies + length_of.tags
        when 'articles' then 1 + length_of.tags
        when 'documents' then 0
        else 1 end) as calls
    from run_records r
    join id_map m on m.workspace_id = r.workspace_id and m.object = r.object and m.source_id = r.source_id,
    lateral (select
      case jsonb_typeof(r.mapped->'parts') when 'array' then jsonb_array_length(r.mapped->'parts') else 0 end as parts,
      case jsonb_typeof(r.mapped->'tags') when 'array' then jsonb_array_length(r.mapped->'tags') else 0 end as tags,
      case jsonb_typeof(r.mapped->'companies') when 'array' then jsonb_array_length(r.mapped->'companies') else 0 end
        as companies) as length_of
    where r.run_id = ${runId} and m.created_in_run = ${runId}
    group by r.object order by r.object`;
  const byObject = Object.fromEntries(
    rows.map(({ object, records, calls }) => [object, { records: Number(records), calls: Number(calls) }]),
  );
  return { byObject, calls: Object.values(byObject).reduce((sum, { calls }) => sum + calls, 0) };
}
