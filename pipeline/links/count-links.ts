import type { Queryable } from '../../db/client.ts';
import type { LinkState } from '../../db/schema/links.ts';

/** Links of one type, such as `incident-asset`: every one that a mapped record names is in exactly one of the states. */
export interface EdgeCounts {
  type: string;
  from: string;
  to: string;
  expected: number;
  made: number;
  /** Of those made, the ones that reading back found. */
  verified: number;
  missing: number;
  /** One of its ends was set aside. */
  rejected: number;
  /** It names a record that Infraon does not have. */
  dangling: number;
  /** The other end is not loaded yet, or not part of this run. */
  waiting: number;
}

interface Run {
  id: string;
  workspaceId: string;
}

/**
 * At the end of a run: what became of links whose other end is not in Intercom. One that is there after all should have
 * been made; one whose record was set aside, or that the source does not have, never will be. The others wait for a run
 * that covers their other end.
 */
export async function closeLinks(sql: Queryable, run: Run): Promise<void> {
  await sql`
    update record_links l set state = v.state, code = v.code, updated_at = now()
    from (
      select w.from_object, w.from_id, w.field, w.to_object, w.to_id,
        case when m.source_id is not null then 'missing'
          when r.outcome in ('rejected', 'waiting', 'waived', 'excluded') or s.excluded is not null then 'rejected'
          when r.source_id is null and s.source_id is null then 'dangling'
          else 'waiting' end as state,
        case when m.source_id is not null then 'not_made'
          when r.outcome in ('rejected', 'waiting') then 'parent_rejected'
          when r.outcome is not null or s.source_id is null or s.excluded is not null then 'parent_missing' end as code
      from record_links w
      left join id_map m on m.workspace_id = w.workspace_id and m.object = w.to_object and m.source_id = w.to_id
      left join run_records r on r.run_id = w.run_id and r.object = w.to_object and r.source_id = w.to_id
      left join source_records s on s.workspace_id = w.workspace_id and s.object = w.to_object and s.source_id = w.to_id
      where w.workspace_id = ${run.workspaceId} and w.run_id = ${run.id} and w.state = 'waiting'
    ) v
    where l.workspace_id = ${run.workspaceId} and l.from_object = v.from_object and l.from_id = v.from_id and l.field = v.field
      and l.to_object = v.to_object and l.to_id = v.to_id and l.state = 'waiting' and v.state <> 'waiting'`;
}

/** How many links of each type the records of a run name, and what became of them. */
export async function countLinks(sql: Queryable, run: Run): Promise<EdgeCounts[]> {
  const rows = await sql<{ from: string; to: string; state: LinkState; links: string; verified: string }[]>`
    select from_object as "from", to_object as "to", state, count(*) as links, count(verified_at) as verified
    from record_links where workspace_id = ${run.workspaceId} and run_id = ${run.id}
    group by 1, 2, 3 order by 1, 2`;
  const counts = new Map<string, EdgeCounts>();
  for (const { from, to, state, links, verified } of rows) {
    const type = `${from}-${to}`;
    const edge = counts.get(type) ?? { type, from, to, ...NONE };
    edge.expected += Number(links);
    edge.verified += Number(verified);
    edge[state] += Number(links);
    counts.set(type, edge);
  }
  return [...counts.values()];
}

const NONE = { expected: 0, made: 0, verified: 0, missing: 0, rejected: 0, dangling: 0, waiting: 0 };
