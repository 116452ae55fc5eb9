import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runBatch } from '../../../pipeline/runs/batch.ts';
import { createUseCases } from '../../../pipeline/create-use-cases.ts';
import { checkPackage } from '../../../pipeline/handoff/check-package.ts';
import { packageName } from '../../../pipeline/load/files/kept-files.ts';
import { loadBatch } from '../../../pipeline/load/load.ts';
import { getSettingsFor } from '../../../pipeline/settings.ts';
import { verifyBatch } from '../../../pipeline/verify/verify.ts';
import type { StoredFile } from '../../../simulators/infraon/desk.ts';
import { faultRule } from '../../../simulators/infraon/faults.ts';
import { forgetIndexes } from '../../../simulators/infraon/state.ts';
import { sha256, unzip, zipAgain } from '../handoff/support.ts';
import { OWNER, control, planningWorld, type World } from '../planning/world.ts';
import { stored } from './world.ts';

const { workspaceId } = OWNER;
const PROBLEM = '187530000000000000601';
const folder = mkdtempSync(path.join(tmpdir(), 'kept-files-'));

let world: World;
let runId = '';
let archive: Map<string, Buffer>;
let kept: StoredFile[];

function file(id: string, name: string, bytes: number, unreachable = false): StoredFile {
  const stored: StoredFile = {
    attachment_id: id,
    ref_id: PROBLEM,
    module_id: 1,
    file_name: name,
    file_path: `/media/uploads/${world.desk.organization}/problem/${id}/${name}`,
    mime: 'application/octet-stream',
    bytes,
    creation_time: '2025-03-01T09:00:00Z',
    created_by: '1',
    unreachable,
    inline: false,
  };
  world.desk.files.push(stored);
  return stored;
}

beforeAll(async () => {
  world = await planningWorld({ incidents: 1 });
  await world.connect();
  const { deps, intercom, infraon } = world;
  const { sql } = deps.db;
  kept = [file('1', 'trace.pcap', 3_500_000), file('2', '見積書 💡.pdf', 900), file('3', 'Trace.pcap', 40)];
  const others = [file('4', 'lost.txt', 50, true), file('5', 'empty.txt', 0)];
  forgetIndexes(infraon.state);
  // The first file fails for a while: the record waits, and nothing is kept twice.
  infraon.state.faults.push(faultRule({ path: '/media/*', mode: 'status', status: 503, times: 1 }));
  await control(intercom, 'POST', 'object-types', {
    types: [
      { identifier: 'InfraonProblem', name: 'Problem', attributes: [{ name: 'title', format: 'text' }] },
    ],
  });
  const payload = {
    resource: 'custom_object_instances',
    type: 'InfraonProblem',
    external_id: PROBLEM,
    files: [...kept, ...others].map(({ attachment_id, file_name, file_path }) => ({
      key: attachment_id,
      name: file_name,
      content_type: null,
      // What the list says may be out of date: what the desk gives counts.
      size: attachment_id === '3' ? 10 : null,
      path: file_path,
    })),
    custom_attributes: { title: 'Printers' },
  };
  const settings = await getSettingsFor(deps, workspaceId);
  const [run] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, prepared, created_by)
    values (${workspaceId}, 'full', 'running', '["problem"]', '{}', ${JSON.stringify(settings)}::jsonb, true, '1')
    returning id`;
  runId = run?.id ?? '';
  await sql`
    insert into run_records (run_id, workspace_id, object, source_id, display_id, step, mapped, mapped_hash)
    values (${runId}, ${workspaceId}, 'problem', ${PROBLEM}, 'PRB1', 'load', ${JSON.stringify(payload)}::jsonb, 'h')`;
  const batch = { workspaceId, runId, object: 'problem', slot: 0 };
  const settled = async () =>
    (await sql`select 1 from run_records where run_id = ${runId} and step = 'verify'`).length > 0;
  while (!(await settled())) {
    await sql`update run_records set not_before = null`;
    await runBatch(deps, { ...batch, step: 'load' }, loadBatch);
  }
  await runBatch(deps, { ...batch, step: 'verify' }, verifyBatch);
  archive = await unzip(await buffer((await createUseCases(deps).getHandoff(OWNER)).content));
}, 60_000);

afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

describe('files of a record that Intercom cannot hold', () => {
  it('lie in the handoff package, byte for byte, under names that no system mixes up', () => {
    const places = [`trace.pcap`, '見積書 💡.pdf', `Trace (2).pcap`].map(
      (name) => `files/problem/${PROBLEM}/${name}`,
    );
    expect([...archive.keys()].filter((name) => name.startsWith('files/')).sort()).toEqual(
      [...places].sort(),
    );
    expect(places.map((place) => sha256(archive.get(place) ?? Buffer.alloc(0)))).toEqual(
      stored(kept).map((each) => each.sha256),
    );
  });

  it('are listed with their hash; one that stayed behind has its code', () => {
    const lines = (archive.get('files.csv') ?? Buffer.alloc(0)).toString('utf8').trim().split('\n');
    expect(lines).toHaveLength(6);
    for (const { sha256: hash } of stored(kept))
      expect(lines.filter((line) => line.includes('in this package') && line.includes(hash))).toHaveLength(1);
    for (const name of ['lost.txt', 'empty.txt'])
      expect(lines.find((line) => line.includes(name))).toMatch(/stayed in Infraon.*attachment_unavailable/);
  });

  it('are announced as lossy with where they went, and the record says which did not come', async () => {
    const { sql } = world.deps.db;
    const findings = await sql<{ class: string; actual: { sha256?: string } }[]>`
      select class, actual from findings where run_id = ${runId} and field like 'files.%' order by field`;
    expect(findings.map((finding) => finding.class)).toEqual(Array(5).fill('lossy_by_design'));
    expect(findings.slice(0, 3).map(({ actual }) => actual.sha256)).toEqual(
      stored(kept).map((each) => each.sha256),
    );
    const [row] = await sql<{ outcome: string; warnings: { code: string; value: string }[] }[]>`
      select outcome, warnings from run_records where run_id = ${runId}`;
    expect(row?.outcome).toBe('created');
    expect(row?.warnings.map(({ code, value }) => `${code} ${value}`).sort()).toEqual([
      'attachment_unavailable empty.txt',
      'attachment_unavailable lost.txt',
    ]);
  });

  it('make the check of the package fail when one byte of any of its files is changed', async () => {
    const location = path.join(folder, 'handoff.zip');
    const check = async () => {
      await writeFile(location, await zipAgain(archive));
      return (await checkPackage(location)).problems;
    };
    expect(await check()).toEqual([]);
    for (const [name, bytes] of archive) {
      if (bytes.length === 0) continue;
      const position = bytes.length >> 1;
      bytes[position] = (bytes[position] ?? 0) ^ 0x01;
      const problems = await check();
      bytes[position] = (bytes[position] ?? 0) ^ 0x01;
      expect(problems.join(), name).toContain(name);
    }
  });

  it.each([
    ['con.txt', '_con.txt'],
    ['a<b>:"c|d?*.txt', 'a_b___c_d__.txt'],
    ['../../etc/passwd', '_.._.._etc_passwd'],
    ['dots...', 'dots'],
    ['...', 'file'],
  ])('named %s are stored as %s', (name, expected) => {
    expect(packageName(name)).toBe(expected);
  });
});
