import type { Queryable } from '../../db/client.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';
import { UNDONE } from '../load/destination.ts';
import type { FrozenRun } from '../runs/frozen-run.ts';
import type { InfraonAccess } from '../source/infraon-access.ts';

/** Settings that decide what becomes of a record; when one of them changed, everything is mapped again. */
const MAPPING_SETTINGS = [
  'source_timezone',
  'company_rule',
  'default_country',
  'article_folder_rule',
  'article_files_url',
] as const;

/**
 * Puts everything that a delta has not found changed into its ledger: what is in Intercom is unchanged, what was set
 * aside is tried again, which costs calls only if it can go on now. What the source no longer lists stays in Intercom and
 * is named. No record is read from either side.
 */
export async function carryOver(
  tx: Queryable,
  run: FrozenRun,
  definition: ObjectDefinition,
  access: InfraonAccess | null,
  isWhole: boolean,
): Promise<{ gone: number }> {
  const { name: object } = definition;
  if (isWhole) await markGone(tx, run, object, definition.source.kind === 'derived');
  const settings = Object.fromEntries(MAPPING_SETTINGS.map((name) => [name, run.settings[name]]));
  const rereadsThreads = access !== null && !isThreadTold(definition, access);
  const rows = await tx<{ gone: number }[]>`
    with carried as (
    insert into run_records (run_id, workspace_id, object, source_id, display_id, step, outcome, mapped_hash, source_hash,
      unique_key, warnings, reason_code, reason)
    select ${run.id}, s.workspace_id, s.object, s.source_id, s.display_id, next.step,
      case when s.excluded is not null then 'excluded' when next.step <> 'done' then 'pending'
        when l.outcome = 'waived' then 'waived' else 'unchanged' end,
      l.mapped_hash, l.source_hash, l.unique_key,
      case when s.excluded is null then coalesce(l.warnings, '[]') else jsonb_build_array(jsonb_build_object(
        'code', 'excluded', 'field', null, 'value', null, 'message', s.excluded, 'suggestion', null)) end,
      case when l.outcome = 'waived' and s.excluded is null then l.reason_code end,
      case when l.outcome = 'waived' and s.excluded is null then l.reason end
    from source_records s
    left join lateral (
      select r.outcome, r.mapped_hash, r.source_hash, r.unique_key, r.warnings, r.reason_code, r.reason,
        runs.map_versions->>r.object is not distinct from ${String(run.mapVersions[object] ?? '')}
          and runs.settings @> ${JSON.stringify(settings)}::jsonb as "sameMap"
      from run_records r join runs on runs.id = r.run_id and runs.kind in ('sample', 'full', 'delta')
      where r.workspace_id = s.workspace_id and r.object = s.object and r.source_id = s.source_id and r.run_id <> ${run.id}
      order by r.id desc limit 1
    ) l on true
    cross join lateral (select case
      when s.excluded is not null or l.outcome = 'waived' then 'done'
      when l.outcome in ('created', 'updated', 'adopted', 'unchanged') and l."sameMap" and ${isWritten(tx)}
        then case when ${rereadsThreads} and not ${isClosed(tx)} then 'extract' else 'done' end
      when s.depth = 'full' then 'map' else 'extract' end as step) next
    where s.workspace_id = ${run.workspaceId} and s.object = ${object}
      and (s.seen_in_run is not null or s.changed_in_run = ${run.id} or exists (
        select 1 from id_map m where m.workspace_id = s.workspace_id and m.object = s.object and m.source_id = s.source_id))
    order by s.seq
    on conflict (run_id, object, source_id) do nothing
    returning source_id)
    select count(*)::int as gone from carried join source_records g on g.source_id = carried.source_id
    where g.workspace_id = ${run.workspaceId} and g.object = ${object} and g.seen_in_run is null`;
  return { gone: rows[0]?.gone ?? 0 };
}

/** What a whole scan has not met is not there any more; its links are followed once more, to free the other ends. */
async function markGone(tx: Queryable, run: FrozenRun, object: string, isDerived: boolean): Promise<void> {
  const reason = isDerived ? 'No record in Infraon names it any more.' : 'Deleted in Infraon.';
  await tx`
    update source_records set seen_in_run = null, excluded = ${reason}, changed_in_run = ${run.id}, prior_aliases = aliases
    where workspace_id = ${run.workspaceId} and object = ${object} and seen_in_run <> ${run.id}`;
}

/** Whether a new thread entry shows in its record's stamp of change; probing has tried (capability `thread_updates`). */
function isThreadTold(definition: ObjectDefinition, { profile, connection }: InfraonAccess): boolean {
  if (definition.source.kind !== 'endpoint') return true;
  const children = Object.values(profile.objects[definition.source.object]?.children ?? {});
  if (!children.some((child) => child.onUnknownPrivacy !== undefined)) return true;
  return connection.capabilities.some(({ id, ok }) => id === 'thread_updates' && ok);
}

/** In Intercom as it was last written: a rollback takes the record away, or takes its last write back. */
function isWritten(tx: Queryable) {
  return tx`exists (
    select 1 from id_map m where m.workspace_id = s.workspace_id and m.object = s.object and m.source_id = s.source_id
      and m.loaded_hash is not null and m.loaded_hash not like ${`%${UNDONE}`})`;
}

/** Closed when it was last written; its thread is at rest. Records without a state are never at rest. */
function isClosed(tx: Queryable) {
  return tx`coalesce((
    select w.mapped->>'state' from run_records w
    where w.workspace_id = s.workspace_id and w.object = s.object and w.source_id = s.source_id and w.mapped is not null
    order by w.id desc limit 1), '') = 'closed'`;
}
