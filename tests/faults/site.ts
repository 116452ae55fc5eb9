import { randomBytes } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectDatabase, type Database } from '../../db/client.ts';
import { migrate } from '../../db/migrate-database.ts';
import { startWorker } from '../../jobs/worker.ts';
import { createLog } from '../../log.ts';
import { loadRegistry } from '../../objects/registry.ts';
import { buildDeps } from '../../pipeline/build-deps.ts';
import { createUseCases } from '../../pipeline/create-use-cases.ts';
import type { Deps, PipelineOptions } from '../../pipeline/deps.ts';
import { createApp } from '../../server/app.ts';
import type { Desk } from '../../simulators/infraon/desk.ts';
import { startInfraonSimulator, type InfraonSimulator } from '../../simulators/infraon/server.ts';
import { forgetIndexes } from '../../simulators/infraon/state.ts';
import { startIntercomSimulator, type IntercomSimulator } from '../../simulators/intercom/server.ts';
import type { Workspace } from '../../simulators/intercom/workspace.ts';
import { workspaceSeed } from '../support/stage.ts';
import { installed, planned, type Tenant } from '../support/tenant.ts';
import type { Cluster } from './cluster.ts';
import type { CompiledWorkers, WorkerProcess } from './compiled-worker.ts';

const CLIENT = { id: 'faults-client', secret: 'faults-client-secret' };
const WORKSPACE = 'ws_faults';
/** Short enough that a trial is, long enough that a busy machine keeps most of its leases. */
const LEASE_MS = 2_000;
const TIMEOUT_MS = 1_500;
const LIMIT_PER_WINDOW = 1_667;

export interface TrialOptions {
  leaseMs?: number;
  timeoutMs?: number;
}

/** One customer at the door of the first run, alone with the two simulated systems. */
export interface Trial extends Tenant {
  site: Site;
  databaseUrl: string;
  db: Database;
  /** A worker inside this process; ends with the trial. */
  startWorker(): Promise<void>;
  /** A worker process, for whatever one does to processes. */
  spawnWorker(): WorkerProcess;
  close(): Promise<void>;
}

export interface Site {
  appUrl: string;
  infraon: InfraonSimulator;
  intercom: IntercomSimulator;
  desk: Desk;
  cluster: Cluster;
  open(options?: TrialOptions): Promise<Trial>;
  close(): Promise<void>;
}

/**
 * Both simulators, one server at one address, and a database in which the customer is connected, mapped and ready. Each
 * trial gets a copy of that database and of Intercom's workspace, which costs a fraction of the way there.
 */
