import type { Queryable } from '../../db/client.ts';
import { TransientError } from '../../errors.ts';
import { callLifeMs, type Deps } from '../deps.ts';
import type { FrozenRun } from '../runs/frozen-run.ts';
import { setTimeout as sleep } from 'node:timers/promises';

/** What prepare makes or finds in the workspace: a rollback removes what is `created`, and leaves what is `adopted`. */
export interface Item {
  /** `contact`, `company` or `conversation` attribute, `tag`, `collection`. */
  kind: string;
  name: string;
  detail?: Record<string, unknown>;
}

/** Tries of one item whose answers get lost, before its job counts as failing. */
const MAX_TRIES = 6;

/**
 * Finds the item in Intercom, or makes it. An empty id is the intent, committed before the call: what is found after a
 * lost answer or a crash is known to be ours. After a lost answer nothing is made anew before the call must be over.
 * @param look reads Intercom again; undefined when the item is not there
 */
export async function findOrMake(
  deps: Deps,
  run: FrozenRun,
  item: Item,
  look: (again: boolean) => Promise<string | undefined>,
  make: () => Promise<string>,
  signal?: AbortSignal,
): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const found = await look(tries > 1);
    if (found !== undefined) {
      const intended = await isIntended(deps.db.sql, run, item);
      await keepItem(deps.db.sql, run, item, found, intended ? 'created' : 'adopted');
      return found;
    }
    await keepItem(deps.db.sql, run, item, '', 'created');
    try {
      const id = await make();
      await keepItem(deps.db.sql, run, item, id, 'created');
      return id;
    } catch (error) {
      if (!(error instanceof TransientError) || tries >= MAX_TRIES) throw error;
      await sleep(error.outcomeUnknown ? callLifeMs(deps) : 1_000 * tries, undefined, { signal });
    }
  }
}

async function isIntended(sql: Queryable, run: FrozenRun, { kind, name }: Item): Promise<boolean> {
  const rows = await sql`
    select 1 from prepared_items
    where workspace_id = ${run.workspaceId} and kind = ${kind} and name = ${name} and destination_id = ''`;
  return rows.length > 0;
}

/** What an item turned out to be is decided once: later runs find what the first one made. */
async function keepItem(
  sql: Queryable,
  run: FrozenRun,
  { kind, name, detail = {} }: Item,
  id: string,
  origin: 'created' | 'adopted',
): Promise<void> {
  await sql`
    insert into prepared_items as p (workspace_id, kind, name, destination_id, origin, detail, run_id)
    values (${run.workspaceId}, ${kind}, ${name}, ${id}, ${origin}, ${JSON.stringify(detail)}::jsonb, ${run.id})
    on conflict (workspace_id, kind, name) do update
      set destination_id = excluded.destination_id, detail = excluded.detail, updated_at = now(),
        origin = case when p.destination_id = '' or p.destination_id <> excluded.destination_id then excluded.origin else p.origin end`;
}
