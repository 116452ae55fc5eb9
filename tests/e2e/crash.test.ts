import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FindingDocument } from '../../pipeline/reconcile/findings.ts';
import type { RecordDocument } from '../../pipeline/records.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import type { Conversation } from '../../simulators/intercom/records.ts';
import { patchSwitches } from '../../simulators/intercom/switches.ts';
import { nextWriteAfter, untilCalls } from '../support/crash.ts';
import {
  conversationsOf,
  expectFaithful,
  expectGoodRun,
  expectNothingToDo,
  writtenParts,
} from '../support/fidelity.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { control, finished, fullRun, newTenant, setFaults, start } from '../support/tenant.ts';

/** What is promised: progress again within half a minute, whatever died. */
const RESUME_MS = 30_000;

const REPLY = 'POST /conversations/{id}/reply';

describe('processes that die', () => {
  const desk = generateDesk({ seed: 11, incidents: 24 });
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage({ desk });
  });

  afterAll(async () => stage?.close());

  afterEach(() => stage.intercom.state.faults.clear());

  /** Slow enough that a test can step in between two calls of one record. */
  function slowly(): void {
    setFaults(stage, [{ method: 'POST', mode: 'delay', ms: 60 }]);
  }

  it('a worker killed at five moments of one load is replaced each time, with nothing lost and nothing doubled', async () => {
    const tenant = await newTenant(stage);
    const since = stage.intercom.state.recorder.lastSeq();
    const runId = await start(tenant, { kind: 'full' });
    const moments: [call: string, count: number][] = [
      ['POST /contacts', 3],
      ['POST /conversations', 2],
      [REPLY, 1],
      [REPLY, 70],
      ['POST /conversations/{id}/parts', 3],
    ];
    for (const [call, count] of moments) {
      slowly();
      await untilCalls(stage, tenant, since, call, count);
      await stage.workers.shift()!.kill();
      const seq = stage.intercom.state.recorder.lastSeq();
      stage.startWorker();
      expect(await nextWriteAfter(stage, tenant, seq, RESUME_MS)).toBeLessThan(RESUME_MS);
    }
    stage.intercom.state.faults.clear();
    const run = await finished(tenant, runId);
    expectGoodRun(run);
    expectFaithful(tenant, desk, run);
    expectFaithful(tenant, desk, await expectNothingToDo(stage, tenant));
  });

  it('a server that is killed does not stop the load, and answers for it when it is back', async () => {
    const tenant = await newTenant(stage);
    const since = stage.intercom.state.recorder.lastSeq();
    slowly();
    const runId = await start(tenant, { kind: 'full' });
    await untilCalls(stage, tenant, since, REPLY, 5);
    await stage.server.kill();
    const seq = stage.intercom.state.recorder.lastSeq();
    await nextWriteAfter(stage, tenant, seq, RESUME_MS);
    await stage.restartServer();
    const run = await finished(tenant, runId);
    expectGoodRun(run);
    expectFaithful(tenant, desk, run);
  });

  it('a worker told to stop finishes the calls in hand and leaves the rest to the next', async () => {
    const tenant = await newTenant(stage);
    const since = stage.intercom.state.recorder.lastSeq();
    slowly();
    const runId = await start(tenant, { kind: 'full' });
    await untilCalls(stage, tenant, since, REPLY, 10);
    const worker = stage.workers.shift()!;
    stage.startWorker();
    await worker.stop();
    expect(await worker.exited).toBe(0);
    const run = await finished(tenant, runId);
    expectGoodRun(run);
    expectFaithful(tenant, desk, run);
    expect(requestsOfOneRecordTwice(tenant.workspaceId, since)).toEqual([]);
  });

  it('two workers share the load, and one takes over from the other', async () => {
    const tenant = await newTenant(stage);
    const since = stage.intercom.state.recorder.lastSeq();
    stage.startWorker();
    await sleep(2_000);
    slowly();
    const runId = await start(tenant, { kind: 'full' });
    await untilCalls(stage, tenant, since, REPLY, 20);
    await stage.workers.shift()!.kill();
    const run = await finished(tenant, runId);
    expectGoodRun(run);
    expectFaithful(tenant, desk, run);
    await expectNothingToDo(stage, tenant);
  });

  it('a worker that hangs loses its batch, and does not write when it wakes up', async () => {
    const tenant = await newTenant(stage);
    const since = stage.intercom.state.recorder.lastSeq();
    slowly();
    const runId = await start(tenant, { kind: 'full' });
    await untilCalls(stage, tenant, since, REPLY, 30);
    const hanging = stage.workers[0]!;
    hanging.child.kill('SIGSTOP');
    const seq = stage.intercom.state.recorder.lastSeq();
    stage.startWorker();
    await nextWriteAfter(stage, tenant, seq, RESUME_MS);
    await sleep(1_000);
    hanging.child.kill('SIGCONT');
    const run = await finished(tenant, runId);
    expectGoodRun(run);
    expectFaithful(tenant, desk, run);
    await expectNothingToDo(stage, tenant);
  });

  it('a worker killed while it makes a conversation anew ends with one of it, each entry once and in order', async () => {
    const tenant = await newTenant(stage);
    expectGoodRun(await fullRun(tenant));
    const [incident, [damaged]] = [...conversationsOf(tenant, desk)].find(
      ([, [each]]) => writtenParts(each!).length > 4 && writtenParts(each!).length < 30,
    ) as [string, [Conversation]];
    const parts = writtenParts(damaged);
    const replies = parts.length;
    await control(stage, 'POST', 'damage', {
      ...{ workspace_id: tenant.workspaceId, resource: 'conversation', id: damaged.id, kind: 'set_part' },
      ...{ part: parts[1]!.id, set: { partType: parts[1]!.partType === 'note' ? 'comment' : 'note' } },
    });
    const verification = await finished(tenant, await start(tenant, { kind: 'verify' }));
    const { items } = await tenant.admin.get<{ items: FindingDocument[] }>(
      `/findings?run=${verification.id}&class=mismatch`,
    );
    expect(items.map(({ source_id, repairs }) => ({ source_id, repairs }))).toEqual([
      { source_id: incident, repairs: ['reload'] },
    ]);

    // Each call is carried out a while before it is answered: a worker killed meanwhile knows nothing of it.
    const { switches } = stage.intercom.state;
    patchSwitches(switches, { answerAfterMs: 300 });
    const since = stage.intercom.state.recorder.lastSeq();
    await tenant.admin.post(`/findings/${items[0]!.id}/repair`, { action: 'reload' });
    const moments: [call: string, count: number][] = [
      ['DELETE /conversations/{id}', 1],
      ['POST /conversations', 1],
      [REPLY, 1],
      [REPLY, Math.ceil(replies / 2)],
      ['PUT /conversations/{id}', 1],
    ];
    for (const [call, count] of moments) {
      await untilCalls(stage, tenant, since, call, count);
      await stage.workers.shift()!.kill();
      stage.startWorker();
    }
    const run = await finished(tenant, verification.id);
    patchSwitches(switches, { answerAfterMs: 0 });
    expectGoodRun(run);
    expectFaithful(tenant, desk, run);
    const [anew] = conversationsOf(tenant, desk).get(incident) as [Conversation];
    expect(anew.id).not.toBe(damaged.id);
    expect(writtenParts(anew)).toHaveLength(replies);
    const { destination } = await tenant.admin.get<RecordDocument>(`/records/incident/${incident}`);
    expect(destination?.id).toBe(anew.id);
    await expectNothingToDo(stage, tenant);
  });

  /** Bodies of writes that were sent twice: a clean stop leaves no doubt, so nothing is looked up or repeated. */
  function requestsOfOneRecordTwice(workspaceId: string, since: number): string[] {
    const seen = new Set<string>();
    const twice: string[] = [];
    for (const request of stage.intercom.state.recorder.since(since, 1_000_000)) {
      if (request.workspaceId !== workspaceId || request.call !== REPLY) continue;
      const key = `${request.path} ${request.requestBody ?? ''}`;
      if (seen.has(key)) twice.push(key);
      seen.add(key);
    }
    return twice;
  }
});
