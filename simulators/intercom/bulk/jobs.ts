import type { Workspace } from '../workspace.ts';

export interface BulkTask {
  id: string;
  itemCount: number;
  createdAt: number;
  dueMs: number;
  /** Handles the items; answers how many were rejected. Run once, when the task is due. */
  run: () => number;
  completedAt: number | null;
  rejected: number;
}

export interface BulkJob {
  id: string;
  kind: 'contacts' | 'companies';
  createdAt: number;
  tasks: BulkTask[];
}

/**
 * Runs what is due. Called before every request, so that jobs progress with the simulator's clock, also when that is not
 * the real one.
 */
export function settleJobs(workspace: Workspace, nowMs: number): void {
  for (const job of workspace.openJobs) {
    for (const task of job.tasks) {
      if (task.completedAt !== null || task.dueMs > nowMs) continue;
      task.rejected = task.run();
      task.completedAt = Math.floor(nowMs / 1_000);
    }
    if (isClosed(job)) workspace.openJobs.delete(job);
  }
}

export function isClosed(job: BulkJob): boolean {
  return job.tasks.every((task) => task.completedAt !== null);
}

/** No ids and no errors per item: `completed_with_errors` is all there is (Preview, bulk jobs). */
export function jobView(job: BulkJob, url: string): Record<string, unknown> {
  const closed = isClosed(job);
  const rejected = job.tasks.some((task) => task.rejected > 0);
  const last = Math.max(job.createdAt, ...job.tasks.map((task) => task.completedAt ?? 0));
  return {
    id: job.id,
    type: `${job.kind}.bulk.job`,
    state: closed ? (rejected ? 'completed_with_errors' : 'completed') : 'running',
    created_at: job.createdAt,
    updated_at: last,
    completed_at: closed ? last : null,
    tasks: job.tasks.map((task) => ({
      id: task.id,
      item_count: task.itemCount,
      state:
        task.completedAt === null ? 'pending' : task.rejected > 0 ? 'completed_with_errors' : 'completed',
      created_at: task.createdAt,
      started_at: task.completedAt,
      completed_at: task.completedAt,
    })),
    url: `${url}/${job.kind}/bulk/${job.id}`,
  };
}
