import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CUTOVER_CONFIRMATIONS } from '../../../pipeline/cutover/confirmations.ts';
import { checkHypercare } from '../../../pipeline/cutover/hypercare.ts';
import { eraseStaged } from '../../../pipeline/cutover/retention.ts';
import { checkPackage } from '../../../pipeline/handoff/check-package.ts';
import type { RecordDocument } from '../../../pipeline/records.ts';
import { bodyOf, PUBLIC_URL, WORKSPACE } from '../../support/app.ts';
import { packageOf, sha256, unzip } from '../handoff/support.ts';
import { cutoverWorld, OWNER_ID, readEverything, type CutoverWorld } from './world.ts';

/** From a go to the end of the retention time, on a clock of its own. */
const DAY_MS = 24 * 60 * 60_000;
const OWNER = { workspaceId: WORKSPACE, adminId: OWNER_ID, role: 'owner' as const };
let world: CutoverWorld;
let final: Buffer;
const folder = mkdtempSync(path.join(tmpdir(), 'final-'));

async function makeReady(): Promise<void> {
  await world.ran('full');
  await world.confirm('infraon_read_only');
  await world.ran('delta');
  await readEverything(world.test);
  await world.operator.post('/api/v1/cutover/freeze-check').set('origin', PUBLIC_URL).send({}).expect(202);
  await world.takeLooks();
  await world.confirm('source_frozen');
  for (const { id } of CUTOVER_CONFIRMATIONS.slice(1)) await world.confirm(id);
  await world.test.deps.db.sql`
    insert into audit_log (workspace_id, admin_id, action, created_at)
    values (${WORKSPACE}, '1', 'handoff_downloaded', ${world.test.deps.clock.now()})`;
}

beforeAll(async () => {
  world = await cutoverWorld();
  await world.ran('sample');
  await makeReady();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await world?.close();
});

const post = (path: string, body: object = {}, agent = world.owner) =>
  agent.post(`/api/v1${path}`).set('origin', PUBLIC_URL).send(body);

async function codeOf(request: ReturnType<typeof post>): Promise<string> {
  return bodyOf<{ error: { code: string } }>(await request.expect(409)).error.code;
}

async function signOffId(): Promise<string> {
  const [row] = await world.test.deps.db.sql<{ id: string }[]>`
    select id from sign_offs where workspace_id = ${WORKSPACE} and revoked_at is null`;
  return row?.id ?? '';
}

function finalPackage(): Promise<Buffer> {
  return packageOf(world.test, OWNER);
}

interface ManifestShape {
  final: boolean;
  signed_off?: { by: { id: string }; at: string; note: string };
}

describe('signing off', () => {
  it('wants a go, an owner and a note', async () => {
    expect((await world.board()).verdict).toBe('go');
    await post('/sign-off', { note: '' }).expect(422);
    await post('/sign-off', { note: 'x' }, world.operator).expect(403);
  });

  it('makes the package final: who, when and the note, in manifest and README', async () => {
    const draft = await unzip(await finalPackage());
    expect(JSON.parse(String(draft.get('manifest.json')))).toMatchObject({ final: false });
    const board = bodyOf<{ signed_off: { package: { sha256: string; size: number; name: string } } }>(
      await post('/sign-off', { note: 'Everything is *there*' }).expect(200),
    );
    final = await finalPackage();
    expect(board.signed_off.package).toMatchObject({ sha256: sha256(final), size: final.length });
    expect(board.signed_off.package.name).toMatch(/^handoff-final-[\d-]+\.zip$/);
    const files = await unzip(final);
    const manifest = JSON.parse(String(files.get('manifest.json'))) as ManifestShape;
    expect(manifest).toMatchObject({
      final: true,
      signed_off: { by: { id: OWNER_ID }, note: 'Everything is *there*' },
    });
    expect(String(files.get('README.md'))).toContain('This package is final');
    expect(String(files.get('README.md'))).toContain('Everything is \\*there\\*');
    const file = path.join(folder, 'final.zip');
    await writeFile(file, final);
    expect((await checkPackage(file)).problems).toEqual([]);
  });

  it('ends what would change Intercom, and the undo', async () => {
    expect(await codeOf(post('/sign-off', { note: 'again' }))).toBe('signed_off');
    for (const kind of ['delta', 'full', 'rollback'])
      expect(await codeOf(post('/runs', { kind }))).toBe('signed_off');
    const { sql } = world.test.deps.db;
    await sql`
      update run_records set outcome = 'rejected', reason_code = 'missing_email'
      where object = 'requester' and run_id = (select id from runs where kind = 'delta')`;
    const [row] = await sql<{ id: string }[]>`select id from run_records where outcome = 'rejected'`;
    expect(await codeOf(post(`/rejections/${row?.id ?? ''}/resolve`, { action: 'retry' }))).toBe(
      'signed_off',
    );
    await sql`update run_records set outcome = 'unchanged', reason_code = null where outcome = 'rejected'`;
  });
});

