import { setFlagsFromString } from 'node:v8';
import { loadConfig, type Config } from '../config.ts';
import { isConnectionLoss } from '../db/client.ts';
import { openDatabase } from '../db/open.ts';
import { StartError } from '../errors.ts';
import { createLog } from '../log.ts';
import { loadRegistry } from '../objects/registry.ts';
import { onParentGone } from '../parent.ts';
import { buildDeps, pipelineOptions } from '../pipeline/build-deps.ts';
import { resealSecrets } from '../pipeline/install/reseal.ts';
import { startWorker } from './worker.ts';

/** Connections per parallel task: its own writes, and the heartbeat beside them. */
const CONNECTIONS_PER_TASK = 2;

/**
 * By how much the heap may grow between two full collections, in percent of what is alive. V8 is generous where a machine
 * has much memory (up to four times), and a worker then keeps batches that are long through (docs/benchmarks.md).
 */
const HEAP_GROWING_PERCENT = 30;

async function start(config: Config): Promise<void> {
  const log = createLog({ level: config.logLevel, process: 'worker' });
  const db = await openDatabase(config, {
    applicationName: 'worker',
    max: config.workerConcurrency * CONNECTIONS_PER_TASK + 2,
    onWait: (error) => log.warn({ err: error }, 'waiting for PostgreSQL'),
  });
  // graphile-worker 0.17 does not attend to the promise that marks a job as done or failed. When PostgreSQL restarts
  // just then, that job stays locked and its run is woken without it (db/leases.ts), so the process goes on.
  process.on('unhandledRejection', (reason) => {
    if (!isConnectionLoss(reason)) throw reason;
    log.warn({ err: reason }, 'the database went away while a job was ending');
  });
  const stopping = new AbortController();
  const deps = buildDeps({
    db,
    log,
    registry: await loadRegistry(),
    secretKey: config.secretKey,
    previousSecretKeys: config.previousSecretKeys,
    stopping: stopping.signal,
    options: pipelineOptions(config, 'worker'),
  });
  await resealSecrets(deps);
  const worker = await startWorker(deps, { databaseUrl: db.url, concurrency: config.workerConcurrency });
  log.info({ concurrency: config.workerConcurrency, worker: deps.options.worker }, 'worker started');

  async function stop(signal: string): Promise<void> {
    log.info({ signal }, 'stopping: finishing the calls in hand');
    stopping.abort();
    await worker.stop();
    await db.close();
    process.exit(0);
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(signal));
  if (config.startedByNpm) onParentGone(() => void stop('npm ended'));
}

setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
try {
  await start(loadConfig());
} catch (error) {
  // Not thrown on: a process that waits for nothing more must end, so that whoever supervises it starts another.
  if (error instanceof StartError) process.stderr.write(`${error.message}\n`);
  else console.error('The worker cannot start:', error);
  process.exit(1);
}
