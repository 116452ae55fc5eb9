import { takeLook } from '../../pipeline/cutover/source-looks.ts';
import { defineTask } from '../define-task.ts';

export const lookAtSource = defineTask('look_at_source', (deps, { workspaceId, lookId }) =>
  takeLook(deps, workspaceId, lookId),
);
