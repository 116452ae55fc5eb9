import { eraseStaged } from '../../pipeline/cutover/retention.ts';
import { defineTask } from '../define-task.ts';

export const eraseStagedTask = defineTask('erase_staged', (deps, { workspaceId, signOffId }) =>
  eraseStaged(deps, workspaceId, signOffId),
);
