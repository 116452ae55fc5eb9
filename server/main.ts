import type { Server } from 'node:http';
import { loadConfig, type Config } from '../config.ts';
import { openDatabase } from '../db/open.ts';
import { StartError } from '../errors.ts';
import { createLog } from '../log.ts';
import { loadRegistry } from '../objects/registry.ts';
import { onParentGone } from '../parent.ts';
import { buildDeps, pipelineOptions } from '../pipeline/build-deps.ts';
import { createUseCases } from '../pipeline/create-use-cases.ts';
import { createApp } from './app.ts';

/** Requests in flight get this long when the process is told to stop. */
const GRACE_MS = 10_000;

async function start(config: Config): Promise<void> {
  const log = createLog({ level: config.logLevel, process: 'server' });
  const db = await openDatabase(config, {
    applicationName: 'server',
    onWait: (error) => log.warn({ err: error }, 'waiting for PostgreSQL'),
  });
  const closing = new AbortController();
  const deps = buildDeps({
    db,
    log,
    registry: await loadRegistry(),
    secretKey: config.secretKey,
    previousSecretKeys: config.previousSecretKeys,
    stopping: closing.signal,
    options: pipelineOptions(config, 'server'),
  });
  const app = createApp({ deps, useCases: createUseCases(deps), messenger: config.messenger });
  const server = app.listen(config.port, (error) => {
    if (error === undefined) log.info({ port: config.port, publicUrl: config.publicUrl }, 'listening');
    else void fail(`Cannot listen on port ${config.port}: ${error.message}`);
  });

  async function stop(signal: string): Promise<void> {
    log.info({ signal }, 'stopping');
    closing.abort();
    await closeServer(server);
    await db.close();
    process.exit(0);
  }
  async function fail(message: string): Promise<void> {
    process.stderr.write(`${message}\n`);
    await db.close();
    process.exit(1);
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(signal));
  if (config.startedByNpm) onParentGone(() => void stop('npm ended'));
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

try {
  await start(loadConfig());
} catch (error) {
  // Not thrown on: a process that waits for nothing more must end, so that whoever supervises it starts another.
  if (error instanceof StartError) process.stderr.write(`${error.message}\n`);
  else console.error('The server cannot start:', error);
  process.exit(1);
}
