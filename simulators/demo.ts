import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
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
import { productStarter, untilReady, type ProductProcess } from './demo/processes.ts';
import { terminalEvents } from './demo/progress.ts';
import { exitCode, renderReport, type DemoReport } from './demo/report.ts';
import { DEFAULT_CREDENTIALS, startInfraonSimulator, type InfraonSimulator } from './infraon/server.ts';
import { startIntercomSimulator, type IntercomSimulator } from './intercom/server.ts';
import { deskFromEventLog } from './seed/event-log.ts';
import { generateDesk } from './seed/generate.ts';
import { TEAMMATE_EMAILS } from './seed/teammates.ts';

/**
 * The main job end to end with no account: both simulators, the real server and worker, embedded PostgreSQL. It plays
 * the admin through the public routes and prints what arrived.
 */
const { values: flags } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    records: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    data: { type: 'string' },
  },
});

const CLIENT = { id: 'demo-client', secret: 'demo-client-secret' };
const WORKSPACE = 'ws_demo01';
const PREFERRED_PORT = 3000;

interface Stage {
  infraon: InfraonSimulator;
  intercom: IntercomSimulator;
  appUrl: string;
  product: ProductProcess[];
  dataDir: string;
}

async function setUp(): Promise<Stage> {
  const desk =
    flags.data === undefined
      ? generateDesk({ seed: wholeNumber('seed'), incidents: wholeNumber('records') })
      : deskFromEventLog(readFileSync(flags.data, 'utf8'));
  const port = await freePort(PREFERRED_PORT);
  const appUrl = `http://127.0.0.1:${port}`;
  const infraon = await startInfraonSimulator({ desk });
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
  const dataDir = mkdtempSync(path.join(tmpdir(), 'infraon-to-intercom-demo-'));
  // PostgreSQL may run as a user of its own, which must be able to enter.
  chmodSync(dataDir, 0o755);
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
  await untilReady(appUrl, server);
  return { infraon, intercom, appUrl, product: [server, startProduct('worker', env)], dataDir };
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

async function main(): Promise<number> {
  const events = terminalEvents();
  events.step('Starting PostgreSQL, both simulators, the server and a worker');
  const stage = await setUp();
  let stopped = false;
  const tearDown = async () => {
    if (stopped) return;
    stopped = true;
    await Promise.all(stage.product.map((process) => process.stop()));
    await Promise.all([stage.infraon.close(), stage.intercom.close()]);
    rmSync(stage.dataDir, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void tearDown().then(() => process.exit(130)));

  try {
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
  const counts = new Map<string, { object: string; code: string; count: number }>();
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page: { items: RejectionDocument[]; next_cursor: string | null } = await admin.get(
      `/rejections?limit=200${query}`,
    );
    for (const { object, code } of page.items) {
      const entry = counts.get(`${object} ${code}`) ?? { object, code, count: 0 };
      counts.set(`${object} ${code}`, { ...entry, count: entry.count + 1 });
    }
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
    rejections: [...counts.values()],
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

function wholeNumber(flag: 'records' | 'seed'): number {
  const value = Number(flags[flag]);
  if (!Number.isInteger(value) || value < 0)
    throw new Error(`--${flag} takes a whole number, not ${flags[flag]}`);
  return value;
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

process.exitCode = await main();
if (flags.once) process.exit();
