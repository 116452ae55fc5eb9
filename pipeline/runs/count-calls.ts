import type { Deps } from '../deps.ts';
import type { FrozenRun } from './frozen-run.ts';

/** Counts calls that belong to no batch; a count that is lost is not worth a failure. */
export function countCall(deps: Deps, run: FrozenRun, object: string): (operation: string) => void {
  return (operation) => {
    deps.db.sql`
      insert into run_calls (run_id, workspace_id, object, operation, calls)
      values (${run.id}, ${run.workspaceId}, ${object}, ${operation}, 1)
      on conflict (run_id, object, operation) do update set calls = run_calls.calls + 1`.catch(
      () => undefined,
    );
  };
}
