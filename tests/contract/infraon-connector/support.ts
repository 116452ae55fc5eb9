import { pino } from 'pino';
import { createGuardedAgent } from '../../../connectors/http/address-guard.ts';
import { createHttpClient, type HttpClient } from '../../../connectors/http/client.ts';
import { createInfraonClient } from '../../../connectors/infraon/client.ts';
import { defaultProfile, mergeProfile } from '../../../connectors/infraon/profile.ts';
import {
  noFacts,
  type ClientDeps,
  type Cursor,
  type InfraonClient,
  type Page,
  type RawRecord,
} from '../../../connectors/infraon/types.ts';
import type { Desk } from '../../../simulators/infraon/desk.ts';
import {
  DEFAULT_CREDENTIALS,
  startInfraonSimulator,
  type InfraonSimulator,
} from '../../../simulators/infraon/server.ts';
import { defaultSwitches, patchSwitches, type Switches } from '../../../simulators/infraon/switches.ts';
import { forgetIndexes } from '../../../simulators/infraon/state.ts';
import { generateDesk } from '../../../simulators/seed/generate.ts';

/** Short delays, so that retries cost nothing; everything else is the shipped profile. */
const QUICK = {
  auth: { reloginWindowMs: 20 },
  http: { retryBaseMs: 1, retryCapMs: 1000, limits: { maxRps: 100_000 } },
};

export interface Tenant {
  simulator: InfraonSimulator;
  /** Back to the defaults, with `patch` applied; forgets faults, requests and sign-ins. */
  reset(patch?: Partial<Switches>): void;
  deps(overrides?: Partial<ClientDeps>, profile?: unknown): ClientDeps;
  client(overrides?: Partial<ClientDeps>, profile?: unknown): InfraonClient;
  /** Requests since the last reset, as `METHOD path?query`. */
  requests(): string[];
  fault(rule: Record<string, unknown>): Promise<void>;
}

export function httpFor(allowedHosts: string[], timeoutMs = 2000): HttpClient {
  return createHttpClient({
    agent: createGuardedAgent({ allowedHosts, connectTimeoutMs: 1000 }),
    timeoutMs,
    log: pino({ level: 'silent' }),
  });
}

export function smallDesk(incidents = 60): Desk {
  return generateDesk({ seed: 7, incidents, now: new Date('2025-06-01T00:00:00Z') });
}

export async function startTenant(desk: Desk = smallDesk()): Promise<Tenant> {
  const simulator = await startInfraonSimulator({ desk });
  const http = httpFor([`127.0.0.1:${simulator.port}`]);
  const { username, password } = DEFAULT_CREDENTIALS;

  function deps(overrides: Partial<ClientDeps> = {}, profile: unknown = {}): ClientDeps {
    return {
      http,
      baseUrl: simulator.url,
      profile: mergeProfile(mergeProfile(defaultProfile(), QUICK), profile),
      pinned: noFacts(),
      credentials: { strategy: 'password', username, password },
      clock: () => new Date(),
      log: pino({ level: 'silent' }),
      random: () => 0.5,
      ...overrides,
    };
  }

  return {
    simulator,
    reset(patch = {}) {
      const { state } = simulator;
      state.switches = patchSwitches(defaultSwitches(), patch);
      state.faults = [];
      state.requests = [];
      state.tokens.clear();
      state.logins = 0;
      state.sideEffects = { count: 0, calls: [] };
      forgetIndexes(state);
    },
    deps,
    client: (overrides, profile) => createInfraonClient(deps(overrides, profile)),
    requests: () =>
      simulator.state.requests.map(
        ({ method, path, query }) => `${method} ${path}${query === '' ? '' : `?${query}`}`,
      ),
    async fault(rule) {
      const response = await fetch(`${simulator.url}/_sim/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(rule),
      });
      if (!response.ok) throw new Error(await response.text());
    },
  };
}

/** A whole scan, page by page, the cursor going through JSON as it does in the database. */
export async function scan(
  client: InfraonClient,
  object: string,
): Promise<{ rows: RawRecord[]; pages: Page[] }> {
  const pages: Page[] = [];
  let rows: RawRecord[] = [];
  let cursor: Cursor | null = null;
  do {
    const page: Page = await client.listPage(object, cursor);
    pages.push(page);
    rows = page.restarted ? page.rows : [...rows, ...page.rows];
    cursor = page.next === null ? null : (JSON.parse(JSON.stringify(page.next)) as Cursor);
  } while (cursor !== null);
  return { rows, pages };
}

export function idsOf(rows: readonly RawRecord[], key: string): string[] {
  return [...new Set(rows.map((row) => String(row[key])))].sort();
}
