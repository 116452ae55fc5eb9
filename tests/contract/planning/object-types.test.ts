import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runDiscovery, startDiscovery } from '../../../pipeline/discovery/discover.ts';
import { approveMap, editMap, getMap } from '../../../pipeline/maps/maps.ts';
import {
  getObjectTypes,
  probeObjectTypes,
  type ObjectTypeDocument,
} from '../../../pipeline/prepare/object-types.ts';
import { OPERATOR, OWNER, VIEWER, control, planningWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await planningWorld();
  await world.connect();
  await startDiscovery(world.deps, OPERATOR);
  await runDiscovery(world.deps, OWNER.workspaceId, { sampleSize: 20 });
});

afterAll(async () => {
  await world.close();
});

const TYPE = 'InfraonConfigurationItem';

function only(document: { types: ObjectTypeDocument[] }): ObjectTypeDocument {
  const type = document.types.find(({ identifier }) => identifier === TYPE);
  if (type === undefined) throw new Error(`${TYPE} is not in the sheet`);
  return type;
}

/** A person creates the types in Intercom's settings. */
async function create(attributes: ObjectTypeDocument['attributes']): Promise<void> {
  await control(world.intercom, 'DELETE', `object-types/${TYPE}`).catch(() => undefined);
  await control(world.intercom, 'POST', 'object-types', {
    types: [
      { identifier: TYPE, name: 'Infraon configuration item', attributes },
      // What it refers to beside itself.
      { identifier: 'InfraonAsset', name: 'Infraon asset', attributes: [] },
    ],
  });
}

function canaries(): number {
  const workspace = world.intercom.state.workspaces.get(OWNER.workspaceId);
  const instances = [...(workspace?.instances.values() ?? [])].flatMap((byId) => [...byId.values()]);
  return instances.length;
}

