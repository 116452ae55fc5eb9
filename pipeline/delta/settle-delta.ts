import type { Queryable } from '../../db/client.ts';
import type { Registry } from '../../objects/registry.ts';
import { isLinkEnd } from '../links/link-ends.ts';
import type { FrozenRun } from '../runs/frozen-run.ts';

/** Kept with the lists: what the changed records mean for others was looked at once, when all of them had been read. */
const FOLLOWED = '$followed';

export function isFollowed(run: FrozenRun): boolean {
  return run.extraction[FOLLOWED] !== undefined;
}

/**
 * When everything that changed has been read: records whose links are stored at the other end are mapped again where that
 * end changed, and what the source deleted is named among the findings.
 */
export async function followChanges(tx: Queryable, run: FrozenRun, registry: Registry): Promise<void> {
  for (const object of run.objects) {
    for (const { reverse } of registry.get(object).fields)
      if (reverse !== undefined) await mapOtherEnds(tx, run, object, reverse);
  }
  await nameDeleted(tx, run);
  await tx`
    update runs set extraction = extraction || ${JSON.stringify({ [FOLLOWED]: true })}::jsonb
    where id = ${run.id} and workspace_id = ${run.workspaceId}`;
}

/** Links as they are and as they were: an end that was let go has changed as well. */
async function mapOtherEnds(
  tx: Queryable,
  run: FrozenRun,
  object: string,
  reverse: { object: string; field: string },
): Promise<void> {
  const prefix = `${reverse.field}:`;
  await tx`
    update run_records r set step = case when s.depth = 'full' then 'map' else 'extract' end, outcome = 'pending'
    from source_records s
    where r.workspace_id = ${run.workspaceId} and r.run_id = ${run.id} and r.object = ${object} and r.step = 'done'
      and r.outcome = 'unchanged' and s.workspace_id = r.workspace_id and s.object = r.object and s.source_id = r.source_id
      and r.source_id in (
        select substr(alias, ${prefix.length + 1}) from source_records c, unnest(c.aliases || coalesce(c.prior_aliases, '{}')) alias
        where c.workspace_id = ${run.workspaceId} and c.object = ${reverse.object} and c.changed_in_run = ${run.id}
          and starts_with(alias, ${prefix}))`;
}

/** Nothing is deleted in Intercom because it was deleted in Infraon: people may have worked on it there. */
async function nameDeleted(tx: Queryable, run: FrozenRun): Promise<void> {
  await tx`
    insert into findings (workspace_id, run_id, object, source_id, class, field, expected, actual)
    select r.workspace_id, r.run_id, r.object, r.source_id, 'changed_at_source', 'record',
      to_jsonb(s.excluded), to_jsonb(m.destination_id)
    from run_records r
    join source_records s on s.workspace_id = r.workspace_id and s.object = r.object and s.source_id = r.source_id
    join id_map m on m.workspace_id = r.workspace_id and m.object = r.object and m.source_id = r.source_id
    where r.workspace_id = ${run.workspaceId} and r.run_id = ${run.id} and r.outcome = 'excluded'`;
}

/**
 * Links of records that were carried over are made when their other end was loaded by this delta: such a record is mapped
 * again, and its hash, which names the gap, is another. Others are left alone.
 */
export async function reopenCarriedGaps(tx: Queryable, run: FrozenRun, or: string): Promise<boolean> {
  const reopened = await tx`
    update run_records r set step = case when s.depth = 'full' then 'map' else 'extract' end, outcome = 'pending'
    from source_records s
    where r.workspace_id = ${run.workspaceId} and r.run_id = ${run.id} and r.step = 'done' and r.outcome = 'unchanged'
      and r.mapped is null and r.warnings <> '[]' and s.workspace_id = r.workspace_id and s.object = r.object and s.source_id = r.source_id
      and exists (
        select 1 from jsonb_array_elements(r.warnings) w
        join id_map m on m.workspace_id = r.workspace_id and m.object = any(string_to_array(w->>'field', ${or}))
          and m.source_id = w->>'value' and ${isLinkEnd(tx)}
        where w->>'stage' = 'load' and w->>'code' = 'parent_missing')`;
  return reopened.count > 0;
}
