import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['connectors', 'db', 'jobs', 'objects', 'pipeline'];
const FILES = ['config.ts', 'errors.ts', 'log.ts'];

/** Loads the product, and starts it when a line with its environment arrives: a kill need not wait for a cold start. */
const WARM = `
  await Promise.all(['db/open', 'objects/registry', 'pipeline/build-deps', 'jobs/worker', 'jobs/task-list']
    .map((file) => import('./' + file + '.js')));
  process.stdin.once('data', (line) => {
    Object.assign(process.env, JSON.parse(line));
    process.stdin.unref();
    void import('./jobs/main.js');
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
  const folder = path.join(ROOT, 'dist', `faults-${process.pid}-${Date.now()}`);
  await compileInto(folder);
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

async function compileInto(folder: string): Promise<void> {
  const sources = [...FILES, ...FOLDERS.flatMap(filesIn)];
  mkdirSync(folder, { recursive: true });
  await build({
    absWorkingDir: ROOT,
    entryPoints: sources.filter((file) => file.endsWith('.ts')),
    outdir: folder,
    outbase: ROOT,
    bundle: true,
    format: 'esm',
    platform: 'node',
    // Import attributes are kept from this one on.
    target: 'node20.19',
    logLevel: 'error',
    plugins: [
      {
        name: 'each file by itself',
        setup(building) {
          building.onResolve({ filter: /./ }, ({ kind, path: wanted }) =>
            kind === 'entry-point'
              ? undefined
              : { path: wanted.startsWith('.') ? wanted.replace(/\.ts$/, '.js') : wanted, external: true },
          );
        },
      },
    ],
  });
  for (const file of sources.filter((name) => name.endsWith('.json')))
    cpSync(path.join(ROOT, file), path.join(folder, file));
  cpSync(path.join(ROOT, 'migrations'), path.join(folder, 'migrations'), { recursive: true });
}

function filesIn(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => path.join(folder, file))
    .filter((file) => statSync(path.join(ROOT, file)).isFile());
}
