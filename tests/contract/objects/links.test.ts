import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunDocument } from '../../../pipeline/runs/run-document.ts';
import type { Desk, JsonObject } from '../../../simulators/infraon/desk.ts';
import { generateDesk } from '../../../simulators/seed/generate.ts';
import { OWNER } from '../planning/world.ts';
import { migration, type Migration } from './migrated.ts';

/**
 * Every link of a small desk, in both directions where Infraon keeps both: cycles, links to itself, a hub with many
 * neighbours, links to what may be one of two objects, and links to what does not exist.
 */
const NEIGHBOURS = 130;
const NOWHERE = '150000000000077777777';
const TYPES = {
  configuration_item: 'InfraonConfigurationItem',
  asset: 'InfraonAsset',
  problem: 'InfraonProblem',
  change: 'InfraonChange',
  release: 'InfraonRelease',
} as const;
type TypedObject = keyof typeof TYPES;

let desk: Desk;
let moved: Migration;
let run: RunDocument;
/** Intercom's ids by object and Infraon id, as the simulated workspace holds them. */
const destinations = new Map<string, string>();

function classOf(object: 'configuration_item' | 'asset') {
  return desk.cmdb_profiles.filter(({ cmdb_class }) => cmdb_class === (object === 'asset' ? 2 : 1));
}

function withHub(): Desk {
  const made = generateDesk({ seed: 11, incidents: 8 });
  const hub = made.cmdb_profiles.find(({ cmdb_class }) => cmdb_class === 1);
  const model = made.cmdb_profiles.find(({ cmdb_class }) => cmdb_class === 2);
  const incident = made.incidents.find(
    ({ is_deleted, requester_id }) => !is_deleted && requester_id !== null,
  );
  const [problem] = made.problems;
  if (!hub || !model || !incident || !problem) throw new Error('the desk is too small');
  for (let index = 0; index < NEIGHBOURS; index += 1) {
    const ci_id = `17990000000000${String(1_000_000 + index)}`;
    const name = `LT-9${index}`;
    made.cmdb_profiles.push({
      ...model,
      ci_id,
      ci_name: name,
      ci_display_name: name,
      parent_ci: {},
      asset_id: `AST9${index}`,
    });
    made.relations.push({ relation_id: `9${index}`, parent_ci_id: hub.ci_id, child_ci_id: ci_id });
  }
  made.relations.push({ relation_id: '8999', parent_ci_id: NOWHERE, child_ci_id: model.ci_id });
  incident.impacted_asset = [{ ci_id: hub.ci_id }, { ci_id: model.ci_id }, { ci_id: NOWHERE }];
  // Links that one end alone holds: the first problem's incidents, and the incidents of the first change.
  for (const each of made.incidents) {
    if (references(problem, 10).includes(each.incident_id)) each.problem = { problem_id: problem.problem_id };
    each.change = {};
  }
  problem.reference = [];
  const reference: JsonObject[] = [];
  problem.reference = [...reference, { module_id: 10, ref_id: NOWHERE, ref_display_id: 'INCI0' }];
  return made;
}

beforeAll(async () => {
  desk = withHub();
  moved = await migration({ desk });
  await moved.run('sample');
  run = await moved.run('full');
  for (const [object, type] of Object.entries(TYPES)) {
    for (const { externalId, id } of moved.workspace.instances.get(type)?.values() ?? [])
      destinations.set(`${object} ${externalId ?? ''}`, id);
  }
  for (const { incident_id } of desk.incidents) {
    const record = await moved.useCases.getRecord(OWNER, 'incident', incident_id);
    if (record.destination !== null) destinations.set(`incident ${incident_id}`, record.destination.id);
  }
}, 240_000);

afterAll(async () => {
  await moved.close();
});

function destinationsOf(object: string, ids: string[]): string[] {
  return [...new Set(ids)].flatMap((id) => destinations.get(`${object} ${id}`) ?? []).sort();
}

function stored(object: TypedObject, sourceId: string, attribute: string): string[] {
  const id = destinations.get(`${object} ${sourceId}`) ?? '';
  const value = moved.workspace.instances.get(TYPES[object])?.get(id)?.customAttributes[attribute];
  return Array.isArray(value) ? [...value].sort() : [];
}

