import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../../pipeline/actors.ts';
import { checkPackage } from '../../../pipeline/handoff/check-package.ts';
import { signIn, testApp, WORKSPACE, type Agent, type TestApp } from '../../support/app.ts';
import { HOSTILE, packageOf, seedLedger, sha256, unzip } from './support.ts';

const FILES = [
  'README.md',
  'scope.html',
  'maps.json',
  'crosswalk.csv',
  'verification.csv',
  'rejections.csv',
  'rollback.csv',
  'catalogue.json',
  'sla.csv',
  'files.csv',
  'workflows.json',
  'manifest.json',
];

let test: TestApp;
let owner: Agent;
let viewer: Agent;
let run: string;
let archive: Buffer;
let files: Map<string, Buffer>;
const folder = mkdtempSync(path.join(tmpdir(), 'handoff-'));
const OWNER: Actor = { workspaceId: WORKSPACE, adminId: '5017690', role: 'owner' };

beforeAll(async () => {
  test = await testApp();
  owner = await signIn(test);
  viewer = await signIn(test, `${WORKSPACE}/5017691`);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await test.close();
});

function textOf(name: string): string {
  return files.get(name)?.toString('utf8') ?? '';
}

type Row = Record<string, string>;

function rowsOf(name: string): Row[] {
  return parse(textOf(name), { columns: true });
}

function jsonOf<T>(name: string): T {
  return JSON.parse(textOf(name)) as T;
}

describe('before anything was done', () => {
  it('there is a package with every file, which says that it is preliminary', async () => {
    archive = await packageOf(test, OWNER);
    files = await unzip(archive);
    expect([...files.keys()]).toEqual(expect.arrayContaining(FILES));
    expect(files.size).toBe(FILES.length);
    expect(jsonOf<{ final: boolean; runs: unknown[] }>('manifest.json')).toMatchObject({
      final: false,
      runs: [],
    });
    expect(textOf('scope.html')).toContain('There is no scope yet');
    expect(rowsOf('crosswalk.csv')).toEqual([]);
    expect(jsonOf('catalogue.json')).toMatchObject({ tree: [], items: [], workflow_triggers: [] });
  });
});

