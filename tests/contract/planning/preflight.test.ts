import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDiscovery, startDiscovery } from '../../../pipeline/discovery/discover.ts';
import { approveMap, listMaps } from '../../../pipeline/maps/maps.ts';
import { getObjectTypes, probeObjectTypes } from '../../../pipeline/prepare/object-types.ts';
import type { PreflightCheck } from '../../../pipeline/readiness/preflight-document.ts';
import { blockingChecks, confirmPreflight, getPreflight } from '../../../pipeline/readiness/preflight.ts';
import { getScope } from '../../../pipeline/scope/scope.ts';
import { updateSettings } from '../../../pipeline/settings.ts';
import { connectSource } from '../../../pipeline/source/source.ts';
import { DEFAULT_CREDENTIALS } from '../../../simulators/infraon/server.ts';
import { OPERATOR, OWNER, VIEWER, control, planningWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await planningWorld();
});

afterAll(async () => {
  await world.close();
});

async function states(): Promise<Record<string, PreflightCheck['state']>> {
  const { checks } = await getPreflight(world.deps, VIEWER);
  return Object.fromEntries(checks.map(({ id, state }) => [id, state]));
}

async function blocking(objects?: string[]): Promise<string[]> {
  return (await blockingChecks(world.deps, OWNER.workspaceId, objects)).map(({ id }) => id);
}

describe('the way to readiness', () => {
  it('begins with nothing but a working installation', async () => {
    expect(await states()).toMatchObject({
      source_connected: 'fail',
      source_capabilities: 'fail',
      discovery_done: 'fail',
      intercom_token: 'pass',
      maps_approved: 'fail',
      fallback_teammate: 'pass',
      attribute_limit: 'pass',
      attribute_types: 'pass',
      workflows_paused: 'needs_confirmation',
    });
    await expect(getScope(world.deps, VIEWER, 'html')).rejects.toMatchObject({
      code: 'discovery_needed',
      httpStatus: 409,
    });
  });

  it('goes through connecting, discovering and approving', async () => {
    const { username, password } = DEFAULT_CREDENTIALS;
    await connectSource(world.deps, OWNER, {
      base_url: world.infraon.url,
      auth: { strategy: 'password', username, password },
    });
    await startDiscovery(world.deps, OPERATOR);
    await runDiscovery(world.deps, OWNER.workspaceId, { sampleSize: 20 });
    expect(await states()).toMatchObject({
      source_connected: 'pass',
      source_capabilities: 'pass',
      discovery_done: 'pass',
      maps_approved: 'fail',
    });
    for (const { object, version } of await listMaps(world.deps, OWNER)) {
      await approveMap(world.deps, OWNER, object, version);
    }
    expect(await states()).toMatchObject({ maps_approved: 'pass', object_types: 'fail' });
  });

  it('does not hold up a run of objects that need none of what is missing', async () => {
    expect(await blocking()).toContain('object_types');
    expect(await blocking(['company', 'requester'])).not.toContain('object_types');
  });

  it('asks for proven object types', async () => {
    const { types } = await getObjectTypes(world.deps, OWNER);
    await control(world.intercom, 'POST', 'object-types', { types });
    await probeObjectTypes(world.deps, OPERATOR);
    expect(await states()).toMatchObject({ object_types: 'pass' });
  });

  it('lists technicians who have no teammate, and the fallback who has no seat, without hiding the rest', async () => {
    const { checks } = await getPreflight(world.deps, VIEWER);
    const matched = checks.find(({ id }) => id === 'teammates_matched');
    expect(matched).toMatchObject({ severity: 'warning', state: 'fail' });
    expect(matched?.detail).toMatch(/of \d+ technicians have no teammate: \S/);

    await updateSettings(world.deps, OWNER, { fallback_admin_id: VIEWER.adminId });
    expect(await states()).toMatchObject({ fallback_teammate: 'fail' });
    await updateSettings(world.deps, OWNER, { fallback_admin_id: OPERATOR.adminId });
    expect(await states()).toMatchObject({ fallback_teammate: 'pass' });
  });

  it('ends when a person has confirmed what no API tells', async () => {
    expect(await blocking()).toEqual(['workflows_paused', 'notifications_silent', 'webhooks_known']);
    await expect(confirmPreflight(world.deps, VIEWER, 'workflows_paused', '')).rejects.toMatchObject({
      code: 'forbidden',
    });
    for (const id of ['workflows_paused', 'notifications_silent', 'webhooks_known', 'phone_validation_off']) {
      const { checks } = await confirmPreflight(world.deps, OPERATOR, id, `done: ${id}`);
      const check = checks.find((candidate) => candidate.id === id);
      expect(check).toMatchObject({ state: 'pass' });
      expect(check?.detail).toContain('Confirmed by Migration');
      expect(check?.detail).toContain(`done: ${id}`);
    }
    expect(await blocking()).toEqual([]);
  });

  it('takes no word for what is measured, and knows its checks', async () => {
    await expect(confirmPreflight(world.deps, OWNER, 'maps_approved', '')).rejects.toMatchObject({
      code: 'not_confirmable',
      httpStatus: 409,
    });
    await expect(confirmPreflight(world.deps, OWNER, 'nonsense', '')).rejects.toMatchObject({
      code: 'unknown_check',
      httpStatus: 404,
    });
  });

  it('is blocked again by an attribute that exists with another type, and by a dead token', async () => {
    await control(world.intercom, 'POST', 'object-types', {
      types: [
        { identifier: 'contact', name: 'Contact', attributes: [{ name: 'infraon_id', format: 'number' }] },
      ],
    });
    expect(await blocking()).toEqual(['attribute_types']);
    const tokens = new Map(world.intercom.state.tokens);
    world.intercom.state.tokens.clear();
    expect(await blocking()).toEqual(
      expect.arrayContaining(['intercom_token', 'fallback_teammate', 'attribute_limit']),
    );
    for (const [token, owner] of tokens) world.intercom.state.tokens.set(token, owner);
  });
});

