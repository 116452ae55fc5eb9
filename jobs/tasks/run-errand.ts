import { runErrand } from '../../pipeline/panel/run-errand.ts';
import { defineTask } from '../define-task.ts';

export const runErrandTask = defineTask('run_errand', (deps, { workspaceId, errandId }) =>
  runErrand(deps, workspaceId, errandId),
);
