import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { DemoReport } from '../../simulators/demo/report.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TSX = createRequire(import.meta.url).resolve('tsx');

async function demo(...flags: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--import', TSX, 'simulators/demo.ts', ...flags], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => (output[name] += chunk.toString()));
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, ...output };
}

describe('npm run demo', { timeout: 240_000 }, () => {
  it('prints its report as one JSON document, and nothing else, and ends', async () => {
    const { code, stdout, stderr } = await demo('--once', '--json', '--records', '5', '--seed', '3');
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout) as DemoReport;
    expect(Object.keys(report).sort()).toEqual([
      'addresses',
      'calls',
      'full',
      'mails',
      'rejections',
      'sample',
    ]);
    expect(report.sample).toMatchObject({ kind: 'sample', state: 'completed', balanced: true });
    expect(report.full).toMatchObject({ kind: 'full', state: 'completed', balanced: true });
    expect(report.full.objects['incident']?.discovered).toBeGreaterThanOrEqual(5);
    expect(report.mails).toBe(0);
    // A desk this small has no hard cases.
    expect(report.rejections).toEqual([]);
    expect(report.calls['incident']).toEqual({
      total: expect.any(Number) as number,
      per_record: expect.any(Number) as number,
    });
    for (const address of Object.values(report.addresses)) expect(address).toMatch(/^http:\/\//);
  });

  it.each([
    [['--records', 'many'], '--records is malformed: expected a whole number, not many.'],
    [['--seed', '-1'], "Option '--seed' argument is ambiguous."],
    [['--data', '/nowhere.csv'], '--data cannot be read: ENOENT'],
    [['--data', 'package.json'], '--data package.json is not an incident event log: it has no column number'],
    [['--fast'], "Unknown option '--fast'"],
  ])('says in one line what it cannot follow: %j', async (flags, expected) => {
    const { code, stdout, stderr } = await demo('--once', ...flags);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(expected)]);
  });
});
