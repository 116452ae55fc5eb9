import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StartError } from '../errors.ts';
import { onParentGone } from '../parent.ts';
import type { ObjectTypeDocument } from '../pipeline/prepare/object-types.ts';
import type { FindingDocument } from '../pipeline/reconcile/findings.ts';
import type { RejectionDocument } from '../pipeline/reconcile/rejection-document.ts';
import type { RunDocument } from '../pipeline/runs/run-document.ts';
import { installApp, type AdminClient } from './demo/admin-client.ts';
import {
  approveMaps,
  confirmReadiness,
  connectInfraon,
  createObjectTypes,
  discover,
  runToEnd,
} from './demo/journey.ts';
import { productStarter, untilReady } from './demo/processes.ts';
import { terminalEvents } from './demo/progress.ts';
import { readFlags, type DemoFlags } from './demo/flags.ts';
import { countByReason, exitCode, renderReport, type DemoReport } from './demo/report.ts';
import type { Desk } from './infraon/desk.ts';
import { DEFAULT_CREDENTIALS, startInfraonSimulator, type InfraonSimulator } from './infraon/server.ts';
import { startIntercomSimulator, type IntercomSimulator } from './intercom/server.ts';
import { TEAMMATE_EMAILS } from './seed/teammates.ts';

/**
 * The main job end to end with no account: both simulators, the real server and worker, embedded PostgreSQL. It plays
 * the admin through the public routes and prints what arrived.
 */
const CLIENT = { id: 'demo-client', secret: 'demo-client-secret' };
const WORKSPACE = 'ws_demo01';
const PREFERRED_PORT = 3000;
/** The first start makes a database; a busy machine takes its time. */
const READY_MS = 180_000;

interface Stage {
  infraon: InfraonSimulator;
  intercom: IntercomSimulator;
  appUrl: string;
}

/** Ends what was started, the last first. */
type Undo = (() => unknown)[];

async function setUp(desk: Desk, undo: Undo): Promise<Stage> {
  const port = await freePort(PREFERRED_PORT);
  const appUrl = `http://127.0.0.1:${port}`;
  const infraon = await startInfraonSimulator({ desk });
  undo.push(() => infraon.close());
  const intercom = await startIntercomSimulator({
    workspaces: [
      { id: WORKSPACE, name: 'Northwind', region: 'US', timezone: 'Europe/London', admins: teammates() },
    ],
    apps: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        name: 'Infraon migration',
        redirect_uris: [`${appUrl}/oauth/callback`],
      },
    ],
    inboxApps: [
      {
        client_id: CLIENT.id,
        name: 'Infraon migration',
        initializeUrl: `${appUrl}/canvas-kit/initialize`,
        submitUrl: `${appUrl}/canvas-kit/submit`,
        pinned: true,
      },
    ],
  });
  undo.push(() => intercom.close());
  const dataDir = mkdtempSync(path.join(tmpdir(), 'infraon-to-intercom-demo-'));
  // PostgreSQL may run as a user of its own, which must be able to enter.
  chmodSync(dataDir, 0o755);
  undo.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const env = {
    PORT: String(port),
    PUBLIC_URL: appUrl,
    DATABASE_URL: '',
    DATA_DIR: dataDir,
    INTERCOM_CLIENT_ID: CLIENT.id,
    INTERCOM_CLIENT_SECRET: CLIENT.secret,
    INTERCOM_API_URL: intercom.url,
    INTERCOM_APP_URL: intercom.url,
    INFRAON_ALLOWED_HOSTS: new URL(infraon.url).host,
    SECRET_KEY: randomBytes(32).toString('base64'),
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'error',
  };
  const startProduct = await productStarter();
  const server = startProduct('server', env);
  undo.push(() => server.stop());
  await untilReady(appUrl, server, READY_MS);
  const worker = startProduct('worker', env);
  undo.push(() => worker.stop());
  return { infraon, intercom, appUrl };
}

/** The installing admin, a teammate for whatever has no author of its own, and the desk's own people. */
function teammates() {
  return [
    {
      id: '7001',
      name: 'Asha Pillai',
      email: 'asha.pillai@northwind.example',
      email_verified: true,
      has_inbox_seat: true,
    },
    {
      id: '7002',
      name: 'Migration',
      email: 'migration@northwind.example',
      email_verified: true,
      has_inbox_seat: true,
    },
    ...TEAMMATE_EMAILS.map((person, index) => ({
      id: String(7101 + index),
      ...person,
      email_verified: true,
      has_inbox_seat: true,
    })),
  ];
}

