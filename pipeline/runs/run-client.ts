import type { IntercomClient } from '../../connectors/intercom/client.ts';
import type { Fence } from '../../db/leases.ts';
import type { Deps } from '../deps.ts';
import { intercomFor } from '../install/intercom-access.ts';
import type { FrozenRun } from './frozen-run.ts';

/**
 * Intercom for work of a run that belongs to no batch: within the workspace's budget, its calls counted with the run.
 * @param fence to be asked before a write leaves; without one nothing may be written.
 */
export async function runClient(
  deps: Deps,
  run: FrozenRun,
  object: string,
  fence?: Fence,
): Promise<IntercomClient> {
  const { workspaceId } = run;
  const count = (operation: string) => countCall(deps, run, object, operation);
  const { client } = await intercomFor(deps, workspaceId, deps.rateGates(workspaceId), count, fence?.check);
  return client;
}

/** A count that is lost is not worth a failure. */
function countCall({ db }: Deps, run: FrozenRun, object: string, operation: string): void {
  db.sql`
    insert into run_calls (run_id, workspace_id, object, operation, calls)
    values (${run.id}, ${run.workspaceId}, ${object}, ${operation}, 1)
    on conflict (run_id, object, operation) do update set calls = run_calls.calls + 1`.catch(() => undefined);
}
