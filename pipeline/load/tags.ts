import type { IntercomClient } from '../../connectors/intercom/client.ts';
import type { Deps } from '../deps.ts';
import type { FrozenRun } from '../frozen-run.ts';

/**
 * Tag ids by name. `POST /tags` with a name returns the tag that has it or makes one (Intercom API 2.16), so it is safe
 * to repeat; what was there before us is told apart by the list, for rollback.
 */
export function createTags(
  deps: Deps,
  run: FrozenRun,
  intercom: IntercomClient,
): (name: string) => Promise<string> {
  const { sql } = deps.db;
  const pending = new Map<string, Promise<string>>();
  let existing: Promise<Map<string, string>> | undefined;

  async function findOrCreate(name: string): Promise<string> {
    const known = await sql<{ id: string }[]>`
      select destination_id as id from prepared_items
      where workspace_id = ${run.workspaceId} and kind = 'tag' and name = ${name.toLowerCase()}`;
    if (known[0] !== undefined) return known[0].id;
    existing ??= intercom
      .listTags()
      .then((tags) => new Map(tags.map((tag) => [tag.name.toLowerCase(), tag.id])));
    const there = (await existing).get(name.toLowerCase());
    const id = there ?? (await intercom.createTag(name)).id;
    await sql`
      insert into prepared_items (workspace_id, kind, name, destination_id, origin, run_id)
      values (${run.workspaceId}, 'tag', ${name.toLowerCase()}, ${id}, ${there === undefined ? 'created' : 'adopted'}, ${run.id})
      on conflict (workspace_id, kind, name) do nothing`;
    return id;
  }

  return (name) => {
    const key = name.toLowerCase();
    const promise = pending.get(key) ?? findOrCreate(name);
    pending.set(key, promise);
    promise.catch(() => pending.delete(key));
    return promise;
  };
}
