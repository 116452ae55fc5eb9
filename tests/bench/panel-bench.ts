import { setTimeout as sleep } from 'node:timers/promises';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { bodySignature } from '../support/signed-requests.ts';
import { type BenchStage, LIMIT_PER_WINDOW, openBenchStage, untilWriting } from './bench-stage.ts';
import { percentile, rounded, type Report } from './figures.ts';
import { CLIENT, OWNER_ID, WORKSPACE } from './intercom.ts';
import { enlargeLedger } from './panel-seed.ts';

/** Two people open a conversation every half second each; an inbox of a whole support team does less. */
const PAUSE_MS = 250;

/** Who opens what: progress for the owner, what it links to for a conversation that was migrated. */
const OPENINGS = [
  { who: 'owner', migrated: false },
  { who: 'owner', migrated: true },
  { who: 'agent', migrated: true },
] as const;
/** A teammate without a role of their own. */
const AGENT_ID = '7003';

interface Openings {
  panel: number[];
  bare: number[];
  byKind: Map<string, number[]>;
}

/** Opens the panel again and again while a load runs; the reference is the bare server, asked for `/healthz`. */
export function watchPanel(stage: BenchStage): () => Promise<Openings> {
  const seen: Openings = { panel: [], bare: [], byKind: new Map() };
  let stopped = false;
  const watching = (async () => {
    const migrated = await stage.db.sql<{ conversation: string; contact: string | null }[]>`
      select m.destination_id as conversation, c.destination_id as contact
      from id_map m
      left join record_links l on l.workspace_id = m.workspace_id and l.from_object = m.object and l.from_id = m.source_id
        and l.field = 'from'
      left join id_map c on c.workspace_id = m.workspace_id and c.object = l.to_object and c.source_id = l.to_id
      where m.workspace_id = ${WORKSPACE} and m.resource = 'conversations' order by m.destination_id limit 20`;
    for (let turn = 0; !stopped; turn += 1) {
      const opening = OPENINGS[turn % OPENINGS.length] ?? OPENINGS[0];
      const one = opening.migrated ? migrated[turn % Math.max(1, migrated.length)] : undefined;
      const took = await timed(() => initialize(stage.appUrl, opening.who, one));
      seen.panel.push(took);
      const kind = `${opening.who}, ${opening.migrated ? 'migrated' : 'other'} conversation`;
      seen.byKind.set(kind, [...(seen.byKind.get(kind) ?? []), took]);
      seen.bare.push(await timed(() => fetch(`${stage.appUrl}/healthz`)));
      await sleep(PAUSE_MS);
    }
  })();
  return async () => {
    stopped = true;
    await watching;
    return seen;
  };
}

export function reportPanel(report: Report, { panel, bare, byKind }: Openings, during: object): void {
  report.figure('panel_p95_ms', percentile(panel, 0.95), 'ms', {
    requests: panel.length,
    p50_ms: rounded(percentile(panel, 0.5), 1),
    p99_ms: rounded(percentile(panel, 0.99), 1),
    healthz_p95_ms: rounded(percentile(bare, 0.95), 1),
    p95_to_healthz: rounded(percentile(panel, 0.95) / percentile(bare, 0.95), 2),
    p95_ms_by_opening: Object.fromEntries(
      [...byKind].map(([kind, times]) => [kind, rounded(percentile(times, 0.95), 1)]),
    ),
    ...during,
  });
}

const INCIDENTS = 600;
const MEASURED_MS = 45_000;

/** The panel while a load runs whose ledger is as large as that of a large desk. */
export async function benchPanel(report: Report, records: number): Promise<void> {
  report.progress(`panel: opening a stage with ${INCIDENTS} incidents`);
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
    report.progress('panel: enlarging the ledger');
    await stage.admin.post(`/runs/${run.id}/pause`);
    const enlarged = await enlargeLedger(stage, run.id, records);
    await stage.admin.post(`/runs/${run.id}/resume`);
    report.progress(`panel: ${enlarged} records; measuring`);
    const cpuBefore = stage.cpuSeconds().server;
    const stopPanel = watchPanel(stage);
    await sleep(MEASURED_MS);
    const openings = await stopPanel();
    const serverCpuMs = (stage.cpuSeconds().server - cpuBefore) * 1000;
    const { state } = await stage.admin.get<{ state: string }>(`/runs/${run.id}`);
    reportPanel(report, openings, {
      records: enlarged,
      // One /healthz for each is in it.
      server_cpu_ms_per_opening: rounded(serverCpuMs / openings.panel.length, 1),
      while: `a load with one worker, at its end ${state}`,
    });
  } finally {
    await stage.close();
  }
}

async function timed(call: () => Promise<Response>): Promise<number> {
  const startedAt = performance.now();
  const response = await call();
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status}: ${text.slice(0, 300)}`);
  return performance.now() - startedAt;
}

function initialize(
  appUrl: string,
  who: 'owner' | 'agent',
  migrated: { conversation: string; contact: string | null } | undefined,
): Promise<Response> {
  const body = JSON.stringify({
    workspace_id: WORKSPACE,
    admin: { type: 'admin', id: who === 'owner' ? OWNER_ID : AGENT_ID, name: 'Asha Pillai' },
    conversation: { type: 'conversation', id: migrated?.conversation ?? '1' },
    contact: { type: 'contact', id: migrated?.contact ?? '68a1f0c2d4' },
  });
  return fetch(`${appUrl}/canvas-kit/initialize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-body-signature': bodySignature(body, CLIENT.secret) },
    body,
  });
}
