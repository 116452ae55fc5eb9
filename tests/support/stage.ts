import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { productStarter, untilReady, type ProductProcess } from '../../simulators/demo/processes.ts';
import type { Desk } from '../../simulators/infraon/desk.ts';
import { startInfraonSimulator, type InfraonSimulator } from '../../simulators/infraon/server.ts';
import type { Switches as InfraonSwitches } from '../../simulators/infraon/switches.ts';
import { startIntercomSimulator, type IntercomSimulator } from '../../simulators/intercom/server.ts';
import type { Switches as IntercomSwitches } from '../../simulators/intercom/switches.ts';
import { createWorkspace } from '../../simulators/intercom/workspace.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { TEAMMATE_EMAILS } from '../../simulators/seed/teammates.ts';
import { testDatabase } from './database.ts';

export const CLIENT = { id: 'e2e-client', secret: 'e2e-client-secret' };

/** The installing admin, and the teammate who speaks for whoever has no seat. */
export const OWNER_ID = '7001';
export const FALLBACK_ID = '7002';

export interface StageOptions {
  desk?: Desk;
  infraonSwitches?: Partial<InfraonSwitches>;
  intercomSwitches?: Partial<IntercomSwitches>;
  limitPerWindow?: number;
  workers?: number;
  env?: Record<string, string>;
  /** `host:port` that may be private, besides the simulated tenant. */
  allowedHosts?: string[];
  /** A database of the caller's; a clone of the shared template otherwise. */
  databaseUrl?: string;
}

export interface Stage {
  desk: Desk;
  infraon: InfraonSimulator;
  intercom: IntercomSimulator;
  appUrl: string;
  databaseUrl: string;
  server: ProductProcess;
  workers: ProductProcess[];
  /** Adds one more worker process to `workers`, with other settings than the stage's where they are given. */
  startWorker(settings?: Record<string, string>): ProductProcess;
  /** Ends the server as a crash does and starts it again at the same address. */
  restartServer(): Promise<void>;
  /** One more customer of the simulated Intercom; returns its id. */
  addWorkspace(): string;
  close(): Promise<void>;
}

/**
 * Both simulators in this process, a database of its own, and the product as real processes. Whatever was started is
 * ended by `close`, and also when this function fails half-way.
 */
export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const undo: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const desk = options.desk ?? generateDesk({ seed: 7, incidents: 20 });
    const port = await freePort();
    const appUrl = `http://127.0.0.1:${port}`;
    let { databaseUrl } = options;
    if (databaseUrl === undefined) {
      const database = await testDatabase();
      undo.push(() => database.drop());
      databaseUrl = database.url;
    }
    const infraon = await startInfraonSimulator({ desk, switches: options.infraonSwitches ?? {} });
    undo.push(() => infraon.close());
    const intercom = await startIntercomSimulator({
      workspaces: [workspaceSeed('ws_e2e_1')],
      apps: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          name: 'Infraon migration',
          redirect_uris: [`${appUrl}/oauth/callback`],
        },
      ],
      switches: { replyThrottlePerConversation: 0, ...options.intercomSwitches },
      searchLagMs: 1_000,
      recorderRequestCharacters: Infinity,
      ...(options.limitPerWindow === undefined ? {} : { limitPerWindow: options.limitPerWindow }),
    });
    undo.push(() => intercom.close());
    const env = {
      PORT: String(port),
      PUBLIC_URL: appUrl,
      DATABASE_URL: databaseUrl,
      INTERCOM_CLIENT_ID: CLIENT.id,
      INTERCOM_CLIENT_SECRET: CLIENT.secret,
      INTERCOM_API_URL: intercom.url,
      INTERCOM_APP_URL: intercom.url,
      INFRAON_ALLOWED_HOSTS: [new URL(infraon.url).host, ...(options.allowedHosts ?? [])].join(','),
      SECRET_KEY: randomBytes(32).toString('base64'),
      // A lost answer is looked for until its call must be over, which follows from this.
      INTERCOM_TIMEOUT_SECONDS: '3',
      LOG_LEVEL: process.env['E2E_LOG_LEVEL'] ?? 'silent',
      ...options.env,
    };
    const startProduct = await productStarter();
    const stage: Stage = {
      desk,
      infraon,
      intercom,
      appUrl,
      databaseUrl,
      server: startProduct('server', env),
      workers: [],
      startWorker(settings = {}) {
        const worker = startProduct('worker', { ...env, ...settings });
        stage.workers.push(worker);
        return worker;
      },
      async restartServer() {
        await stage.server.kill();
        stage.server = startProduct('server', env);
        await untilReady(appUrl, stage.server);
      },
      addWorkspace() {
        const { workspaces } = intercom.state;
        const id = `ws_e2e_${workspaces.size + 1}`;
        workspaces.set(
          id,
          createWorkspace(workspaceSeed(id), Math.floor(Date.now() / 1000), workspaces.size),
        );
        return id;
      },
      close,
    };
    // A process that a test has stopped with SIGSTOP hears nothing but SIGKILL.
    undo.push(() => Promise.all([stage.server, ...stage.workers].map((process) => process.kill())));
    for (let started = 0; started < (options.workers ?? 1); started += 1) stage.startWorker();
    await untilReady(appUrl, stage.server);
    return stage;
  } catch (error) {
    await close();
    throw error;
  }
}

export function workspaceSeed(id: string) {
  return {
    id,
    name: `Northwind ${id}`,
    region: 'US',
    timezone: 'Europe/London',
    admins: [
      { id: OWNER_ID, name: 'Asha Pillai', email: 'asha.pillai@northwind.example' },
      { id: FALLBACK_ID, name: 'Migration', email: 'migration@northwind.example' },
      ...TEAMMATE_EMAILS.map((person, index) => ({ id: String(7101 + index), ...person })),
    ],
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