export async function openSite(desk: Desk, cluster: Cluster, workers: CompiledWorkers): Promise<Site> {
  const registry = await loadRegistry();
  const pristine = structuredClone(desk);
  let answer: RequestListener = (_request, response) => response.writeHead(503).end();
  const front = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const appUrl = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  const infraon = await startInfraonSimulator({ desk: structuredClone(pristine) });
  const intercom = await startIntercomSimulator({
    workspaces: [workspaceSeed(WORKSPACE)],
    apps: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        name: 'Infraon migration',
        redirect_uris: [`${appUrl}/oauth/callback`],
      },
    ],
    switches: { replyThrottlePerConversation: 0 },
    searchLagMs: 400,
    limitPerWindow: LIMIT_PER_WINDOW,
    recorderRequestCharacters: Infinity,
  });
  const secretKey = randomBytes(32);
  const allowed = new URL(infraon.url).host;
  const optionsOf = (role: string, trial: TrialOptions): PipelineOptions => ({
    publicUrl: appUrl,
    intercomClientId: CLIENT.id,
    intercomClientSecret: CLIENT.secret,
    intercomApiUrl: intercom.url,
    intercomAppUrl: intercom.url,
    infraonAllowedHosts: [allowed],
    rateShare: 0.8,
    ...(trial.leaseMs === undefined ? {} : { leaseMs: trial.leaseMs }),
    ...(trial.timeoutMs === undefined ? {} : { intercomTimeoutMs: trial.timeoutMs }),
    worker: `${role}-${randomBytes(4).toString('hex')}`,
  });

  /** The product over one database: a server, and workers as they are asked for. */
  function over(databaseUrl: string, trial: TrialOptions) {
    const parts: (() => Promise<void>)[] = [];
    const part = (role: string, connections: number, stopping: AbortSignal, limits: TrialOptions): Deps => {
      const db = connectDatabase(databaseUrl, { applicationName: role, max: connections });
      parts.push(() => db.close());
      return buildDeps({
        db,
        log: createLog({ level: process.env['FAULTS_LOG'] ?? 'silent', process: role }),
        registry,
        secretKey,
        stopping,
        options: optionsOf(role, limits),
      });
    };
    // The readiness checks of a busy machine take longer than the calls of a trial may.
    const server = part('server', 3, new AbortController().signal, {});
    answer = createApp({ deps: server, useCases: createUseCases(server) });
    return {
      db: server.db,
      async startWorker() {
        const stopping = new AbortController();
        const deps = part('worker', 10, stopping.signal, trial);
        const worker = await startWorker(deps, { databaseUrl, concurrency: 4 });
        parts.push(async () => {
          stopping.abort();
          await worker.stop();
        });
      },
      async close() {
        for (const close of parts.splice(0).reverse()) await close();
      },
    };
  }

  const door = await reachDoor({ appUrl, infraon, intercom }, cluster, over);

  async function open(given: TrialOptions = {}): Promise<Trial> {
    const trial = { leaseMs: LEASE_MS, timeoutMs: TIMEOUT_MS, ...given };
    const name = `trial_${randomBytes(6).toString('hex')}`;
    await cluster.create(name, door.database);
    const { state } = intercom;
    state.faults.clear();
    state.recorder.clear();
    state.rates.setLimit(LIMIT_PER_WINDOW);
    state.switches.replyThrottlePerConversation = 0;
    state.tokens.clear();
    for (const [token, owner] of door.tokens) state.tokens.set(token, owner);
    const workspace = copyOf(door.workspace);
    state.workspaces.set(WORKSPACE, workspace);
    resetDesk(infraon, pristine);
    const databaseUrl = cluster.urlOf(name);
    const product = over(databaseUrl, trial);
    const spawned: WorkerProcess[] = [];
    return {
      site,
      admin: door.admin,
      workspaceId: WORKSPACE,
      workspace,
      databaseUrl,
      db: product.db,
      startWorker: () => product.startWorker(),
      spawnWorker() {
        const worker = workers.start({
          DATABASE_URL: databaseUrl,
          PUBLIC_URL: appUrl,
          INTERCOM_CLIENT_ID: CLIENT.id,
          INTERCOM_CLIENT_SECRET: CLIENT.secret,
          INTERCOM_API_URL: intercom.url,
          INTERCOM_APP_URL: intercom.url,
          INFRAON_ALLOWED_HOSTS: allowed,
          SECRET_KEY: secretKey.toString('base64'),
          LEASE_SECONDS: String(trial.leaseMs / 1000),
          INTERCOM_TIMEOUT_SECONDS: String(trial.timeoutMs / 1000),
          LOG_LEVEL: process.env['FAULTS_LOG'] ?? 'silent',
        });
        spawned.push(worker);
        return worker;
      },
      async close() {
        await Promise.all(spawned.map((worker) => worker.kill()));
        await product.close();
        await cluster.drop(name);
      },
    };
  }

  const site: Site = {
    appUrl,
    infraon,
    intercom,
    get desk() {
      return infraon.state.desk;
    },
    cluster,
    open,
    async close() {
      await infraon.close();
      await intercom.close();
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
    },
  };
  return site;
}

interface Door {
  database: string;
  admin: Tenant['admin'];
  workspace: Workspace;
  tokens: Map<string, { workspaceId: string; adminId: string; clientId: string }>;
}

async function reachDoor(
  place: Pick<Site, 'appUrl' | 'infraon' | 'intercom'>,
  cluster: Cluster,
  over: (
    databaseUrl: string,
    trial: TrialOptions,
  ) => { startWorker(): Promise<void>; close(): Promise<void> },
): Promise<Door> {
  const database = `door_${randomBytes(6).toString('hex')}`;
  await cluster.create(database);
  await migrate(cluster.urlOf(database));
  const product = over(cluster.urlOf(database), {});
  try {
    await product.startWorker();
    const tenant = await installed(place, WORKSPACE);
    await tenant.admin.patch('/settings', { search_lag_seconds: 1 });
    await planned(place, tenant);
    return {
      database,
      admin: tenant.admin,
      workspace: tenant.workspace,
      tokens: new Map(place.intercom.state.tokens),
    };
  } finally {
    await product.close();
  }
}

/** Everything but the source of ids, which must not begin again. */
function copyOf({ ids, ...data }: Workspace): Workspace {
  return { ...structuredClone(data), ids };
}

function resetDesk(infraon: InfraonSimulator, pristine: Desk): void {
  const { state } = infraon;
  state.desk = structuredClone(pristine);
  state.faults = [];
  state.requests = [];
  state.switches.rows_shift = false;
  state.switches.token_expires_after_calls = 0;
  forgetIndexes(state);
}
