import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuthError } from '../../../errors.ts';
import { attributesOf } from '../../../objects/attributes.ts';
import { prepareRun } from '../../../pipeline/prepare/prepare.ts';
import { getSettingsFor } from '../../../pipeline/settings.ts';
import { OWNER, planningWorld, VIEWER, type World } from '../planning/world.ts';

const OBJECT = 'incident';
const { workspaceId } = OWNER;

let world: World;
let runId: string;

beforeEach(async () => {
  world = await planningWorld({ incidents: 1 });
  const { sql } = world.deps.db;
  const module = world.deps.registry.get(OBJECT);
  const rules = module.mapping
    .map((rule, index) => ({
      id: `r${index}`,
      options: {},
      confidence: 1,
      reasons: [],
      samples: [],
      ...rule,
    }))
    // Custom object types are made by a person, and nobody made them here.
    .filter((rule) => attributesOf(module, [rule]).every(({ type }) => type !== 'relationship'));
  await sql`
    insert into object_maps (workspace_id, object, version, state, rules, unmapped, created_by)
    values (${workspaceId}, ${OBJECT}, 1, 'approved', ${JSON.stringify(rules)}::jsonb, '[]'::jsonb, ${OWNER.adminId})`;
  const settings = await getSettingsFor(world.deps, workspaceId);
  const [row] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, created_by)
    values (${workspaceId}, 'full', 'running', ${JSON.stringify([OBJECT])}::jsonb, ${JSON.stringify({ [OBJECT]: 1 })}::jsonb,
      ${JSON.stringify(settings)}::jsonb, ${OWNER.adminId})
    returning id`;
  runId = row!.id;
});
afterEach(async () => world.close());

async function prepare(): Promise<void> {
  await prepareRun(world.deps, workspaceId, runId);
  const [run] = await world.deps.db.sql`select prepared, state_reason from runs where id = ${runId}`;
  expect(run).toEqual({ prepared: true, state_reason: null });
}

function made(path: string): string[] {
  return world.intercom.state.recorder
    .since(0, 100_000)
    .filter(({ call }) => call === `POST ${path}`)
    .map(({ requestBody }) => {
      const body = JSON.parse(requestBody ?? '{}') as { name?: string; label?: string };
      return body.name ?? body.label ?? '';
    });
}

async function items(): Promise<{ kind: string; name: string; id: string; origin: string }[]> {
  return [
    ...(await world.deps.db.sql<{ kind: string; name: string; id: string; origin: string }[]>`
      select kind, name, destination_id as id, origin from prepared_items where workspace_id = ${workspaceId}`),
  ];
}

describe('preparing the workspace', () => {
  it('looks at once after a lost answer: what is there is ours, and nobody waits', async () => {
    // With the time-out of production a wait would take longer than a test may.
    for (const path of ['/data_attributes', '/conversations/attributes'])
      world.intercom.state.faults.add([{ method: 'POST', path, mode: 'drop_after_commit' }]);
    await prepare();
    for (const path of ['/data_attributes', '/conversations/attributes'])
      expect(new Set(made(path)).size).toBe(made(path).length);
    const all = await items();
    expect(all.length).toBeGreaterThan(10);
    expect(all.filter(({ id, origin }) => id === '' || origin !== 'created')).toEqual([]);
  });

  it('waits once for all that was not seen, while the others are made', async () => {
    world.deps.options.intercomTimeoutMs = 400;
    world.intercom.state.faults.add([
      { method: 'POST', path: '/conversations/attributes', mode: 'drop_before', times: 2 },
    ]);
    await prepare();
    const names = made('/conversations/attributes');
    const lost = names.slice(0, 2);
    expect(names.slice(-2)).toEqual(lost);
    expect(new Set(names).size).toBe(names.length - 2);
    expect((await items()).filter(({ id }) => id === '')).toEqual([]);
  });

  it('meets the teammates who were invited since the installation', async () => {
    const { admins } = world.intercom.state.workspaces.get(workspaceId)!;
    const [first] = admins.values();
    admins.set('5017699', { ...first!, id: '5017699', email: 'new.hire@northwind.example' });
    admins.delete(VIEWER.adminId);
    await prepare();
    const rows = await world.deps.db.sql<{ id: string; role: string }[]>`
      select admin_id as id, role from teammates where workspace_id = ${workspaceId}`;
    const roles = new Map(rows.map(({ id, role }) => [id, role]));
    expect([...roles.keys()].sort()).toEqual([...admins.keys()].sort());
    expect(roles.get(OWNER.adminId)).toBe('owner');
  });

  it('leaves a token that was revoked to the job, which pauses the run with what a person has to do', async () => {
    world.intercom.state.tokens.clear();
    await expect(prepareRun(world.deps, workspaceId, runId)).rejects.toThrow(AuthError);
    const [run] = await world.deps.db.sql`select state, state_reason from runs where id = ${runId}`;
    expect(run).toEqual({ state: 'running', state_reason: null });
  });

  it('tries no others when three in a row fail', async () => {
    world.deps.options.intercomTimeoutMs = 400;
    world.intercom.state.faults.add([
      { method: 'POST', path: '/conversations/attributes', mode: 'drop_before', times: 3 },
    ]);
    await prepare();
    const names = made('/conversations/attributes');
    expect(names.slice(3, 6)).toEqual(names.slice(0, 3));
  });

  it('knows an option as its own although the answer got lost, and leaves those alone that were there', async () => {
    await prepare();
    const attributes = world.intercom.state.workspaces.get(workspaceId)!.conversationAttributes;
    const list = [...attributes.values()].find(({ options }) => options.length > 2)!;
    const [, second, third] = list.options;
    list.options.splice(1, 2);
    const { sql } = world.deps.db;
    await sql`update runs set prepared = false`;
    world.intercom.state.faults.add([
      {
        method: 'POST',
        path: '/conversations/attributes/{id}/options',
        mode: 'drop_after_commit',
        times: 1,
      },
    ]);
    await prepare();
    const kept = (await items()).filter(({ kind }) => kind === 'conversation_option');
    expect(kept.map(({ name, origin }) => `${name} ${origin}`).sort()).toEqual(
      [`${list.name}: ${second!.label} created`, `${list.name}: ${third!.label} created`].sort(),
    );
    expect(kept.every(({ id }) => /^\S+\/\S+$/.test(id))).toBe(true);
    expect(made('/conversations/attributes/{id}/options').sort()).toEqual(
      [second!.label, third!.label].sort(),
    );
  });
});
