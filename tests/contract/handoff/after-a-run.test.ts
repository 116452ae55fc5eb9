import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../../db/client.ts';
import { createLog } from '../../../log.ts';
import { loadRegistry } from '../../../objects/registry.ts';
import { buildDeps } from '../../../pipeline/build-deps.ts';
import { getHandoff } from '../../../pipeline/handoff/handoff.ts';
import { checkPackage } from '../../../pipeline/handoff/check-package.ts';
import { systemClock, type Deps } from '../../../pipeline/deps.ts';
import type { RunDocument } from '../../../pipeline/runs/run-document.ts';
import { generateDesk } from '../../../simulators/seed/generate.ts';
import { openStage, OWNER_ID, type Stage } from '../../support/stage.ts';
import { fullRun, installed, sampled, type Tenant } from '../../support/tenant.ts';
import { unzip } from './support.ts';

/** A whole migration, then the package: what it says is what both sides hold. */
const folder = mkdtempSync(path.join(tmpdir(), 'handoff-run-'));
let stage: Stage;
let tenant: Tenant;
let run: RunDocument;
let database: Database;
let files: Map<string, Buffer>;
let archive: Buffer;

beforeAll(async () => {
  stage = await openStage({ desk: generateDesk({ seed: 11, incidents: 12 }) });
  for (const incident of stage.desk.incidents) {
    const text = incident.basic_info['description'];
    const link = `${stage.infraon.url}/people/${incident.requester_id}`;
    incident.basic_info['description'] = `${typeof text === 'string' ? text : ''}<p>Reported by ${link}.</p>`;
  }
  tenant = await installed(stage);
  await sampled(stage, tenant);
  run = await fullRun(tenant);
  database = connectDatabase(stage.databaseUrl, { applicationName: 'handoff-test', max: 4 });
  const deps: Deps = buildDeps({
    db: database,
    log: createLog({ level: 'silent', process: 'test' }),
    registry: await loadRegistry(),
    secretKey: Buffer.alloc(32, 7),
    stopping: new AbortController().signal,
    clock: systemClock,
    options: {
      publicUrl: stage.appUrl,
      intercomClientId: '',
      intercomClientSecret: '',
      intercomApiUrl: stage.intercom.url,
      intercomAppUrl: stage.intercom.url,
      infraonAllowedHosts: [],
      rateShare: 0.8,
      worker: 'test',
    },
  });
  const actor = { workspaceId: tenant.workspaceId, adminId: OWNER_ID, role: 'owner' as const };
  archive = await buffer((await getHandoff(deps, actor)).content);
  files = await unzip(archive);
}, 240_000);
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await database?.close();
  await stage?.close();
}, 60_000);

function rowsOf(name: string): Record<string, string>[] {
  return parse(files.get(name)?.toString('utf8') ?? '', { columns: true });
}

function jsonOf<T>(name: string): T {
  return JSON.parse(files.get(name)?.toString('utf8') ?? '') as T;
}

it('is whole, and names the runs it is about', async () => {
  const file = path.join(folder, 'handoff.zip');
  await writeFile(file, archive);
  const { problems, manifest } = await checkPackage(file);
  expect(problems).toEqual([]);
  expect(manifest?.runs.map(({ kind }) => kind)).toEqual(['sample', 'full']);
  expect(manifest?.created_by.name).toBe('Asha Pillai');
});

it('was made of a load in which links of the desk lead to the new place too, and nothing differs', () => {
  const { mismatch, missing, extra, late } = run.verification;
  expect({ mismatch, missing, extra, late }).toEqual({ mismatch: 0, missing: 0, extra: 0, late: 0 });
  const bodies = [...tenant.workspace.conversations.values()].map(({ body }) => body);
  expect(bodies.length).toBeGreaterThan(0);
  for (const body of bodies) expect(body).toMatch(/\/people\/\d+ \(in Intercom: http\S+\/users\/\w+\)\./);
});

it('has every record of the ledger in the crosswalk or among the rejections', () => {
  const moved = rowsOf('crosswalk.csv');
  const left = rowsOf('rejections.csv');
  for (const [object, counts] of Object.entries(run.objects)) {
    const { created, updated, adopted, unchanged, rejected, waiting, waived } = counts;
    expect({ object, moved: moved.filter((row) => row['object'] === object).length }).toEqual({
      object,
      moved: created + updated + adopted + unchanged,
    });
    expect({ object, left: left.filter((row) => row['object'] === object).length }).toEqual({
      object,
      left: rejected + waiting + waived,
    });
  }
  const conversations = moved.filter((row) => row['resource'] === 'conversations');
  for (const { destination_id = '' } of conversations)
    expect(tenant.workspace.conversations.has(destination_id)).toBe(true);
});

it('counts what was read back as the run does', () => {
  const records = rowsOf('verification.csv').filter((row) => row['row'] === 'record');
  const sum = (name: string) => records.reduce((total, row) => total + Number(row[name]), 0);
  expect(sum('checked')).toBe(run.verification.checked);
  expect(sum('lossy_by_design')).toBe(run.verification.lossy_by_design);
});

it('has the whole catalogue as Infraon has it', () => {
  interface Node {
    id: string;
    title: string;
    children: Node[];
  }
  const { tree, items } = jsonOf<{ tree: Node[]; items: { id: string; source: object }[] }>('catalogue.json');
  expect(items.map(({ id }) => id).sort()).toEqual(
    stage.desk.catalogue.map((row) => String(row['catalogue_id'])).sort(),
  );
  const roots = stage.desk.catalogue.filter((row) => row['parent_id'] === null).map((row) => row['name']);
  expect(tree.map(({ title }) => title).sort()).toEqual(roots.sort());
  const depth = (nodes: Node[]): number => Math.max(0, ...nodes.map((node) => 1 + depth(node.children)));
  expect(depth(tree)).toBe(3);
});

it('has the SLA policies that tickets name, by name, and says where they come from', () => {
  const used = new Map(
    stage.desk.incidents.flatMap((incident) =>
      (incident['sla_info'] as { sla: string }[]).map(({ sla }) => [
        sla,
        stage.desk.sla_policies.find((policy) => policy['sla_id'] === sla)?.['name'],
      ]),
    ),
  );
  const rows = rowsOf('sla.csv');
  expect(new Map(rows.map((row) => [row['id'], row['name']]))).toEqual(used);
  for (const row of rows) expect(row['evidence']).toMatch(/^Rebuilt from tickets/);
});

it('has the inventory of workflows', () => {
  const { workflows } = jsonOf<{ workflows: { title: string }[] }>('workflows.json');
  expect(workflows.map(({ title }) => title)).toEqual(stage.desk.workflows.map((row) => row['title']));
});
