import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FindingDocument, RunDocument } from '../../pipeline/documents.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import type { Incident } from '../../simulators/infraon/desk.ts';
import { conversationsOf, expectGoodRun, writtenParts } from '../support/fidelity.ts';
import { openStage, type Stage } from '../support/stage.ts';
import {
  control,
  finished,
  fullRun,
  installed,
  isWrite,
  rejections,
  requestsSince,
  sampled,
  start,
  type Tenant,
} from '../support/tenant.ts';

/** A week of work on both sides after a full load, brought over by deltas. */
describe('a delta', () => {
  const desk = generateDesk({ seed: 3, incidents: 30 });
  let stage: Stage;
  let tenant: Tenant;
  let loaded: Incident[];
  /** A deleted incident is no longer on the desk, and still in Intercom. */
  const before = [...desk.incidents];

  beforeAll(async () => {
    stage = await openStage({ desk });
    tenant = await installed(stage);
    await sampled(stage, tenant, 1);
    expectGoodRun(await fullRun(tenant));
    const conversations = conversationsOf(tenant, desk);
    loaded = desk.incidents.filter(({ incident_id }) => conversations.has(incident_id));
  }, 240_000);
  afterAll(async () => stage?.close(), 30_000);

  async function mutate(edits: Record<string, unknown>[]): Promise<void> {
    const response = await fetch(`${stage.infraon.url}/_sim/mutate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ edits }),
    });
    expect(response.status, await response.text()).toBe(200);
  }

  async function delta(): Promise<RunDocument> {
    return finished(tenant, await start(tenant, { kind: 'delta' }));
  }

  function conversationOf(incident: Incident) {
    const [conversation] =
      conversationsOf(tenant, { ...desk, incidents: before }).get(incident.incident_id) ?? [];
    if (conversation === undefined) throw new Error(`${incident.display_id} is not in Intercom`);
    return conversation;
  }

  function incident(index: number): Incident {
    const found = loaded[index];
    if (found === undefined) throw new Error(`the desk has no loaded incident ${index}`);
    return found;
  }

  it('reads and writes nothing where nothing changed', async () => {
    const seq = stage.intercom.state.recorder.lastSeq();
    const details = detailReads();
    const run = await delta();
    expectGoodRun(run);
    const requests = requestsSince(stage, seq).filter((each) => each.workspaceId === tenant.workspaceId);
    expect(requests.filter(isWrite)).toEqual([]);
    expect(
      requests.filter((each) => /^GET \/(conversations|contacts|articles)\/\{id\}/.test(each.call)),
    ).toEqual([]);
    expect(detailReads() - details).toBe(0);
    for (const { created, updated } of Object.values(run.objects))
      expect({ created, updated }).toEqual({ created: 0, updated: 0 });
  }, 90_000);

  function detailReads(): number {
    return stage.infraon.state.requests.filter(({ path }) => /\/incident\/\d{10,}\/$/.test(path)).length;
  }

  it('brings over what changed, leaves what people changed, and names what was deleted', async () => {
    const [edited, noted, deleted, both, theirs] = [0, 1, 2, 3, 4].map(incident) as [
      Incident,
      Incident,
      Incident,
      Incident,
      Incident,
    ];
    const attribute = 'Infraon number';
    const entries = writtenParts(conversationOf(noted)).length;
    const others = new Map(loaded.map((each) => [each.incident_id, conversationOf(each).updatedAt]));
    await mutate([
      {
        object: 'incident',
        id: edited.incident_id,
        op: 'update',
        data: { 'basic_info.summary': 'Another summary' },
      },
      {
        object: 'incident',
        id: noted.incident_id,
        op: 'add_note',
        data: { description: '<p>A new note</p>', is_private: true },
      },
      { object: 'incident', id: deleted.incident_id, op: 'delete', data: { hard: true } },
      {
        object: 'incident',
        id: both.incident_id,
        op: 'update',
        data: { 'basic_info.summary': 'Infraon says' },
      },
      {
        object: 'incident',
        id: theirs.incident_id,
        op: 'add_note',
        data: { description: '<p>One more</p>', is_private: true },
      },
    ]);
    for (const [each, set] of [
      [both, { title: 'Intercom says' }],
      [theirs, { title: 'Ours now', custom_attributes: { [attribute]: 'kept' } }],
    ] as const)
      await control(stage, 'POST', 'edit', {
        workspace_id: tenant.workspaceId,
        resource: 'conversation',
        id: conversationOf(each).id,
        set,
      });
    const run = await delta();
    const { items } = await tenant.admin.get<{ items: FindingDocument[] }>(
      `/findings?run=${run.id}&limit=200`,
    );
    expect(
      run.verification.mismatch + run.verification.missing + run.verification.extra,
      JSON.stringify(items),
    ).toBe(0);
    expect(run.balanced).toBe(true);
    expect(conversationOf(edited).title).toContain('Another summary');
    expect(writtenParts(conversationOf(noted))).toHaveLength(entries + 1);
    expect(conversationOf(theirs)).toMatchObject({ title: 'Ours now' });
    expect(writtenParts(conversationOf(theirs)).at(-1)?.body).toContain('One more');
    expect(items.find((each) => each.source_id === deleted.incident_id)?.class).toBe('changed_at_source');
    expect(conversationOf(deleted).id).not.toBe('');
    const conflict = (await rejections(tenant)).find((each) => each.source_id === both.incident_id);
    expect(conflict).toMatchObject({
      code: 'edited_in_intercom',
      value: { infraon: expect.stringContaining('Infraon says') as string, intercom: 'Intercom says' },
    });
    expect(conversationOf(both).title).toBe('Intercom says');
    await tenant.admin.post(`/rejections/${conflict?.id ?? ''}/resolve`, {
      action: 'retry',
      take: 'infraon',
    });
    await finished(tenant, run.id);
    expect(conversationOf(both).title).toContain('Infraon says');
    expect((await rejections(tenant)).map(({ source_id }) => source_id)).not.toContain(both.incident_id);
    const touched = new Set([edited, noted, deleted, both, theirs].map((each) => each.incident_id));
    for (const each of loaded)
      if (!touched.has(each.incident_id))
        expect(conversationOf(each).updatedAt).toBe(others.get(each.incident_id));
  }, 90_000);
});
