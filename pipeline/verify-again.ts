import type { Queryable } from '../db/client.ts';
import { notListed } from './frozen-run.ts';

/** A run that only reads back: everything that is in Intercom, against the payload it was last given. */
export async function planVerification(
  tx: Queryable,
  workspaceId: string,
  runId: string,
  objects: string[],
): Promise<void> {
  await tx`
    insert into run_records (run_id, workspace_id, object, source_id, display_id, step, outcome, mapped, mapped_hash)
    select distinct on (m.object, m.source_id) ${runId}::uuid, m.workspace_id, m.object, m.source_id, m.display_id, 'verify', 'unchanged',
      r.mapped, r.mapped_hash
    from id_map m join run_records r
      on r.workspace_id = m.workspace_id and r.object = m.object and r.source_id = m.source_id and r.mapped is not null
    where m.workspace_id = ${workspaceId} and m.object = any(${objects}) and m.state = 'complete'
    order by m.object, m.source_id, r.id desc`;
  const extraction = Object.fromEntries(objects.map((object) => [object, { ...notListed(), listed: true }]));
  await tx`update runs set extraction = ${JSON.stringify(extraction)}::jsonb where id = ${runId}`;
}
