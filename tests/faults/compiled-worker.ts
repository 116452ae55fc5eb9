import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileProduct } from '../../scripts/build.ts';

/** Inside the checkout, from where the packages are found. */
const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
/** What a worker loads before it knows its database. */
const LOADED_AHEAD = ['db/open', 'objects/registry', 'pipeline/build-deps', 'jobs/worker'];

/** Loads the product, and starts it when a line with its environment arrives: a kill need not wait for a cold start. */
const WARM = `
  await Promise.all(${JSON.stringify(LOADED_AHEAD)}.map((file) => import('./objects/' + file + '.js')));
  await (await import('./objects/objects/registry.js')).loadRegistry();
  process.stdin.once('data', (line) => {
    Object.assign(process.env, JSON.parse(line));
    process.stdin.unref();
    void import('./objects/jobs/main.js');
  });
  process.stdin.once('end', () => process.exit(0));
`;

export interface WorkerProcess {
  child: ChildProcess;
  exited: Promise<void>;
  kill(): Promise<void>;
}

export interface CompiledWorkers {
  /** One worker process of the product. */
  start(env: Record<string, string>): WorkerProcess;
  close(): Promise<void>;
}

/**
 * Worker processes as `npm run worker` starts them, from JavaScript that is compiled once: a suite that kills hundreds
 * cannot pay for a compiler each time. One spare process stands by, loaded and idle.
 */
export async function compileWorkers(): Promise<CompiledWorkers> {
  mkdirSync(DIST, { recursive: true });
  const folder = mkdtempSync(path.join(DIST, 'faults-'));
  await compileProduct(folder, ['jobs/main', ...LOADED_AHEAD]);
  const living = new Set<WorkerProcess>();
  let spare = warm();

  function warm(): WorkerProcess {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', WARM], {
      cwd: folder,
      stdio: ['pipe', 'ignore', process.env['FAULTS_LOG'] === undefined ? 'ignore' : 2],
    });
    // A process that is killed while it is being told to start is no error of the suite.
    child.stdin?.on('error', () => undefined);
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const worker: WorkerProcess = {
      child,
      exited,
      async kill() {
        child.kill('SIGKILL');
        await exited;
      },
    };
    living.add(worker);
    void exited.then(() => living.delete(worker));
    return worker;
  }

  return {
    start(env) {
      const worker = spare;
      spare = warm();
      worker.child.stdin?.write(`${JSON.stringify(env)}\n`);
      return worker;
    },
    async close() {
      await Promise.all([...living].map((worker) => worker.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
