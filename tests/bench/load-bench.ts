import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { NO_LIMIT, openBenchStage, type BenchStage, type CpuSeconds } from './bench-stage.ts';
import { rounded, type Report } from './figures.ts';
import { floorOf, type Floor } from './floor.ts';
import { benchMapping } from './map-bench.ts';
import { peakRssMb } from './process-usage.ts';
import { benchQueue } from './queue-bench.ts';
import { replay } from './replay.ts';
import type { Tally } from './intercom-process.ts';

export interface LoadCost {
  incidents: number;
  records: number;
  loadSeconds: number;
  totalSeconds: number;
  calls: number;
  /** Fewest calls that its records can be loaded with. */
  floor: number;
  workerRssMb: number;
  /** Of the worker and PostgreSQL. */
  cpuSeconds: number;
}

/** The recorder keeps 200,000 requests; above this the whole load is counted, not sent again. */
const REPLAYED_INCIDENTS = 2_000;

/**
 * How long Intercom takes for an answer stands nowhere; the order of what a public API over the internet takes. It is an
 * assumption, and the bare loop waits as long.
 */
const LATENCY_MS = 150;

/** One whole load without a rate limit, and every figure that needs nothing else. */
export async function benchLoad(
  report: Report,
  incidents: number,
  { isMeasured, isLast, isFar = false }: { isMeasured: boolean; isLast: boolean; isFar?: boolean },
): Promise<LoadCost> {
  report.progress(`load of ${incidents} incidents: opening the stage`);
  const stage = await openBenchStage({
    desk: generateDesk({ seed: 11, incidents }),
    limitPerWindow: NO_LIMIT,
    workers: 1,
  });
  try {
    if (isFar) await stage.answerAfter(LATENCY_MS);
    const before = await stage.clearTally();
    const cpuBefore = stage.cpuSeconds();
    report.progress(`load of ${incidents} incidents: the full run`);
    const run = await stage.untilDone((await stage.startFullRun()).id);
    if (!run.balanced) throw new Error(`the run of ${incidents} incidents does not balance`);
    const tally = await stage.tally();
    const floor = await floorOf(stage.db.sql, run.id);
    const cpu = since(stage.cpuSeconds(), cpuBefore);
    const cpuSeconds = cpu.worker + cpu.database;
    const cost = costOf(stage, run, tally, { incidents, floor: floor.calls, cpuSeconds });
    report.progress(
      `load of ${incidents} incidents: ${cost.records} records, ${cost.calls} calls, load ${cost.loadSeconds.toFixed(1)} s of ${cost.totalSeconds.toFixed(1)} s, state ${run.state} ${found(run)}, peak ${cost.workerRssMb} MB, CPU ${JSON.stringify(cpu)}`,
    );
    const ratio = isFar ? 'load_ratio_at_latency' : 'load_ratio';
    if (isMeasured && incidents <= REPLAYED_INCIDENTS && report.wants(ratio))
      await loadRatio(report, ratio, stage, { ...cost, cpu }, before, tally);
    if (isFar) return cost;
    if (isMeasured && report.wants('calls_over_floor')) callsOverFloor(report, floor, tally);
    if (isMeasured && report.wants('estimate_error')) estimateError(report, stage, run, tally);
    if (isLast && report.wants('map_records_per_second')) await benchMapping(report, stage);
    if (isLast && report.wants('queue_jobs_per_second')) await benchQueue(report, stage, run);
    return cost;
  } finally {
    await stage.close();
  }
}

function costOf(
  stage: BenchStage,
  run: RunDocument,
  tally: Tally,
  { incidents, floor, cpuSeconds }: Pick<LoadCost, 'incidents' | 'floor' | 'cpuSeconds'>,
): LoadCost {
  const startedAt = Date.parse(run.started_at ?? run.created_at);
  const worker = stage.workers[0]?.child.pid;
  return {
    incidents,
    records: Object.values(run.objects).reduce((sum, { discovered }) => sum + discovered, 0),
    loadSeconds: ((tally.lastWriteAt ?? startedAt) - startedAt) / 1000,
    totalSeconds: (Date.parse(run.finished_at ?? '') - startedAt) / 1000,
    calls: Object.values(tally.calls).reduce((sum, { total }) => sum + total, 0),
    floor,
    cpuSeconds,
    workerRssMb: worker === undefined ? 0 : peakRssMb(worker),
  };
}

