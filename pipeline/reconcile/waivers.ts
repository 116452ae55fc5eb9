import type { Queryable } from '../../db/client.ts';
import type { FrozenRun } from '../runs/frozen-run.ts';

/**
 * What a person left behind stays behind in later runs, until somebody tries the record again. A record that is in
 * Intercom all the same was waived for one change only: what changes later is looked at anew.
 */
export async function keepWaivers(
  tx: Queryable,
  run: FrozenRun,
  object: string,
  sourceIds: string[],
): Promise<void> {
  await tx`
    update run_records r
    set step = 'done', outcome = 'waived', reason_code = last.reason_code, reason = last.reason
    from (
      select distinct on (p.source_id) p.source_id, p.outcome, p.reason_code, p.reason from run_records p
      where p.workspace_id = ${run.workspaceId} and p.object = ${object} and p.source_id = any(${sourceIds})
        and p.run_id <> ${run.id}
      order by p.source_id, p.id desc
    ) last
    where r.run_id = ${run.id} and r.object = ${object} and r.source_id = last.source_id and last.outcome = 'waived'
      and r.outcome = 'pending' and r.step in ('extract', 'map') and r.lease_token is null
      and not exists (
        select 1 from id_map m
        where m.workspace_id = ${run.workspaceId} and m.object = ${object} and m.source_id = r.source_id)`;
}
