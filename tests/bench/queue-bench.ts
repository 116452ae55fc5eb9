import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, run as runQueue } from 'graphile-worker';
import { enqueue } from '../../db/queue.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import type { BenchStage } from './bench-stage.ts';
import { rounded, type Report } from './figures.ts';
import { WORKSPACE } from './intercom.ts';

const JOBS = 2_000;
const CONCURRENCY = 4;

/**
 * How fast a worker process takes batch jobs whose run is over, so that only the way there and back is measured; the
 * reference is graphile-worker alone, with the same payloads and a task that does nothing.
 */
export async function benchQueue(report: Report, stage: BenchStage, run: RunDocument): Promise<void> {
  report.progress(`queue: ${JOBS} jobs`);
  await Promise.all(stage.workers.map((worker) => worker.stop()));
  await fill(stage, run);
  const worker = stage.startWorker();
  const ours = await drained(stage);
  await worker.stop();

  await fill(stage, run);
  const bare = await runQueue({
    connectionString: stage.databaseUrl,
    concurrency: CONCURRENCY,
    pollInterval: 1_000,
    noHandleSignals: true,
    logger: new Logger(() => () => undefined),
    taskList: { run_batch: () => Promise.resolve(), advance_run: () => Promise.resolve() },
  });
  const alone = await drained(stage);
  await bare.stop();
  report.figure('queue_jobs_per_second', ours, 'jobs/s', {
    jobs: JOBS,
    concurrency: CONCURRENCY,
    bare_jobs_per_second: rounded(alone, 1),
    ratio: rounded(ours / alone),
  });
}

async function fill(stage: BenchStage, run: RunDocument): Promise<void> {
  await stage.db.sql.begin(async (tx) => {
    for (let slot = 0; slot < JOBS; slot += 1) {
      await enqueue(tx, 'run_batch', {
        workspaceId: WORKSPACE,
        runId: run.id,
        object: 'incident',
        step: 'load',
        slot,
      });
    }
  });
}

/** Jobs a second between the first and the last time some are seen leaving. */
async function drained(stage: BenchStage): Promise<number> {
  let first: { at: number; left: number } | undefined;
  for (;;) {
    const rows = await stage.db.sql<{ left: number }[]>`
      select count(*)::int as left from graphile_worker.jobs where task_identifier = 'run_batch'`;
    const left = rows[0]?.left ?? 0;
    const at = performance.now();
    if (first === undefined && left < JOBS) first = { at, left };
    if (left === 0 && first !== undefined) return first.left / ((at - first.at) / 1000);
    await sleep(20);
  }
}