/** What a conversation links to, by the name of the attribute. */
function onConversation(incidentId: string, name: string): string[] {
  const conversation = moved.workspace.conversations.get(destinations.get(`incident ${incidentId}`) ?? '');
  const attribute = [...moved.workspace.conversationAttributes.values()].find((each) => each.name === name);
  const value = conversation?.customAttributes.get(attribute?.id ?? -1);
  return Array.isArray(value) ? [...value].sort() : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function references(record: JsonObject, moduleId: number): string[] {
  const rows = Array.isArray(record.reference) ? (record.reference as JsonObject[]) : [];
  return rows.filter(({ module_id }) => module_id === moduleId).map(({ ref_id }) => textOf(ref_id));
}

function impacted(record: JsonObject): string[] {
  const rows = Array.isArray(record.impacted_asset) ? (record.impacted_asset as JsonObject[]) : [];
  return rows.map(({ ci_id }) => textOf(ci_id));
}

/** Incidents that name a problem or a change as theirs. */
function naming(kind: 'problem' | 'change', id: string): string[] {
  return desk.incidents
    .filter((incident) => textOf((incident[kind] as JsonObject | undefined)?.[`${kind}_id`]) === id)
    .map(({ incident_id }) => incident_id);
}

function relatedTo(id: string): string[] {
  return desk.relations
    .filter(({ parent_ci_id, child_ci_id }) => parent_ci_id === id || child_ci_id === id)
    .map(({ parent_ci_id, child_ci_id }) => (parent_ci_id === id ? child_ci_id : parent_ci_id));
}

async function warningsOf(object: string, sourceId: string): Promise<string[]> {
  const record = await moved.useCases.getRecord(OWNER, object, sourceId);
  return record.warnings.filter(({ code }) => code === 'parent_missing').map(({ message }) => message);
}

describe('links', () => {
  it('are counted by type, each in one state, and every one that can be made was made and read back', () => {
    for (const edge of run.edges) {
      const { expected, made, missing, rejected, dangling, waiting, verified } = edge;
      expect(made + missing + rejected + dangling + waiting, edge.type).toBe(expected);
      expect({ missing, waiting, verified }, edge.type).toEqual({ missing: 0, waiting: 0, verified: made });
    }
    expect(run.edges.filter(({ made }) => made > 0).map(({ type }) => type)).toEqual(
      expect.arrayContaining([
        'incident-configuration_item',
        'incident-asset',
        'incident-problem',
        'incident-change',
        'incident-requester',
        'incident-company',
        'requester-company',
        'problem-incident',
        'change-incident',
        'release-change',
        'change-release',
        'asset-configuration_item',
        'configuration_item-asset',
        'configuration_item-configuration_item',
      ]),
    );
    expect(run.edges.reduce((sum, { dangling }) => sum + dangling, 0)).toBeGreaterThanOrEqual(3);
  });

  it('are all read back as they were written', async () => {
    // Nobody serves the pictures of articles here, so Intercom cannot copy them.
    const differences = await moved.differences(run);
    expect(differences.filter((line) => !/^missing article \d+ images:/.test(line))).toEqual([]);
    expect(run.balanced).toBe(true);
    for (const object of Object.keys(TYPES)) expect(run.objects[object]?.rejected).toBe(0);
  });

  it.each(['configuration_item', 'asset'] as const)('of every %s lead to both kinds of items', (object) => {
    const names = {
      configuration_item: ['related', 'assets'],
      asset: ['configuration_items', 'related_assets'],
    };
    const [toItems = '', toAssets = ''] = names[object];
    for (const { ci_id } of classOf(object)) {
      expect(stored(object, ci_id, toItems)).toEqual(destinationsOf('configuration_item', relatedTo(ci_id)));
      expect(stored(object, ci_id, toAssets)).toEqual(destinationsOf('asset', relatedTo(ci_id)));
    }
  });

  it('of a hub are complete, and cycles and links to itself are kept', () => {
    const [hub] = classOf('configuration_item');
    expect(stored('configuration_item', hub?.ci_id ?? '', 'assets').length).toBeGreaterThanOrEqual(
      NEIGHBOURS,
    );
    const loop = desk.hard_cases.find(({ name }) => name === 'ci_self_link')?.ids[0] ?? '';
    expect(stored('configuration_item', loop, 'related')).toEqual(
      expect.arrayContaining(destinationsOf('configuration_item', [loop])),
    );
    const cycle = desk.hard_cases.find(({ name }) => name === 'ci_cycle')?.ids ?? [];
    expect(cycle).toHaveLength(3);
    for (const id of cycle) {
      const others = cycle.filter((other) => other !== id);
      expect(stored('configuration_item', id, 'related')).toEqual(
        expect.arrayContaining(destinationsOf('configuration_item', others)),
      );
    }
  });

  it('between incidents, problems, changes and releases are made on both sides, whichever holds them', () => {
    expect(desk.problems.some(({ problem_id }) => naming('problem', problem_id).length > 0)).toBe(true);
    expect(desk.changes.some((change) => references(change, 10).length > 0)).toBe(true);
    for (const problem of desk.problems) {
      const incidents = [...references(problem, 10), ...naming('problem', problem.problem_id)];
      expect(stored('problem', problem.problem_id, 'incidents')).toEqual(
        destinationsOf('incident', incidents),
      );
    }
    for (const change of desk.changes) {
      const incidents = references(change, 10);
      expect(stored('change', change.change_id, 'incidents')).toEqual(destinationsOf('incident', incidents));
    }
    for (const release of desk.releases) {
      const changes = references(release, 47);
      expect(changes.length).toBeGreaterThan(0);
      expect(stored('release', release.release_id, 'changes')).toEqual(destinationsOf('change', changes));
    }
    for (const change of desk.changes) {
      const releases = desk.releases.filter((each) => references(each, 47).includes(change.change_id));
      expect(stored('change', change.change_id, 'releases')).toEqual(
        destinationsOf('release', [
          ...references(change, 53),
          ...releases.map(({ release_id }) => release_id),
        ]),
      );
    }
    const linked = desk.incidents.filter(({ incident_id }) => destinations.has(`incident ${incident_id}`));
    for (const incident of linked) {
      const { incident_id, problem, change } = incident;
      const problems = [
        textOf((problem as JsonObject).problem_id),
        ...desk.problems
          .filter((each) => references(each, 10).includes(incident_id))
          .map((each) => each.problem_id),
      ];
      const changes = [
        textOf((change as JsonObject).change_id),
        ...desk.changes
          .filter((each) => references(each, 10).includes(incident_id))
          .map((each) => each.change_id),
      ];
      expect(onConversation(incident.incident_id, 'Infraon problems')).toEqual(
        destinationsOf('problem', problems),
      );
      expect(onConversation(incident.incident_id, 'Infraon changes')).toEqual(
        destinationsOf('change', changes),
      );
    }
  });

  it('to affected items go to the object that has the id', () => {
    for (const incident of desk.incidents) {
      if (!destinations.has(`incident ${incident.incident_id}`)) continue;
      const ids = impacted(incident);
      expect(onConversation(incident.incident_id, 'Infraon configuration items')).toEqual(
        destinationsOf('configuration_item', ids),
      );
      expect(onConversation(incident.incident_id, 'Infraon assets')).toEqual(destinationsOf('asset', ids));
    }
  });

  it('to what does not exist are named once, and nothing else is', async () => {
    const model = desk.cmdb_profiles.find(({ cmdb_class }) => cmdb_class === 2);
    const incident = desk.incidents.find((each) => impacted(each).includes(NOWHERE));
    for (const [object, id] of [
      ['asset', model?.ci_id],
      ['incident', incident?.incident_id],
      ['problem', desk.problems[0]?.problem_id],
    ] as const) {
      const warnings = (await warningsOf(object, id ?? '')).filter((message) => message.includes(NOWHERE));
      expect(warnings).toHaveLength(1);
    }
    const [hub] = classOf('configuration_item');
    expect(await warningsOf('configuration_item', hub?.ci_id ?? '')).toEqual([]);
  });
});
