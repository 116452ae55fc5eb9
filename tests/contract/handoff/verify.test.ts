import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packArchive, type PackageFile } from '../../../pipeline/handoff/archive.ts';
import { checkPackage } from '../../../pipeline/handoff/check-package.ts';
import { MANIFEST_FORMAT, type Manifest } from '../../../pipeline/handoff/manifest.ts';
import { changeByte, unzip, zipAgain } from './support.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'handoff-verify-'));
const file = path.join(folder, 'handoff.zip');
let archive: Buffer;

const CONTENT: PackageFile[] = [
  { name: 'README.md', content: () => ['# Handoff\n'] },
  { name: 'crosswalk.csv', content: () => ['object,source_id\n', 'incident,1\n'.repeat(200)] },
  { name: 'empty.csv', content: () => [] },
];

function describeAs(files: Manifest['files']): Manifest {
  return {
    format: MANIFEST_FORMAT,
    version: 1,
    created_at: '2026-03-04T09:00:00.000Z',
    created_by: { id: '1', name: 'Asha \u001b[31m Pillai' },
    workspace: { id: 'ws_1', name: 'Northwind', region: 'US' },
    source: 'desk.example',
    final: false,
    runs: [],
    files,
  };
}

beforeAll(async () => {
  const chunks: Buffer[] = [];
  for await (const chunk of packArchive(CONTENT, describeAs, new Date('2026-03-04T09:00:00Z'))) {
    chunks.push(chunk);
  }
  archive = Buffer.concat(chunks);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function problemsOf(bytes: Buffer): Promise<string[]> {
  await writeFile(file, bytes);
  return (await checkPackage(file)).problems;
}

async function repacked(change: (files: Map<string, Buffer>) => void): Promise<string[]> {
  const files = await unzip(archive);
  change(files);
  return problemsOf(await zipAgain(files));
}

describe('the check of a handoff package', () => {
  it('accepts what it was made as, and the same files packed again or unpacked', async () => {
    expect(await problemsOf(archive)).toEqual([]);
    expect(await repacked(() => undefined)).toEqual([]);
    const unpacked = path.join(folder, 'unpacked');
    await mkdir(unpacked);
    for (const [name, content] of await unzip(archive)) await writeFile(path.join(unpacked, name), content);
    expect(await checkPackage(unpacked)).toMatchObject({ problems: [], checked: CONTENT.length });
    await writeFile(path.join(unpacked, 'extra.txt'), 'x');
    expect((await checkPackage(unpacked)).problems).toEqual(['extra.txt is not part of the package.']);
  });

  it('notices one changed byte, wherever in the archive it is', async () => {
    // Every byte of the first header and of the end, and a sample between.
    const tail = archive.length - 150;
    for (let position = 0; position < archive.length; position += position < 60 || position > tail ? 1 : 7) {
      const changed = Buffer.from(archive);
      changed[position] = (changed[position] ?? 0) ^ 0x01;
      expect(await problemsOf(changed), `byte ${position}`).not.toEqual([]);
    }
  });

  it('notices one changed byte of any file, also when the archive is packed again', async () => {
    for (const name of (await unzip(archive)).keys()) {
      const size = (await unzip(archive)).get(name)?.length ?? 0;
      for (const position of new Set([0, size >> 1, size - 1])) {
        if (position < 0 || position >= size) continue;
        const problems = await repacked((files) => {
          const content = files.get(name)!;
          content[position] = (content[position] ?? 0) ^ 0x01;
        });
        expect(problems, `${name} ${position}`).toHaveLength(1);
        expect(problems[0]).toContain(name);
      }
    }
  });

  it('names missing, extra and doubled files, each in a sentence', async () => {
    expect(await repacked((files) => files.delete('crosswalk.csv'))).toEqual(['crosswalk.csv is missing.']);
    expect(await repacked((files) => files.set('virus.exe', Buffer.from('x')))).toEqual([
      'virus.exe is not part of the package.',
    ]);
    expect(await repacked((files) => files.delete('manifest.json'))).toEqual([
      'manifest.json is missing: nothing can be compared.',
    ]);
    const longer = await repacked((files) => files.set('README.md', Buffer.from('# Handoff\n\n')));
    expect(longer).toEqual(['README.md has been changed: it has 11 bytes, the manifest says 10.']);
  });

  it('says of anything else that it cannot be read', async () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('not a zip'),
      archive.subarray(0, archive.length / 2),
    ]) {
      const problems = await problemsOf(bytes);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(/^The archive cannot be read/);
    }
    await expect(checkPackage(path.join(folder, 'nothing.zip'))).rejects.toThrow();
  });
});

describe('npm run verify-handoff', () => {
  function run(location: string): Promise<{ code: number; out: string; err: string }> {
    const script = new URL('../../../pipeline/handoff/verify-handoff.ts', import.meta.url).pathname;
    return new Promise((resolve) => {
      execFile(process.execPath, ['--import', 'tsx', script, location], (error, out, err) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
      });
    });
  }

  it('is the command of the package file', async () => {
    const manifest = new URL('../../../package.json', import.meta.url);
    const { scripts } = JSON.parse(await readFile(manifest, 'utf8')) as { scripts: Record<string, string> };
    expect(scripts['verify-handoff']).toBe('tsx pipeline/handoff/verify-handoff.ts');
  });

  it('exits 0 for what is whole, and 1 with a sentence per problem', async () => {
    await writeFile(file, archive);
    const good = await run(file);
    expect(good).toMatchObject({ code: 0, err: '' });
    expect(good.out).toContain('All 3 files are as they were made');
    expect(good.out).not.toContain('\u001b');
    await changeByte(file, archive.indexOf('crosswalk.csv') + 20);
    const bad = await run(file);
    expect(bad.code).toBe(1);
    expect(bad.err).toContain('seal does not fit');
    expect((await run(path.join(folder, 'nothing.zip'))).code).toBe(1);
  });
});
