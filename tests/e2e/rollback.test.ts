import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RollbackItem, RunDocument } from '../../pipeline/documents.ts';
import { snapshotOf } from '../../simulators/intercom/control/snapshot.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { openStage, type Stage } from '../support/stage.ts';
import {
  control,
  finished,
  fullRun,
  installed,
  isWrite,
  planned,
  requestsSince,
  setFaults,
  start,
  type Tenant,
} from '../support/tenant.ts';

type Snapshot = Record<string, { id: string | number }[]>;

/** Sections of the snapshot that hold records, with the resource that a rollback calls them by. */
const SECTIONS: Record<string, string> = {
  contacts: 'contacts',
  companies: 'companies',
  conversations: 'conversations',
  custom_object_instances: 'custom_object_instances',
  articles: 'articles',
};

describe('rolling back', () => {
  const desk = generateDesk({ seed: 23, incidents: 12 });
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage({ desk });
  }, 60_000);

  afterAll(async () => stage?.close(), 30_000);

  afterEach(() => stage.intercom.state.faults.clear());

  /** What people and the API can see, without times. */
  function visible(tenant: Tenant): Snapshot {
    const options = { visibleOnly: true, withTimes: false, nowMs: Date.now() };
    return structuredClone(snapshotOf(tenant.workspace, options)) as Snapshot;
  }

  async function items(tenant: Tenant, run: RunDocument, action: string): Promise<RollbackItem[]> {
    const path = `/runs/${run.id}/rollback?action=${action}&limit=200`;
    return (await tenant.admin.get<{ items: RollbackItem[] }>(path)).items;
  }

  /** The workspace as it was, and the spared things as people left them. */
  function expected(before: Snapshot, edited: Snapshot, spared: RollbackItem[]): Snapshot {
    const all = structuredClone(before);
    const put = (section: string, id: string) => {
      const thing = edited[section]?.find((each) => String(each.id) === id);
      expect(thing, `${section} ${id} was there`).toBeDefined();
      if (thing !== undefined) all[section]?.push(thing);
    };
    for (const { resource, destination_id: id } of spared) {
      const section = Object.keys(SECTIONS).find((name) => SECTIONS[name] === resource);
      if (section !== undefined) put(section, id ?? '');
      else if (resource === 'tag') put('tags', id ?? '');
      else if (resource === 'collection') put('collections', id ?? '');
      else if (resource === 'conversation') put('conversation_attributes', id ?? '');
      else put('data_attributes', id ?? '');
    }
    return sorted(all);
  }

  function sorted(snapshot: Snapshot): Snapshot {
    const entries = Object.entries(snapshot).map(([name, list]) => [
      name,
      Array.isArray(list) ? list.toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1)) : list,
    ]);
    return Object.fromEntries(entries) as Snapshot;
  }

  async function untilWrites(tenant: Tenant, since: number, count: number): Promise<void> {
    for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(10)) {
      const writes = requestsSince(stage, since).filter(
        (request) => request.workspaceId === tenant.workspaceId && isWrite(request),
      );
      if (writes.length >= count) return;
    }
    throw new Error(`not ${count} writes in time`);
  }

  it('everything but what people edited goes, though the worker is killed five times; a re-run brings it back', async () => {
    const tenant = await installed(stage, stage.addWorkspace());
    await planned(stage, tenant);
    const before = visible(tenant);
    const sample = await finished(tenant, await start(tenant, { kind: 'sample', limit: 1 }));
    await tenant.admin.post(`/runs/${sample.id}/approve`);
    const full = await fullRun(tenant);
    // Intercom counts in seconds: what is changed within five of our write cannot be told from it by its time.
    await sleep(6_000);
    await editSome(tenant);
    const edited = visible(tenant);

    const dry = await finished(tenant, await start(tenant, { kind: 'rollback', dry_run: true }));
    expect(visible(tenant)).toEqual(edited);
    expect(dry.rollback?.objects['incident']).toMatchObject({ spare: 2, delete: 10, undone: 0 });

    const since = stage.intercom.state.recorder.lastSeq();
    const runId = await start(tenant, { kind: 'rollback' });
    for (const writes of [1, 8, 20, 40, 70]) {
      setFaults(stage, [{ method: 'DELETE', mode: 'delay', ms: 60 }]);
      await untilWrites(tenant, since, writes);
      await stage.workers.shift()!.kill();
      stage.startWorker();
    }
    stage.intercom.state.faults.clear();
    const run = await finished(tenant, runId);
    expect(run).toMatchObject({ state: 'completed', balanced: true });
    expect(run.verification).toMatchObject({ mismatch: 0, extra: 0, missing: 0 });
    const spared = await items(tenant, run, 'spare');
    expect(spared.map(({ object, source_id }) => `${object} ${source_id}`).sort()).toEqual(
      (await items(tenant, dry, 'spare')).map(({ object, source_id }) => `${object} ${source_id}`).sort(),
    );
    expect(sorted(visible(tenant))).toEqual(expected(before, edited, spared));
    expect(run.rollback?.residue.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['conversations_in_reporting', 'contacts_archived', 'object_types']),
    );
    expect((await tenant.admin.get<RunDocument>(`/runs/${full.id}`)).rolled_back_by).toBe(run.id);

    const again = await fullRun(tenant);
    expect({ state: again.state, balanced: again.balanced }).toEqual({ state: 'completed', balanced: true });
    expect(again.objects['incident']).toMatchObject({ created: 10, rejected: 0 });
    expect(tenant.workspace.conversations.size).toBe(12);
  }, 240_000);

  /** People answer one incident, note another, and correct a person, a configuration item and an article. */
  async function editSome(tenant: Tenant): Promise<void> {
    const edit = (body: Record<string, unknown>) =>
      control(stage, 'POST', 'edit', { workspace_id: tenant.workspaceId, ...body });
    const { conversations, contacts, content, instances } = tenant.workspace;
    const [first, second] = [...conversations.keys()];
    await edit({ resource: 'conversation', id: first, contact_reply: 'Is there any news?' });
    await edit({ resource: 'conversation', id: second, note: 'Spoke to the customer.' });
    await edit({ resource: 'contact', id: [...contacts.keys()].at(-1), set: { name: 'Corrected Name' } });
    await edit({
      resource: 'article',
      id: [...content.articles.keys()][0],
      set: { title: 'A better title' },
    });
    const [type, ofType] = [...instances].find(([, each]) => each.size > 1) ?? [];
    const text = tenant.workspace.objectTypes.get(type ?? '');
    const name = [...(text?.attributes.values() ?? [])].find(({ format }) => format === 'text')?.name ?? '';
    await edit({
      resource: 'custom_object',
      type,
      id: [...(ofType?.keys() ?? [])].at(-1),
      set: { [name]: 'Edited by a person' },
    });
  }
});
