import type { Queryable } from '../../db/client.ts';
import { notListed } from '../runs/frozen-run.ts';

/**
 * A run that only reads back: what is in Intercom, against the payload it was last given.
 * @param part.limit at most so many records of each object, other ones each time; all when absent
 * @param part.ofRunId only records that this run brought to Intercom, or found there unchanged
 */
export async function planVerification(
  tx: Queryable,
  workspaceId: string,
  runId: string,
  objects: string[],
  part: { limit?: number | undefined; ofRunId?: string | undefined } = {},
): Promise<void> {
  const among = part.ofRunId === undefined ? tx`` : inRun(tx, workspaceId, part.ofRunId);
  await tx`
    insert into run_records (run_id, workspace_id, object, source_id, display_id, step, outcome, mapped, mapped_hash,
      source_hash, look)
    select distinct on (m.object, m.source_id) ${runId}::uuid, m.workspace_id, m.object, m.source_id, m.display_id, 'verify', 'unchanged',
      r.mapped, r.mapped_hash, r.source_hash, r.look
    from id_map m join run_records r
      on r.workspace_id = m.workspace_id and r.object = m.object and r.source_id = m.source_id and r.mapped is not null
      and r.outcome in ('created', 'updated', 'adopted', 'unchanged')
      and r.undone_by is null
    where m.workspace_id = ${workspaceId} and m.object = any(${objects}) and m.state = 'complete'
      ${among}
      ${part.limit === undefined ? tx`` : chosen(tx, workspaceId, runId, { limit: part.limit, among })}
    order by m.object, m.source_id, r.id desc`;
  const extraction = Object.fromEntries(objects.map((object) => [object, { ...notListed(), listed: true }]));
  await tx`update runs set extraction = ${JSON.stringify(extraction)}::jsonb where id = ${runId}`;
}

function inRun(tx: Queryable, workspaceId: string, ofRunId: string) {
  return tx`and exists (
    select 1 from run_records o where o.workspace_id = ${workspaceId} and o.run_id = ${ofRunId}
      and o.object = m.object and o.source_id = m.source_id and o.outcome in ('created', 'updated', 'adopted', 'unchanged'))`;
}

/** Picked by a hash that the run's id salts: spread evenly, and not the same records day after day. */
function chosen(
  tx: Queryable,
  workspaceId: string,
  runId: string,
  { limit, among }: { limit: number; among: ReturnType<typeof inRun> },
) {
  return tx`and (m.object, m.source_id) in (
    select object, source_id from (
      select m.object, m.source_id, row_number() over (partition by m.object order by md5(m.source_id || ${runId}::text)) as place
      from id_map m where m.workspace_id = ${workspaceId} and m.state = 'complete' ${among}) spread
    where place <= ${limit})`;
}
