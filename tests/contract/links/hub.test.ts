import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EdgeCounts } from '../../../pipeline/links/count-links.ts';
import { advanceRun } from '../../../pipeline/runs/advance.ts';
import { runBatch } from '../../../pipeline/runs/batch.ts';
import { loadBatch } from '../../../pipeline/load/load.ts';
import { getSettingsFor, type SettingsDocument } from '../../../pipeline/settings.ts';
import { countSets } from '../../../pipeline/verify/sets/count-sets.ts';
import { verifyBatch } from '../../../pipeline/verify/verify.ts';
import { OWNER, control, planningWorld, type World } from '../planning/world.ts';

const OBJECT = 'configuration_item';
const TYPE = 'InfraonConfigurationItem';
const NEIGHBOURS = 10_000;
const ITEMS = ['hub', 'a', 'b', 'c'];
const { workspaceId } = OWNER;

let world: World;

/** One link of it names an id that neither kind of item has: which kind was meant nobody knows. */
const NOWHERE = 'nowhere';

/** A small graph with a circle, links to itself and to nothing, around an item that 10,000 assets are linked to. */
const GRAPH: Record<string, string[]> = {
  hub: ['hub', 'a', ...Array.from({ length: NEIGHBOURS }, (_, index) => `n${index}`)],
  a: ['b', 'hub'],
  b: ['c', 'b'],
  c: ['a', NOWHERE],
};

beforeAll(async () => {
  world = await planningWorld({ incidents: 1 });
  const { intercom, deps } = world;
  const many = (type: string) => ({ format: 'reference', references: { type, cardinality: 'many' } });
  await control(intercom, 'POST', 'object-types', {
    types: [
      {
        identifier: TYPE,
        name: 'Item',
        attributes: [
          { name: 'related', ...many(TYPE) },
          { name: 'assets', ...many('InfraonAsset') },
        ],
      },
      { identifier: 'InfraonAsset', name: 'Asset', attributes: [{ name: 'name', format: 'text' }] },
    ],
  });
  const workspace = intercom.state.workspaces.get(workspaceId);
  const rows = Array.from({ length: NEIGHBOURS }, (_, index) => ({
    source: `n${index}`,
    id: `${index}`.padStart(24, '0'),
  }));
  const dates = { externalCreatedAt: null, externalUpdatedAt: null, createdAt: 1, updatedAt: 1 };
  workspace?.instances.set(
    'InfraonAsset',
    new Map(
      rows.map(({ id, source }) => [
        id,
        { id, type: 'InfraonAsset', externalId: source, ...dates, customAttributes: {} },
      ]),
    ),
  );
  await deps.db.sql`
    insert into id_map (workspace_id, object, source_id, resource, destination_id, state, origin, created_in_run)
    select ${workspaceId}, 'asset', v.source, 'custom_object_instances', v.id, 'complete', 'created', gen_random_uuid()
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as v(source text, id text)`;
}, 60_000);

afterAll(() => world.close());

function payload(id: string) {
  const ends = GRAPH[id] ?? [];
  const refs = (ref: string, or: string) => ends.map((sourceId) => ({ ref, sourceId, or: [or] }));
  return {
    resource: 'custom_object_instances',
    type: TYPE,
    external_id: id,
    custom_attributes: { related: refs(OBJECT, 'asset'), assets: refs('asset', OBJECT) },
  };
}

