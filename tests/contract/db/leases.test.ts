import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLedgerWriter } from '../../../db/journal.ts';
import {
  claimBatch,
  claimExclusive,
  createFence,
  heartbeat,
  moment,
  releaseExpiredLeases,
  releaseLease,
  wakeIdleRuns,
  type BatchRequest,
} from '../../../db/leases.ts';
import { LeaseLostError } from '../../../errors.ts';
import { testDatabase, type TestDatabase } from '../../support/database.ts';

describe('leases', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());

  async function newRun(records: number): Promise<BatchRequest> {
    const { sql } = database.db;
    const workspaceId = `ws_${randomUUID().slice(0, 8)}`;
    const [run] = await sql<{ id: string }[]>`
      insert into runs (workspace_id, kind, state, objects, map_versions, settings, created_by)
      values (${workspaceId}, 'full', 'running', '[]', '{}', '{}', '7001') returning id`;
    const runId = run!.id;
    await sql`
      insert into run_records (run_id, workspace_id, object, source_id, step)
      select ${runId}::uuid, ${workspaceId}, 'incident', n::text, 'load' from generate_series(1, ${records}) n`;
    return { workspaceId, runId, object: 'incident', step: 'load', worker: 'a', size: 10 };
  }

  async function expire(token: string): Promise<void> {
    await database.db.sql`update leases set expires_at = now() - interval '1 second' where token = ${token}`;
  }

  async function jobsOf(runId: string): Promise<string[]> {
    const rows = await database.db.sql<{ key: string }[]>`
      select key from graphile_worker.jobs where key like ${`%${runId}`}`;
    return rows.map((row) => row.key);
  }

  it('never overlap, however many ask at once', async () => {
    const request = await newRun(100);
    const batches = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        claimBatch(database.db.sql, { ...request, worker: `w${index}`, size: 11 }),
      ),
    );
    const ids = batches.flatMap((batch) => batch.records.map((record) => record.id));
    expect(ids.length).toBeGreaterThan(80);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('hold fewer records where these are long, and never none', async () => {
    const { sql } = database.db;
    const request = await newRun(6);
    // Random text is not compressed: about 20 KB each.
    await sql`
      update run_records set mapped = jsonb_build_object('text', (
        select string_agg(md5(random()::text || n), '') from generate_series(1, 600) n where source_id is not null))
      where run_id = ${request.runId}`;
    const two = await claimBatch(sql, { ...request, maxBytes: 30_000 });
    expect(two.records).toHaveLength(2);
    expect(two.isFull).toBe(true);
    const one = await claimBatch(sql, { ...request, maxBytes: 1 });
    expect(one.records).toHaveLength(1);
    const rest = await claimBatch(sql, { ...request, maxBytes: 1_000_000 });
    expect(rest.records).toHaveLength(3);
    expect(rest.isFull).toBe(false);
  });

  it('are given back when they are released, and not before they have expired', async () => {
    const request = await newRun(10);
    const first = await claimBatch(database.db.sql, request);
    expect(first.records).toHaveLength(10);
    await releaseExpiredLeases(database.db.sql);
    expect((await claimBatch(database.db.sql, request)).records).toHaveLength(0);
    await expire(first.token);
    expect(await releaseExpiredLeases(database.db.sql)).toBeGreaterThan(0);
    expect(await jobsOf(request.runId)).toContain(`advance:${request.runId}`);
    const second = await claimBatch(database.db.sql, request);
    expect(second.records).toHaveLength(10);
    expect(second.records.every((record) => record.attempts === 2)).toBe(true);
    await releaseLease(database.db.sql, second.token);
    expect((await claimBatch(database.db.sql, request)).records).toHaveLength(10);
  });

  it('end with their expiry: a heartbeat that comes too late does not bring them back', async () => {
    const request = await newRun(1);
    const { token } = await claimBatch(database.db.sql, request);
    expect(await heartbeat(database.db.sql, token)).toEqual({ held: true, runState: 'running' });
    await expire(token);
    expect(await heartbeat(database.db.sql, token)).toEqual({ held: false, runState: null });
  });

  it('let a writer that comes too late change nothing but the journal', async () => {
    const { sql } = database.db;
    const request = await newRun(1);
    const late = await claimBatch(sql, request);
    const [record] = late.records;
    const place = {
      workspaceId: request.workspaceId,
      runId: request.runId,
      object: 'incident',
      sourceId: '1',
    };
    const ledger = createLedgerWriter(sql);
    const intent = { ...place, step: 'create', operation: 'POST /conversations', identity: {} };
    const journalId = await ledger.write({ leaseToken: late.token, intent });
    await expire(late.token);
    await releaseExpiredLeases(sql);
    const next = await claimBatch(sql, { ...request, worker: 'b' });
    expect(next.records.map((each) => each.id)).toEqual([record!.id]);

    const settled = ledger.write({
      leaseToken: late.token,
      settle: [{ journalId: journalId ?? '', state: 'done', destinationId: '77' }],
      intent: { ...intent, step: 'part:1' },
      record: { recordId: record!.id, step: 'verify', outcome: 'created' },
    });
    await expect(settled).rejects.toBeInstanceOf(LeaseLostError);
    const [row] = await sql`select step, outcome, lease_token from run_records where id = ${record!.id}`;
    expect(row).toEqual({ step: 'load', outcome: 'pending', lease_token: next.token });
    const journal =
      await sql`select step, state, destination_id from load_journal where run_id = ${request.runId}`;
    expect([...journal]).toEqual([{ step: 'create', state: 'done', destination_id: '77' }]);
  });

  it('stop a call that would leave after they may have ended, by either clock, until they are renewed', () => {
    const now = moment();
    const ago = (change: Partial<typeof now>) => createFence(8_000, { ...now, ...change });
    expect(() => ago({}).check()).not.toThrow();
    expect(() => ago({ monotonicMs: now.monotonicMs - 6_000 }).check()).not.toThrow();
    expect(() => ago({ monotonicMs: now.monotonicMs - 7_100 }).check()).toThrow(LeaseLostError);
    // The monotonic clock does not count while a machine sleeps.
    expect(() => ago({ wallMs: now.wallMs - 7_100 }).check()).toThrow(LeaseLostError);
    const fence = ago({ wallMs: now.wallMs - 60_000 });
    fence.renew(moment());
    expect(() => fence.check()).not.toThrow();
  });

  it('let only one do what only one may do, until that one has gone', async () => {
    const { workspaceId, runId } = await newRun(0);
    const request = { workspaceId, runId, work: 'prepare', worker: 'a' };
    const tokens = await Promise.all([1, 2, 3].map(() => claimExclusive(database.db.sql, request)));
    const [held] = tokens.filter((token) => token !== null);
    expect(tokens.filter((token) => token === null)).toHaveLength(2);
    await expire(held!);
    expect(await claimExclusive(database.db.sql, request)).not.toBeNull();
  });

  it('tell a run that nobody works for from one that is at work or about to be', async () => {
    const { sql } = database.db;
    const working = await newRun(1);
    await claimBatch(sql, working);
    const idle = await newRun(1);
    await wakeIdleRuns(sql);
    expect(await jobsOf(idle.runId)).toEqual([`advance:${idle.runId}`]);
    expect(await jobsOf(working.runId)).toEqual([]);
    const awake = await wakeIdleRuns(sql);
    // The job of a worker that was killed stays locked for hours: the run is woken all the same.
    await sql`
      update graphile_worker._private_jobs set locked_at = now(), locked_by = 'dead' where key = ${`advance:${idle.runId}`}`;
    expect(await wakeIdleRuns(sql)).toBe(awake + 1);
    const [unlocked] = await sql<{ count: string }[]>`
      select count(*) from graphile_worker.jobs where key = ${`advance:${idle.runId}`} and locked_at is null`;
    expect(unlocked?.count).toBe('1');
  });
});
