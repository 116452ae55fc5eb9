import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase } from '../../db/client.ts';
import { setShare } from '../../db/rate-budget.ts';
import type { ObjectTypeDocument } from '../../pipeline/prepare/object-types.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import { installApp } from '../../simulators/demo/admin-client.ts';
import type { FaultRule } from '../../simulators/intercom/faults.ts';
import { patchSwitches, type Switches } from '../../simulators/intercom/switches.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { untilCalls } from '../support/crash.ts';
import { expectFaithful, expectGoodRun, expectNothingToDo } from '../support/fidelity.ts';
import { grow } from '../support/grow.ts';
import { openStage, OWNER_ID, type Stage } from '../support/stage.ts';
import {
  control,
  declareTypes,
  finished,
  fullRun,
  installed,
  newTenant,
  planned,
  rejections,
  sampled,
  setFaults,
  start,
  type Tenant,
} from '../support/tenant.ts';

/** Every way a call may go wrong, before and after Intercom has carried it out; each strikes one request. */
const FAILURES: Omit<FaultRule, 'method' | 'path'>[] = [
  { mode: 'drop_after_commit' },
  { mode: 'drop_before' },
  { mode: 'status', status: 500 },
  { mode: 'status_after_commit', status: 502 },
  { mode: 'status', status: 503 },
  { mode: 'status_after_commit', status: 504 },
  { mode: 'html', status: 200 },
  { mode: 'truncate' },
  { mode: 'hang', ms: 500 },
];

