import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { NO_LIMIT, openBenchStage } from './bench-stage.ts';
import { rounded, type Report } from './figures.ts';

const PEOPLE = ['company', 'requester', 'technician'];
/** Calls that bring people to Intercom; reading them back costs one call each on both paths. */
const LOADING = [
  'POST /contacts',
  'PUT /contacts/{id}',
  'POST /contacts/{id}/companies',
  'POST /contacts/{id}/tags',
  'POST /contacts/bulk',
  'GET /contacts/bulk/{id}',
  'GET /contacts',
  'GET /contacts/find_by_external_id/{external_id}',
];

/** Calls for each new person, one by one and by the hundred (setting `preview_bulk`), on the same desk. */
export async function benchPeople(report: Report, incidents: number): Promise<void> {
  const single = await loadPeople(report, incidents, false);
  const bulk = await loadPeople(report, incidents, true);
  report.figure('calls_per_contact', bulk.perPerson, 'calls', { bulk, single });
}

async function loadPeople(report: Report, incidents: number, isBulk: boolean) {
  report.progress(`people of ${incidents} incidents, ${isBulk ? 'by the hundred' : 'one by one'}`);
  const stage = await openBenchStage({
    desk: generateDesk({ seed: 7, incidents }),
    limitPerWindow: NO_LIMIT,
    workers: 1,
  });
  try {
    await stage.admin.patch('/settings', { preview_bulk: isBulk });
    const since = await stage.clearTally();
    const started = await stage.admin.post<RunDocument>('/runs', { kind: 'full', objects: PEOPLE });
    const run = await stage.untilDone(started.id);
    if (!run.balanced) throw new Error(`the load of people does not balance: ${JSON.stringify(run)}`);
    const people =
      (run.objects['requester']?.created ?? 0) +
      (run.objects['technician']?.created ?? 0) +
      (run.objects['technician']?.adopted ?? 0);
    const requests = await stage.requests(since);
    const calls: Record<string, number> = {};
    for (const { call } of requests) if (LOADING.includes(call)) calls[call] = (calls[call] ?? 0) + 1;
    const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
    return { people, perPerson: rounded(total / people), calls };
  } finally {
    await stage.close();
  }
}