async function move(
  settings: Partial<SettingsDocument> = {},
): Promise<{ state: string; edges: EdgeCounts[] }> {
  const { deps } = world;
  const { sql } = deps.db;
  const frozen = { ...(await getSettingsFor(deps, workspaceId)), ...settings };
  const extraction = { [OBJECT]: { listed: true, countAtStart: null, countAtEnd: null, excludedRows: 0 } };
  const [run] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, extraction, prepared, created_by)
    values (${workspaceId}, 'full', 'running', ${JSON.stringify([OBJECT])}::jsonb, '{}', ${JSON.stringify(frozen)}::jsonb,
      ${JSON.stringify(extraction)}::jsonb, true, ${OWNER.adminId})
    returning id`;
  const runId = run?.id ?? '';
  for (const id of ITEMS) {
    await sql`
      insert into run_records (run_id, workspace_id, object, source_id, step, mapped, mapped_hash)
      values (${runId}, ${workspaceId}, ${OBJECT}, ${id}, 'load', ${JSON.stringify(payload(id))}::jsonb, ${id})`;
  }
  const place = { workspaceId, runId, object: OBJECT, slot: 0 };
  for (let round = 0; round < 4; round += 1) {
    await runBatch(deps, { ...place, step: 'load' }, loadBatch);
    await advanceRun(deps, workspaceId, runId);
  }
  await runBatch(deps, { ...place, step: 'verify' }, verifyBatch);
  await countSets(deps, workspaceId, runId);
  await advanceRun(deps, workspaceId, runId);
  const [ended] = await sql<{ state: string; edges: EdgeCounts[] }[]>`
    select state, edges from runs where id = ${runId}`;
  return ended ?? { state: '', edges: [] };
}

function edge(edges: EdgeCounts[], to: string): unknown {
  const { expected, made, verified, missing, rejected, dangling } =
    edges.find((each) => each.to === to) ?? {};
  return { expected, made, verified, missing, rejected, dangling };
}

describe('a hub with 10,000 neighbours, in a circle, linked to itself and to nothing', () => {
  it('has every link made and read back, and none missing', async () => {
    const { state, edges } = await move();
    expect(state).toBe('completed');
    const all = { expected: NEIGHBOURS + 1, made: NEIGHBOURS, verified: NEIGHBOURS };
    expect(edge(edges, 'asset')).toMatchObject({ ...all, missing: 0, rejected: 0 });
    expect(edge(edges, OBJECT)).toMatchObject({ expected: 7, made: 7, verified: 7, missing: 0, rejected: 0 });
    expect(edges.map(({ dangling }) => dangling).sort()).toEqual([0, 1]);
  }, 60_000);

  it('has a link that Intercom does not show named as missing', async () => {
    const workspace = world.intercom.state.workspaces.get(workspaceId);
    const id = workspace?.instancesByExternalId.get(TYPE)?.get('hub') ?? '';
    const hub = workspace?.instances.get(TYPE)?.get(id);
    const held = hub?.customAttributes['assets'];
    if (hub === undefined || !Array.isArray(held)) throw new Error('the hub is not there');
    hub.customAttributes['assets'] = held.filter((each) => each !== `${77}`.padStart(24, '0'));
    const { state, edges } = await move();
    expect(state).toBe('completed_with_findings');
    expect(edge(edges, 'asset')).toMatchObject({ made: NEIGHBOURS - 1, missing: 1 });
    const rows = await world.deps.db.sql`select to_id, code from record_links where state = 'missing'`;
    expect([...rows]).toEqual([{ to_id: 'n77', code: 'not_read_back' }]);
  }, 60_000);

  it('is given no more links than the settings allow, and the others are rejected by name', async () => {
    const { edges } = await move({ links_per_attribute: 1_000 });
    expect(edge(edges, 'asset')).toMatchObject({
      made: 1_000,
      verified: 1_000,
      missing: 0,
      rejected: NEIGHBOURS - 1_000,
    });
    const rows = await world.deps.db.sql`select distinct code from record_links where state = 'rejected'`;
    expect([...rows]).toEqual([{ code: 'too_many_links' }]);
    const [row] = await world.deps.db.sql<{ warnings: { code: string; value: number }[] }[]>`
      select warnings from run_records where source_id = 'hub' order by id desc limit 1`;
    expect(row?.warnings).toMatchObject([{ code: 'too_many_links', value: NEIGHBOURS - 1_000 }]);
  }, 60_000);
});
