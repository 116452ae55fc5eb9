import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { IntercomSimulatorOptions } from '../../simulators/intercom/state.ts';
import { TEAMMATE_EMAILS } from '../../simulators/seed/teammates.ts';

export const CLIENT = { id: 'bench-client', secret: 'bench-client-secret' };
export const WORKSPACE = 'ws_bench_1';
export const OWNER_ID = '7001';
export const FALLBACK_ID = '7002';

/** A request as the control plane of the simulator shows it; bodies are parsed. */
export interface RequestView {
  seq: number;
  at: number;
  method: string;
  path: string;
  query: string;
  call: string;
  request_body: unknown;
  status: number;
  response_body: unknown;
}

export interface IntercomProcess {
  url: string;
  pid: number;
  control<T>(method: string, path: string, body?: unknown): Promise<T>;
  requests(since: number): Promise<RequestView[]>;
  stop(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL('intercom-process.ts', import.meta.url));
const TSX = createRequire(import.meta.url).resolve('tsx');
const REQUESTS_PER_PAGE = 2_000;
/** A hundred thousand conversations with their threads stay in the simulator's memory. */
const HEAP_MB = 12_000;

/** Starts the simulated Intercom as a process of its own. */
export async function startIntercom(
  appUrl: string,
  limitPerWindow: number,
  throttlesReplies: boolean,
): Promise<IntercomProcess> {
  const options = simulatorOptions(appUrl, limitPerWindow, throttlesReplies);
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, '--import', TSX, ENTRY], {
    env: { ...process.env, BENCH_INTERCOM: JSON.stringify(options) },
    stdio: ['ignore', 'pipe', 2],
  });
  const { url } = JSON.parse(await firstLine(child)) as { url: string };

  async function control<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${url}/_sim/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} _sim/${path}: ${text}`);
    return JSON.parse(text) as T;
  }

  return {
    url,
    pid: child.pid ?? 0,
    control,
    async requests(since) {
      const all: RequestView[] = [];
      for (let seq = since; ;) {
        const page = await control<{ requests: RequestView[] }>(
          'GET',
          `requests?since=${seq}&limit=${REQUESTS_PER_PAGE}`,
        );
        const last = page.requests.at(-1);
        if (last === undefined) return all;
        all.push(...page.requests);
        seq = last.seq;
      }
    },
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await Promise.race([exited, sleep(3_000, undefined, { ref: false })]);
      child.kill('SIGKILL');
    },
  };
}

function simulatorOptions(
  appUrl: string,
  limitPerWindow: number,
  throttlesReplies: boolean,
): IntercomSimulatorOptions {
  return {
    workspaces: [
      {
        id: WORKSPACE,
        name: 'Northwind',
        region: 'US',
        timezone: 'Europe/London',
        admins: [
          { id: OWNER_ID, name: 'Asha Pillai', email: 'asha.pillai@northwind.example' },
          { id: FALLBACK_ID, name: 'Migration', email: 'migration@northwind.example' },
          ...TEAMMATE_EMAILS.map((person, index) => ({ id: String(7101 + index), ...person })),
        ],
      },
    ],
    apps: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        name: 'Infraon migration',
        redirect_uris: [`${appUrl}/oauth/callback`],
      },
    ],
    switches: throttlesReplies ? {} : { replyThrottlePerConversation: 0 },
    searchLagMs: 1_000,
    limitPerWindow,
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the simulator has no output');
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error('the simulator ended before it listened');
}
