import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureEmbeddedPostgres, type EmbeddedPostgres } from '../../db/embedded/embedded-postgres.ts';
import { restartPostgres } from '../support/restart-postgres.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { contentsOf } from '../support/contents.ts';
import { nextWriteAfter, untilCalls } from '../support/crash.ts';
import { expectFaithful, expectGoodRun, expectNothingToDo } from '../support/fidelity.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { finished, installed, sampled, setFaults, start } from '../support/tenant.ts';

describe('a database that dies', () => {
  const desk = generateDesk({ seed: 12, incidents: 20 });
  let dataDir: string;
  let postgres: EmbeddedPostgres;
  let stage: Stage;

  beforeAll(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'infraon-to-intercom-crash-'));
    // PostgreSQL may run as a user of its own, which must be able to enter.
    chmodSync(dataDir, 0o755);
    postgres = await ensureEmbeddedPostgres(dataDir);
    stage = await openStage({ desk, databaseUrl: postgres.url });
  });

  afterAll(async () => {
    await stage?.close();
    await postgres?.release();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('server and worker go on when it is restarted, cleanly or not, and nothing is lost or doubled', async () => {
    const tenant = await installed(stage);
    await sampled(stage, tenant);
    const since = stage.intercom.state.recorder.lastSeq();
    setFaults(stage, [{ method: 'POST', mode: 'delay', ms: 60 }]);
    const runId = await start(tenant, { kind: 'full' });
    for (const [mode, replies] of [
      ['fast', 5],
      ['immediate', 60],
    ] as const) {
      await untilCalls(stage, tenant, since, 'POST /conversations/{id}/reply', replies);
      await restartPostgres(dataDir, mode);
      const seq = stage.intercom.state.recorder.lastSeq();
      expect(await nextWriteAfter(stage, tenant, seq, 30_000)).toBeLessThan(30_000);
    }
    stage.intercom.state.faults.clear();
    const run = await finished(tenant, runId);
    expectGoodRun(run);
    expectFaithful(tenant, desk, run);
    await expectNothingToDo(stage, tenant);

    const undone = stage.intercom.state.recorder.lastSeq();
    setFaults(stage, [{ method: 'DELETE', mode: 'delay', ms: 60 }]);
    const undoing = await start(tenant, { kind: 'rollback', contacts: 'delete' });
    await untilCalls(stage, tenant, undone, 'DELETE /conversations/{id}', 4);
    await restartPostgres(dataDir, 'immediate');
    stage.intercom.state.faults.clear();
    expect(await finished(tenant, undoing)).toMatchObject({ state: 'completed', balanced: true });
    expect([...contentsOf(tenant.workspace).keys()]).toEqual([]);
    expect(stage.server.child.exitCode).toBeNull();
    expect(stage.workers.map((worker) => worker.child.exitCode)).toEqual([null]);
  });
});
