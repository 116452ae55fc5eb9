import { enqueueAdvance } from '../../db/queue.ts';
import { runExclusive } from '../runs/batch.ts';
import type { Deps } from '../deps.ts';
import { requireRun } from '../runs/frozen-run.ts';
import { WORKING_STATES } from '../runs/run-state.ts';
import { spareNeeded } from './needs.ts';
import { undoRunOf } from './undo-plan.ts';
import { inspectWorkspaceItems } from './workspace-items.ts';

/**
 * When everything was looked at: spares what things that stay need, says what becomes of tags, attributes and collections,
 * and opens the undoing; a dry run ends here. It can be repeated.
 */
export async function decideRollback(deps: Deps, workspaceId: string, runId: string): Promise<void> {
  const { sql } = deps.db;
  const run = await requireRun(sql, workspaceId, runId);
  if (undoRunOf(run.undo).decided || !WORKING_STATES.includes(run.state)) return;
  await runExclusive(deps, run, 'decide', async () => {
    await spareNeeded(sql, { workspaceId, runId });
    await inspectWorkspaceItems(deps, run);
    await sql.begin(async (tx) => {
      await tx`
        update run_records set step = 'done', outcome = 'unchanged'
        where workspace_id = ${workspaceId} and run_id = ${runId} and step in ('inspect', 'undo')
          and (${run.dryRun} or undo->>'action' = 'spare')`;
      await tx`
        update runs set undo = undo || '{"decided": true}'::jsonb where workspace_id = ${workspaceId} and id = ${runId}`;
      await enqueueAdvance(tx, { workspaceId, runId });
    });
  });
}
