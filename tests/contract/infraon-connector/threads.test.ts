import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeConnection } from '../../../connectors/infraon/probe.ts';
import type { Capability, PinnedFacts, RawRecord } from '../../../connectors/infraon/types.ts';
import { THREAD_SELECTORS, type Switches } from '../../../simulators/infraon/switches.ts';
import { smallDesk, startTenant, type Tenant } from './support.ts';

let tenant: Tenant;
beforeAll(async () => {
  tenant = await startTenant(smallDesk());
});
afterAll(() => tenant.simulator.close());

/** Everything but incidents and problems is left out: these tests are about threads. */
function onlyTickets(): unknown {
  const { profile } = tenant.deps();
  const others = Object.keys(profile.objects).filter(
    (object) => object !== 'incident' && object !== 'problem',
  );
  return { objects: Object.fromEntries(others.map((object) => [object, { enabled: false }])) };
}

async function probe(
  switches: Partial<Switches>,
): Promise<{ pinned: PinnedFacts; found: Map<string, Capability> }> {
  tenant.reset(switches);
  const result = await probeConnection({
    ...tenant.deps({}, onlyTickets()),
    allowedHosts: [`127.0.0.1:${tenant.simulator.port}`],
  });
  return { pinned: result.pinned, found: new Map(result.capabilities.map((item) => [item.id, item])) };
}

async function thread(pinned: PinnedFacts, id: string): Promise<RawRecord[]> {
  const client = tenant.client({ pinned });
  return client.children('incident', 'notes', await client.detail('incident', id));
}

function storedThread(id: string): string[] {
  return tenant.simulator.state.desk.threads
    .filter((entry) => entry.ref_id === id && entry['is_deleted'] !== true)
    .map(({ communication_id }) => communication_id)
    .sort();
}

function readThread(rows: readonly RawRecord[]): string[] {
  return rows.map((row) => String(row['communication_id'])).sort();
}

function incidents(): string[] {
  return tenant.simulator.state.desk.incidents
    .filter((row) => !row.is_deleted)
    .map(({ incident_id }) => incident_id);
}

async function expectAllThreads(pinned: PinnedFacts): Promise<void> {
  for (const id of incidents().slice(0, 25)) {
    expect(readThread(await thread(pinned, id))).toEqual(storedThread(id));
  }
}

describe('each way to ask for a thread is found', () => {
  it.each(THREAD_SELECTORS.filter((selector) => selector !== 'none'))('%s', async (thread_selector) => {
    const { pinned, found } = await probe({ thread_selector });
    expect(found.get('thread_selector')).toMatchObject({ ok: true });
    await expectAllThreads(pinned);
  });

  it.each(['conversation', 'comments', 'notes', 'worklog'] as const)('embedded as %s', async (thread_key) => {
    const { pinned } = await probe({ thread_selector: 'detail', thread_key });
    await expectAllThreads(pinned);
  });

  it.each(['data', 'array'] as const)('with rows in %s', async (thread_envelope) => {
    const { pinned } = await probe({ thread_envelope });
    await expectAllThreads(pinned);
  });

  it('with mails on one path and notes on another: both are read', async () => {
    const { pinned, found } = await probe({ thread_surface: 'split' });
    expect(pinned.children['incident.notes']).toHaveLength(2);
    expect(found.get('thread_selector')?.detail).toContain(' and ');
    await expectAllThreads(pinned);
  });

  it('none: said so, and nothing is read as if there were no notes', async () => {
    const { pinned, found } = await probe({ thread_selector: 'none' });
    expect(found.get('thread_selector')).toMatchObject({ ok: false });
    expect(pinned.children['incident.notes']).toEqual([]);
    const client = tenant.client({ pinned });
    expect(client.canReadChild('incident', 'notes')).toBe(false);
    await expect(thread(pinned, incidents()[0]!)).rejects.toMatchObject({
      name: 'SchemaError',
      code: 'source_child_unresolved',
      field: 'incident.notes',
    });
  });

  it('before anybody probed, a child with several ways is not guessed', () => {
    const client = tenant.client();
    expect(client.canReadChild('incident', 'notes')).toBe(false);
    expect(client.canReadChild('problem', 'root_cause')).toBe(true);
  });
});

describe('what a thread tells', () => {
  it('two notes of the same second with the same text stay two', async () => {
    const { desk } = tenant.simulator.state;
    const [id] = incidents();
    const twin = { ...desk.threads.find(({ ref_id }) => ref_id === id)! };
    desk.threads.push({ ...twin, communication_id: '999000000000000000001' });
    const { pinned } = await probe({});
    expect(readThread(await thread(pinned, id!))).toEqual(storedThread(id!));
    desk.threads.pop();
  });

  it('a privacy flag that nobody gives', async () => {
    const { found } = await probe({ privacy_flag: 'never' });
    expect(found.get('privacy_flag')).toMatchObject({ ok: false });
    expect(found.get('privacy_flag')?.detail).toContain('internal notes');
  });

  it('private notes that this account is not given', async () => {
    const { found } = await probe({ private_notes: 'hidden' });
    expect(found.get('privacy_flag')?.detail).toContain('No private note is among them');
  });

  it('notes that do not move the stamp of change', async () => {
    expect((await probe({})).found.get('thread_updates')).toMatchObject({ ok: true });
    const { desk } = tenant.simulator.state;
    const before = desk.threads.map(({ creation_time }) => creation_time);
    for (const entry of desk.threads) entry.creation_time = '2031-01-01T00:00:00.000000Z';
    expect((await probe({})).found.get('thread_updates')).toMatchObject({ ok: false });
    desk.threads.forEach((entry, index) => (entry.creation_time = before[index]!));
  });
});

