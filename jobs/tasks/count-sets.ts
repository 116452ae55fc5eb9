import { countSets } from '../../pipeline/verify/sets/count-sets.ts';
import { defineTask } from '../define-task.ts';

export const countSetsTask = defineTask('count_sets', (deps, { workspaceId, runId }) =>
  countSets(deps, workspaceId, runId),
);
