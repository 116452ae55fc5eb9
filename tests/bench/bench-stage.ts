import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { connectDatabase, type Database } from '../../db/client.ts';
import { ensureEmbeddedPostgres } from '../../db/embedded/embedded-postgres.ts';
import { migrate } from '../../db/migrate-database.ts';
import type { DiscoveryDocument } from '../../pipeline/discovery/discovery-document.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import { installApp, type AdminClient } from '../../simulators/demo/admin-client.ts';
import {
  approveMaps,
  confirmReadiness,
  connectInfraon,
  createObjectTypes,
  discover,
  waitForRun,
  type JourneyEvents,
} from '../../simulators/demo/journey.ts';
import { productStarter, untilReady, type ProductProcess } from '../../simulators/demo/processes.ts';
import type { Desk } from '../../simulators/infraon/desk.ts';
import { applyEdits, readEdit } from '../../simulators/infraon/mutate.ts';
import { DEFAULT_CREDENTIALS, startInfraonSimulator } from '../../simulators/infraon/server.ts';
import { CLIENT, OWNER_ID, startIntercom, WORKSPACE, FALLBACK_ID, type RequestView } from './intercom.ts';
import type { Tally } from './intercom-process.ts';
import { cpuSeconds, databaseCpuSeconds } from './process-usage.ts';

const DATA_DIR = path.join(tmpdir(), 'infraon-to-intercom-bench');

/** A limit that nothing reaches: what is measured then is the product and the machine. */
export const NO_LIMIT = 10_000_000;

/**
 * A desk is asked two hundred times a second at most (infraon-infinity-ux.json), which is its protection and not our
 * speed: where Intercom sets no limit, neither does the desk.
 */
const UNHURRIED_DESK = { http: { limits: { maxRps: 10_000 } } };

/** Calls a window of ten seconds: what Intercom grants a private app (10,000 a minute). */
export const LIMIT_PER_WINDOW = 1_667;

export interface StageOptions {
  desk: Desk;
  limitPerWindow: number;
  workers: number;
  /** Leaves the reply pacing as customers have it; else threads wait for nothing. */
  realPacing?: boolean;
}

export interface CpuSeconds {
  worker: number;
  server: number;
  database: number;
  intercom: number;
  /** The measuring process; the simulated Infraon runs in it. */
  infraon: number;
}

export interface BenchStage {
  desk: Desk;
  db: Database;
  databaseUrl: string;
  appUrl: string;
  intercomUrl: string;
  admin: AdminClient;
  discovery: DiscoveryDocument;
  server: ProductProcess;
  workers: ProductProcess[];
  startWorker(): ProductProcess;
  startFullRun(): Promise<RunDocument>;
  untilDone(runId: string): Promise<RunDocument>;
  /** What came since `clearTally`. */
  tally(): Promise<Tally>;
  clearTally(): Promise<number>;
  /** Every answer of Intercom comes this much later from now on. */
  answerAfter(ms: number): Promise<void>;
  requests(since: number): Promise<RequestView[]>;
  /** CPU time so far, by who used it. */
  cpuSeconds(): CpuSeconds;
  /** People work on the desk; the edits are those of the simulator's `/_sim/mutate`. */
  changeDesk(edits: Record<string, unknown>[]): void;
  /** Requests to Infraon so far. */
  infraonCalls(): number;
  /** A token for calling the simulated Intercom as the app does. */
  token(): Promise<string>;
  close(): Promise<void>;
}

/**
 * PostgreSQL with its ordinary durability, the Infraon simulator in this process, the Intercom simulator, the server and
 * the workers each in their own; the customer has come as far as an approved sample.
 */