describe('the package of a full ledger', () => {
  beforeAll(async () => {
    ({ run } = await seedLedger(test, WORKSPACE));
    const response = await owner
      .get('/api/v1/handoff.zip')
      .buffer(true)
      .parse((stream, done) => {
        void buffer(stream as unknown as NodeJS.ReadableStream).then((bytes) => {
          done(null, bytes);
        });
      });
    expect(response.status).toBe(200);
    expect(response.headers['content-type']).toBe('application/zip');
    expect(response.headers['content-disposition']).toMatch(/^attachment; filename="handoff-[\d-]+\.zip"$/);
    archive = response.body as Buffer;
    files = await unzip(archive);
  });

  it('lists every file with its size and SHA-256', () => {
    const manifest = jsonOf<{ files: { name: string; size: number; sha256: string }[] }>('manifest.json');
    expect(manifest.files.map(({ name }) => name)).toEqual(FILES.filter((name) => name !== 'manifest.json'));
    for (const { name, size, sha256: expected } of manifest.files) {
      const bytes = files.get(name) ?? Buffer.alloc(0);
      expect({ name, size: bytes.length, sha256: sha256(bytes) }).toEqual({ name, size, sha256: expected });
    }
    expect(manifest).toMatchObject({ workspace: { id: WORKSPACE }, runs: [{ id: run, kind: 'full' }] });
  });

  it('is what verify-handoff accepts', async () => {
    const file = path.join(folder, 'handoff.zip');
    await writeFile(file, archive);
    expect((await checkPackage(file)).problems).toEqual([]);
  });

  it('leads from every old id to its record in Intercom', () => {
    const rows = rowsOf('crosswalk.csv');
    expect(Object.keys(rows[0] ?? {})).toEqual([
      'object',
      'source_id',
      'number',
      'resource',
      'destination_id',
      'link',
      'state',
      'run',
    ]);
    const first = rows.find((row) => row['source_id'] === 'r1' && row['object'] === 'requester');
    expect(first).toMatchObject({ resource: 'contacts', destination_id: 'c1', state: 'created', run });
    expect(first?.['link']).toContain('/users/c1');
    const document = rows.find((row) => row['object'] === 'sla_policy' && row['source_id'] === 's1');
    expect(document).toMatchObject({
      resource: 'documents',
      destination_id: 'handoff:sla_policy:s1',
      link: '',
    });
  });

  it('tells of every record what reading back found, and every difference', () => {
    const rows = rowsOf('verification.csv');
    const records = rows.filter((row) => row['row'] === 'record');
    const findings = rows.filter((row) => row['row'] === 'finding');
    expect(records).toHaveLength(HOSTILE.length);
    expect(findings).toHaveLength(HOSTILE.length);
    expect(records[0]).toMatchObject({ class: 'mismatch', checked: '6', equal: '5', mismatch: '1', run });
    expect(findings[0]).toMatchObject({ class: 'mismatch', field: 'name' });
  });

  it('names what did not move, and who waived what, when and why', () => {
    const rows = rowsOf('rejections.csv');
    expect(rows).toHaveLength(HOSTILE.length);
    const waived = rows.filter((row) => row['state'] === 'waived');
    expect(waived).toHaveLength(1);
    expect(waived[0]).toMatchObject({
      message: `'${HOSTILE[0] ?? ''}`,
      note: `'${HOSTILE[0] ?? ''}`,
      waived_by: 'Olivia Marsh',
      waived_at: '2026-03-04T09:00:00.000Z',
    });
    expect(rows.filter((row) => row['state'] === 'rejected').every((row) => row['note'] === '')).toBe(true);
  });

  it('says what a rollback left, and nothing of a dry run', async () => {
    expect(rowsOf('rollback.csv')).toEqual([]);
    const { sql } = test.deps.db;
    for (const dryRun of [true, false]) {
      const [row] = await sql<{ id: string }[]>`
        insert into runs (workspace_id, kind, state, objects, dry_run, of_run_id, map_versions, settings, created_by, undo, finished_at)
        values (${WORKSPACE}, 'rollback', 'completed', '["requester"]', ${dryRun}, ${run}, '{}', '{}', '1', '{"decided": true}', now())
        returning id`;
      await sql`
        insert into run_records (run_id, workspace_id, object, source_id, step, outcome, undo)
        values (${row?.id ?? ''}, ${WORKSPACE}, 'requester', '1', 'done', 'updated',
          '{"action": "archive", "resource": "contacts", "destinationId": "c1", "reasons": []}')`;
    }
    const later = await unzip(await packageOf(test, OWNER));
    const rows: Row[] = parse(later.get('rollback.csv')?.toString('utf8') ?? '', { columns: true });
    expect(rows).toEqual([
      expect.objectContaining({ code: 'contacts_archived', of_run: run, count: '1', examples: 'c1' }),
    ]);
    await sql`delete from runs where workspace_id = ${WORKSPACE} and kind = 'rollback'`;
  });

  it('holds every version of every map', () => {
    const { maps } = jsonOf<{ maps: { object: string; version: number; state: string; rules: unknown[] }[] }>(
      'maps.json',
    );
    expect(maps.map(({ object, version, state }) => ({ object, version, state }))).toEqual([
      { object: 'requester', version: 1, state: 'approved' },
      { object: 'requester', version: 2, state: 'proposed' },
    ]);
    expect(maps[0]?.rules).toEqual([{ id: 'name', reasons: HOSTILE }]);
  });

  it('has the catalogue as a tree that every item is in once, circles and orphans included', () => {
    interface Node {
      id: string;
      children: Node[];
      detached?: string;
    }
    const catalogue = jsonOf<{
      tree: Node[];
      items: { id: string; forms: object; source: object }[];
      workflow_triggers: { workflow_id: string; items: { id: string }[] }[];
    }>('catalogue.json');
    const ids: string[] = [];
    const open = [...catalogue.tree];
    for (const node of open) {
      ids.push(node.id);
      open.push(...node.children);
    }
    expect(ids).toHaveLength(HOSTILE.length + 63);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids)).toEqual(new Set(catalogue.items.map(({ id }) => id)));
    const reasons = Object.fromEntries(
      open.filter((node) => node.detached).map((node) => [node.id, node.detached]),
    );
    expect(reasons).toMatchObject({ 'circle-a': 'circle', orphan: 'parent_missing', 'deep-24': 'too_deep' });
    const item = catalogue.items.find(({ id }) => id === 'k1');
    expect(item).toMatchObject({
      forms: { service_form: { request_form: [{ label: HOSTILE[1] }] } },
      source: { platform: 'x' },
    });
    expect(catalogue.workflow_triggers).toMatchObject([{ workflow_id: 'w1', items: [{ id: 'k1' }] }]);
  });

  it('has the SLA policies with their evidence, and the workflows', () => {
    const rows = rowsOf('sla.csv');
    expect(rows).toHaveLength(HOSTILE.length);
    expect(rows[0]).toHaveProperty('evidence');
    expect(rows[1]).toMatchObject({ id: 's1', tickets: '1' });
    const { workflows } = jsonOf<{ workflows: { id: string; title: string; statuses: string[] }[] }>(
      'workflows.json',
    );
    expect(workflows.map(({ id, title, statuses }) => ({ id, title, statuses }))).toEqual([
      { id: 'w1', title: HOSTILE[10], statuses: ['New'] },
      { id: 'w2', title: 'Plain', statuses: [] },
    ]);
  });

  it('holds nothing that a spreadsheet, a browser or a script element would run', () => {
    for (const name of FILES.filter((file) => file.endsWith('.csv'))) {
      for (const row of parse(textOf(name))) {
        for (const cell of row) expect(cell).not.toMatch(/^(?:\s*[=+\-@＝＋－＠]|[\t\r])/);
      }
    }
    for (const name of FILES.filter((file) => file.endsWith('.json')))
      expect(textOf(name)).not.toMatch(/[<>\u2028]/);
    for (const name of ['scope.html', 'README.md']) expect(textOf(name)).not.toMatch(/<(?:script|img)/i);
  });
});

describe('who may have it', () => {
  it('operators and owners, and it is written down', async () => {
    await viewer.get('/api/v1/handoff.zip').expect(403);
    const audit = await test.useCases.listAudit(OWNER, {});
    expect(audit.items[0]).toMatchObject({ action: 'handoff_downloaded' });
  });

  it('one at a time; a client that leaves gives everything back', async () => {
    const first = await test.useCases.getHandoff(OWNER);
    await expect(test.useCases.getHandoff(OWNER)).rejects.toMatchObject({ code: 'handoff_running' });
    first.content.destroy();
    for (let round = 0; round < 8; round += 1) {
      const { content } = await eventually(() => test.useCases.getHandoff(OWNER));
      if (round % 2 === 0) await new Promise((resolve) => content.once('data', resolve));
      content.destroy();
    }
    const whole = await eventually(() => packageOf(test, OWNER));
    expect((await unzip(whole)).size).toBe(FILES.length);
  });

  it('nobody of another workspace sees a row of this one', async () => {
    const other = await unzip(await packageOf(test, { ...OWNER, workspaceId: 'ws_other' }));
    for (const [name, content] of other) {
      if (name !== 'manifest.json') expect(content.toString('utf8')).not.toContain('requester,r1');
    }
  });
});

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries >= 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
