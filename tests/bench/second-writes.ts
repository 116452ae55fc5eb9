import type { Sql } from 'postgres';

/**
 * How many custom object instances must be written twice at the least: of two that name each other the one that is
 * written first does not know the other's id. That is a vertex cover of the pairs, of which linear programming gives a
 * lower bound: half the largest matching of the graph in which each record stands once on either side.
 */
export async function fewestSecondWrites(sql: Sql, runId: string): Promise<number> {
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
  // A record that names itself is written twice in any case, and covers its other pairs.
  const selves = new Set(rows.filter(({ a, b }) => a === b).map(({ a }) => a));
  const ends = new Map<string, string[]>();
  for (const { a, b } of rows) if (!selves.has(a) && !selves.has(b)) ends.set(a, [...(ends.get(a) ?? []), b]);
  return selves.size + Math.ceil(largestMatching(ends) / 2);
}

/** Augmenting paths, one search for each record of the left side. */
function largestMatching(ends: ReadonlyMap<string, readonly string[]>): number {
  const partnerOf = new Map<string, string>();

  function findPartner(left: string, seen: Set<string>): boolean {
    for (const right of ends.get(left) ?? []) {
      if (seen.has(right)) continue;
      seen.add(right);
      const holder = partnerOf.get(right);
      if (holder !== undefined && !findPartner(holder, seen)) continue;
      partnerOf.set(right, left);
      return true;
    }
    return false;
  }
  return [...ends.keys()].filter((left) => findPartner(left, new Set())).length;
}