describe('hypercare', () => {
  it('shows seven days, and the first day clean', async () => {
    const { hypercare } = await world.board();
    expect(hypercare?.days.map(({ state }) => state)).toEqual(Array(7).fill('due'));
    world.later(DAY_MS);
    await checkHypercare(world.test.deps, { workspaceId: WORKSPACE, signOffId: await signOffId(), day: 1 });
    expect((await world.board()).hypercare?.days[0]).toMatchObject({ state: 'running' });
    await finishVerification();
    expect((await world.board()).hypercare?.days[0]).toMatchObject({ state: 'clean' });
  });

  it('is done once a day, and waits for another run', async () => {
    const { sql } = world.test.deps.db;
    await checkHypercare(world.test.deps, { workspaceId: WORKSPACE, signOffId: await signOffId(), day: 1 });
    expect(await sql`select 1 from runs where kind = 'verify'`).toHaveLength(1);
    await sql`update runs set state = 'paused' where kind = 'verify'`;
    world.later(DAY_MS);
    await checkHypercare(world.test.deps, { workspaceId: WORKSPACE, signOffId: await signOffId(), day: 2 });
    expect((await world.board()).hypercare?.days[1]).toMatchObject({ state: 'due' });
    await sql`update runs set state = 'completed' where kind = 'verify'`;
  });

  it('tells what agents missed, and what reading back found', async () => {
    const { sql } = world.test.deps.db;
    const check = { workspaceId: WORKSPACE, signOffId: await signOffId(), day: 2 };
    const at = world.test.deps.clock.now();
    await sql`
      insert into agent_reports (workspace_id, admin_id, conversation_id, text, created_at)
      values (${WORKSPACE}, '1', '2', 'secret words', ${at})`;
    await checkHypercare(world.test.deps, check);
    await finishVerification('{"equal":4,"missing":1}');
    const day = (await world.board()).hypercare?.days[1];
    expect(day?.state).toBe('attention');
    expect(day?.detail).toContain('reported missing by agents');
    expect(day?.detail).toContain('values differ');
  });

  it('lets an owner open the migration again, and sign once more', async () => {
    await post('/sign-off/revoke', { note: 'one is missing' }, world.operator).expect(403);
    const board = bodyOf<{ signed_off: null; hypercare: null }>(
      await post('/sign-off/revoke', { note: 'one is missing' }).expect(200),
    );
    expect(board).toMatchObject({ signed_off: null, hypercare: null });
    expect(await world.test.deps.db.sql`select 1 from sign_off_packages`).toHaveLength(0);
    expect(await codeOf(post('/sign-off/revoke', { note: 'twice' }))).toBe('wrong_state');
    await world.test.deps.db.sql`
      update run_records set verification = '{"equal":5}' where verification is not null`;
    await makeReady();
    await post('/sign-off', { note: 'now it is' }).expect(200);
    final = await finalPackage();
  });
});

/** What a worker does with the verification of a day. */
async function finishVerification(verification = '{"equal":5}'): Promise<void> {
  const { sql } = world.test.deps.db;
  const unclean = verification.includes('missing');
  await sql`
    update run_records set step = 'done', verification = ${verification}::text::jsonb
    where run_id in (select id from runs where kind = 'verify' and state in ('queued', 'running'))`;
  await sql`
    update runs set state = ${unclean ? 'completed_with_findings' : 'completed'}, finished_at = ${world.test.deps.clock.now()}
    where kind = 'verify' and state in ('queued', 'running')`;
}

