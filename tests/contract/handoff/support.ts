import { readFile, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import type { Actor } from '../../../pipeline/actors.ts';
import type { TestApp } from '../../support/app.ts';

/** What a spreadsheet, a browser or a terminal could mistake for something to run. */
export const HOSTILE = [
  "=cmd|' /C calc'!A0",
  '+1+1',
  '-2+3',
  '@SUM(1)',
  '\t=1+1',
  '\r=1+1',
  '＝1+1',
  ' =1+1',
  'a;=1+1',
  'line\n=HYPERLINK("https://evil.example")',
  '</script><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  'Ünïcode, "quotes", 日本語, \u2028 🙂',
];

/** Unzips a package; throws when the archive is not sound. */
export async function unzip(archive: Buffer): Promise<Map<string, Buffer>> {
  const zip = await fromBufferPromise(archive, { lazyEntries: true });
  const files = new Map<string, Buffer>();
  for await (const entry of zip.eachEntry()) {
    files.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)));
  }
  return files;
}

/** Packs files as another program would: without our seal. */
export async function zipAgain(files: Map<string, Buffer>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of files) zip.addBuffer(content, name);
  zip.end();
  return buffer(zip.outputStream);
}

export async function packageOf(test: TestApp, actor: Actor): Promise<Buffer> {
  const { content } = await test.useCases.getHandoff(actor);
  return buffer(content);
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export async function changeByte(file: string, position: number): Promise<void> {
  const bytes = await readFile(file);
  bytes[position] = (bytes[position] ?? 0) ^ 0x01;
  await writeFile(file, bytes);
}

/** A ledger with every kind of row, and values of the tenant that mean harm. */
export async function seedLedger(test: TestApp, workspaceId: string): Promise<{ run: string }> {
  const { sql } = test.deps.db;
  const [run] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, created_by, started_at, finished_at)
    values (${workspaceId}, 'full', 'completed_with_findings', '["requester","sla_policy"]', '{"requester":1}', '{}', '1', now(), now())
    returning id`;
  const id = run?.id ?? '';
  await sql`
    insert into object_maps (workspace_id, object, version, state, rules, unmapped, created_by, approved_by, approved_at)
    values (${workspaceId}, 'requester', 1, 'approved', ${sql.json([{ id: 'name', reasons: HOSTILE }])}, '[]', 'discovery', ${HOSTILE[0] ?? ''}, now()),
      (${workspaceId}, 'requester', 2, 'proposed', '[]', '[]', 'discovery', null, null)`;
  for (const [index, value] of HOSTILE.entries()) {
    const sourceId = `r${index}`;
    await sql`
      insert into id_map (workspace_id, object, source_id, display_id, resource, destination_id, state, origin, created_in_run)
      values (${workspaceId}, 'requester', ${sourceId}, ${value}, 'contacts', ${`c${index}`}, 'complete', 'created', ${id})`;
    await sql`
      insert into run_records (run_id, workspace_id, object, source_id, display_id, step, outcome, verification)
      values (${id}, ${workspaceId}, 'requester', ${sourceId}, ${value}, 'done', 'created', '{"equal":5,"mismatch":1}')`;
    await sql`
      insert into findings (workspace_id, run_id, object, source_id, class, field, expected, actual)
      values (${workspaceId}, ${id}, 'requester', ${sourceId}, 'mismatch', 'name', ${JSON.stringify(value)}::jsonb, null)`;
    await sql`
      insert into run_records (run_id, workspace_id, object, source_id, display_id, step, outcome, reason_code, reason)
      values (${id}, ${workspaceId}, 'requester', ${`x${index}`}, null, 'done', ${index === 0 ? 'waived' : 'rejected'}, 'missing_email',
        ${sql.json({
          ...{ field: 'email', value, message: value, suggestion: null },
          ...(index === 0 ? { waived: { note: value, by: '5017690', at: '2026-03-04T09:00:00.000Z' } } : {}),
        })})`;
    const document = {
      external_id: `s${index}`,
      title: value,
      custom_attributes: { evidence: value, tickets: index },
    };
    await sql`
      insert into id_map (workspace_id, object, source_id, resource, destination_id, facts, state, origin, created_in_run)
      values (${workspaceId}, 'sla_policy', ${`s${index}`}, 'documents', ${`handoff:sla_policy:s${index}`},
        ${sql.json({ document })}, 'complete', 'created', ${id})`;
    await catalogueItem(test, workspaceId, id, {
      id: `k${index}`,
      title: value,
      parent: index === 0 ? null : `k${index - 1}`,
    });
  }
  // A circle, an orphan, and a chain deeper than any person would make.
  await catalogueItem(test, workspaceId, id, { id: 'circle-a', title: 'A', parent: 'circle-b' });
  await catalogueItem(test, workspaceId, id, { id: 'circle-b', title: 'B', parent: 'circle-a' });
  await catalogueItem(test, workspaceId, id, { id: 'orphan', title: 'Orphan', parent: 'nowhere' });
  let parent: string | null = null;
  for (let depth = 0; depth < 60; depth += 1) {
    await catalogueItem(test, workspaceId, id, { id: `deep-${depth}`, title: `Level ${depth}`, parent });
    parent = `deep-${depth}`;
  }
  await sql`
    insert into source_records (workspace_id, object, source_id, raw, raw_hash, depth)
    values (${workspaceId}, 'workflow', 'w1', ${sql.json({
      title: HOSTILE[10] ?? '',
      module: 'incident',
      status: [{ id: '1', name: 'New' }],
      trigger: { any: [{ operand: 'catalogue', comparison_operator: 'in', value: ['k1', 'elsewhere'] }] },
    })}, 'h', 'full'), (${workspaceId}, 'workflow', 'w2', '{"title":"Plain"}', 'h', 'full')`;
  return { run: id };
}

async function catalogueItem(
  test: TestApp,
  workspaceId: string,
  run: string,
  document: { id: string; title: string; parent: string | null },
): Promise<void> {
  const { sql } = test.deps.db;
  const { id, title, parent } = document;
  const facts = {
    document: {
      external_id: id,
      title,
      ...(parent === null ? {} : { parent }),
      custom_attributes: { description: title },
    },
  };
  await sql`
    insert into id_map (workspace_id, object, source_id, resource, destination_id, facts, state, origin, created_in_run)
    values (${workspaceId}, 'service_catalogue_item', ${id}, 'documents', ${`handoff:service_catalogue_item:${id}`},
      ${sql.json(facts)}, 'complete', 'created', ${run})`;
  await sql`
    insert into source_records (workspace_id, object, source_id, raw, raw_hash, depth)
    values (${workspaceId}, 'service_catalogue_item', ${id},
      ${sql.json({ catalogue_id: id, name: title, platform: 'x', service_form: { request_form: [{ label: title }] } })}, 'h', 'full')`;
}
