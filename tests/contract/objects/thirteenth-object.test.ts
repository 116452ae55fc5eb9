import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schemaTypeOf } from '../../../objects/attributes.ts';
import { attribute, defineObject, field, rule } from '../../../objects/define-object.ts';
import { validateMap } from '../../../objects/validate-map.ts';
import { generateDesk } from '../../../simulators/seed/generate.ts';
import { OWNER } from '../planning/world.ts';
import { migration, type Migration } from './migrated.ts';

/** What somebody would put into `objects/modules/task.ts`; nothing else in the product knows of it. */
const task = defineObject({
  name: 'task',
  label: 'Task',
  plural: 'Tasks',
  source: { kind: 'endpoint', object: 'task' },
  dependsOn: ['change'],
  displayField: 'display_id',
  fields: [
    field('id', 'Task id', 'string', ['task_id'], 'documented', { required: true }),
    field('display_id', 'Number', 'string', ['display_id'], 'documented'),
    field('name', 'Name', 'string', ['name'], 'documented', { required: true }),
    field('status', 'Status', 'enum', ['status'], 'documented'),
    field('due', 'Due', 'datetime', ['due_date'], 'documented'),
    field('created', 'Created', 'datetime', ['creation_time'], 'documented'),
    field('parent', 'Change', 'references', ['ref_id'], 'documented', {
      object: 'change',
      orObjects: ['release'],
    }),
  ],
  destination: {
    resource: 'custom_object_instances',
    type: { identifier: 'InfraonTask', name: 'Infraon task' },
  },
  identity: { template: '{id}' },
  mapping: [
    rule('created', 'external_created_at', 'unixSeconds'),
    attribute('name', 'name', 'string'),
    attribute('display_id', 'number', 'string'),
    attribute('status', 'status', 'enum', { allowed: [] }),
    attribute('due', 'due_at', 'datetime'),
    attribute('parent', 'change', 'references', { type: 'InfraonChange' }),
  ],
  verify: {},
  rollback: { created: 'delete', updated: 'restore' },
});

let moved: Migration;

beforeAll(async () => {
  moved = await migration({ desk: generateDesk({ seed: 11, incidents: 10 }), modules: [task] });
}, 120_000);

afterAll(async () => {
  await moved.close();
});

describe('an object that is one module file', () => {
  it('is plain data with a valid map', () => {
    expect(JSON.parse(JSON.stringify(task))).toEqual(task);
    expect(validateMap(task, task.mapping)).toEqual([]);
  });

  it('is discovered with its fields, mapped, and put on the schema sheet', async () => {
    const { objects } = await moved.useCases.getDiscovery(OWNER);
    const found = objects.find(({ object }) => object === 'task');
    expect(found?.count).toBe(moved.world.desk.tasks.length);
    expect(found?.fields.find(({ key }) => key === 'status')?.options.length).toBeGreaterThan(1);

    const map = await moved.useCases.getMap(OWNER, 'task');
    expect(map.state).toBe('approved');
    // What the module does not mention is not dropped either.
    expect(map.rules.map(({ source }) => source)).toContain('raw.description');

    const { types } = await moved.useCases.getObjectTypes(OWNER);
    const type = types.find(({ identifier }) => identifier === 'InfraonTask');
    expect(type).toMatchObject({ state: 'proven', ...schemaTypeOf(task, map.rules) });
  });

  it('is loaded, linked, read back and balanced', async () => {
    const objects = ['company', 'requester', 'configuration_item', 'asset', 'problem', 'change', 'task'];
    await moved.run('sample', objects);
    const run = await moved.run('full', objects);
    expect(await moved.differences(run)).toEqual([]);
    expect(run).toMatchObject({ state: 'completed', balanced: true });
    const { created, unchanged, updated, rejected } = run.objects['task'] ?? {};
    expect((created ?? 0) + (unchanged ?? 0) + (updated ?? 0)).toBe(moved.world.desk.tasks.length);
    expect(rejected).toBe(0);

    const changes = new Map(
      [...(moved.workspace.instances.get('InfraonChange')?.values() ?? [])].map((instance) => [
        instance.externalId,
        instance.id,
      ]),
    );
    for (const source of moved.world.desk.tasks) {
      const instance = [...(moved.workspace.instances.get('InfraonTask')?.values() ?? [])].find(
        ({ externalId }) => externalId === source.task_id,
      );
      expect(instance?.customAttributes).toMatchObject({
        name: source.name,
        change: [changes.get(String(source.ref_id))].filter((id) => id !== undefined),
      });
    }
  }, 120_000);
});