/** Every table as text, but for the final package and what people decided. */
async function everythingStored(): Promise<string> {
  const { sql } = world.test.deps.db;
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'sign_off_packages'`;
  const texts = await Promise.all(
    tables.map(async ({ name }) => JSON.stringify(await sql`select * from ${sql(name)}`)),
  );
  return texts.join('\n');
}

describe('retention', () => {
  it('erases nothing before its time, and looks again every day', async () => {
    world.later(8 * DAY_MS);
    expect(await codeOf(post('/sign-off/revoke', { note: 'late' }))).toBe('hypercare_over');
    await eraseStaged(world.test.deps, WORKSPACE, await signOffId());
    expect(await everythingStored()).toContain('secret words');
    expect((await world.board()).signed_off?.erased_at).toBeNull();
    const jobs = await world.test.deps.db.sql`
      select 1 from graphile_worker.jobs where task_identifier = 'erase_staged' and key = ${`erase:${await signOffId()}`}`;
    expect(jobs).toHaveLength(1);
  });

  it('erases texts after it, goes on where it was interrupted, and leaves a receipt', async () => {
    const { sql } = world.test.deps.db;
    await sql`
      insert into findings (workspace_id, run_id, object, source_id, class, field, expected, actual)
      select ${WORKSPACE}, id, 'incident', 'incident-1', 'lossy_by_design', 'x', '"secret words"', '"secret words"' from runs where kind = 'full' limit 1`;
    await sql`
      insert into record_fixes (workspace_id, object, source_id, values, admin_id)
      values (${WORKSPACE}, 'requester', 'requester-1', '{"email":"secret words"}', '1')`;
    await sql`
      with file as (insert into kept_files (workspace_id, object, source_id, key, path, size, sha256)
        values (${WORKSPACE}, 'problem', 'problem-1', 'k', 'files/secret words.txt', 1, 'h') returning id)
      insert into kept_file_pieces (workspace_id, file_id, number, bytes) select ${WORKSPACE}, id, 0, 'x'::bytea from file`;
    world.later(30 * DAY_MS);
    await sql`alter table record_fixes rename to record_fixes_away`;
    await expect(eraseStaged(world.test.deps, WORKSPACE, await signOffId())).rejects.toThrow();
    expect((await world.board()).signed_off?.erased_at).toBeNull();
    await sql`alter table record_fixes_away rename to record_fixes`;
    await eraseStaged(world.test.deps, WORKSPACE, await signOffId());
    const stored = await everythingStored();
    expect(stored).not.toContain('secret words');
    expect(stored).not.toContain('a@b.example');
    expect(await sql`select 1 from kept_file_pieces`).toHaveLength(0);
    expect((await world.board()).signed_off?.erased_at).not.toBeNull();
    const objects = world.test.deps.registry.all().length;
    const receipts = await sql<{ counts: Record<string, number> }[]>`
      select counts from erasure_receipts where workspace_id = ${WORKSPACE} and reason = 'retention'`;
    expect(receipts).toHaveLength(1);
    expect(receipts[0]?.counts).toMatchObject({
      source_records: objects,
      findings: 1,
      record_fixes: 1,
      kept_files: 1,
      agent_reports: 1,
    });
  });

  it('happens once', async () => {
    await eraseStaged(world.test.deps, WORKSPACE, await signOffId());
    expect(await world.test.deps.db.sql`select 1 from erasure_receipts`).toHaveLength(1);
  });

  it('leaves the final package as it was, byte for byte', async () => {
    expect(sha256(await finalPackage())).toBe(sha256(final));
    const download = await world.owner
      .get('/api/v1/handoff.zip')
      .buffer(true)
      .parse((stream, done) => {
        void buffer(stream as unknown as NodeJS.ReadableStream).then((bytes) => {
          done(null, bytes);
        });
      });
    expect(sha256(download.body as Buffer)).toBe(sha256(final));
  });

  it('leaves ids, hashes and the way from an old number to its record', async () => {
    const response = await world.viewer.get('/api/v1/resolve?q=INCIDENT-1').expect(200);
    const [record] = bodyOf<{ items: RecordDocument[] }>(response).items;
    expect(record).toMatchObject({
      object: 'incident',
      destination: { resource: 'conversations', id: 'incident-in-intercom' },
      erased_at: expect.any(String) as unknown,
    });
    expect(record?.hashes.source).not.toBeNull();
  });

  it('leaves nothing to read back against, and says so', async () => {
    expect(await codeOf(post('/runs', { kind: 'verify' }))).toBe('erased');
  });
});
