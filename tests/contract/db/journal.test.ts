import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createLedgerWriter, type Intent, type LedgerWriter } from '../../../db/journal.ts';
import { testDatabase, type TestDatabase } from '../../support/database.ts';

interface Place {
  workspaceId: string;
  runId: string;
  token: string;
}

let database: TestDatabase;
let ledger: LedgerWriter;
let here: Place;

beforeAll(async () => {
  database = await testDatabase();
  ledger = createLedgerWriter(database.db.sql);
});
afterAll(async () => {
  await database.drop();
});
beforeEach(async () => {
  here = await newRun();
});

async function newRun(leaseSeconds = 60): Promise<Place> {
  const { sql } = database.db;
  const workspaceId = `ws_${randomUUID().slice(0, 8)}`;
  const [run] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, objects, map_versions, settings, created_by)
    values (${workspaceId}, 'full', '[]', '{}', '{}', '7001') returning id`;
  const runId = run!.id;
  const token = randomUUID();
  await sql`
    insert into leases (token, workspace_id, run_id, object, step, worker, expires_at)
    values (${token}, ${workspaceId}, ${runId}, 'incident', 'load', 'w', now() + ${leaseSeconds} * interval '1 second')`;
  await sql`
    insert into run_records (run_id, workspace_id, object, source_id, step, lease_token)
    values (${runId}, ${workspaceId}, 'incident', '1', 'load', ${token})`;
  return { workspaceId, runId, token };
}

function intentOf(place: Place, step = 'create'): Intent {
  const { workspaceId, runId } = place;
  return {
    workspaceId,
    runId,
    object: 'incident',
    sourceId: '1',
    step,
    operation: 'POST /conversations',
    identity: {},
  };
}

function idMapOf(place: Place, destinationId: string) {
  return {
    workspaceId: place.workspaceId,
    runId: place.runId,
    object: 'incident',
    sourceId: '1',
    displayId: 'INC-1',
    resource: 'conversations',
    destinationId,
    facts: {},
    state: 'complete' as const,
    origin: 'created' as const,
    loadedHash: 'h',
  };
}

async function recordOf(place: Place) {
  const [row] = await database.db.sql<{ id: string; step: string; outcome: string }[]>`
    select id, step, outcome from run_records where run_id = ${place.runId}`;
  return row!;
}

test('an intent is there before its outcome, and the outcome settles journal, id map and record together', async () => {
  const { sql } = database.db;
  const journalId = await ledger.write({ leaseToken: here.token, intent: intentOf(here) });
  expect(await sql`select state from load_journal where id = ${journalId}`).toEqual([{ state: 'intent' }]);
  const { id } = await recordOf(here);
  await ledger.write({
    leaseToken: here.token,
    settle: [{ journalId: journalId!, state: 'done', destinationId: '1000' }],
    idMap: idMapOf(here, '1000'),
    record: { recordId: Number(id), step: 'verify', outcome: 'created' },
  });
  expect(await sql`select state, destination_id from load_journal where id = ${journalId}`).toEqual([
    { state: 'done', destination_id: '1000' },
  ]);
  expect(await sql`select destination_id from id_map where workspace_id = ${here.workspaceId}`).toEqual([
    { destination_id: '1000' },
  ]);
  expect(await recordOf(here)).toMatchObject({ step: 'verify', outcome: 'created' });
});

test('two customers whose records have one id do not get each other’s journal row', async () => {
  const other = await newRun();
  const places = [here, other];
  const ids = await Promise.all(
    places.map((place) => ledger.write({ leaseToken: place.token, intent: intentOf(place) })),
  );
  for (const [index, place] of places.entries()) {
    const rows = await database.db.sql`select run_id from load_journal where id = ${ids[index]!}`;
    expect(rows).toEqual([{ run_id: place.runId }]);
  }
});

test('without its lease a worker plans nothing and settles no record, but what it created is not forgotten', async () => {
  const { sql } = database.db;
  const late = await newRun();
  const journalId = await ledger.write({ leaseToken: late.token, intent: intentOf(late) });
  const { id } = await recordOf(late);
  await sql`update leases set expires_at = now() - interval '1 second' where token = ${late.token}`;
  const answers = await Promise.allSettled([
    ledger.write({
      leaseToken: late.token,
      settle: [{ journalId: journalId!, state: 'done', destinationId: '2000' }],
      idMap: idMapOf(late, '2000'),
      record: { recordId: Number(id), step: 'verify', outcome: 'created' },
      intent: intentOf(late, 'close:0'),
    }),
    ledger.write({ leaseToken: here.token, intent: intentOf(here) }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(await sql`select step, state from load_journal where run_id = ${late.runId}`).toEqual([
    { step: 'create', state: 'done' },
  ]);
  expect(await recordOf(late)).toMatchObject({ step: 'load', outcome: 'pending' });
  expect(await sql`select destination_id from id_map where workspace_id = ${late.workspaceId}`).toEqual([
    { destination_id: '2000' },
  ]);
});

test('without its lease a worker does not overwrite what the new owner wrote', async () => {
  const { sql } = database.db;
  await ledger.write({ leaseToken: here.token, idMap: idMapOf(here, '3000') });
  await sql`delete from leases where token = ${here.token}`;
  await expect(ledger.write({ leaseToken: here.token, idMap: idMapOf(here, '3001') })).rejects.toThrow(
    'batch',
  );
  expect(await sql`select destination_id from id_map where workspace_id = ${here.workspaceId}`).toEqual([
    { destination_id: '3000' },
  ]);
});

test('a text that was cut through an emoji is stored without its half, and fails nobody who writes beside it', async () => {
  const other = await newRun();
  const { sql } = database.db;
  const reason = { field: null, value: 'a\u0000b', message: 'It said "so\ud83d…', suggestion: null };
  const [first, second] = [await recordOf(here), await recordOf(other)];
  const change = { step: 'done', outcome: 'rejected', reasonCode: 'destination_rejected' } as const;
  await Promise.all([
    ledger.write({ leaseToken: here.token, record: { recordId: Number(first.id), ...change, reason } }),
    ledger.write({ leaseToken: other.token, record: { recordId: Number(second.id), ...change } }),
  ]);
  const rows = await sql<{ outcome: string; reason: typeof reason | null }[]>`
    select outcome, reason from run_records where run_id = any(${[here.runId, other.runId]}) order by id`;
  expect(rows.map(({ outcome }) => outcome)).toEqual(['rejected', 'rejected']);
  expect(rows[0]?.reason).toMatchObject({ value: 'ab', message: 'It said "so\ufffd…' });
});
