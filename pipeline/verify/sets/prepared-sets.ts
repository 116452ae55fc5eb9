import type { IntercomClient } from '../../../connectors/intercom/client.ts';
import type { Queryable } from '../../../db/client.ts';
import type { FrozenRun } from '../../runs/frozen-run.ts';
import type { SetComparison } from './compare-set.ts';

/** Findings about what belongs to no record are kept under this name, as rollback does. */
export const WORKSPACE = 'workspace';

/** Tags and collections that loading made or found, by the id it knows them by. Others of their kind are people's. */
export async function comparePrepared(
  sql: Queryable,
  run: FrozenRun,
  client: IntercomClient,
): Promise<SetComparison[]> {
  const items = await sql<{ kind: string; name: string; id: string }[]>`
    select kind, name, destination_id as id from prepared_items
    where workspace_id = ${run.workspaceId} and kind in ('tag', 'collection') and destination_id <> ''
    order by kind, name`;
  const lists = {
    tag: { set: 'tags', read: () => client.listTags() },
    collection: { set: 'collections', read: () => client.listCollections() },
  };
  const compared: SetComparison[] = [];
  for (const [kind, { set, read }] of Object.entries(lists)) {
    const expected = items.filter((item) => item.kind === kind);
    if (expected.length === 0) continue;
    const there = new Set((await read()).map(({ id }) => id));
    const gone = expected.filter(({ id }) => !there.has(id));
    compared.push({
      count: {
        set,
        expected: expected.length,
        found: expected.length - gone.length,
        extra: 0,
        missing: gone.length,
        unchecked: 0,
        note: null,
      },
      strays: [],
      gone: gone.map(({ id, name }) => ({ id, record: { ref: WORKSPACE, sourceId: name } })),
    });
  }
  return compared;
}
