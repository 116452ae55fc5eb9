import { reportHealth } from '../../pipeline/install/health-report.ts';
import { processNotifications } from '../../pipeline/install/notifications.ts';
import { defineTask } from '../define-task.ts';

export const notificationsTask = defineTask('process_notifications', (deps, { workspaceId }) =>
  processNotifications(deps, workspaceId),
);

export const installationHealthTask = defineTask('report_health', (deps, { workspaceId }) =>
  reportHealth(deps, workspaceId),
);
