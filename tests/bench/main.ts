import { parseArgs } from 'node:util';
import { benchBudget } from './budget-bench.ts';
import { benchDelta } from './delta-bench.ts';
import { createReport, FIGURE_NAMES, rounded, type Report } from './figures.ts';
import { benchLoad, type LoadCost } from './load-bench.ts';
import { benchPanel } from './panel-bench.ts';
import { benchPeople } from './people-bench.ts';
import { benchBigFile, benchRecovery } from './recovery-bench.ts';

/**
 * `npm run bench [-- --sizes 1000,10000] [--only load_ratio,panel_p95_ms]`: one JSON line per figure on stdout. Sizes
 * are numbers of incidents; the other objects come in proportion.
 */
const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000' },
    only: { type: 'string', default: '' },
    'panel-records': { type: 'string', default: '' },
  },
});

async function main(): Promise<void> {
  const sizes = flags.sizes.split(',').map(wholeNumber);
  const only = flags.only === '' ? [] : flags.only.split(',');
  const unknown = only.find((name) => !FIGURE_NAMES.some((known) => known === name));
  if (unknown !== undefined)
    throw new Error(`There is no figure ${unknown}. There are: ${FIGURE_NAMES.join(', ')}`);
  const report = createReport(only);

  const costs: LoadCost[] = [];
  const ofLoads = ['load_ratio', 'calls_over_floor', 'estimate_error', 'map_records_per_second'] as const;
  const growth = report.wants('cost_growth', 'worker_rss_mb');
  if (growth || report.wants(...ofLoads, 'queue_jobs_per_second')) {
    // Growth needs something to grow from: a quarter of the only size.
    const [first = 1_000] = sizes;
    const all = growth && sizes.length === 1 ? [Math.ceil(first / 4), first] : sizes;
    for (const size of all)
      costs.push(
        await benchLoad(report, size, { isMeasured: sizes.includes(size), isLast: size === all.at(-1) }),
      );
    if (growth) costGrowth(report, costs);
  }
  if (report.wants('load_ratio_at_latency'))
    await benchLoad(report, sizes[0] ?? 1_000, { isMeasured: true, isLast: false, isFar: true });
  const panelRecords = flags['panel-records'] === '' ? null : wholeNumber(flags['panel-records']);
  if (panelRecords !== null) await benchPanel(report, panelRecords);
  if (
    report.wants('budget_utilisation', 'rejected_429_share') ||
    (panelRecords === null && report.wants('panel_p95_ms'))
  )
    await benchBudget(report);
  if (report.wants('calls_per_contact')) await benchPeople(report, Math.max(...sizes));
  if (report.wants('delta_calls_per_change')) await benchDelta(report, Math.max(...sizes));
  if (report.wants('recovery_seconds')) await benchRecovery(report);
  if (report.wants('worker_rss_mb')) workerMemory(report, costs, await benchBigFile(report));
  report.progress('done');
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 4) throw new Error(`--sizes takes whole numbers, not ${text}`);
  return value;
}

/**
 * Growth is judged by work, one unit for each call of the floor: a larger desk has relatively more incidents, which cost
 * ten calls each, so the plain figures for each record grow without anything getting dearer. Seconds are those of the CPUs of
 * worker and PostgreSQL: what the clock says depends on what else the machine does during ten minutes.
 */
function costGrowth(report: Report, costs: readonly LoadCost[]): void {
  const sizes = costs.map(({ incidents, records, calls, floor, totalSeconds, cpuSeconds }) => ({
    incidents,
    records,
    calls_per_record: rounded(calls / records),
    seconds_per_record: rounded(totalSeconds / records, 6),
    calls_per_unit: rounded(calls / floor),
    seconds_per_unit: rounded(totalSeconds / floor, 6),
    cpu_seconds_per_unit: rounded(cpuSeconds / floor, 6),
  }));
  const [first] = sizes;
  const last = sizes.at(-1);
  if (first === undefined || last === undefined) return;
  const calls = last.calls_per_unit / first.calls_per_unit;
  const cpu = last.cpu_seconds_per_unit / first.cpu_seconds_per_unit;
  report.figure('cost_growth', Math.max(calls, cpu), 'ratio', {
    from: `${first.records} records`,
    to: `${last.records} records`,
    calls_growth: rounded(calls),
    cpu_growth: rounded(cpu),
    seconds_growth: rounded(last.seconds_per_unit / first.seconds_per_unit),
    sizes,
  });
}

function workerMemory(report: Report, costs: readonly LoadCost[], bigFile: LoadCost): void {
  const sizes = costs.map(({ incidents, records, workerRssMb }) => ({
    incidents,
    records,
    peak_mb: workerRssMb,
  }));
  report.figure(
    'worker_rss_mb',
    Math.max(...costs.map((cost) => cost.workerRssMb), bigFile.workerRssMb),
    'MB',
    {
      peak: 'VmHWM of the worker process',
      sizes,
      with_a_100_mb_file: bigFile.workerRssMb,
    },
  );
}

await main();
process.exit();
