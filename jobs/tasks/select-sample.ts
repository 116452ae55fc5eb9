import { selectSample } from '../../pipeline/extract/sample.ts';
import { defineTask } from '../define-task.ts';

export const selectSampleTask = defineTask('select_sample', (deps, { workspaceId, runId }) =>
  selectSample(deps, workspaceId, runId),
);
