import { decideRollback } from '../../pipeline/rollback/decide.ts';
import { defineTask } from '../define-task.ts';

export const decideRollbackTask = defineTask('decide_rollback', (deps, { workspaceId, runId }) =>
  decideRollback(deps, workspaceId, runId),
);