describe('attachments', () => {
  it.each(['?ref_id', '?incident_id', '?id&module_id', '?incidentId', 'detail', 'incident-data'] as const)(
    'by %s',
    async (child_selector) => {
      const { pinned } = await probe({ child_selector });
      const client = tenant.client({ pinned });
      const { files } = tenant.simulator.state.desk;
      for (const id of incidents().slice(0, 20)) {
        const rows = await client.children('incident', 'attachments', await client.detail('incident', id));
        const stored = files
          .filter((file) => file.ref_id === id && !file.inline)
          .map(({ attachment_id }) => attachment_id);
        expect(rows.map((row) => row['attachment_id']).sort()).toEqual(stored.sort());
      }
    },
  );

  it('by no known way', async () => {
    const { pinned, found } = await probe({ child_selector: 'none' });
    expect(found.get('children:incident.attachments')).toMatchObject({ ok: false });
    expect(found.get('media')).toMatchObject({ ok: false });
    expect(pinned.children['incident.attachments']?.every(({ assumed }) => assumed === true)).toBe(true);
  });
});

describe('a sample without any such rows', () => {
  it('assumes the parameters that work elsewhere, and insists that each row names its record', async () => {
    const { files } = tenant.simulator.state.desk;
    tenant.simulator.state.desk.files = [];
    const { pinned, found } = await probe({
      child_selector: '?incident_id',
      thread_selector: 'conversation/?incident_id',
    });
    expect(found.get('children:incident.attachments')).toMatchObject({ ok: false });
    expect(found.get('children:incident.attachments')?.detail).toContain('not proven');
    expect(pinned.children['incident.attachments']).toMatchObject([
      { path: '/ux/sd/inci/incident/attachment/', query: { incident_id: '{id}' }, assumed: true },
    ]);
    tenant.simulator.state.desk.files = files;
    tenant.reset({ child_selector: '?incident_id' });
    const client = tenant.client({ pinned });
    const file = files.find(({ ref_id, inline }) => !inline && incidents().includes(ref_id))!;
    const record = await client.detail('incident', file.ref_id);
    expect(await client.children('incident', 'attachments', record)).not.toHaveLength(0);
    // The same facts on a tenant that ignores the parameter: refused, not mixed up.
    tenant.reset({ child_selector: 'none' });
    const other = incidents().find((id) => !files.some(({ ref_id }) => ref_id === id))!;
    const [first] = tenant.simulator.state.desk.incidents;
    const shown = files.some(({ ref_id, inline }) => ref_id === first!.incident_id && !inline);
    const read = client.children('incident', 'attachments', { incident_id: other });
    await (shown
      ? expect(read).rejects.toMatchObject({ code: 'source_child_foreign' })
      : expect(read).resolves.toEqual([]));
  });
});

describe('joins', () => {
  it('technicians get their role and the teams that name them', async () => {
    tenant.reset();
    const client = tenant.client();
    const { rows } = await client.listPage('technician', null);
    const joined = await client.join('technician', rows);
    const { desk } = tenant.simulator.state;
    for (const row of joined) {
      const { role, teams } = row['$joined'] as { role: RawRecord; teams: RawRecord[] };
      expect(role['role_name']).toBe(
        desk.roles.find(({ group_id }) => group_id === row['group_id'])?.role_name,
      );
      const naming = desk.teams.filter((team) =>
        JSON.stringify(team).includes(`"profile_id":"${String(row['profile_id'])}"`),
      );
      expect(teams.map(({ team_id }) => team_id).sort()).toEqual(naming.map(({ team_id }) => team_id).sort());
    }
    expect(joined.some((row) => (row['$joined'] as { teams: unknown[] }).teams.length > 0)).toBe(true);
  });

  it('looked-up lists are read once, and anew for each run', async () => {
    tenant.reset();
    const client = tenant.client();
    const { rows } = await client.listPage('technician', null);
    await client.join('technician', rows);
    const before = tenant.requests().length;
    await client.join('technician', rows);
    expect(tenant.requests()).toHaveLength(before);
    await client.join('technician', rows, 'a run');
    const anew = tenant.requests().length;
    expect(anew).toBeGreaterThan(before);
    await client.join('technician', rows, 'a run');
    expect(tenant.requests()).toHaveLength(anew);
  });

  it('tags are found by id, name or object', async () => {
    for (const tag_form of ['id', 'name', 'object', 'mixed'] as const) {
      tenant.reset({ tag_form });
      const client = tenant.client();
      const { rows } = await client.listPage('incident', null);
      const joined = await client.join('incident', rows);
      const tagged = joined.filter((row) => Array.isArray(row['tag']) && row['tag'].length > 0);
      expect(tagged.length).toBeGreaterThan(0);
      for (const row of tagged) {
        const { tags } = row['$joined'] as { tags: RawRecord[] };
        expect(tags).toHaveLength((row['tag'] as unknown[]).length);
      }
    }
  });

  it('CI relations come with both ends', async () => {
    tenant.reset();
    const client = tenant.client();
    const { rows } = await client.listPage('configuration_item', null);
    const joined = await client.join('configuration_item', rows);
    const seen = new Set(joined.flatMap((row) => (row['$joined'] as { relations: RawRecord[] }).relations));
    expect(seen.size).toBeGreaterThan(0);
  });
});
