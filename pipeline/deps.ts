import type { Database } from '../db/client.ts';
import type { SecretBox } from '../db/secret.ts';
import type { HttpClient } from '../connectors/http/client.ts';
import type { ModelClient } from '../connectors/model/client.ts';
import type { RateGate } from '../connectors/http/rate-limiter.ts';
import type { LedgerWriter } from '../db/journal.ts';
import type { Log } from '../log.ts';
import type { Registry } from '../objects/registry.ts';
import type { BatchSizes } from './runs/batch-sizes.ts';
import type { BottleneckWatch } from './runs/bottleneck.ts';
import type { ByteBudget } from './load/files/byte-budget.ts';
import type { StoredFiles } from './load/files/stored-files.ts';

/** For one call to Intercom; how long it may take is documented nowhere. */
export const INTERCOM_TIMEOUT_MS = 30_000;

/**
 * How long after our last look at a call it may still be carried out: we gave it up at the time-out at the latest, and
 * Intercom's own front gives up after a minute or so. Before that, not seeing its result proves nothing.
 */
export function callLifeMs({ options }: Pick<Deps, 'options'>): number {
  return 1.5 * (options.intercomTimeoutMs ?? INTERCOM_TIMEOUT_MS);
}

/** Time as an argument: tests move it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/**
 * What every stage and use case receives. Built once in the two mains and in the tests' support file; there is no
 * container and no module-level client.
 */
export interface Deps {
  db: Database;
  secrets: SecretBox;
  clock: Clock;
  log: Log;
  registry: Registry;
  /** Transport for Intercom's hosts. */
  intercomHttp: HttpClient;
  /** Transport for the customer's Infraon address, behind the address guard. */
  infraonHttp: HttpClient;
  /** Language model that helps to propose maps, when the operator configured one. */
  model: ModelClient | undefined;
  /** The write order of load, with group commit. */
  ledger: LedgerWriter;
  /** One rate limiter per workspace and process, over the budget that all processes share. */
  rateGates: (workspaceId: string) => RateGate;
  /** Counts what runs wait for while this process works on them. */
  bottleneck: BottleneckWatch;
  /** How many records the next batch should look at. */
  batchSizes: BatchSizes;
  /** Bytes of files that this process may hold at a time, over all records of all workspaces. */
  fileBytes: ByteBudget;
  /** Reads files back from where Intercom stores them, behind the address guard. */
  storedFiles: StoredFiles;
  /** Aborted on SIGTERM: finish the call in hand, start nothing new. */
  stopping: AbortSignal;
  options: PipelineOptions;
}

export interface PipelineOptions {
  publicUrl: string;
  intercomClientId: string;
  intercomClientSecret: string;
  /** Accepted for signatures while Intercom still signs with it. */
  intercomPreviousSecret?: string | undefined;
  intercomApiUrl: string | undefined;
  intercomAppUrl: string | undefined;
  infraonAllowedHosts: string[];
  /** Default share of the rate budget, 0–1. */
  rateShare: number;
  /** How long a batch stays with a worker that shows no sign of life, in ms. Default: `LEASE_MS`. */
  leaseMs?: number;
  /** For one call to Intercom, in ms. Default: `INTERCOM_TIMEOUT_MS`. */
  intercomTimeoutMs?: number;
  mappingModel?: { url: string; model: string; apiKey: string | undefined } | undefined;
  /** Identifies the process in leases and logs. */
  worker: string;
}
