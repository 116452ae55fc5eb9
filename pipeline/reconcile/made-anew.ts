import type { Queryable } from '../../db/client.ts';
import { UNDONE } from '../load/destination.ts';
import { REPLACED } from '../load/people-edits.ts';

/** A record of a run that gets another id in Intercom. */
export interface Renewed {
  run_id: string;
  object: string;
  source_id: string;
}

/**
 * What is made anew gets another id: the records that link to it are looked at and write their links again, in the same
 * run where they are part of it, else in the next one. What people changed in them stays. To be called while the id map
 * still knows the former id. Records that are known to be gone themselves have no links to write.
 */
export async function takeBackReferrers(
  tx: Queryable,
  workspaceId: string,
  renewed: readonly Renewed[],
): Promise<void> {
  if (renewed.length === 0) return;
  const referrers = await tx<Renewed[]>`
    with renewed as (
      select v.*, m.destination_id as former
      from jsonb_to_recordset(${JSON.stringify(renewed)}::jsonb) as v(run_id uuid, object text, source_id text)
      left join id_map m on m.workspace_id = ${workspaceId} and m.object = v.object and m.source_id = v.source_id
    ), referrers as (
      select v.run_id, l.from_object as object, l.from_id as source_id,
        coalesce(jsonb_object_agg(v.object || ':' || v.source_id, v.former) filter (where v.former is not null), '{}') as former
      from renewed v join record_links l
        on l.workspace_id = ${workspaceId} and l.to_object = v.object and l.to_id = v.source_id
      where (l.from_object, l.from_id) not in (select object, source_id from renewed)
        and not exists (
          select 1 from findings f
          where f.workspace_id = ${workspaceId} and f.run_id = v.run_id and f.object = l.from_object and f.source_id = l.from_id
            and f.field = 'record' and f.class in ('missing', 'changed_in_intercom') and f.repaired_at is null)
      group by 1, 2, 3
    )
    update id_map m
    set loaded_hash = regexp_replace(m.loaded_hash, ${`${UNDONE}$`}, '') || ${UNDONE},
      facts = m.facts || jsonb_build_object(${REPLACED}::text, coalesce(m.facts->${REPLACED}, '{}') || r.former)
    from referrers r
    where m.workspace_id = ${workspaceId} and m.object = r.object and m.source_id = r.source_id
    returning r.run_id, m.object, m.source_id`;
  await addToVerification(tx, workspaceId, referrers);
  await tx`
    update run_records r
    set step = case when r.mapped is not null then 'load' when s.depth = 'full' then 'map' else 'extract' end,
      outcome = 'pending', attempts = 0, not_before = null, look = null
    from jsonb_to_recordset(${JSON.stringify(referrers)}::jsonb) as f(run_id uuid, object text, source_id text)
    left join source_records s
      on s.workspace_id = ${workspaceId} and s.object = f.object and s.source_id = f.source_id
    where r.workspace_id = ${workspaceId} and r.run_id = f.run_id and r.object = f.object and r.source_id = f.source_id
      and r.step = 'done' and r.outcome in ('created', 'updated', 'adopted', 'unchanged')`;
}

/** A verification that reads a part of the records back has others to write to now: they are part of it from here on. */
async function addToVerification(
  tx: Queryable,
  workspaceId: string,
  referrers: readonly Renewed[],
): Promise<void> {
  await tx`
    insert into run_records (run_id, workspace_id, object, source_id, display_id, step, outcome, mapped, mapped_hash, source_hash)
    select distinct on (f.run_id, f.object, f.source_id) f.run_id, r.workspace_id, r.object, r.source_id, r.display_id,
      'done', 'unchanged', r.mapped, r.mapped_hash, r.source_hash
    from jsonb_to_recordset(${JSON.stringify(referrers)}::jsonb) as f(run_id uuid, object text, source_id text)
    join runs u on u.workspace_id = ${workspaceId} and u.id = f.run_id and u.kind = 'verify' and u.objects ? f.object
    join run_records r on r.workspace_id = ${workspaceId} and r.object = f.object and r.source_id = f.source_id
      and r.mapped is not null and r.outcome in ('created', 'updated', 'adopted', 'unchanged') and r.undone_by is null
    order by f.run_id, f.object, f.source_id, r.id desc
    on conflict (run_id, object, source_id) do nothing`;
}

/** A step that is done is not done again, unless its row says that it no longer counts. `steps`: how their keys begin. */
export async function forgetSteps(
  tx: Queryable,
  workspaceId: string,
  records: readonly { object: string; source_id: string; steps: string[] | null }[],
): Promise<void> {
  await tx`
    update load_journal j set state = 'superseded'
    from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as v(object text, source_id text, steps jsonb)
    where j.workspace_id = ${workspaceId} and j.object = v.object and j.source_id = v.source_id and j.state = 'done'
      and (v.steps is null or jsonb_typeof(v.steps) = 'null'
        or exists (select 1 from jsonb_array_elements_text(v.steps) as s(name) where starts_with(j.step, s.name)))`;
}

/** A record that is in Intercom no more is nowhere: loading makes it, whatever it was before. */
export async function forgetPlaces(
  tx: Queryable,
  workspaceId: string,
  gone: readonly { object: string; source_id: string }[],
): Promise<void> {
  await tx`
    delete from id_map m using jsonb_to_recordset(${JSON.stringify(gone)}::jsonb) as v(object text, source_id text)
    where m.workspace_id = ${workspaceId} and m.object = v.object and m.source_id = v.source_id`;
}

/**
 * Lets records be made again that people deleted in Intercom, as their rejections say: the thing with the id that is
 * named there, which is the record's own or the person's whom it is about. Answers the ledger rows of the latter; the
 * former go back to work with their rejections.
 */
export async function forgetDeleted(tx: Queryable, workspaceId: string, ids: string[]): Promise<string[]> {
  const gone = await tx<(Renewed & { id: string })[]>`
    select distinct p.id, p.run_id, p.object, p.source_id
    from run_records r
    join id_map m on m.workspace_id = r.workspace_id and m.destination_id = r.reason->>'value'
      and ((m.object = r.object and m.source_id = r.source_id) or m.resource = 'contacts')
    join run_records p on p.run_id = r.run_id and p.object = m.object and p.source_id = m.source_id
      and p.step = 'done'
    where r.workspace_id = ${workspaceId} and r.id = any(${ids}::bigint[])`;
  await takeBackReferrers(tx, workspaceId, gone);
  await forgetSteps(
    tx,
    workspaceId,
    gone.map(({ object, source_id }) => ({ object, source_id, steps: null })),
  );
  await forgetPlaces(tx, workspaceId, gone);
  return gone.map(({ id }) => id).filter((id) => !ids.includes(id));
}