async function main(flags: DemoFlags): Promise<number> {
  const events = terminalEvents();
  events.step('Starting PostgreSQL, both simulators, the server and a worker');
  const undo: Undo = [];
  const tearDown = async () => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  const stop = () => void tearDown().then(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  if (process.env['npm_lifecycle_event'] !== undefined) onParentGone(stop);

  try {
    const stage = await setUp(flags.desk, undo);
    events.step('Installing the app by OAuth');
    const admin = await installApp(stage.appUrl);
    await admin.patch('/settings', { fallback_admin_id: '7002', default_country: 'IN' });
    await connectInfraon(admin, { baseUrl: stage.infraon.url, ...DEFAULT_CREDENTIALS }, events);
    await discover(admin, events);
    await approveMaps(admin, events);
    await createObjectTypes(admin, (types) => declareInSettings(stage.intercom.url, types), events);
    await confirmReadiness(admin, events);
    const sample = await runToEnd(admin, { kind: 'sample' }, events);
    await admin.post(`/runs/${sample.id}/approve`);
    events.step('Approved the sample');
    const full = await runToEnd(admin, { kind: 'full' }, events);
    const report = await makeReport(admin, stage, sample, full);
    process.stdout.write(flags.json ? `${JSON.stringify(report, null, 2)}\n` : renderReport(report));
    if (exitCode(report) !== 0) await explain(admin, full.id);
    if (flags.once) return exitCode(report);
    events.step('Staying up; press Ctrl-C to stop');
    await new Promise(() => undefined);
    return 0;
  } finally {
    await tearDown();
  }
}

async function declareInSettings(intercomUrl: string, types: ObjectTypeDocument[]): Promise<void> {
  const response = await fetch(`${intercomUrl}/_sim/object-types`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      workspace_id: WORKSPACE,
      types: types.map(({ identifier, name, attributes }) => ({ identifier, name, attributes })),
    }),
  });
  if (!response.ok) throw new Error(`Settings refused the schema sheet: ${await response.text()}`);
}

async function makeReport(
  admin: AdminClient,
  stage: Stage,
  sample: RunDocument,
  full: RunDocument,
): Promise<DemoReport> {
  const rejections: RejectionDocument[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page: { items: RejectionDocument[]; next_cursor: string | null } = await admin.get(
      `/rejections?limit=200${query}`,
    );
    rejections.push(...page.items);
    cursor = page.next_cursor;
  }
  const mails = (await (await fetch(`${stage.intercom.url}/_sim/mails`)).json()) as {
    total?: number;
    mails?: unknown[];
    items?: unknown[];
  };
  return {
    sample,
    full,
    rejections: countByReason(rejections),
    mails: mails.total ?? (mails.mails ?? mails.items ?? []).length,
    calls: full.calls,
    addresses: {
      app: stage.appUrl,
      api: `${stage.appUrl}/api/v1/openapi.json`,
      inbox: `${stage.intercom.url}/inbox`,
      intercom: stage.intercom.url,
      infraon: stage.infraon.url,
    },
  };
}

/** When something is unexplained, the first differences say more than their number. */
async function explain(admin: AdminClient, runId: string): Promise<void> {
  for (const kind of ['mismatch', 'missing', 'extra', 'late']) {
    const { items } = await admin.get<{ items: FindingDocument[] }>(
      `/findings?run=${runId}&class=${kind}&limit=10`,
    );
    for (const { object, source_id, field, expected, actual } of items) {
      process.stderr.write(
        `${kind} ${object} ${source_id} ${field}: ${JSON.stringify(expected)} → ${JSON.stringify(actual)}\n`,
      );
    }
  }
}

/** The preferred port if it is free, else any. */
function freePort(preferred: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      if (preferred === 0) reject(error);
      else freePort(0).then(resolve, reject);
    });
    server.listen(preferred, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : preferred));
    });
  });
}

try {
  // A demo that stays up ends by a signal, so what is reached here is the end.
  process.exit(await main(readFlags(process.argv.slice(2))));
} catch (error) {
  if (error instanceof StartError) process.stderr.write(`${error.message}\n`);
  else console.error('The demo failed:', error);
  process.exit(1);
}
