import { generateDesk } from '../../simulators/seed/generate.ts';
import { NO_LIMIT, openBenchStage, untilWriting } from './bench-stage.ts';
import { rounded, type Report } from './figures.ts';
import { enlargeLedger } from './panel-seed.ts';

const INCIDENTS = 330;

interface Marginal {
  records: number;
  calls: number;
  workerSeconds: number;
  databaseSeconds: number;
}

/**
 * What a thousand more records cost where the ledger holds so many already, in CPU time, which a busy machine hardly
 * moves: one load, stopped when it has begun to write, once as it is and once with its ledger enlarged by SQL.
 */
export async function benchLargeLedger(report: Report, records: number): Promise<void> {
  const small = await rest(report, null);
  const large = await rest(report, records);
  const perCall = ({ calls, workerSeconds, databaseSeconds }: Marginal) => ({
    worker_cpu_ms_per_call: rounded((workerSeconds / calls) * 1000),
    database_cpu_ms_per_call: rounded((databaseSeconds / calls) * 1000),
    calls,
  });
  const cost = ({ calls, workerSeconds, databaseSeconds }: Marginal) =>
    (workerSeconds + databaseSeconds) / calls;
  report.figure('cost_growth_large_ledger', cost(large) / cost(small), 'ratio', {
    from: { records_in_the_ledger: small.records, ...perCall(small) },
    to: { records_in_the_ledger: large.records, ...perCall(large) },
  });
}

async function rest(report: Report, enlargeTo: number | null): Promise<Marginal> {
  report.progress(`growth: a load whose ledger has ${enlargeTo ?? 'only its own'} records`);
  const stage = await openBenchStage({
    desk: generateDesk({ seed: 15, incidents: INCIDENTS }),
    limitPerWindow: NO_LIMIT,
    workers: 1,
  });
  try {
    await stage.clearTally();
    const run = await stage.startFullRun();
    await untilWriting(stage);
    await stage.admin.post(`/runs/${run.id}/pause`);
    const enlarged = enlargeTo === null ? null : await enlargeLedger(stage, run.id, enlargeTo);
    const before = stage.cpuSeconds();
    await stage.clearTally();
    await stage.admin.post(`/runs/${run.id}/resume`);
    const done = await stage.untilDone(run.id);
    const after = stage.cpuSeconds();
    const tally = await stage.tally();
    return {
      records: enlarged ?? Object.values(done.objects).reduce((sum, { discovered }) => sum + discovered, 0),
      calls: Object.values(tally.calls).reduce((sum, { total }) => sum + total, 0),
      workerSeconds: after.worker - before.worker,
      databaseSeconds: after.database - before.database,
    };
  } finally {
    await stage.close();
  }
}