export async function openBenchStage(options: StageOptions): Promise<BenchStage> {
  const undo: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const database = await createDatabase();
    undo.push(() => database.drop());
    const port = await freePort();
    const appUrl = `http://127.0.0.1:${port}`;
    const infraon = await startInfraonSimulator({ desk: options.desk });
    undo.push(() => infraon.close());
    const intercom = await startIntercom(appUrl, options.limitPerWindow, options.realPacing === true);
    undo.push(() => intercom.stop());
    const env = {
      PORT: String(port),
      PUBLIC_URL: appUrl,
      DATABASE_URL: database.url,
      INTERCOM_CLIENT_ID: CLIENT.id,
      INTERCOM_CLIENT_SECRET: CLIENT.secret,
      INTERCOM_API_URL: intercom.url,
      INTERCOM_APP_URL: intercom.url,
      INFRAON_ALLOWED_HOSTS: new URL(infraon.url).host,
      SECRET_KEY: randomBytes(32).toString('base64'),
      LOG_LEVEL: process.env['BENCH_LOG_LEVEL'] ?? 'error',
    };
    const startProduct = await productStarter();
    const server = startProduct('server', env);
    const workers: ProductProcess[] = [];
    const startWorker = () => {
      const worker = startProduct('worker', env, profilingFlags());
      workers.push(worker);
      return worker;
    };
    undo.push(() => Promise.all([server, ...workers].map((process) => process.stop())));
    for (let started = 0; started < options.workers; started += 1) startWorker();
    await untilReady(appUrl, server);

    const admin = await installApp(appUrl, `${WORKSPACE}/${OWNER_ID}`);
    await admin.patch('/settings', {
      fallback_admin_id: FALLBACK_ID,
      default_country: 'IN',
      ...(options.realPacing === true
        ? {}
        : { search_lag_seconds: 2, replies_per_window: 100, reply_window_seconds: 1 }),
    });
    const pace = options.limitPerWindow === NO_LIMIT ? { profile: UNHURRIED_DESK } : {};
    await connectInfraon(admin, { baseUrl: infraon.url, ...DEFAULT_CREDENTIALS, ...pace }, QUIET);
    const discovery = await discover(admin, QUIET);
    await approveMaps(admin, QUIET);
    await createObjectTypes(
      admin,
      async (types) => {
        const sheet = types.map(({ identifier, name, attributes }) => ({ identifier, name, attributes }));
        await intercom.control('POST', 'object-types', { workspace_id: WORKSPACE, types: sheet });
      },
      QUIET,
    );
    await confirmReadiness(admin, QUIET);
    const sample = await admin.post<RunDocument>('/runs', { kind: 'sample', limit: 1 });
    await waitForRun(admin, sample.id, QUIET);
    await admin.post(`/runs/${sample.id}/approve`);

    return {
      desk: options.desk,
      db: database.db,
      databaseUrl: database.url,
      appUrl,
      intercomUrl: intercom.url,
      admin,
      discovery,
      server,
      workers,
      startWorker,
      startFullRun: () => admin.post<RunDocument>('/runs', { kind: 'full' }),
      untilDone: (runId) => waitForRun(admin, runId, QUIET),
      tally: () => intercom.control<Tally>('GET', 'tally'),
      clearTally: async () => (await intercom.control<{ lastSeq: number }>('DELETE', 'tally')).lastSeq,
      answerAfter: async (ms) => void (await intercom.control('PATCH', 'switches', { answerAfterMs: ms })),
      requests: (since) => intercom.requests(since),
      cpuSeconds: () => ({
        worker: workers.reduce((sum, { child }) => sum + cpuSeconds(child.pid ?? 0), 0),
        server: cpuSeconds(server.child.pid ?? 0),
        database: databaseCpuSeconds(path.join(DATA_DIR, 'postgres', 'data')),
        intercom: cpuSeconds(intercom.pid),
        infraon: cpuSeconds(process.pid),
      }),
      changeDesk: (edits) => void applyEdits(infraon.state, edits.map(readEdit)),
      infraonCalls: () => infraon.state.requestCount,
      token: async () =>
        (await intercom.control<{ token: string }>('POST', 'tokens', { workspace_id: WORKSPACE })).token,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const QUIET: JourneyEvents = { step: () => undefined, progress: () => undefined };

/** A database of its own; unlike the tests' it is written as carefully as a customer's. */
async function createDatabase(): Promise<{ db: Database; url: string; drop(): Promise<void> }> {
  const server = await ensureEmbeddedPostgres(DATA_DIR);
  const name = `bench_${randomBytes(6).toString('hex')}`;
  const url = server.url.replace(/\/app$/, `/${name}`);
  await asAdmin(server.url, `create database ${name}`);
  await migrate(url);
  const db = connectDatabase(url, { applicationName: 'bench', max: 3 });
  return {
    db,
    url,
    async drop() {
      await db.close();
      await asAdmin(server.url, `drop database if exists ${name} with (force)`);
      await server.release();
    },
  };
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  await sql.unsafe(statement);
  await sql.end({ timeout: 5 });
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** `BENCH_PROFILE=<folder>` writes a CPU profile of each worker there when it ends. */
function profilingFlags(): string[] {
  const folder = process.env['BENCH_PROFILE'];
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}

/** Until a load has begun to make conversations. */
export async function untilWriting(stage: BenchStage): Promise<void> {
  for (;;) {
    const { calls } = await stage.tally();
    if ((calls['POST /conversations']?.total ?? 0) > 0) return;
    await sleep(250);
  }
}
