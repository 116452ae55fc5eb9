import { setTimeout as sleep } from 'node:timers/promises';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { LIMIT_PER_WINDOW, openBenchStage, untilWriting, type BenchStage } from './bench-stage.ts';
import { rounded, type Report } from './figures.ts';
import type { Tally } from './intercom-process.ts';

import { reportPanel, watchPanel } from './panel-bench.ts';

const SHARE = 0.8;
const WINDOW_MS = 10_000;
/** Whole windows that are counted for each number of workers, after one in which they start. */
const COUNTED_WINDOWS = 2;
/** Calls of the load for each incident, companies, people and assets included: enough for all phases. */
const INCIDENTS = 1_600;

interface Phase {
  workers: number;
  fromMs: number;
  toMs: number;
}

/** One load under Intercom's limit, to which workers are added: 1, then 2, then 4. The panel is used meanwhile. */
export async function benchBudget(report: Report): Promise<void> {
  report.progress(`budget: opening a stage with ${INCIDENTS} incidents`);
  const stage = await openBenchStage({
    desk: generateDesk({ seed: 12, incidents: INCIDENTS }),
    limitPerWindow: LIMIT_PER_WINDOW,
    workers: 1,
    realPacing: true,
  });
  try {
    await stage.clearTally();
    const run = await stage.startFullRun();
    await untilWriting(stage);
    await untilRead(stage, run.id);
    const stopPanel = report.wants('panel_p95_ms') ? watchPanel(stage) : null;
    const phases: Phase[] = [];
    for (const workers of [1, 2, 4]) {
      while (stage.workers.length < workers) stage.startWorker();
      const fromMs = Math.ceil((Date.now() + (workers === 1 ? 0 : 5_000)) / WINDOW_MS) * WINDOW_MS;
      const toMs = fromMs + COUNTED_WINDOWS * WINDOW_MS;
      phases.push({ workers, fromMs, toMs });
      await sleep(toMs - Date.now());
      report.progress(`budget: ${workers} worker(s) measured`);
    }
    if (stopPanel !== null) {
      reportPanel(report, await stopPanel(), {
        while: 'a load under the rate limit, with 1, 2 and 4 workers',
      });
    }
    const tally = await stage.tally();
    const document = await stage.admin.get<{ state: string }>(`/runs/${run.id}`);
    if (document.state !== 'running') throw new Error(`the load was over too early (${document.state})`);
    reportBudget(report, tally, phases);
  } finally {
    await stage.close();
  }
}

/** Steady state: while incidents are read, what can be written is what has been read so far, and the desk has a pace of its own. */
async function untilRead({ db }: BenchStage, runId: string): Promise<void> {
  for (;;) {
    const [unread] = await db.sql`
      select 1 from run_records where run_id = ${runId} and object = 'incident' and step in ('extract', 'map') limit 1`;
    if (unread === undefined) return;
    await sleep(250);
  }
}

function reportBudget(report: Report, tally: Tally, phases: readonly Phase[]): void {
  const granted = Math.floor(LIMIT_PER_WINDOW * SHARE);
  const shares = phases.map(({ workers, fromMs, toMs }) => {
    const windows = tally.windows.filter(({ startMs }) => startMs >= fromMs && startMs < toMs);
    const answered = windows.reduce((sum, window) => sum + window.answered, 0);
    const refused = windows.reduce((sum, window) => sum + window.refused, 0);
    return {
      workers,
      windows: windows.map(({ answered: calls, refused: over }) => ({ calls, refused: over })),
      utilisation: rounded(answered / (granted * COUNTED_WINDOWS)),
      refused_share: rounded(refused / Math.max(1, answered + refused)),
    };
  });
  const limits = { limit_per_window: LIMIT_PER_WINDOW, share: SHARE, granted_per_window: granted };
  report.figure('budget_utilisation', Math.min(...shares.map(({ utilisation }) => utilisation)), 'ratio', {
    ...limits,
    worst_of: 'phases with 1, 2 and 4 workers',
    phases: shares,
  });
  const calls = Object.values(tally.calls);
  const total = calls.reduce((sum, call) => sum + call.total, 0);
  const refused = calls.reduce((sum, call) => sum + call.refused, 0);
  report.figure('rejected_429_share', refused / total, 'ratio', {
    ...limits,
    calls: total,
    refused,
    by_workers: Object.fromEntries(shares.map((phase) => [phase.workers, phase.refused_share])),
  });
}
