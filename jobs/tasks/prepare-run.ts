import { prepareRun } from '../../pipeline/prepare/prepare.ts';
import { defineTask } from '../define-task.ts';

export const prepareRunTask = defineTask('prepare_run', (deps, { workspaceId, runId }) =>
  prepareRun(deps, workspaceId, runId),
);
