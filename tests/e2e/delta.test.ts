import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase } from '../../db/client.ts';
import type { FindingDocument } from '../../pipeline/reconcile/findings.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import type { Incident } from '../../simulators/infraon/desk.ts';
import { forgetIndexes } from '../../simulators/infraon/state.ts';
import { contentDifferences, contentsOf } from '../support/contents.ts';
import { untilCalls } from '../support/crash.ts';
import { conversationsOf, expectGoodRun, writtenParts } from '../support/fidelity.ts';
import { reasonsOf } from '../support/listed.ts';
import { multiplyIncidents } from '../support/more-incidents.ts';
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
  setFaults,
  start,
  type Tenant,
} from '../support/tenant.ts';
import { weekOf, type Day } from '../support/week.ts';

/** A week of work on both sides after a full load, brought over by deltas. */
describe('a delta', () => {
  const desk = generateDesk({ seed: 3, incidents: 30 });
  let stage: Stage;
  let tenant: Tenant;
  let loaded: Incident[];
  /** A deleted incident is no longer on the desk, and still in Intercom. */
  const before = structuredClone(desk);
  const touched = new Set<string>();

  beforeAll(async () => {
    stage = await openStage({ desk });
    tenant = await installed(stage);
    await sampled(stage, tenant, 1);
    expectGoodRun(await fullRun(tenant));
    const conversations = conversationsOf(tenant, desk);
    loaded = desk.incidents.filter(({ incident_id }) => conversations.has(incident_id));
  });
  afterAll(async () => stage?.close());

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
    const [conversation] = conversationsOf(tenant, before).get(incident.incident_id) ?? [];
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
    expect(run.forecast).not.toBeNull();
    const requests = requestsSince(stage, seq).filter((each) => each.workspaceId === tenant.workspaceId);
    expect(requests.filter(isWrite)).toEqual([]);
    expect(
      requests.filter((each) => /^GET \/(conversations|contacts|articles)\/\{id\}/.test(each.call)),
    ).toEqual([]);
    expect(detailReads() - details).toBe(0);
    for (const { created, updated } of Object.values(run.objects))
      expect({ created, updated }).toEqual({ created: 0, updated: 0 });
  });

  it('brings what a verification names as changed in Infraon since it was read, which is no loss of ours', async () => {
    const changed = incident(5);
    const verified = async () => finished(tenant, await start(tenant, { kind: 'verify' }));
    expect((await verified()).verification.changed_at_source).toBe(0);
    const data = { 'basic_info.summary': 'Changed before a verification' };
    await mutate([{ object: 'incident', id: changed.incident_id, op: 'update', data }]);
    const details = detailReads();
    const run = await verified();
    expect(run).toMatchObject({
      state: 'completed',
      verification: { changed_at_source: 1, mismatch: 0, missing: 0, extra: 0, changed_in_intercom: 0 },
    });
    const { items } = await tenant.admin.get<{ items: FindingDocument[] }>(
      `/findings?run=${run.id}&class=changed_at_source`,
    );
    expect(items).toMatchObject([
      { object: 'incident', source_id: changed.incident_id, field: 'record', repairable: false, repairs: [] },
    ]);
    expect(items[0]!.suggestion).toContain('The next delta brings it over');
    expect(detailReads()).toBe(details);
    await delta();
    expect(conversationOf(changed).title).toContain('Changed before a verification');
    expect((await verified()).verification.changed_at_source).toBe(0);
  });

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
    expect(run.balanced, JSON.stringify(run)).toBe(true);
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
    for (const each of [edited, noted, deleted, both, theirs]) touched.add(each.incident_id);
    for (const each of loaded)
      if (!touched.has(each.incident_id))
        expect(conversationOf(each).updatedAt).toBe(others.get(each.incident_id));
  });

  /** The day's delta, whatever goes wrong meanwhile. */
  async function deltaOf({ trouble }: Day): Promise<RunDocument> {
    if (trouble === undefined) return delta();
    setFaults(stage, [
      trouble === 'answers are lost'
        ? { method: 'POST', mode: 'drop_after_commit', probability: 0.3, seed: 4, times: 5 }
        : { method: 'POST', mode: 'delay', ms: 200 },
    ]);
    const since = stage.intercom.state.recorder.lastSeq();
    const runId = await start(tenant, { kind: 'delta' });
    if (trouble === 'the worker is killed') {
      await untilCalls(stage, tenant, since, 'POST /conversations/{id}/reply', 1);
      await stage.workers.shift()!.kill();
      stage.startWorker();
    }
    const run = await finished(tenant, runId);
    expect(stage.intercom.state.faults.list().some(({ hits }) => hits > 0)).toBe(true);
    stage.intercom.state.faults.clear();
    return run;
  }

  it('after a week ends as a fresh load of the last state does, apart from what it lists', async () => {
    const untouched = new Map([...conversationsOf(tenant, before)].filter(([id]) => !touched.has(id)));
    for (const day of weekOf(tenant, desk, untouched)) {
      stage.infraon.state.switches.clock_skew_ms = day.clockSkewMs;
      await mutate(day.edits);
      day.atOnce?.();
      forgetIndexes(stage.infraon.state);
      for (const edit of day.people ?? [])
        await control(stage, 'POST', 'edit', { workspace_id: tenant.workspaceId, ...edit });
      const run = await deltaOf(day);
      const { items } = await tenant.admin.get<{ items: FindingDocument[] }>(
        `/findings?run=${run.id}&limit=200`,
      );
      const unexplained = items.filter((each) =>
        ['mismatch', 'missing', 'extra', 'late'].includes(each.class),
      );
      expect(unexplained).toEqual([]);
      const { mismatch, missing, extra, late } = run.verification;
      expect({ day: day.name, balanced: run.balanced, mismatch, missing, extra, late }).toEqual({
        day: day.name,
        balanced: true,
        mismatch: 0,
        missing: 0,
        extra: 0,
        late: 0,
      });
    }
    const seq = stage.intercom.state.recorder.lastSeq();
    await delta();
    const later = requestsSince(stage, seq).filter((each) => each.workspaceId === tenant.workspaceId);
    expect(later.filter(isWrite)).toEqual([]);

    const fresh = await installed(stage, stage.addWorkspace());
    await sampled(stage, fresh, 1);
    await fullRun(fresh);
    const differences = contentDifferences(contentsOf(tenant.workspace), contentsOf(fresh.workspace));
    const reasons = await reasonsOf(differences, { tenant, fresh, desk: { ...desk, ...before } });
    expect(differences.filter((_each, index) => reasons[index] === null)).toEqual([]);
    expect([...new Set(reasons)].sort()).toEqual([
      'assigned while it was open again',
      'changed by people',
      'changed on both sides, left to a person',
      'deleted at the source, kept here',
      'links to what a fresh load has not',
      'refused by a fresh load, for its person is gone',
      'sent before it was deleted at the source',
      'sent before it was edited at the source',
      'sent when its time lay in the future',
    ]);
  });

  /** What a delta writes after the same changes to the same incidents, and what it asks Infraon. */
  async function costOfChanges(
    incidents: Incident[],
    word: string,
  ): Promise<{ written: string[]; asked: string[] }> {
    await mutate(
      incidents.flatMap(({ incident_id: id }) => [
        { object: 'incident', id, op: 'update', data: { 'basic_info.summary': word } },
        { object: 'incident', id, op: 'add_note', data: { description: word, is_private: true } },
      ]),
    );
    const seq = stage.intercom.state.recorder.lastSeq();
    const { requestCount } = stage.infraon.state;
    expect((await delta()).objects['incident']?.updated).toBe(incidents.length);
    const calls = requestsSince(stage, seq).filter((each) => each.workspaceId === tenant.workspaceId);
    return {
      // Intercom counts its sets when a run ends, and misses the copies: only what is written to conversations tells.
      written: calls
        .filter((each) => isWrite(each) && each.call.includes('/conversations/{id}'))
        .map(({ call, path }) => `${call} ${path}`)
        .sort(),
      asked: stage.infraon.state.requests
        .filter((each) => each.seq > requestCount)
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    };
  }

  it('costs what the changes cost where one in a hundred changes, and twice that for two', async () => {
    const db = connectDatabase(stage.databaseUrl, { applicationName: 'test', max: 2 });
    try {
      const changing = loaded.slice(-3);
      await costOfChanges(changing, 'Changed once');
      const small = await costOfChanges(changing, 'Changed twice');
      await multiplyIncidents(db.sql, desk, tenant.workspaceId, 100 * changing.length);
      forgetIndexes(stage.infraon.state);
      expect(desk.incidents).toHaveLength(100 * changing.length);
      expect(await costOfChanges(changing, 'Changed again')).toEqual(small);
      const none = await costOfChanges([], '');
      const twice = await costOfChanges(loaded.slice(-2 * changing.length), 'Changed with others');
      expect(none.written).toEqual([]);
      expect(twice.written).toHaveLength(2 * small.written.length);
      const asks = (cost: { asked: string[] }): number => cost.asked.length - none.asked.length;
      expect(asks(twice)).toBe(2 * asks(small));
    } finally {
      await db.close();
    }
  });
});