async function loadRatio(
  report: Report,
  name: 'load_ratio' | 'load_ratio_at_latency',
  stage: BenchStage,
  cost: LoadCost & { cpu: CpuSeconds },
  after: number,
  tally: Tally,
): Promise<void> {
  const requests = await stage.requests(after);
  const load = requests.filter(({ seq, status }) => seq <= tally.lastWriteSeq && status !== 0);
  report.progress(`sending ${load.length} requests again, bare`);
  const cpuBefore = stage.cpuSeconds();
  const bare = await replay(stage.intercomUrl, await stage.token(), load);
  const bareCpu = since(stage.cpuSeconds(), cpuBefore);
  const writing = ((tally.lastWriteAt ?? 0) - (tally.firstWriteAt ?? 0)) / 1000;
  report.figure(name, bare.seconds / cost.loadSeconds, 'ratio', {
    answers_after_ms: name === 'load_ratio' ? 0 : LATENCY_MS,
    records: cost.records,
    requests: bare.requests,
    load_seconds: rounded(cost.loadSeconds, 2),
    bare_seconds: rounded(bare.seconds, 2),
    load_records_per_second: rounded(cost.records / cost.loadSeconds, 1),
    bare_records_per_second: rounded(cost.records / bare.seconds, 1),
    until_first_write_seconds: rounded(cost.loadSeconds - writing, 2),
    from_first_to_last_write_seconds: rounded(writing, 2),
    ratio_while_writing: rounded(bare.seconds / writing),
    bare_refused: bare.failed,
    // Of the whole run, reading back included: the worker's share of it is what a load can be made faster by.
    cpu_seconds_of_the_run: cost.cpu,
    worker_cpu_ms_per_call: rounded((cost.cpu.worker / cost.calls) * 1000),
    bare_cpu_seconds: bareCpu,
  });
}

/** What reading back found that should not be. */
function found({ verification, edges }: RunDocument): string {
  const { mismatch, missing, extra, late } = verification;
  const links = edges.reduce((sum, edge) => sum + edge.missing, 0);
  return JSON.stringify({ mismatch, missing, extra, late, links });
}

function since(now: CpuSeconds, before: CpuSeconds): CpuSeconds {
  return Object.fromEntries(
    Object.entries(now).map(([name, seconds]) => [
      name,
      rounded(seconds - before[name as keyof CpuSeconds], 2),
    ]),
  ) as unknown as CpuSeconds;
}

function callsOverFloor(report: Report, floor: Floor, tally: Tally): void {
  const load = Object.entries(tally.calls).filter(([, calls]) => calls.beforeLastWrite > 0);
  const isRead = (call: string) => call.startsWith('GET ') || call.endsWith('/search');
  const sum = (entries: typeof load) =>
    entries.reduce((total, [, calls]) => total + calls.beforeLastWrite, 0);
  const writes = sum(load.filter(([call]) => !isRead(call)));
  report.figure('calls_over_floor', writes / floor.calls, 'ratio', {
    writes,
    floor: floor.calls,
    over_four_for_each_conversation: rounded(writes / floor.withFourForEachConversation),
    fewest_second_writes: floor.fewestSecondWrites,
    tags_and_collections: floor.tagsAndCollections,
    second_writes: floor.secondWrites,
    reads_during_load: sum(load.filter(([call]) => isRead(call))),
    verification_reads: Object.values(tally.calls).reduce(
      (total, calls) => total + calls.total - calls.beforeLastWrite,
      0,
    ),
    floor_by_object: floor.byObject,
    calls: Object.fromEntries(load.map(([call, calls]) => [call, calls.beforeLastWrite])),
  });
}

/** What discovery announced against what the load and its verification took. */
function estimateError(report: Report, stage: BenchStage, run: RunDocument, tally: Tally): void {
  const estimated = stage.discovery.estimate?.calls ?? 0;
  const all = Object.values(tally.calls).reduce((sum, { total }) => sum + total, 0);
  const writes = Object.values(tally.calls).reduce((sum, calls) => sum + calls.beforeLastWrite, 0);
  report.figure('estimate_error', Math.abs(estimated - writes) / writes, 'ratio', {
    estimated_calls: estimated,
    calls_of_the_load: writes,
    calls_with_verification: all,
    estimated_seconds: stage.discovery.estimate?.seconds ?? null,
    records: Object.values(run.objects).reduce((sum, { discovered }) => sum + discovered, 0),
  });
}
