import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const DOCS = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md', ...pagesIn('docs')];
/** A file or a folder of the repository; paths with `<object>` or `*` in them are patterns and not looked for. */
const PATH =
  /(?<![\w/-])(?:canvas-kit|connectors|db|jobs|objects|pipeline|scripts|server|simulators|tests)\/[\w./-]*(?:\.(?:ts|js|mjs|json)\b|\/(?=`))/g;

function pagesIn(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)));
}

describe('paths in the documentation', () => {
  it.each(DOCS)('%s names only what is there', (page) => {
    const named = readFileSync(path.join(ROOT, page), 'utf8').match(PATH) ?? [];
    expect([...new Set(named)].filter((name) => !existsSync(path.join(ROOT, name)))).toEqual([]);
  });

  it('are found', () => {
    const text = '`pipeline/map/map.ts`, `pipeline/load/` and (tests/support/gone.ts) but not load/map.ts';
    expect(text.match(PATH)).toEqual(['pipeline/map/map.ts', 'pipeline/load/', 'tests/support/gone.ts']);
  });
});
