import type { TaskName } from '../db/queue.ts';
import { installationHealthTask, notificationsTask } from './tasks/notices.ts';
import type { Task } from './define-task.ts';
import { advanceRunTask } from './tasks/advance-run.ts';
import { countSetsTask } from './tasks/count-sets.ts';
import { decideRollbackTask } from './tasks/decide-rollback.ts';
import { discover } from './tasks/discover.ts';
import { eraseStagedTask } from './tasks/erase-staged.ts';
import { hypercareCheck } from './tasks/hypercare-check.ts';
import { listSourceTask } from './tasks/list-source.ts';
import { lookAtSource } from './tasks/look-at-source.ts';
import { prepareRunTask } from './tasks/prepare-run.ts';
import { runBatchTask } from './tasks/run-batch.ts';
import { runErrandTask } from './tasks/run-errand.ts';
import { selectSampleTask } from './tasks/select-sample.ts';

/** Every name in db/queue.ts has its task; the type says so. */
export const TASK_LIST: Record<TaskName, Task> = {
  discover,
  advance_run: advanceRunTask,
  prepare_run: prepareRunTask,
  count_sets: countSetsTask,
  list_source: listSourceTask,
  select_sample: selectSampleTask,
  decide_rollback: decideRollbackTask,
  run_batch: runBatchTask,
  process_notifications: notificationsTask,
  run_errand: runErrandTask,
  report_health: installationHealthTask,
  look_at_source: lookAtSource,
  hypercare_check: hypercareCheck,
  erase_staged: eraseStagedTask,
};
