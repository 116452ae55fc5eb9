import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDiscovery, startDiscovery } from '../../../pipeline/discovery/discover.ts';
import type { MapDocument } from '../../../pipeline/maps/map-document.ts';
import { approvedMaps } from '../../../pipeline/maps/map-store.ts';
import { pinnedMap } from '../../../pipeline/runs/frozen-run.ts';
import { approveMap, editMap, getMap, listMaps } from '../../../pipeline/maps/maps.ts';
import { OPERATOR, OWNER, VIEWER, planningWorld, type World } from './world.ts';

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

function ruleFor(map: MapDocument, source: string) {
  const rule = map.rules.find((candidate) => candidate.source === source);
  if (rule === undefined) throw new Error(`no rule for ${source}`);
  return rule;
}

describe('maps', () => {
  it('are listed with counts and shown with reasons and samples', async () => {
    const [summary] = (await listMaps(world.deps, VIEWER)).filter(({ object }) => object === 'incident');
    const map = await getMap(world.deps, VIEWER, 'incident');
    expect(summary).toEqual({
      object: 'incident',
      version: 1,
      state: 'proposed',
      rules: map.rules.length,
      unmapped: map.unmapped.length,
      approved_by: null,
      approved_at: null,
    });
    for (const rule of map.rules) {
      expect(rule.reasons.length).toBeGreaterThan(0);
      expect(rule.confidence).toBeGreaterThan(0);
    }
    expect(ruleFor(map, 'priority').samples.length).toBeGreaterThan(0);
  });

  it('answer 404 for objects that do not exist', async () => {
    await expect(getMap(world.deps, VIEWER, 'unicorn')).rejects.toMatchObject({
      code: 'unknown_object',
      httpStatus: 404,
    });
  });

  it('become a new version when edited, with samples of the new rule', async () => {
    await expect(editMap(world.deps, VIEWER, 'incident', { version: 1, rules: [] })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const before = await getMap(world.deps, OPERATOR, 'incident');
    const rule = ruleFor(before, 'priority');
    const edited = await editMap(world.deps, OPERATOR, 'incident', {
      version: 1,
      rules: [
        { id: rule.id, source: 'priority', target: 'custom_attributes.Old priority', transform: 'string' },
      ],
    });
    expect(edited).toMatchObject({ version: 2, state: 'proposed' });
    expect(edited.rules).toHaveLength(before.rules.length);
    const changed = ruleFor(edited, 'priority');
    expect(changed).toMatchObject({ id: rule.id, target: 'custom_attributes.Old priority', confidence: 1 });
    expect(changed.samples.length).toBeGreaterThan(0);
    expect(changed.samples[0]?.result).toBe(changed.samples[0]?.source);
  });

  it('refuse an edit or an approval of an older version', async () => {
    const conflict = { code: 'map_version_conflict', httpStatus: 409 };
    const edit = editMap(world.deps, OPERATOR, 'incident', { version: 1, rules: [] });
    await expect(edit).rejects.toMatchObject(conflict);
    await expect(approveMap(world.deps, OWNER, 'incident', 1)).rejects.toMatchObject(conflict);
  });

  it('refuse two edits of the same version at the same time, all but one', async () => {
    const { version, rules } = await getMap(world.deps, OPERATOR, 'company');
    const rule = rules.find(({ target }) => target.startsWith('custom_attributes.'))!;
    const edits = await Promise.allSettled(
      ['a', 'b', 'c'].map((name) =>
        editMap(world.deps, OPERATOR, 'company', {
          version,
          rules: [{ id: rule.id, source: rule.source, target: `custom_attributes.infraon_org_${name}` }],
        }),
      ),
    );
    expect(edits.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const edit of edits) {
      if (edit.status === 'rejected') expect(edit.reason).toMatchObject({ code: 'map_version_conflict' });
    }
  });

  it('name the rule that is wrong, and keep the version', async () => {
    const map = await getMap(world.deps, OPERATOR, 'incident');
    const rule = ruleFor(map, 'priority');
    await expect(
      editMap(world.deps, OPERATOR, 'incident', {
        version: map.version,
        rules: [{ id: rule.id, source: 'priority', target: 'nonsense' }],
      }),
    ).rejects.toMatchObject({ code: 'rule_invalid', httpStatus: 422, field: rule.id });
    expect((await getMap(world.deps, OPERATOR, 'incident')).version).toBe(map.version);
  });

  it('are approved by an owner, with name and time, and again after an edit', async () => {
    const { version } = await getMap(world.deps, OWNER, 'incident');
    await expect(approveMap(world.deps, OPERATOR, 'incident', version)).rejects.toMatchObject({
      code: 'forbidden',
    });
    const approved = await approveMap(world.deps, OWNER, 'incident', version);
    expect(approved).toMatchObject({ version, state: 'approved', approved_by: 'Olivia Marsh' });
    expect(Date.parse(approved.approved_at ?? '')).not.toBeNaN();
    expect(await approveMap(world.deps, OWNER, 'incident', version)).toEqual(approved);

    const edited = await editMap(world.deps, OPERATOR, 'incident', { version, rules: [] });
    expect(edited).toMatchObject({ version: version + 1, state: 'proposed', approved_by: null });
    const { sql } = world.deps.db;
    expect((await approvedMaps(sql, OWNER.workspaceId)).get('incident')?.version).toBe(version);
    const run = { id: 'run', workspaceId: OWNER.workspaceId, mapVersions: { incident: version } };
    expect((await pinnedMap(sql, run, 'incident')).rules).toEqual(approved.rules);
  });

  it('leave a trace of every change in the audit log', async () => {
    const actions = await world.deps.db.sql<{ action: string }[]>`
      select distinct action from audit_log where action like 'map_%' order by action`;
    expect(actions.map(({ action }) => action)).toEqual(['map_approved', 'map_edited']);
  });

  it('of one workspace are invisible in another', async () => {
    const stranger = { ...VIEWER, workspaceId: 'ws_other' };
    expect(await listMaps(world.deps, stranger)).toEqual([]);
    await expect(getMap(world.deps, stranger, 'incident')).rejects.toMatchObject({ code: 'map_not_found' });
  });
});
