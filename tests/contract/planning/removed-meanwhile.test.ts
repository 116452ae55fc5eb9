import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deps } from '../../../pipeline/deps.ts';
import { runDiscovery, startDiscovery } from '../../../pipeline/discovery/discover.ts';
import { removeInstallation } from '../../../pipeline/install/uninstall.ts';
import { connectSource } from '../../../pipeline/source/source.ts';
import { DEFAULT_CREDENTIALS } from '../../../simulators/infraon/server.ts';
import { OPERATOR, OWNER, planningWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await planningWorld({ incidents: 10 });
});
afterEach(() => world.close());

/** An owner removes the app while Infraon is answering this call, the first one being 1. */
function removedDuring(call: number): Deps {
  let calls = 0;
  const { infraonHttp } = world.deps;
  return {
    ...world.deps,
    infraonHttp: {
      ...infraonHttp,
      async send(request) {
        calls += 1;
        if (calls === call) await removeInstallation(world.deps, OWNER);
        return infraonHttp.send(request);
      },
    },
  };
}

/** Tables that hold rows of the workspace although it was erased. */
async function left(): Promise<string[]> {
  const { sql } = world.deps.db;
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'workspace_id'
      and table_name not in ('installations', 'erasure_receipts')`;
  const holding: string[] = [];
  for (const { name } of tables) {
    const rows = await sql`select 1 from ${sql(name)} where workspace_id = ${OWNER.workspaceId} limit 1`;
    if (rows.length > 0) holding.push(name);
  }
  return holding;
}

describe('an app that is removed while', () => {
  it('Infraon is being connected keeps no credentials', async () => {
    const { username, password } = DEFAULT_CREDENTIALS;
    const connecting = connectSource(removedDuring(3), OWNER, {
      base_url: world.infraon.url,
      auth: { strategy: 'password', username, password },
    });
    await expect(connecting).rejects.toMatchObject({ code: 'not_installed', httpStatus: 409 });
    expect(await left()).toEqual([]);
  });

  it('Infraon is being discovered keeps no samples', async () => {
    await world.connect();
    await startDiscovery(world.deps, OPERATOR);
    await runDiscovery(removedDuring(5), OWNER.workspaceId, { sampleSize: 5 });
    expect(await left()).toEqual([]);
  });
});
