import { setTimeout as sleep } from 'node:timers/promises';
import { generateDesk } from '../../simulators/seed/generate.ts';
import type { Desk } from '../../simulators/infraon/desk.ts';
import { type BenchStage, LIMIT_PER_WINDOW, openBenchStage } from './bench-stage.ts';
import { rounded, type Report } from './figures.ts';
import type { LoadCost } from './load-bench.ts';
import { peakRssMb } from './process-usage.ts';

const INCIDENTS = 150;
const FILE_BYTES = 100 * 1024 * 1024;

/**
 * A load under Intercom's limit whose only worker is killed half-way while it holds every incident; another is started
 * in its place at once. Recovered is when a record that the dead one held is written again.
 */
export async function benchRecovery(report: Report): Promise<void> {
  report.progress(`recovery: opening a stage with ${INCIDENTS} incidents`);
  const stage = await openBenchStage({
    desk: generateDesk({ seed: 13, incidents: INCIDENTS }),
    limitPerWindow: LIMIT_PER_WINDOW,
    workers: 1,
  });
  try {
    await stage.clearTally();
    const run = await stage.startFullRun();
    await untilCalls(stage, 'POST /conversations/{id}/reply', 100);
    const killedAt = Date.now();
    await stage.workers[0]?.kill();
    const held = await stage.db.sql<{ held: number; doubts: number }[]>`
      select (select count(*)::int from run_records where run_id = ${run.id} and lease_token is not null) as held,
        (select count(*)::int from load_journal where run_id = ${run.id} and state = 'intent') as doubts`;
    // What the dead process had sent may still be arriving.
    await sleep(500);
    await stage.clearTally();
    stage.startWorker();
    const firstWriteAt = await untilWrite(stage);
    report.progress('recovery: the killed worker is replaced, waiting for the end of the run');
    const done = await stage.untilDone(run.id);
    if (!done.balanced) throw new Error('the run does not balance after the kill');
    const { mismatch, missing, extra } = done.verification;
    report.figure('recovery_seconds', (firstWriteAt - killedAt) / 1000, 's', {
      records_held: held[0]?.held ?? 0,
      calls_in_doubt: held[0]?.doubts ?? 0,
      lease_seconds: 8,
      balanced: done.balanced,
      differences: { mismatch, missing, extra },
    });
  } finally {
    await stage.close();
  }
}

/** A small load with one attachment of 100 MB: a file passes through a worker, it does not stay in it. */
export async function benchBigFile(report: Report): Promise<LoadCost> {
  const desk = generateDesk({ seed: 14, incidents: 40 });
  attachBigFile(desk);
  report.progress('memory: a small load with a file of 100 MB');
  const stage = await openBenchStage({ desk, limitPerWindow: 10_000_000, workers: 1 });
  try {
    const run = await stage.untilDone((await stage.startFullRun()).id);
    const worker = stage.workers[0]?.child.pid ?? 0;
    const startedAt = Date.parse(run.started_at ?? run.created_at);
    return {
      incidents: 40,
      records: Object.values(run.objects).reduce((sum, { discovered }) => sum + discovered, 0),
      loadSeconds: 0,
      totalSeconds: rounded((Date.parse(run.finished_at ?? '') - startedAt) / 1000),
      calls: 0,
      floor: 0,
      cpuSeconds: 0,
      workerRssMb: peakRssMb(worker),
    };
  } finally {
    await stage.close();
  }
}

/** Makes the first attachment of the desk that large. */
function attachBigFile(desk: Desk): void {
  const attached = new Set(desk.threads.flatMap((entry) => entry.attachment_ids));
  const file = desk.files.find(
    (each) => !each.inline && !each.unreachable && attached.has(each.attachment_id),
  );
  if (file === undefined) throw new Error('the desk has no attachment');
  file.bytes = FILE_BYTES;
}

async function untilCalls(stage: BenchStage, call: string, least: number): Promise<void> {
  while (((await stage.tally()).calls[call]?.total ?? 0) < least) await sleep(100);
}

async function untilWrite(stage: BenchStage): Promise<number> {
  for (;;) {
    const { firstWriteAt } = await stage.tally();
    if (firstWriteAt !== null) return firstWriteAt;
    await sleep(100);
  }
}