describe('an Intercom that fails', () => {
  const desk = generateDesk({ seed: 21, incidents: 10 });
  let stage: Stage;
  let tenant: Tenant;

  beforeAll(async () => {
    stage = await openStage({ desk });
    tenant = await installed(stage);
    await sampled(stage, tenant);
    expectGoodRun(await fullRun(tenant));
  });

  afterAll(async () => stage?.close());

  afterEach(() => stage.intercom.state.faults.clear());

  function expectFaultsUsed(): void {
    const idle = stage.intercom.state.faults.list().filter((rule) => rule.hits === 0);
    expect(idle).toEqual([]);
  }

  async function expectUnharmed(run: RunDocument): Promise<void> {
    expectGoodRun(run);
    expectFaithful(tenant, desk, run);
    stage.intercom.state.faults.clear();
    expectFaithful(tenant, desk, await expectNothingToDo(stage, tenant));
  }

  it.each([
    [
      'people and things',
      [
        'POST /contacts',
        'POST /companies',
        'POST /contacts/{id}/companies',
        'POST /custom_object_instances/{type}',
      ],
    ],
    ['conversations and replies', ['POST /conversations', 'POST /conversations/{id}/reply']],
    [
      'what completes a conversation',
      ['PUT /conversations/{id}', 'POST /conversations/{id}/tags', 'POST /conversations/{id}/parts'],
    ],
  ])('writes of %s may fail in any way: nothing is lost, nothing is there twice', async (_name, calls) => {
    grow(stage, 9);
    setFaults(
      stage,
      calls.flatMap((call) => {
        const [method = '', path = ''] = call.split(' ');
        return FAILURES.map((failure) => ({ ...failure, method, path, times: 1 }));
      }),
    );
    const run = await fullRun(tenant);
    for (const call of calls) {
      const path = call.split(' ')[1];
      const used = stage.intercom.state.faults.list().filter((rule) => rule.path === path && rule.hits > 0);
      expect({ call, failures: used.length >= 6 }).toEqual({ call, failures: true });
    }
    await expectUnharmed(run);
  });

  it('preparing the workspace may fail half-way', async () => {
    const other = await installed(stage, stage.addWorkspace());
    await planned(stage, other);
    setFaults(stage, [
      { method: 'POST', path: '/data_attributes', mode: 'drop_after_commit', times: 1, after: 2 },
      { method: 'POST', path: '/conversations/attributes', mode: 'drop_after_commit', times: 1, after: 2 },
    ]);
    const sample = await finished(other, await start(other, { kind: 'sample', limit: 1 }));
    expectFaultsUsed();
    expectGoodRun(sample);
    for (const attributes of [other.workspace.dataAttributes, other.workspace.conversationAttributes]) {
      const names = [...attributes.values()].filter((each) => !each.archived).map((each) => each.name);
      expect(names.length).toBe(new Set(names).size);
    }
  });

  it('waits out refusals for want of budget, whatever their headers say', async () => {
    grow(stage, 3);
    setFaults(stage, [
      { method: 'POST', mode: 'status', status: 429, times: 12 },
      { method: 'POST', mode: 'reset_in_past', status: 429, times: 3, after: 20 },
      { mode: 'headers_missing' },
    ]);
    const run = await fullRun(tenant);
    expectFaultsUsed();
    await expectUnharmed(run);
  });

  it('keeps going with a small budget', async () => {
    grow(stage, 2);
    await control(stage, 'PATCH', 'limits', { limit_per_window: 60 });
    try {
      const run = await fullRun(tenant);
      expectGoodRun(run);
      expectFaithful(tenant, desk, run);
      expect(run.bottleneck.seconds.intercom_budget).toBeGreaterThan(0);
    } finally {
      await control(stage, 'PATCH', 'limits', { limit_per_window: 1_667 });
    }
  });

  it.each([
    ['four slots', '4'],
    ['one slot', '1'],
  ])(
    'serves two customers with one worker of %s: one whose budget is used up blocks nobody',
    async (_name, slots) => {
      await stage.workers.shift()!.kill();
      stage.startWorker({ WORKER_CONCURRENCY: slots });
      const other = await newTenant(stage);
      const database = connectDatabase(stage.databaseUrl, { applicationName: 'test', max: 1 });
      try {
        grow(stage, 4);
        const since = stage.intercom.state.recorder.lastSeq();
        setFaults(stage, [{ method: 'POST', path: '/conversations/{id}/reply', mode: 'delay', ms: 60 }]);
        const runId = await start(tenant, { kind: 'full' });
        await untilCalls(stage, tenant, since, 'POST /conversations/{id}/reply', 2);
        stage.intercom.state.faults.clear();
        await setShare(database.sql, tenant.workspaceId, 0);

        expectGoodRun(await fullRun(other));

        expect((await tenant.admin.get<RunDocument>(`/runs/${runId}`)).finished_at).toBeNull();
        await setShare(database.sql, tenant.workspaceId, 0.8);
        await expectUnharmed(await finished(tenant, runId));
      } finally {
        await database.close();
      }
    },
  );

  it('pauses with a reason when the token dies, and goes on after the app was installed again', async () => {
    grow(stage, 4);
    const since = stage.intercom.state.recorder.lastSeq();
    setFaults(stage, [{ method: 'POST', mode: 'delay', ms: 60 }]);
    const runId = await start(tenant, { kind: 'full' });
    await untilCalls(stage, tenant, since, 'POST /conversations/{id}/reply', 4);
    await control(stage, 'POST', 'revoke', { workspace_id: tenant.workspaceId });
    const paused = await finished(tenant, runId, { untilPaused: true });
    expect(paused).toMatchObject({ state: 'paused' });
    expect(paused.state_reason).toMatch(/connect|install/i);
    stage.intercom.state.faults.clear();
    tenant = { ...tenant, admin: await installApp(stage.appUrl, `${tenant.workspaceId}/${OWNER_ID}`) };
    await tenant.admin.post(`/runs/${runId}/resume`);
    await expectUnharmed(await finished(tenant, runId));
  });

  async function withSwitches(switches: Partial<Switches>, work: () => Promise<void>): Promise<void> {
    const before = { ...stage.intercom.state.switches };
    expect(patchSwitches(stage.intercom.state.switches, switches)).toEqual([]);
    try {
      await work();
    } finally {
      patchSwitches(stage.intercom.state.switches, { ...before });
    }
  }

  it('waits when there were too many replies to one conversation', async () => {
    await withSwitches({ replyThrottlePerConversation: 8, replyThrottleWindowMs: 2_000 }, async () => {
      grow(stage, 3);
      await expectUnharmed(await fullRun(tenant));
    });
  });

  it('waits for a contact that is too new to start a conversation', async () => {
    await withSwitches({ contactReadyAfterMs: 3_000 }, async () => {
      grow(stage, 2);
      await expectUnharmed(await fullRun(tenant));
    });
  });

  it('loads people whose phone the workspace does not take, and says so after a set-back too', async () => {
    const [person] = grow(stage, 1).requesters;
    setFaults(stage, [
      {
        method: 'POST',
        path: '/contacts',
        mode: 'status',
        status: 400,
        code: 'parameter_invalid',
        field: 'phone',
        times: 1,
      },
      // The person is there, and set aside before being through.
      { method: 'POST', path: '/contacts/{id}/companies', mode: 'status', status: 503, times: 1 },
    ]);
    const run = await fullRun(tenant);
    expectFaultsUsed();
    expectGoodRun(run);
    expect(await rejections(tenant)).toEqual([]);
    const { warnings } = await tenant.admin.get<{ warnings: { code: string }[] }>(
      `/records/requester/${person!.requester_id}`,
    );
    expect(warnings.map(({ code }) => code)).toContain('invalid_phone');
    await expectUnharmed(run);
  });

  it('takes over a person who was archived in Intercom', async () => {
    const [person] = grow(stage, 1).requesters;
    const { token } = await control<{ token: string }>(stage, 'POST', 'tokens', {
      workspace_id: tenant.workspaceId,
    });
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'intercom-version': '2.16',
    };
    const created = await fetch(`${stage.intercom.url}/contacts`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ email: person!.email, name: 'Known before' }),
    });
    const { id } = (await created.json()) as { id: string };
    await fetch(`${stage.intercom.url}/contacts/${id}/archive`, { method: 'POST', headers });
    const run = await fullRun(tenant);
    expectGoodRun(run);
    const holders = [...tenant.workspace.contacts.values()].filter((each) => each.email === person!.email);
    const owner = holders.find((each) => !each.archived);
    expect(owner?.externalId).toContain(person!.requester_id);
    await expectUnharmed(run);
  });

  it('sets records aside when their attribute is gone, and loads them when it is back', async () => {
    const other = await newTenant(stage);
    const attribute = [...other.workspace.conversationAttributes.values()].find(
      (each) => each.name === 'Infraon priority',
    )!;
    const since = stage.intercom.state.recorder.lastSeq();
    setFaults(stage, [{ method: 'POST', mode: 'delay', ms: 60 }]);
    const runId = await start(other, { kind: 'full' });
    await untilCalls(stage, other, since, 'POST /conversations', 1);
    attribute.archived = true;
    stage.intercom.state.faults.clear();
    const run = await finished(other, runId);
    expect(run.balanced).toBe(true);
    const codes = new Set((await rejections(other)).map((each) => each.code));
    expect([...codes]).toEqual(['attribute_missing']);
    attribute.archived = false;
    await other.admin.post('/rejections/resolve', { code: 'attribute_missing', action: 'retry' });
    await finished(other, runId);
    expect(await rejections(other)).toEqual([]);
    // What was read back while the attribute was gone is reported; the next run finds it in its place.
    const again = await fullRun(other);
    expectGoodRun(again);
    expectFaithful(other, desk, again);
  });

  it('sets records aside when their custom object type is gone, and loads them when it is back', async () => {
    const other = await newTenant(stage);
    grow(stage, 3);
    const { types } = await control<{ types: { identifier: string }[] }>(
      stage,
      'GET',
      `object-types?workspace_id=${other.workspaceId}`,
    );
    const name = types.map(({ identifier }) => identifier).find((each) => /ConfigurationItem/i.test(each))!;
    const since = stage.intercom.state.recorder.lastSeq();
    setFaults(stage, [{ method: 'POST', mode: 'delay', ms: 100 }]);
    const runId = await start(other, { kind: 'full' });
    await untilCalls(stage, other, since, 'POST /custom_object_instances/{type}', 1);
    await control(stage, 'DELETE', `object-types/${name}?workspace_id=${other.workspaceId}`);
    stage.intercom.state.faults.clear();
    const run = await finished(other, runId);
    expect(run.balanced).toBe(true);
    const codes = (await rejections(other)).filter((each) => each.object === 'configuration_item');
    expect([...new Set(codes.map((each) => each.code))]).toEqual(['object_type_missing']);
    expect(codes.length).toBeGreaterThan(0);
    const sheet = await other.admin.get<{ types: ObjectTypeDocument[] }>('/object-types');
    await declareTypes(stage, other, sheet.types);
    await other.admin.post('/rejections/resolve', { code: 'object_type_missing', action: 'retry' });
    await finished(other, runId);
    // Instances that were there went with the type; what somebody deleted is not made again by itself.
    const left = (await rejections(other)).filter((each) => each.object === 'configuration_item');
    expect(left.filter((each) => each.code !== 'deleted_in_intercom')).toEqual([]);
    expect(left.length).toBeLessThan(codes.length);
  });
});
