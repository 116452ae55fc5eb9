import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import { enqueue, enqueueWaiting, PRIORITY, type WaitingJob } from '../../../db/queue.ts';
import { testDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const runId = randomUUID();

function batch(step: 'extract' | 'map' | 'load', slot = 0): WaitingJob {
  const payload = { workspaceId: 'ws_1', runId, object: 'incident', step, slot };
  return { task: 'run_batch', payload, jobKey: `batch:${step}:${slot}` };
}

async function waiting() {
  return database.db.sql<{ key: string; priority: number; runAt: Date; flags: Record<string, boolean> }[]>`
    select key, priority, run_at as "runAt", flags from graphile_worker._private_jobs where payload->>'runId' = ${runId}
    order by priority, run_at, id`;
}

describe('jobs that wait', () => {
  it('go by what a run is limited by: writing, then mapping, then reading', async () => {
    await enqueueWaiting(database.db.sql, [batch('extract'), batch('map'), batch('load')]);

    const jobs = await waiting();

    expect(jobs.map(({ key, priority }) => [key, priority])).toEqual([
      ['batch:load:0', PRIORITY.load],
      ['batch:map:0', PRIORITY.map],
      ['batch:extract:0', PRIORITY.read],
    ]);
    expect(jobs.map(({ flags }) => Object.keys(flags).sort())).toEqual([
      ['of:ws_1', 'slots', 'writes:ws_1'],
      ['of:ws_1', 'slots'],
      ['of:ws_1', 'reads:ws_1', 'slots'],
    ]);
  });

  it('come after a single task that somebody waits for, whatever is loaded meanwhile', async () => {
    await enqueue(database.db.sql, 'prepare_run', { workspaceId: 'ws_1', runId });

    const [first] = await waiting();

    expect(first).toMatchObject({ key: null, priority: PRIORITY.single });
    await database.db.sql`delete from graphile_worker._private_jobs where key is null`;
  });

  it('keep their place when they are added again, however often the gate looks', async () => {
    const before = await waiting();
    await enqueueWaiting(database.db.sql, [batch('load', 1)]);
    await enqueueWaiting(database.db.sql, [batch('load', 0), batch('load', 1)]);

    const jobs = await waiting();

    expect(jobs.map(({ key }) => key).slice(0, 2)).toEqual(['batch:load:0', 'batch:load:1']);
    expect(jobs[0]?.runAt).toEqual(before[0]?.runAt);
    expect(jobs).toHaveLength(4);
  });

  it('are refused when their payload is not what the task takes', async () => {
    const wrong = { ...batch('load'), payload: { runId } } as unknown as WaitingJob;
    await expect(enqueueWaiting(database.db.sql, [wrong])).rejects.toThrow('workspaceId');
  });
});
