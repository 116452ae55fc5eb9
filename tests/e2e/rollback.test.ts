import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RollbackItem } from '../../pipeline/rollback/rollback-document.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import { snapshotOf } from '../../simulators/intercom/control/snapshot.ts';
import type { Desk } from '../../simulators/infraon/desk.ts';
import { applyEdits, readEdit } from '../../simulators/infraon/mutate.ts';
import { status, STATES } from '../../simulators/infraon/vocabulary.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { contentDifferences, contentsOf } from '../support/contents.ts';
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
  /** The customer of the first test, loaded once more at its end. */
  let loaded: Tenant;

  beforeAll(async () => {
    stage = await openStage({ desk });
  });

  afterAll(async () => stage?.close());

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

  it('everything but what people edited goes, though workers are killed, answers lost and calls refused; a re-run brings it back', async () => {
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
    stage.startWorker();
    for (const writes of [1, 8, 20, 40, 70]) {
      setFaults(stage, [
        { method: 'DELETE', mode: 'drop_after_commit', times: 2, after: 3 },
        { method: 'DELETE', mode: 'status', status: 429, times: 1, after: 2 },
        { method: 'DELETE', mode: 'delay', ms: 60 },
      ]);
      await untilWrites(tenant, since, writes);
      await stage.workers.shift()!.kill();
      stage.startWorker();
    }
    await stage.workers.pop()!.kill();
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
    loaded = tenant;
  });

  it('a tag and an attribute that people use in a segment stay, and it is said why', async () => {
    const tenant = await installed(stage, stage.addWorkspace());
    await planned(stage, tenant);
    const sample = await finished(tenant, await start(tenant, { kind: 'sample', limit: 3 }));
    const [tag] = tenant.workspace.tags.values();
    const [attribute] = tenant.workspace.dataAttributes.values();
    await control(stage, 'POST', 'edit', {
      workspace_id: tenant.workspaceId,
      resource: 'segment',
      id: 'VIP customers',
      set: { tag_ids: [tag?.id], data_attribute_ids: [attribute?.id] },
    });
    const run = await finished(tenant, await start(tenant, { kind: 'rollback', run_id: sample.id }));
    expect(run).toMatchObject({ state: 'completed', balanced: true });
    const kept = (await items(tenant, run, 'spare')).map(({ destination_id: id, reasons }) => ({
      id,
      reasons,
    }));
    expect(kept).toEqual([
      { id: tag?.id, reasons: [expect.objectContaining({ code: 'in_use' })] },
      { id: String(attribute?.id), reasons: [expect.objectContaining({ code: 'in_use' })] },
    ]);
    expect(JSON.stringify(kept)).toContain('Segments: VIP customers');
    expect([...tenant.workspace.tags.keys()]).toEqual([tag?.id]);
    expect(tenant.workspace.dataAttributes.get(attribute?.id ?? 0)?.archived).toBe(false);
  });

  it('a delta alone is taken back, tags and companies included, and the next one brings it over again', async () => {
    const { workspace } = loaded;
    const runDelta = async () => finished(loaded, await start(loaded, { kind: 'delta' }));
    await runDelta();
    const before = contentsOf(workspace);
    applyEdits(stage.infraon.state, changesOf(desk).map(readEdit));
    const delta = await runDelta();
    expect(delta).toMatchObject({ state: 'completed', balanced: true });
    const after = contentsOf(workspace);
    expect(contentDifferences(before, after).length).toBeGreaterThan(12);

    const run = await finished(loaded, await start(loaded, { kind: 'rollback', run_id: delta.id }));
    expect(run).toMatchObject({ state: 'completed', balanced: true });
    const left = contentDifferences(before, contentsOf(workspace));
    const note = expect.stringContaining('A late note') as string;
    expect(left).toEqual([expect.objectContaining({ one: null, other: note })]);
    expect(run.rollback?.residue.map(({ code }) => code)).toContain('not_undoable');

    expect(await runDelta()).toMatchObject({ state: 'completed', balanced: true });
    expect(contentDifferences(after, contentsOf(workspace))).toEqual([]);
  });

  it('a person, a company and a tag that were there before get their earlier values back', async () => {
    const tenant = await installed(stage, stage.addWorkspace());
    await planned(stage, tenant);
    const { token } = await control<{ token: string }>(stage, 'POST', 'tokens', {
      workspace_id: tenant.workspaceId,
    });
    const call = async (path: string, body: object): Promise<{ id: string }> => {
      const response = await fetch(`${stage.intercom.url}${path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'intercom-version': '2.16',
        },
        body: JSON.stringify(body),
      });
      return (await response.json()) as { id: string };
    };
    // Made by a first load that is taken back: the keys that the migration gives are then known.
    const first = await finished(tenant, await start(tenant, { kind: 'sample', limit: 1 }));
    const person = [...tenant.workspace.contacts.values()].find(({ email }) => email !== null);
    const company = [...tenant.workspace.companies.values()][0];
    const tag = [...tenant.workspace.tags.values()][0];
    await finished(tenant, await start(tenant, { kind: 'rollback', run_id: first.id, contacts: 'delete' }));
    tenant.workspace.lockedExternalIds.clear();
    await control(stage, 'PATCH', 'switches', { companyArchiveDelayMs: 0 });

    const contact = await call('/contacts', { role: 'user', email: person?.email, name: 'Known Before' });
    if (company !== undefined)
      await call('/companies', { company_id: company.companyId, name: 'Before Ltd', industry: 'Mining' });
    if (tag !== undefined) {
      const made = await call('/tags', { name: tag.name });
      await call(`/contacts/${contact.id}/tags`, { id: made.id });
    }
    for (const each of [...tenant.workspace.contacts.values(), ...tenant.workspace.companies.values()])
      each.createdAt -= 86_400;
    const before = visible(tenant);

    const sample = await finished(tenant, await start(tenant, { kind: 'sample', limit: 1 }));
    expect(tenant.workspace.contacts.get(contact.id)?.externalId).not.toBeNull();
    // What is left out of the choice keeps what it refers to.
    const part = await finished(
      tenant,
      await start(tenant, { kind: 'rollback', run_id: sample.id, objects: ['requester'], dry_run: true }),
    );
    const { archive, delete: deleted, spare, restore } = part.rollback?.objects['requester'] ?? {};
    expect({ archive, deleted }).toEqual({ archive: 0, deleted: 0 });
    expect((spare ?? 0) + (restore ?? 0)).toBeGreaterThan(0);
    const kept = (await items(tenant, part, 'spare')).filter(({ object }) => object === 'requester');
    for (const { reasons } of kept) expect(reasons[0]?.code).toBe('needed_by');

    // An archived contact would still be counted with its company.
    const run = await finished(
      tenant,
      await start(tenant, { kind: 'rollback', run_id: sample.id, contacts: 'delete' }),
    );
    expect(run).toMatchObject({ state: 'completed', balanced: true });
    const after = visible(tenant);
    expect({ ...after, contacts: withoutCounters(after) }).toEqual({
      ...before,
      contacts: withoutCounters(before),
    });
  });

  /** When somebody last replied is Intercom's own count, which no call sets back. */
  function withoutCounters(snapshot: Snapshot): unknown[] {
    return (snapshot['contacts'] ?? []).map((contact) => ({ ...contact, lastRepliedAt: null }));
  }

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

/** One change of every kind that a delta writes: values, tags and companies that come and go, a state, a note, new records. */
function changesOf({
  incidents,
  requesters,
  cmdb_profiles,
  articles,
  tags,
}: Desk): Record<string, unknown>[] {
  const [closing, noted, tagged] = [3, 6, 7].map((index) => incidents[index]?.incident_id);
  const [moved, renamed] = [3, 4].map((index) => requesters[index]?.requester_id);
  const person = {
    requester_id: '190000000000000000001',
    full_name: 'New Person',
    unmasked_full_name: 'New Person',
    email: 'new.person@another.example',
    unmasked_email: 'new.person@another.example',
    contact: 'new.person@another.example',
    organization_name: 'New Company Ltd',
  };
  const update = (object: string, id: string | undefined, data: object) => ({
    object,
    id,
    op: 'update',
    data,
  });
  return [
    update('incident', tagged, { 'basic_info.summary': 'Tagged', tag: [tags[0]?.tag_id] }),
    update('incident', closing, {
      'basic_info.status': status('Closed', ''),
      'basic_info.state': { ...STATES.closed },
    }),
    { object: 'incident', id: noted, op: 'add_note', data: { description: 'A late note', is_private: true } },
    update('requester', moved, { organization_name: 'Umbra Energy S.A.', tags: ['vip'] }),
    update('requester', renamed, { full_name: 'Renamed', unmasked_full_name: 'Renamed', designation: null }),
    update('cmdb_profile', cmdb_profiles[1]?.ci_id, { criticality: 'Low', business_function: null }),
    update('article', articles[1]?.kb_id, { 'config.content.info': '<p>Call us.</p>', 'config.tags': [] }),
    { object: 'requester', op: 'create', data: person },
    { object: 'incident', op: 'create', data: { requester_id: person.requester_id } },
  ];
}
