import type { Queryable } from '../../db/client.ts';
import { collectionKey } from '../load/articles/collections.ts';
import type { FrozenRun } from '../runs/frozen-run.ts';

/** What the records that stay in Intercom use of what loading made in the workspace. */
export interface Uses {
  tags: ReadonlySet<string>;
  /** `contact:Site`, by the kind of the attribute. */
  attributes: ReadonlySet<string>;
  collections: ReadonlySet<string>;
}

const KINDS: Record<string, string> = {
  contacts: 'contact',
  companies: 'company',
  conversations: 'conversation',
};

/**
 * Records stay when they are spared, when an earlier run made them, when people's values on them stay, or when they are no
 * part of the rollback at all.
 */
export async function usesOfStaying(sql: Queryable, run: FrozenRun): Promise<Uses> {
  const staying = sql`
    staying as (
      select m.object, m.source_id from id_map m
      left join run_records r on r.run_id = ${run.id} and r.object = m.object and r.source_id = m.source_id
      where m.workspace_id = ${run.workspaceId}
        and (r.id is null or r.undo->>'action' = 'spare' or (r.undo->'whole' = 'false'::jsonb and r.undo->>'action' in ('restore', 'keep'))
          or r.undo->'reasons' @> '[{"code": "edited"}]'::jsonb)
    ), mapped as (
      select distinct on (n.object, n.source_id) n.mapped from staying s
      join run_records n on n.workspace_id = ${run.workspaceId} and n.object = s.object and n.source_id = s.source_id
        and n.mapped is not null
      order by n.object, n.source_id, n.id desc
    )`;
  const tags = await sql<{ name: string }[]>`
    with ${staying}
    select distinct lower(t.name) as name from mapped,
      jsonb_array_elements_text(case jsonb_typeof(mapped->'tags') when 'array' then mapped->'tags' else '[]' end) as t(name)`;
  const attributes = await sql<{ resource: string; name: string }[]>`
    with ${staying}
    select distinct mapped->>'resource' as resource, a.key as name from mapped,
      jsonb_each(case jsonb_typeof(mapped->'custom_attributes') when 'object' then mapped->'custom_attributes' else '{}' end) as a
    where a.value <> 'null'::jsonb`;
  const paths = await sql<{ path: string[] }[]>`
    with ${staying}
    select distinct mapped->'collection' as path from mapped where jsonb_typeof(mapped->'collection') = 'array'`;
  return {
    tags: new Set(tags.map(({ name }) => name)),
    attributes: new Set(attributes.map(({ resource, name }) => `${KINDS[resource] ?? resource}:${name}`)),
    collections: new Set(
      paths.flatMap(({ path }) => path.map((_name, index) => collectionKey(path.slice(0, index + 1)))),
    ),
  };
}
