import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snapshotOf } from '../../simulators/intercom/control/snapshot.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { finished, installed, planned, start, type Tenant } from '../support/tenant.ts';

describe('rolling back', () => {
  const desk = generateDesk({ seed: 23, incidents: 20 });
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage({ desk });
  }, 60_000);

  afterAll(async () => stage?.close(), 30_000);

  /** What people and the API can see, without times. */
  function visible(tenant: Tenant): Record<string, unknown> {
    return snapshotOf(tenant.workspace, { visibleOnly: true, withTimes: false, nowMs: Date.now() });
  }

  it('a sample is removed, and the workspace is as it was', async () => {
    const tenant = await installed(stage, stage.addWorkspace());
    await planned(stage, tenant);
    const before = visible(tenant);
    const sample = await finished(tenant, await start(tenant, { kind: 'sample', limit: 2 }));
    const run = await finished(tenant, await start(tenant, { kind: 'rollback', run_id: sample.id }));
    expect({ state: run.state, balanced: run.balanced }).toEqual({ state: 'completed', balanced: true });
    expect(visible(tenant)).toEqual(before);
  }, 120_000);
});
