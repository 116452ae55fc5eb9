import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FaultRule } from '../../simulators/intercom/faults.ts';
import { patchSwitches } from '../../simulators/intercom/switches.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { untilCalls } from '../support/crash.ts';
import { expectFaithful, expectGoodRun, expectNothingToDo } from '../support/fidelity.ts';
import { grow } from '../support/grow.ts';
import { openStage, type Stage } from '../support/stage.ts';
import {
  finished,
  fullRun,
  installed,
  rejections,
  requestsSince,
  sampled,
  setFaults,
  start,
  type Tenant,
} from '../support/tenant.ts';

describe('people by the hundred', () => {
  const desk = generateDesk({ seed: 33, incidents: 10 });
  let stage: Stage;
  let tenant: Tenant;

  beforeAll(async () => {
    stage = await openStage({ desk });
    tenant = await installed(stage);
    await tenant.admin.patch('/settings', { preview_bulk: true });
    await sampled(stage, tenant);
  });

  afterAll(async () => stage?.close());

  afterEach(() => {
    stage.intercom.state.faults.clear();
    patchSwitches(stage.intercom.state.switches, {
      previewEnabled: true,
      phoneValidation: false,
      bulkJobMs: 200,
    });
  });

  const callsSince = (seq: number, call: string) =>
    requestsSince(stage, seq).filter((each) => each.workspaceId === tenant.workspaceId && each.call === call)
      .length;

  it('loads everybody once, with companies and tags, in a few calls', async () => {
    grow(stage, 10);
    const seq = stage.intercom.state.recorder.lastSeq();
    const run = await fullRun(tenant);
    expectGoodRun(run);
    expectFaithful(tenant, desk, run);
    expect(run.objects['requester']?.created).toBeGreaterThan(10);
    expect(callsSince(seq, 'POST /contacts/bulk')).toBeGreaterThan(0);
    // One by one go only those whom Intercom refused: here people who share an address with somebody.
    expect(callsSince(seq, 'POST /contacts')).toBeLessThanOrEqual(3);
    expect(callsSince(seq, 'POST /contacts/{id}/companies')).toBeLessThanOrEqual(3);
    await expectNothingToDo(stage, tenant);
  });

  it.each<[string, Omit<FaultRule, 'method' | 'path'>]>([
    ['the connection is cut after the server committed', { mode: 'drop_after_commit' }],
    ['the connection is cut before', { mode: 'drop_before' }],
    ['the budget is used up', { mode: 'status', status: 429 }],
  ])('makes nobody twice when %s', async (_name, fault) => {
    const { requesters } = grow(stage, 5);
    setFaults(stage, [{ method: 'POST', path: '/contacts/bulk', times: 1, ...fault }]);
    const run = await finished(tenant, await start(tenant, { kind: 'full' }));
    expect(stage.intercom.state.faults.list()[0]?.hits).toBe(1);
    expectGoodRun(run);
    expectFaithful(tenant, desk, run);
    expect(run.objects['requester']?.created).toBe(requesters.length);
    expect(run.objects['requester']?.adopted).toBe(0);
    await expectNothingToDo(stage, tenant);
  });

  it('makes nobody twice when the worker is killed while the job runs, however late that ends', async () => {
    const { requesters } = grow(stage, 5);
    patchSwitches(stage.intercom.state.switches, { bulkJobMs: 4_000 });
    const seq = stage.intercom.state.recorder.lastSeq();
    const runId = await start(tenant, { kind: 'full' });
    await untilCalls(stage, tenant, seq, 'POST /contacts/bulk', 1);
    await stage.workers[0]!.kill();
    stage.startWorker();
    const run = await finished(tenant, runId);
    expectGoodRun(run);
    expect(run.objects['requester']?.created).toBe(requesters.length);
    expectFaithful(tenant, desk, await expectNothingToDo(stage, tenant));
  });

  it('loads one by one what the endpoint refuses, and everybody where there is no Preview', async () => {
    const [badPhone] = grow(stage, 4).requesters;
    badPhone!['contact_number'] = '+1 555 0000';
    patchSwitches(stage.intercom.state.switches, { phoneValidation: true });
    const run = await fullRun(tenant);
    expectGoodRun(run);
    expect(await rejections(tenant)).toEqual([]);

    grow(stage, 3);
    patchSwitches(stage.intercom.state.switches, { previewEnabled: false });
    const seq = stage.intercom.state.recorder.lastSeq();
    const without = await fullRun(tenant);
    expectGoodRun(without);
    expect(without.objects['requester']?.created).toBe(3);
    expect(callsSince(seq, 'POST /contacts')).toBe(3);
    expectFaithful(tenant, desk, await expectNothingToDo(stage, tenant));
  });
});
