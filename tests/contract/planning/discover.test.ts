import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  getDiscovery,
  reviveDiscoveries,
  runDiscovery,
  startDiscovery,
} from '../../../pipeline/discovery/discover.ts';
import type { DiscoveredObject, DiscoveryDocument } from '../../../pipeline/discovery/discovery-document.ts';
import { editMap, getMap, listMaps } from '../../../pipeline/maps/maps.ts';
import { updateSettings } from '../../../pipeline/settings.ts';
import { OPERATOR, OWNER, VIEWER, control, planningWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await planningWorld();
});

afterAll(async () => {
  await world.close();
});

function found(discovery: DiscoveryDocument, object: string): DiscoveredObject {
  const document = discovery.objects.find((candidate) => candidate.object === object);
  if (document === undefined) throw new Error(`${object} was not discovered`);
  return document;
}

async function discover(): Promise<DiscoveryDocument> {
  await startDiscovery(world.deps, OPERATOR);
  await runDiscovery(world.deps, OWNER.workspaceId, { sampleSize: 20 });
  return getDiscovery(world.deps, VIEWER);
}

describe('starting a discovery', () => {
  it('asks for a connection and for the role of an operator', async () => {
    expect((await getDiscovery(world.deps, VIEWER)).state).toBe('idle');
    await expect(startDiscovery(world.deps, OWNER)).rejects.toMatchObject({
      code: 'source_not_connected',
      httpStatus: 409,
    });
    await expect(startDiscovery(world.deps, VIEWER)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('puts one job into the queue, however often it is asked for, and revives one that nobody works on', async () => {
    await world.connect();
    expect((await startDiscovery(world.deps, OPERATOR)).state).toBe('running');
    await startDiscovery(world.deps, OPERATOR);
    expect(await reviveDiscoveries(world.deps)).toBe(1);
    const jobs = await world.deps.db.sql`
      select 1 from graphile_worker.jobs where task_identifier = 'discover'`;
    expect(jobs).toHaveLength(1);
    const audit = await world.deps.db.sql`select 1 from audit_log where action = 'discovery_started'`;
    expect(audit).toHaveLength(1);
  });
});

describe('a discovery', () => {
  beforeEach(async () => {
    await control(world.infraon, 'PATCH', 'switches', { denied_paths: [], personal_data: 'plain' });
  });

  it('counts every record of every object, and reads nothing that has side effects', async () => {
    const discovery = await discover();
    expect(discovery).toMatchObject({ state: 'done', error: null });
    expect(discovery.finished_at).not.toBeNull();
    expect(discovery.objects.map(({ object }) => object)).toEqual(
      world.deps.registry.all().map(({ name }) => name),
    );
    const { desk } = world;
    const visible = desk.incidents.filter((incident) => incident['is_deleted'] !== true);
    expect(found(discovery, 'incident').count).toBe(visible.length);
    expect(found(discovery, 'requester').count).toBe(desk.requesters.length);
    expect(found(discovery, 'technician').count).toBe(desk.users.length);
    expect(found(discovery, 'company').count).toBeGreaterThan(0);
    expect(await control(world.infraon, 'GET', 'side-effects')).toMatchObject({ count: 0 });
  });

  it('describes catalogue fields, custom fields and everything else a record holds', async () => {
    const { fields } = found(await discover(), 'incident');
    const byKey = new Map(fields.map((field) => [field.key, field]));
    expect(byKey.get('subject')).toMatchObject({ type: 'string', custom: false, fill_rate: 1 });
    expect(byKey.get('status')?.options).toContain('Closed');
    expect(byKey.get('thread')?.fill_rate).toBeGreaterThan(0.5);
    const site = fields.find(({ label }) => label === 'Site');
    expect(site).toMatchObject({ custom: true, type: 'enum' });
    expect(site?.options.length).toBeGreaterThan(1);
    expect(byKey.get('raw.unread_mail')).toMatchObject({ type: 'boolean', custom: false });
    for (const field of fields) {
      expect(field.samples.length).toBeLessThanOrEqual(3);
      expect(field.options.length).toBeLessThanOrEqual(50);
    }
  });

  it('shows no address and no phone number of a person', async () => {
    const discovery = await discover();
    const text = JSON.stringify(discovery);
    for (const person of [...world.desk.requesters, ...world.desk.users]) {
      const email = person['email'];
      if (typeof email === 'string' && email !== '' && !email.includes('*'))
        expect(text).not.toContain(email);
    }
  });

  it('finds what will be set aside or left out, with examples', async () => {
    const discovery = await discover();
    const codes = (object: string) => found(discovery, object).quality.map(({ code }) => code);
    expect(codes('requester')).toEqual(
      expect.arrayContaining([
        'missing_email',
        'masked_email',
        'duplicate_email',
        'invalid_phone',
        'no_company',
      ]),
    );
    expect(codes('technician')).toContain('missing_email');
    expect(codes('incident')).toEqual(
      expect.arrayContaining(['orphan_link', 'parent_missing', 'excluded_demo']),
    );
    for (const { quality } of discovery.objects) {
      for (const { count, examples } of quality) {
        expect(count).toBeGreaterThan(0);
        expect(examples.length).toBeLessThanOrEqual(5);
      }
    }
  });

  it('estimates calls and time at the chosen share of the budget', async () => {
    const at80 = (await discover()).estimate;
    await updateSettings(world.deps, OWNER, { rate_share: 0.4 });
    const at40 = (await discover()).estimate;
    await updateSettings(world.deps, OWNER, { rate_share: 0.8 });
    expect(at80?.calls).toBeGreaterThan(found(await discover(), 'incident').count * 5);
    expect(at40?.calls).toBe(at80?.calls);
    expect(at40?.seconds).toBeGreaterThan(at80?.seconds ?? Infinity);
  });

  it('proposes a map for every object, and no new version when nothing changed', async () => {
    await discover();
    const maps = await listMaps(world.deps, VIEWER);
    expect(maps.map(({ object }) => object)).toEqual(world.deps.registry.all().map(({ name }) => name));
    await discover();
    expect(await listMaps(world.deps, VIEWER)).toEqual(maps);
  });

  it('leaves a map alone that a person has edited', async () => {
    const { version, rules } = await getMap(world.deps, VIEWER, 'company');
    const [rule] = rules.filter(({ target }) => target.startsWith('custom_attributes.'));
    await editMap(world.deps, OPERATOR, 'company', {
      version,
      rules: [{ id: rule!.id, source: rule!.source, target: 'custom_attributes.infraon_org_renamed' }],
    });
    const edited = await getMap(world.deps, VIEWER, 'company');
    await updateSettings(world.deps, OWNER, { company_rule: 'department' });
    await discover();
    await updateSettings(world.deps, OWNER, { company_rule: 'organization_name' });
    expect(await getMap(world.deps, VIEWER, 'company')).toEqual(edited);
  });

  it('reports an object that cannot be read by name, and reads the others', async () => {
    await control(world.infraon, 'PATCH', 'switches', { denied_paths: ['/ux/sd/inci/incident/'] });
    const discovery = await discover();
    expect(discovery.state).toBe('done');
    expect(discovery.error).toContain('Incidents could not be read');
    expect(found(discovery, 'incident')).toMatchObject({
      count: 0,
      fields: [],
      quality: [{ code: 'source_unreadable', count: 1 }],
    });
    expect(found(discovery, 'requester').count).toBe(world.desk.requesters.length);
  });

  it('names masking instead of hiding it', async () => {
    await control(world.infraon, 'PATCH', 'switches', { personal_data: 'masked_only' });
    const masked = found(await discover(), 'requester').quality.find(({ code }) => code === 'masked_email');
    expect(masked?.count).toBeGreaterThan(world.desk.requesters.length / 2);
  });

  it('fails, with the reason, only when nothing can be read', async () => {
    await control(world.infraon, 'PATCH', 'switches', { denied_paths: ['/ux/sd/', '/ux/common/'] });
    const discovery = await discover();
    expect(discovery.state).toBe('failed');
    expect(discovery.error).not.toBeNull();
    await control(world.infraon, 'PATCH', 'switches', { denied_paths: [] });
    expect((await discover()).state).toBe('done');
  });

  it('does nothing when none was started, and goes back into the queue when stopped', async () => {
    await runDiscovery(world.deps, OWNER.workspaceId);
    expect((await getDiscovery(world.deps, VIEWER)).state).toBe('done');
    await startDiscovery(world.deps, OPERATOR);
    await world.deps.db.sql`delete from graphile_worker._private_jobs`;
    await runDiscovery(world.deps, OWNER.workspaceId, { signal: AbortSignal.abort() });
    expect((await getDiscovery(world.deps, VIEWER)).state).toBe('running');
    expect(await world.deps.db.sql`select 1 from graphile_worker.jobs`).toHaveLength(1);
    await runDiscovery(world.deps, OWNER.workspaceId, { sampleSize: 5 });
    expect((await getDiscovery(world.deps, VIEWER)).state).toBe('done');
  });
});
