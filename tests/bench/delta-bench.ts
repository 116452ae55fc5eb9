import { setTimeout as sleep } from 'node:timers/promises';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { multiplyIncidents } from '../support/more-incidents.ts';
import { NO_LIMIT, openBenchStage, type BenchStage } from './bench-stage.ts';
import { rounded, type Report } from './figures.ts';
import { WORKSPACE } from './intercom.ts';
import { peakRssMb } from './process-usage.ts';

/** Incidents of the large desk, of which one in a hundred changes. */
const LARGE = 100_000;
const FEW = 50;

interface DeltaCost {
  records: number;
  changes: number;
  seconds: number;
  callsToIntercom: number;
  callsToInfraon: number;
  callsPerChange: number;
}

/**
 * What a delta costs: a few changes on a desk of `incidents`, the same changes when it holds 100,000, and one in a hundred
 * changed there. The large desk is made of copies that lie still (tests/support/more-incidents.ts).
 */
export async function benchDelta(report: Report, incidents: number): Promise<void> {
  report.progress(`delta: loading ${incidents} incidents`);
  const stage = await openBenchStage({
    desk: generateDesk({ seed: 13, incidents }),
    limitPerWindow: NO_LIMIT,
    workers: 1,
  });
  try {
    await stage.untilDone((await stage.startFullRun()).id);
    const ids = stage.desk.incidents.map(({ incident_id }) => incident_id);
    const few = Math.min(FEW, Math.ceil(ids.length / 10));
    const small = await measured(report, stage, ids.slice(0, few));
    report.progress(`delta: enlarging the desk to ${LARGE} incidents`);
    await multiplyIncidents(stage.db.sql, stage.desk, WORKSPACE, LARGE);
    for (const table of ['source_records', 'run_records', 'id_map', 'load_journal'])
      await stage.db.sql.unsafe(`vacuum analyze ${table}`);
    const sameOnLarge = await measured(report, stage, ids.slice(0, few));
    const large = await measured(report, stage, ids.slice(0, LARGE / 100));
    report.figure('delta_calls_per_change', large.callsPerChange, 'calls', {
      large,
      few_changes_on_the_small_desk: small,
      few_changes_on_the_large_desk: sameOnLarge,
      worker_peak_mb: peakRssMb(stage.workers[0]?.child.pid ?? 0),
    });
  } finally {
    await stage.close();
  }
}

/** Each of these incidents gets another summary and a note, and a delta brings it over. */
async function measured(report: Report, stage: BenchStage, ids: string[]): Promise<DeltaCost> {
  const word = `changed at ${Date.now()}`;
  stage.changeDesk(
    ids.flatMap((id) => [
      { object: 'incident', id, op: 'update', data: { 'basic_info.summary': word } },
      { object: 'incident', id, op: 'add_note', data: { description: word, is_private: true } },
    ]),
  );
  await sleep(1_000);
  await stage.clearTally();
  const infraon = stage.infraonCalls();
  const run = await stage.untilDone((await stage.admin.post<RunDocument>('/runs', { kind: 'delta' })).id);
  const { calls } = await stage.tally();
  const callsToIntercom = Object.values(calls).reduce((sum, { total }) => sum + total, 0);
  const updated = run.objects['incident']?.updated ?? 0;
  if (!run.balanced || updated === 0) throw new Error(`the delta went wrong: ${JSON.stringify(run)}`);
  const cost = {
    records: Object.values(run.objects).reduce((sum, { discovered }) => sum + discovered, 0),
    changes: updated,
    seconds: rounded((Date.parse(run.finished_at ?? '') - Date.parse(run.started_at ?? '')) / 1000, 1),
    callsToIntercom,
    callsToInfraon: stage.infraonCalls() - infraon,
    callsPerChange: rounded(callsToIntercom / updated, 2),
  };
  report.progress(`delta: ${JSON.stringify(cost)}`);
  return cost;
}
