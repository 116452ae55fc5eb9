import type { Express } from 'express';
import request from 'supertest';
import type { Config } from '../../config.ts';
import { createLog, type Log } from '../../log.ts';
import { loadRegistry } from '../../objects/registry.ts';
import { buildDeps } from '../../pipeline/build-deps.ts';
import { createUseCases } from '../../pipeline/create-use-cases.ts';
import type { Clock, Deps, PipelineOptions } from '../../pipeline/deps.ts';
import type { UseCases } from '../../pipeline/use-cases.ts';
import { createApp, type AppOptions } from '../../server/app.ts';
import { startIntercomSimulator, type IntercomSimulator } from '../../simulators/intercom/server.ts';
import { testDatabase, type TestDatabase } from './database.ts';

export const PUBLIC_URL = 'http://localhost:3000';
export const CLIENT_ID = 'test-client-id';
export const CLIENT_SECRET = 'test-client-secret-0001';
export const WORKSPACE = 'ws_demo01';

export interface TestApp {
  app: Express;
  deps: Deps;
  useCases: UseCases;
  intercom: IntercomSimulator;
  database: TestDatabase;
  clock: { now: Date | null };
  close(): Promise<void>;
}

/** The HTTP edge over a database of its own and a simulated Intercom that knows the app. */
export async function testApp(
  options: {
    pipeline?: Partial<PipelineOptions>;
    app?: Partial<AppOptions>;
    publicUrl?: Config['publicUrl'];
    log?: Log;
  } = {},
): Promise<TestApp> {
  const database = await testDatabase();
  const publicUrl = options.publicUrl ?? PUBLIC_URL;
  const intercom = await startIntercomSimulator({
    apps: [
      {
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        name: 'Infraon Desk to Intercom',
        redirect_uris: [`${publicUrl}/oauth/callback`],
      },
    ],
  });
  const time: { now: Date | null } = { now: null };
  const clock: Clock = { now: () => time.now ?? new Date() };
  const deps = buildDeps({
    db: database.db,
    log: options.log ?? createLog({ level: 'silent', process: 'test' }),
    registry: await loadRegistry(),
    secretKey: Buffer.alloc(32, 7),
    stopping: new AbortController().signal,
    clock,
    options: {
      publicUrl,
      intercomClientId: CLIENT_ID,
      intercomClientSecret: CLIENT_SECRET,
      intercomApiUrl: intercom.url,
      intercomAppUrl: intercom.url,
      infraonAllowedHosts: [],
      rateShare: 0.8,
      worker: 'test',
      ...options.pipeline,
    },
  });
  const useCases = createUseCases(deps);
  const app = createApp({ deps, useCases, ...options.app });
  return {
    app,
    deps,
    useCases,
    intercom,
    database,
    clock: time,
    close: async () => {
      await intercom.close();
      await database.drop();
    },
  };
}

export type Agent = ReturnType<typeof request.agent>;

/** A browser without cookies. */
export function browser(test: TestApp): Agent {
  return request.agent(test.app);
}

/** Follows `/install` to the consent page and presses a button there; returns the path the browser is sent back to. */
export async function consent(
  test: TestApp,
  agent: Agent,
  choice: { decision?: 'approve' | 'deny'; teammate?: string; region?: string } = {},
): Promise<string> {
  const install = await agent
    .get('/install')
    .query(choice.region === undefined ? {} : { region: choice.region });
  const authorize = new URL(install.get('location') ?? '');
  const decision = await fetch(`${test.intercom.url}/oauth/decision`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({
      client_id: authorize.searchParams.get('client_id') ?? '',
      redirect_uri: authorize.searchParams.get('redirect_uri') ?? '',
      state: authorize.searchParams.get('state') ?? '',
      teammate: choice.teammate ?? '',
      decision: choice.decision ?? 'approve',
    }),
  });
  const callback = new URL(decision.headers.get('location') ?? '');
  return `${callback.pathname}${callback.search}`;
}

/** Installs the app as one of the simulated teammates and returns the signed-in browser. */
export async function signIn(test: TestApp, teammate?: string): Promise<Agent> {
  const agent = browser(test);
  const callback = await consent(test, agent, teammate === undefined ? {} : { teammate });
  await agent.get(callback).expect(303).expect('location', '/welcome');
  return agent;
}

/** The parsed body, as the test expects it to look. */
export function bodyOf<T>(response: { body: unknown }): T {
  return response.body as T;
}

export function cookiesOf(response: { headers: unknown }): string[] {
  const cookies = (response.headers as Record<string, unknown>)['set-cookie'];
  return Array.isArray(cookies) ? (cookies as string[]) : [];
}