describe('the scope', () => {
  it('is a page that says where every field goes, with everything of the tenant escaped', async () => {
    await world.deps.db.sql`
      update discoveries set objects = jsonb_set(objects, '{0,fields,0,label}', '"<script>alert(1)</script>"')`;
    const { contentType, body } = await getScope(world.deps, VIEWER, 'html');
    expect(contentType).toBe('text/html; charset=utf-8');
    expect(body).toMatch(/^<!doctype html>/);
    expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(body).not.toMatch(/<script/i);
    for (const text of [
      'Incidents',
      'Conversation attribute',
      'InfraonConfigurationItem',
      'What does not migrate',
      'Estimate',
    ]) {
      expect(body).toContain(text);
    }
  });

  it('is Markdown whose tables no value can break', async () => {
    await world.deps.db.sql`
      update discoveries set objects = jsonb_set(objects, '{0,fields,0,label}', '"a | b <img src=x> \\n# c"')`;
    const { contentType, body } = await getScope(world.deps, VIEWER, 'md');
    expect(contentType).toBe('text/markdown; charset=utf-8');
    expect(body).toContain('a \\| b &lt;img src=x&gt; \\# c');
    expect(body).not.toContain('<img');
    const lines = body.split('\n').filter((line) => line.startsWith('| '));
    expect(lines.length).toBeGreaterThan(50);
  });

  it('is data, with every discovered field either moved or given a reason', async () => {
    const { contentType, body } = await getScope(world.deps, VIEWER, 'json');
    expect(contentType).toBe('application/json; charset=utf-8');
    const scope = JSON.parse(body) as {
      objects: { object: string; count: number; fields: { goes_to: string; moved: boolean }[] }[];
      not_migrated: { what: string }[];
    };
    expect(scope.objects.map(({ object }) => object)).toEqual(
      world.deps.registry.all().map(({ name }) => name),
    );
    for (const { fields } of scope.objects) {
      for (const field of fields) expect(field.goes_to).not.toBe('');
    }
    expect(scope.not_migrated.map(({ what }) => what)).toContain('Workflows and automations');
  });
});
