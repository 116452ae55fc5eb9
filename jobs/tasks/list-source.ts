import { listSource } from '../../pipeline/extract/extract.ts';
import { defineTask } from '../define-task.ts';

export const listSourceTask = defineTask('list_source', (deps, { workspaceId, runId, object }) =>
  listSource(deps, workspaceId, runId, object),
);
