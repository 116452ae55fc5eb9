import { enqueueAdvance } from '../../db/queue.ts';
import { runExclusive } from '../runs/batch.ts';
import type { Deps } from '../deps.ts';
import type { FrozenRun } from '../runs/frozen-run.ts';
import { spareNeeded } from './needs.ts';
import { undoRunOf } from './undo-plan.ts';
import { inspectWorkspaceItems } from './workspace-items.ts';

/**
 * When everything was looked at: spares what things that stay need, says what becomes of tags, attributes and collections,
 * and opens the undoing; a dry run ends here. It can be repeated.
 */
export async function decideRollback(deps: Deps, workspaceId: string, runId: string): Promise<void> {
  const { sql } = deps.db;
  const place = { workspaceId, runId };
  const isUndecided = ({ undo }: FrozenRun) => !undoRunOf(undo).decided;
  await runExclusive(deps, place, 'decide', isUndecided, async ({ run }) => {
    await spareNeeded(sql, place);
    await inspectWorkspaceItems(deps, run);
    await sql.begin(async (tx) => {
      await tx`
        update run_records set step = 'done', outcome = 'unchanged'
        where workspace_id = ${workspaceId} and run_id = ${runId} and step in ('inspect', 'undo')
          and (${run.dryRun} or undo->>'action' = 'spare')`;
      await tx`
        update runs set undo = undo || '{"decided": true}'::jsonb where workspace_id = ${workspaceId} and id = ${runId}`;
      await enqueueAdvance(tx, place);
    });
  });
}
