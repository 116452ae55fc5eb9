import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { claimExclusive } from '../../../db/leases.ts';
import { LeaseLostError } from '../../../errors.ts';
import { findOrMake, keepItem, type Maker } from '../../../pipeline/prepare/prepared-items.ts';
import { OWNER, planningWorld, type World } from '../planning/world.ts';

const { workspaceId } = OWNER;
const ITEM = { kind: 'contact', name: 'infraon_timezone' };

let world: World;
let runId: string;
beforeAll(async () => {
  world = await planningWorld({ incidents: 1 });
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.deps.db.sql`delete from prepared_items where workspace_id = ${workspaceId}`;
  const [run] = await world.deps.db.sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, created_by)
    values (${workspaceId}, 'full', 'completed', '[]', '{}', '{}', ${OWNER.adminId}) returning id`;
  runId = run!.id;
});

async function maker(): Promise<Maker> {
  const lease = await claimExclusive(world.deps.db.sql, {
    workspaceId,
    runId,
    work: 'prepare',
    worker: randomUUID(),
  });
  if (lease === null) throw new Error('somebody has the lease');
  return { deps: world.deps, run: { id: runId, workspaceId } as Maker['run'], lease };
}

/** As the database sees a worker that stood still for longer than its lease. */
async function leaseEnds(): Promise<void> {
  await world.deps.db.sql`update leases set expires_at = now() - interval '1 second' where run_id = ${runId}`;
}

async function row(): Promise<unknown> {
  const rows = await world.deps.db.sql`
    select destination_id as id, origin from prepared_items where workspace_id = ${workspaceId}`;
  return rows[0];
}

it('a worker that stood still between its look and its intent makes nothing, and leaves what another made', async () => {
  const slow = await maker();
  let calls = 0;
  const making = {
    item: ITEM,
    async find() {
      await leaseEnds();
      await keepItem(await maker(), ITEM, '4711', 'adopted');
      return undefined;
    },
    make: () => Promise.resolve(String((calls += 1))),
  };
  await expect(findOrMake(slow, [making], () => Promise.resolve())).rejects.toBeInstanceOf(LeaseLostError);
  expect(calls).toBe(0);
  expect(await row()).toEqual({ id: '4711', origin: 'adopted' });
});

it('what such a worker had made is known to be ours, unless another has found it meanwhile', async () => {
  const slow = await maker();
  await keepItem(slow, ITEM, '', 'created');
  await leaseEnds();
  await keepItem(slow, ITEM, '4711', 'created');
  expect(await row()).toEqual({ id: '4711', origin: 'created' });

  await keepItem(await maker(), ITEM, '4712', 'adopted');
  await keepItem(slow, ITEM, '4711', 'created');
  expect(await row()).toEqual({ id: '4712', origin: 'adopted' });
});
