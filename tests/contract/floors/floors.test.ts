import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { beforeAll, describe, expect, it } from 'vitest';
// The table is plain JavaScript, as ESLint wants it.
// @ts-expect-error it has no types of its own
import { floors } from '../../../eslint.floors.js';

interface Zone {
  target: string;
  from: string;
  message: string;
  except: string[];
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const ZONES = floors as Zone[];

/** A source file below a folder, or the file itself; none of what the zone lets through. */
function fileIn(from: string, except: string[]): string {
  const root = path.join(ROOT, from);
  if (statSync(root).isFile()) return root;
  const allowed = except.map((each) => path.join(root, each));
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(root, name))
    .filter((file) => !allowed.some((each) => file === each || file.startsWith(`${each}${path.sep}`)))
    .sort();
  const [first] = files;
  if (first === undefined) throw new Error(`no source file in ${from}`);
  return first;
}

describe('the floors', () => {
  let eslint: ESLint;

  beforeAll(() => {
    // The project's own configuration; only what needs the type of a file that exists is left out.
    eslint = new ESLint({
      cwd: ROOT,
      overrideConfig: [
        tseslint.configs.disableTypeChecked,
        { languageOptions: { parserOptions: { projectService: false } } },
      ] as NonNullable<ESLint.Options['overrideConfig']>,
    });
  });

  async function complaintsAbout(folder: string, imported: string): Promise<string[]> {
    const filePath = path.join(ROOT, folder, 'written-by-the-floors-test.ts');
    const relative = path.relative(path.dirname(filePath), imported).split(path.sep).join('/');
    const specifier = relative.startsWith('.') ? relative : `./${relative}`;
    const [result] = await eslint.lintText(`import '${specifier}';\n`, { filePath });
    return (result?.messages ?? [])
      .filter(({ ruleId }) => ruleId === 'import-x/no-restricted-paths')
      .map(({ message }) => message);
  }

  it('cover every folder of the product', () => {
    const targets = new Set(ZONES.map((zone) => zone.target));
    for (const folder of ['db', 'connectors', 'objects', 'pipeline', 'jobs', 'canvas-kit', 'server'])
      expect(targets).toContain(`./${folder}`);
  });

  it.each(ZONES.map((zone) => [zone.target, zone.from, zone] as const))(
    'refuse an import from %s of %s',
    async (target, from, zone) => {
      const complaints = await complaintsAbout(target, fileIn(from, zone.except));
      expect(complaints.join('\n')).toContain(zone.message);
    },
  );

  it.each([
    ['pipeline', 'db/client.ts'],
    ['pipeline', 'connectors/intercom/client.ts'],
    ['pipeline', 'objects/registry.ts'],
    ['jobs', 'pipeline/runs/advance.ts'],
    ['canvas-kit', 'pipeline/use-cases.ts'],
    ['server', 'connectors/intercom/oauth.ts'],
    ['server', 'canvas-kit/router.ts'],
    ['connectors/infraon', 'connectors/http/client.ts'],
    ['simulators', 'pipeline/use-cases.ts'],
    ['tests/e2e', 'jobs/worker.ts'],
  ])('let %s import %s', async (target, imported) => {
    expect(await complaintsAbout(target, path.join(ROOT, imported))).toEqual([]);
  });
});