describe('object types', () => {
  afterEach(async () => {
    expect(canaries()).toBe(0);
    await control(world.intercom, 'DELETE', 'faults');
    await control(world.intercom, 'PATCH', 'switches', {
      unknownInstanceAttribute: 'reject',
      customObjectsOnPlan: true,
    });
  });

  it('come from the map, and are unproven until somebody probes', async () => {
    const type = only(await getObjectTypes(world.deps, VIEWER));
    expect(type.state).toBe('unproven');
    const formats = new Set(type.attributes.map(({ format }) => format));
    expect([...formats]).toEqual(expect.arrayContaining(['text', 'list', 'date', 'reference']));
    expect(type.attributes.find(({ format }) => format === 'reference')?.references).toEqual({
      type: TYPE,
      cardinality: 'many',
    });
    await expect(probeObjectTypes(world.deps, VIEWER)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('are missing before a person has created them', async () => {
    const type = only(await probeObjectTypes(world.deps, OPERATOR));
    expect(type.state).toBe('missing');
    expect(type.detail).toContain(TYPE);
  });

  it('are incomplete when Intercom refuses attributes, each named', async () => {
    const { attributes } = only(await getObjectTypes(world.deps, VIEWER));
    await create(attributes.filter(({ name }) => name !== 'description' && name !== 'installation_date'));
    const type = only(await probeObjectTypes(world.deps, OPERATOR));
    expect(type.state).toBe('incomplete');
    expect(type.detail).toContain('"description" (text) was refused');
    expect(type.detail).toContain('"installation_date" (date) was refused');
    expect(type.detail).not.toContain('"name"');
  });

  it('are incomplete when Intercom drops values silently, each named', async () => {
    const { attributes } = only(await getObjectTypes(world.deps, VIEWER));
    await control(world.intercom, 'PATCH', 'switches', { unknownInstanceAttribute: 'drop' });
    await create(
      attributes
        .filter(({ name }) => name !== 'description')
        .map((attribute) => {
          if (attribute.name === 'class')
            return { ...attribute, options: (attribute.options ?? []).slice(1) };
          if (attribute.format !== 'reference') return attribute;
          return { ...attribute, references: { type: 'person', cardinality: 'many' as const } };
        }),
    );
    const type = only(await probeObjectTypes(world.deps, OPERATOR));
    expect(type.state).toBe('incomplete');
    expect(type.detail).toContain('"description" (text) was dropped');
    expect(type.detail).toMatch(/"class" \(list\) does not take \w+/);
    expect(type.detail).toContain('"related" (reference) was dropped');
  });

  it('are proven when every attribute comes back, also over a canary left behind by a crash', async () => {
    const { attributes } = only(await getObjectTypes(world.deps, VIEWER));
    await create(attributes);
    await fetch(`${world.intercom.url}/custom_object_instances/${TYPE}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${[...world.intercom.state.tokens.keys()][0] ?? ''}`,
        'content-type': 'application/json',
        'intercom-version': '2.16',
      },
      body: JSON.stringify({ external_id: 'infraon-canary', custom_attributes: { name: 'old' } }),
    });
    expect(canaries()).toBe(1);
    const type = only(await probeObjectTypes(world.deps, OPERATOR));
    expect(type).toMatchObject({ state: 'proven' });
    expect(only(await getObjectTypes(world.deps, VIEWER))).toEqual(type);
  });

  it('leave no canary behind when reading it back fails', async () => {
    await control(world.intercom, 'POST', 'faults', {
      rules: [{ method: 'GET', path: '/custom_object_instances/{type}/{id}', mode: 'status', status: 500 }],
    });
    await expect(probeObjectTypes(world.deps, OPERATOR)).rejects.toMatchObject({ status: 500 });
  });

  it('say so when the plan or the permission is missing', async () => {
    await control(world.intercom, 'PATCH', 'switches', { customObjectsOnPlan: false });
    const type = only(await probeObjectTypes(world.deps, OPERATOR));
    expect(type.state).toBe('unproven');
    expect(type.detail).toContain('does not let the app use custom objects');
  });

  it('are unproven again when the approved map changes', async () => {
    await probeObjectTypes(world.deps, OPERATOR);
    const map = await getMap(world.deps, OWNER, 'configuration_item');
    await approveMap(world.deps, OWNER, 'configuration_item', map.version);
    expect(only(await getObjectTypes(world.deps, VIEWER)).state).toBe('proven');

    const rule = map.rules.find(({ target }) => target === 'custom_attributes.vendor')!;
    const edited = await editMap(world.deps, OPERATOR, 'configuration_item', {
      version: map.version,
      rules: [{ id: rule.id, source: rule.source, target: 'custom_attributes.supplier' }],
    });
    expect(only(await getObjectTypes(world.deps, VIEWER)).state).toBe('proven');
    await approveMap(world.deps, OWNER, 'configuration_item', edited.version);
    const changed = only(await getObjectTypes(world.deps, VIEWER));
    expect(changed.state).toBe('unproven');
    expect(changed.attributes.map(({ name }) => name)).toContain('supplier');
  });

  it('ask for a new installation when the token is dead', async () => {
    const tokens = new Map(world.intercom.state.tokens);
    world.intercom.state.tokens.clear();
    await expect(probeObjectTypes(world.deps, OPERATOR)).rejects.toMatchObject({
      code: 'intercom_unauthorized',
      httpStatus: 409,
    });
    for (const [token, owner] of tokens) world.intercom.state.tokens.set(token, owner);
  });
});

describe('references to people and conversations', () => {
  it('are tried emptily before anything was moved, and the verdict says so', async () => {
    const { types } = await getObjectTypes(world.deps, VIEWER);
    await control(world.intercom, 'POST', 'object-types', {
      types: types.map(({ identifier, name, attributes }) => ({ identifier, name, attributes })),
    });
    const probed = await probeObjectTypes(world.deps, OPERATOR);
    const problem = probed.types.find(({ identifier }) => identifier === 'InfraonProblem');
    expect(problem?.attributes.find(({ name }) => name === 'incidents')?.references).toEqual({
      type: 'conversation',
      cardinality: 'many',
    });
    expect(problem?.attributes.find(({ name }) => name === 'requester')?.references).toEqual({
      type: 'contact',
      cardinality: 'one',
    });
    expect(problem?.state).toBe('proven');
    expect(problem?.detail).toContain('Of "requester", "incidents" only that they exist');
  });
});
