import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const FOLDER = new URL('./scripts/', import.meta.url);

async function bundle(name: string): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL(`${name}.ts`, FOLDER))],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    logLevel: 'silent',
  });
  return result.outputFiles.map((file) => file.text).join('');
}

/** Bundles a script of `scripts/` when it is first asked for, and keeps it in memory; a failure is tried again. */
export function createScriptBundler(): (name: string) => Promise<string> {
  const bundles = new Map<string, Promise<string>>();
  return (name) => {
    const known = bundles.get(name);
    if (known !== undefined) return known;
    const made = bundle(name);
    bundles.set(name, made);
    made.catch(() => bundles.delete(name));
    return made;
  };
}
