import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FindingDocument } from '../../pipeline/reconcile/findings.ts';
import type { RecordDocument } from '../../pipeline/records.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import type { Conversation, ObjectInstance } from '../../simulators/intercom/records.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { untilCalls } from '../support/crash.ts';
import { conversationsOf, expectFaithful, expectGoodRun } from '../support/fidelity.ts';
import { idOf, labelsOf, panelClient, textOf } from '../support/panel.ts';
import { hubSignature } from '../support/signed-requests.ts';
import { CLIENT, openStage, OWNER_ID, type Stage } from '../support/stage.ts';
import {
  control,
  finished,
  fullRun,
  installed,
  newTenant,
  rejections,
  sampled,
  setFaults,
  start,
  type Tenant,
} from '../support/tenant.ts';

/** What people deleted in Intercom and an owner wants back after all. */
describe('a record that was deleted in Intercom', () => {
  const desk = generateDesk({ seed: 23, incidents: 24 });
  let stage: Stage;
  let tenant: Tenant;
  let sql: postgres.Sql;

  beforeAll(async () => {
    stage = await openStage({ desk });
    sql = postgres(stage.databaseUrl, { max: 1 });
    tenant = await installed(stage);
    await sampled(stage, tenant);
    expectGoodRun(await fullRun(tenant));
  });

  afterAll(async () => {
    await sql?.end();
    await stage?.close();
  });

  const edit = (body: Record<string, unknown>) =>
    control(stage, 'POST', 'edit', { workspace_id: tenant.workspaceId, ...body });

  async function mutate(edits: Record<string, unknown>[]): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ edits });
    const response = await fetch(`${stage.infraon.url}/_sim/mutate`, { method: 'POST', headers, body });
    expect(response.status, await response.text()).toBe(200);
  }

  const verified = async (more: object = {}) =>
    finished(tenant, await start(tenant, { kind: 'verify', ...more }));

  async function findings(run: RunDocument): Promise<FindingDocument[]> {
    const { items } = await tenant.admin.get<{ items: FindingDocument[] }>(
      `/findings?run=${run.id}&limit=200`,
    );
    return items.filter((each) => each.class !== 'lossy_by_design' && each.repaired_at === null);
  }

  async function repair(finding: FindingDocument, body: object = {}): Promise<RunDocument> {
    await tenant.admin.post(`/findings/${finding.id}/repair`, body);
    return finished(tenant, finding.run);
  }

  const record = (object: string, id: string) => tenant.admin.get<RecordDocument>(`/records/${object}/${id}`);

  function instances(type: string, of = tenant): ObjectInstance[] {
    return [...(of.workspace.instances.get(type)?.values() ?? [])];
  }

  const linksIn = (each: ObjectInstance | undefined, field: string) =>
    (each?.customAttributes[field] ?? []) as string[];

  /** A configuration item that another one links to. */
  function linkedItem(of = tenant): { item: ObjectInstance; from: ObjectInstance; field: string } {
    const all = instances('InfraonConfigurationItem', of);
    const byId = new Map(all.map((each) => [each.id, each]));
    for (const from of all)
      for (const [field, value] of Object.entries(from.customAttributes)) {
        const item = Array.isArray(value) ? byId.get(String(value[0])) : undefined;
        if (item !== undefined && item !== from) return { item, from, field };
      }
    throw new Error('no configuration item links to another');
  }

  /** As Intercom tells it. */
  async function notify(topic: string, id: string): Promise<void> {
    const event = {
      type: 'notification_event',
      id: `notif_${topic}_${id}`,
      topic,
      app_id: tenant.workspaceId,
    };
    const body = JSON.stringify({
      ...event,
      created_at: Math.floor(Date.now() / 1000),
      data: { item: { id } },
    });
    const headers = {
      'content-type': 'application/json',
      'x-hub-signature': hubSignature(body, CLIENT.secret),
    };
    const answer = await fetch(`${stage.appUrl}/intercom/webhooks`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
  }

  it('as a notification told is made once when it is asked for by name, and links to it are restored', async () => {
    const problem = instances('InfraonProblem').find((each) => linksIn(each, 'incidents').length > 0)!;
    const [id] = linksIn(problem, 'incidents') as [string];
    const incident = [...conversationsOf(tenant, desk)].find(([, [each]]) => each!.id === id)![0];
    await edit({ resource: 'conversation', id, delete: true });
    await notify('conversation.deleted', id);
    // What people write where the link is stays theirs.
    const set = { custom_attributes: { description: 'We know this one.' } };
    await edit({ resource: 'custom_object', type: problem.type, id: problem.id, set });
    problem.updatedAt += 3_600;
    await expect
      .poll(async () => (await record('incident', incident)).state, { timeout: 60_000 })
      .toBe('deleted_in_intercom');

    const run = await verified();
    const found = await findings(run);
    const [gone] = found.filter(({ source_id }) => source_id === incident) as [FindingDocument];
    expect(gone).toMatchObject({ class: 'changed_in_intercom', field: 'record', repairs: ['create'] });
    expect(gone.repairable).toBe(false);
    expect((await tenant.admin.raw('POST', `/findings/${gone.id}/repair`, {})).status).toBe(422);
    const all = { run: run.id, class: 'changed_in_intercom' };
    expect(await tenant.admin.post('/findings/repair', all)).toEqual({ affected: 0 });

    const again = await repair(gone, { action: 'create' });
    expect(again.balanced).toBe(true);
    const [made, ...others] = conversationsOf(tenant, desk).get(incident)!;
    expect(others).toEqual([]);
    expect(made!.id).not.toBe(id);
    expect((await record('incident', incident)).destination?.id).toBe(made!.id);
    expect(linksIn(problem, 'incidents')).toContain(made!.id);
    expect(problem.customAttributes['description']).toBe('We know this one.');
    expectFaithful(tenant, desk, again);
    const left = await findings(await verified());
    expect(left.map((each) => [each.class, each.source_id])).toEqual([
      ['changed_in_intercom', problem.externalId],
    ]);
    await edit({
      resource: 'custom_object',
      type: problem.type,
      id: problem.id,
      set: { custom_attributes: {} },
    });
  });

  it('as reading a part of the records back found is made once, also where others link to it that were not read', async () => {
    const { item, from, field } = linkedItem();
    await stage.workers.shift()!.kill();
    const runId = await start(tenant, { kind: 'verify', objects: ['configuration_item'], limit: 1 });
    await sql`
      update run_records set source_id = ${item.externalId}, (display_id, mapped, mapped_hash, source_hash) = (
        select r.display_id, r.mapped, r.mapped_hash, r.source_hash from run_records r
        where r.source_id = ${item.externalId} and r.mapped is not null order by r.id desc limit 1)
      where run_id = ${runId}`;
    await edit({ resource: 'custom_object', type: item.type, id: item.id, delete: true });
    stage.startWorker();
    const run = await finished(tenant, runId);
    const [gone] = (await findings(run)).filter((each) => each.field === 'record') as [FindingDocument];
    expect(gone).toMatchObject({
      class: 'missing',
      source_id: item.externalId,
      repairable: true,
      repairs: ['create'],
    });
    const again = await repair(gone);
    expect(again.balanced).toBe(true);
    const made = instances(item.type).filter((each) => each.externalId === item.externalId);
    expect(made).toHaveLength(1);
    expect(linksIn(from, field)).toContain(made[0]!.id);
    expect(again.objects['configuration_item']?.updated).toBeGreaterThan(0);
    // Links of other objects are no part of this run: the next one writes them.
    expectGoodRun(await fullRun(tenant));
    const unlinked = await findings(await verified());
    expect(unlinked.filter((each) => each.class !== 'changed_in_intercom')).toEqual([]);
  });

  it('as the run that made both found is made once, and every link to it is restored', async () => {
    const other = await newTenant(stage);
    const since = stage.intercom.state.recorder.lastSeq();
    setFaults(stage, [{ method: 'POST', path: '/conversations', mode: 'delay', ms: 60 }]);
    const runId = await start(other, { kind: 'full' });
    await untilCalls(stage, other, since, 'POST /conversations', 1);
    const { item, field } = linkedItem(other);
    const linking = instances(item.type, other).filter(
      (each) => each !== item && linksIn(each, field).includes(item.id),
    );
    expect(linking.length).toBeGreaterThan(1);
    const gone = { workspace_id: other.workspaceId, resource: 'custom_object', type: item.type, id: item.id };
    await control(stage, 'POST', 'edit', { ...gone, delete: true });
    stage.intercom.state.faults.clear();
    await finished(other, runId);
    const missing = `/findings?run=${runId}&class=missing&field=record`;
    const [found] = (await other.admin.get<{ items: FindingDocument[] }>(missing)).items as [FindingDocument];
    expect(found.source_id).toBe(item.externalId);
    await other.admin.post(`/findings/${found.id}/repair`, {});
    await finished(other, runId);
    // Of a record that was written just then, the link that went with its end looked like a person's edit; not any more.
    await other.admin.post('/rejections/resolve', { code: 'edited_in_intercom', action: 'retry' });
    expectGoodRun(await finished(other, runId));
    expect(await rejections(other)).toEqual([]);
    const made = instances(item.type, other).filter((each) => each.externalId === item.externalId);
    expect(made).toHaveLength(1);
    for (const each of linking) expect(linksIn(each, field)).toContain(made[0]!.id);
  });

  it('as a delta found that was to change it is made with the button of the panel', async () => {
    const { item, from, field } = linkedItem();
    const data = { criticality: 'High', ci_name: 'changed-on-the-desk' };
    await mutate([{ object: 'cmdb_profile', id: item.externalId, op: 'update', data }]);
    await edit({ resource: 'custom_object', type: item.type, id: item.id, delete: true });
    const run = await finished(tenant, await start(tenant, { kind: 'delta' }));
    const [aside] = await rejections(tenant);
    expect(aside).toMatchObject({ code: 'deleted_in_intercom', source_id: item.externalId });
    expect(aside!.suggestion).toContain('Make it again');

    // Trying it again brings nothing back: people deleted it.
    await tenant.admin.post(`/rejections/${aside!.id}/resolve`, { action: 'retry' });
    await finished(tenant, run.id);
    expect((await rejections(tenant)).map(({ code }) => code)).toEqual(['deleted_in_intercom']);

    const who = {
      workspaceId: tenant.workspaceId,
      adminId: OWNER_ID,
      conversationId: '1',
      secret: CLIENT.secret,
    };
    const panel = panelClient({ app: stage.appUrl }, who);
    await panel.initialize();
    await panel.submit('rejections');
    const shown = await panel.submit(`rejection:${aside!.id}`);
    expect(labelsOf(shown)).toContain('Make again');
    expect(textOf(await panel.submit(idOf(shown, 'Make again')))).toContain('✅ The record is made again.');
    const again = await finished(tenant, run.id);
    expect(await rejections(tenant)).toEqual([]);
    expect(again).toMatchObject({
      balanced: true,
      objects: { configuration_item: { created: 1, rejected: 0 } },
    });
    const made = instances(item.type).filter((each) => each.externalId === item.externalId);
    expect(made).toHaveLength(1);
    expect(linksIn(from, field)).toContain(made[0]!.id);
  });

  it('and that was a person comes back with everything that went with them', async () => {
    const [conversation] = [...conversationsOf(tenant, desk).values()][3] as [Conversation];
    const person = tenant.workspace.contacts.get(conversation.authorContactId)!;
    const theirs = [...conversationsOf(tenant, desk).values()].filter(
      ([each]) => each!.authorContactId === person.id,
    ).length;
    await edit({ resource: 'contact', id: person.id, delete: true });
    // Seven days later Intercom gives their external id free.
    tenant.workspace.lockedExternalIds.clear();
    await mutate([{ object: 'incident', id: '', op: 'create', data: { requester_id: person.externalId } }]);
    const run = await finished(tenant, await start(tenant, { kind: 'delta' }));
    const aside = await rejections(tenant);
    expect(aside.map(({ object, code, value }) => ({ object, code, value }))).toEqual([
      { object: 'incident', code: 'deleted_in_intercom', value: person.id },
    ]);
    const make = { code: 'deleted_in_intercom', action: 'make_again' };
    await tenant.admin.post('/rejections/resolve', make);
    await finished(tenant, run.id);
    // The conversations that went with the person show, and come back in the same way.
    expect(await rejections(tenant)).toHaveLength(theirs);
    expect(await tenant.admin.post('/rejections/resolve', make)).toEqual({ affected: theirs });
    const again = await finished(tenant, run.id);
    expect(await rejections(tenant)).toEqual([]);
    expect(again.balanced).toBe(true);
    expectFaithful(tenant, desk, again);
    expect(conversationsOf(tenant, desk).size).toBe(again.objects['incident']!.discovered);
    const end = await findings(await verified());
    expect(end.filter((each) => each.class !== 'changed_in_intercom')).toEqual([]);
  });

  it('is made again only where it was deleted', async () => {
    await mutate([
      {
        object: 'requester',
        id: desk.requesters[2]!.requester_id,
        op: 'update',
        data: { email: '', unmasked_email: '', contact: '' },
      },
    ]);
    await finished(tenant, await start(tenant, { kind: 'delta' }));
    const [other] = await rejections(tenant);
    const answer = await tenant.admin.raw('POST', `/rejections/${other!.id}/resolve`, {
      action: 'make_again',
    });
    expect(answer).toMatchObject({ status: 422 });
    expect(answer.text).toContain('not_deleted');
  });
});
