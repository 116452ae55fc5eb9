import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import { Agent } from 'undici';
import type { Config } from '../config.ts';
import { createGuardedAgent } from '../connectors/http/address-guard.ts';
import { createHttpClient } from '../connectors/http/client.ts';
import { createModelClient } from '../connectors/model/client.ts';
import { createRateLimiter, type RateGate } from '../connectors/http/rate-limiter.ts';
import type { Database } from '../db/client.ts';
import { createLedgerWriter } from '../db/journal.ts';
import { acquireCalls, reportHeaders } from '../db/rate-budget.ts';
import { createSecretBox } from '../db/secret.ts';
import type { Log } from '../log.ts';
import type { Registry } from '../objects/registry.ts';
import { createBatchSizes } from './runs/batch-sizes.ts';
import { createBottleneckWatch, storeSeconds } from './runs/bottleneck.ts';
import { createByteBudget } from './load/files/byte-budget.ts';
import { createStoredFiles, type StoredFiles } from './load/files/stored-files.ts';
import { getSettingsFor } from './settings.ts';
import { INTERCOM_TIMEOUT_MS, systemClock, type Clock, type Deps, type PipelineOptions } from './deps.ts';

/** Not documented either; long threads are the slowest answers we read. */
const INFRAON_TIMEOUT_MS = 60_000;
const MODEL_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Calls taken from the shared budget at a time: one query buys half a second at the usual pace. */
const SLICE_CALLS = 50;
const MIN_PAUSE_MS = 100;
/** Three of the largest replies side by side; each stands in memory about three times: read, as base64, as a request. */
const FILE_BYTES = 45_000_000;
/** Stored files read back at a time: each holds some tens of KB. */
const STORED_FILES_AT_A_TIME = 8;

export interface DepsInput {
  db: Database;
  log: Log;
  registry: Registry;
  /** 32 bytes: encryption at rest. */
  secretKey: Buffer;
  /** Open what was sealed before a rotation. */
  previousSecretKeys?: Buffer[];
  options: PipelineOptions;
  /** Aborted when the process is told to stop. */
  stopping: AbortSignal;
  clock?: Clock;
}

/** The one place where transports are made; both mains and the tests' support file call it. */
export function buildDeps(input: DepsInput): Deps {
  const { db, log, registry, options } = input;
  const clock = input.clock ?? systemClock;
  // Every lease and every request in hand listens; Node takes more than ten listeners for a leak, and says so on stderr.
  setMaxListeners(0, input.stopping);
  const intercomAgent = new Agent({ connect: { timeout: CONNECT_TIMEOUT_MS }, connections: 64 });
  // The customer types this address, so it is guarded; Intercom's comes from our own configuration.
  const infraonAgent = createGuardedAgent({
    allowedHosts: options.infraonAllowedHosts,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  });
  const rateGates = createRateGates(db, clock, options);
  return {
    db,
    log,
    registry,
    options,
    stopping: input.stopping,
    clock,
    ledger: createLedgerWriter(db.sql),
    batchSizes: createBatchSizes(),
    fileBytes: createByteBudget(FILE_BYTES),
    storedFiles: storedFilesOf(options, log),
    rateGates,
    bottleneck: createBottleneckWatch({
      waitedForBudgetAt: (workspaceId) => rateGates(workspaceId).waitedAt?.(),
      now: () => clock.now().getTime(),
      store: (run, seconds) => storeSeconds(db.sql, run, seconds),
    }),
    secrets: createSecretBox([input.secretKey, ...(input.previousSecretKeys ?? [])]),
    model:
      options.mappingModel === undefined
        ? undefined
        : createModelClient({
            ...options.mappingModel,
            http: createHttpClient({ agent: intercomAgent, timeoutMs: MODEL_TIMEOUT_MS, log }),
          }),
    intercomHttp: createHttpClient({
      agent: intercomAgent,
      timeoutMs: options.intercomTimeoutMs ?? INTERCOM_TIMEOUT_MS,
      log,
    }),
    infraonHttp: createHttpClient({ agent: infraonAgent, timeoutMs: INFRAON_TIMEOUT_MS, log }),
  };
}

/** Where the files lie is said by Intercom's answers, not by our configuration: so the addresses are guarded. */
function storedFilesOf({ intercomApiUrl }: PipelineOptions, log: Log): StoredFiles {
  const api = intercomApiUrl === undefined ? null : new URL(intercomApiUrl);
  const port = api?.port === '' ? (api.protocol === 'https:' ? '443' : '80') : api?.port;
  const allowedHosts = api === null ? [] : [`${api.hostname.toLowerCase()}:${port}`];
  const agent = createGuardedAgent({ allowedHosts, connectTimeoutMs: CONNECT_TIMEOUT_MS });
  return createStoredFiles({
    http: createHttpClient({ agent, timeoutMs: INTERCOM_TIMEOUT_MS, log }),
    allowedHosts,
    reads: createByteBudget(STORED_FILES_AT_A_TIME),
  });
}

/** One gate per workspace, made when it is first asked for. */
function createRateGates(
  db: Database,
  clock: Clock,
  options: PipelineOptions,
): (workspaceId: string) => RateGate {
  const gates = new Map<string, RateGate>();
  return (workspaceId) => {
    const known = gates.get(workspaceId);
    if (known !== undefined) return known;
    const gate = createRateLimiter({
      budget: {
        acquire: (calls) =>
          acquireCalls(db.sql, workspaceId, calls, async () => {
            const { rate_share } = await getSettingsFor({ db, options }, workspaceId);
            return rate_share;
          }),
        report: (headers, refused) => reportHeaders(db.sql, workspaceId, headers, refused),
      },
      now: () => clock.now().getTime(),
      sliceCalls: SLICE_CALLS,
      minPauseMs: MIN_PAUSE_MS,
    });
    gates.set(workspaceId, gate);
    return gate;
  };
}

/** A process's options from its configuration; `role` and a random suffix name it in leases and logs. */
export function pipelineOptions(config: Config, role: 'server' | 'worker'): PipelineOptions {
  return {
    publicUrl: config.publicUrl,
    intercomClientId: config.intercom.clientId,
    intercomClientSecret: config.intercom.clientSecret,
    intercomPreviousSecret: config.intercom.previousClientSecret,
    intercomApiUrl: config.intercom.apiUrl,
    intercomAppUrl: config.intercom.appUrl,
    infraonAllowedHosts: config.infraonAllowedHosts,
    rateShare: config.rateShare,
    mappingModel: config.mappingModel,
    leaseMs: config.leaseSeconds * 1000,
    intercomTimeoutMs: config.intercom.timeoutSeconds * 1000,
    worker: `${role}-${hostname()}-${randomUUID().slice(0, 8)}`,
  };
}
