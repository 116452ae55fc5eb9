import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Queryable } from '../../../db/client.ts';
import { listSource } from '../../../pipeline/extract/extract.ts';
import type { Deps } from '../../../pipeline/deps.ts';
import { OWNER, planningWorld, runningRun, type World } from '../planning/world.ts';

const OBJECT = 'requester';
const { workspaceId } = OWNER;

let world: World;

beforeAll(async () => {
  world = await planningWorld({ incidents: 1 });
  await world.connect();
}, 60_000);
afterAll(() => world.close());

/** A process that has looked at the run and takes the lease only when `meanwhile` is over. */
function slowProcess(deps: Deps, meanwhile: () => Promise<void>): Deps {
  const sql = new Proxy(deps.db.sql, {
    apply(target, self, args: [readonly string[], ...unknown[]]) {
      const ask = () => Reflect.apply(target, self, args) as ReturnType<Queryable>;
      return args[0][0]?.includes('insert into leases') ? meanwhile().then(ask) : ask();
    },
  });
  return { ...deps, db: { ...deps.db, sql } };
}

it('a list that another process read to its end in the meantime is not read again', async () => {
  const { deps } = world;
  const runId = await runningRun(deps, 'full', [OBJECT]);
  let asked = 0;
  const slow = slowProcess(deps, async () => {
    await listSource(deps, workspaceId, runId, OBJECT);
    asked = world.infraon.state.requestCount;
  });
  await listSource(slow, workspaceId, runId, OBJECT);
  expect(asked).toBeGreaterThan(0);
  expect(world.infraon.state.requestCount).toBe(asked);
});
