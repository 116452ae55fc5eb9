import type { Queryable } from '../../db/client.ts';
import { safeJson } from './safe-json.ts';

interface MapRow {
  object: string;
  version: number;
  state: string;
  rules: unknown;
  unmapped: unknown;
  created_by: string;
  created_at: Date;
  approved_by: string | null;
  approved_at: Date | null;
}

/** Items of a JSON list, one by one. */
export async function* jsonItems<Row>(
  batches: AsyncIterable<Row[]>,
  itemOf: (row: Row) => unknown,
): AsyncGenerator<string> {
  let separator = '\n';
  for await (const rows of batches) {
    for (const row of rows) {
      yield `${separator}${safeJson(itemOf(row))}`;
      separator = ',\n';
    }
  }
}

/** Every version of every map, oldest first, with who made it and who approved it. */
export async function* mapsFile(sql: Queryable, workspaceId: string): AsyncGenerator<string> {
  // Maps are large: a few at a time.
  const rows = sql<MapRow[]>`
    select m.object, m.version, m.state, m.rules, m.unmapped, coalesce(nullif(t.name, ''), m.created_by) as created_by, m.created_at,
      m.approved_by, m.approved_at
    from object_maps m
    left join teammates t on t.workspace_id = m.workspace_id and t.admin_id = m.created_by
    where m.workspace_id = ${workspaceId} order by m.object, m.version`.cursor(10);
  yield '{"maps":[';
  yield* jsonItems(rows, (row) => row);
  yield '\n]}\n';
}
