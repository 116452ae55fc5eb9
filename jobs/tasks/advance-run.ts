import { advanceRun } from '../../pipeline/runs/advance.ts';
import { defineTask } from '../define-task.ts';

export const advanceRunTask = defineTask('advance_run', (deps, { workspaceId, runId }) =>
  advanceRun(deps, workspaceId, runId),
);
