import { runDiscovery } from '../../pipeline/discovery/discover.ts';
import { defineTask } from '../define-task.ts';

export const discover = defineTask('discover', (deps, { workspaceId }) => runDiscovery(deps, workspaceId));
