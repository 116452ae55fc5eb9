import { expect } from 'vitest';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import { expectFaithful, expectGoodRun } from '../support/fidelity.ts';
import { isWrite, requestsSince } from '../support/tenant.ts';
import { inventoryOf, originsOf, type Inventory } from './inventory.ts';
import { fullLoad } from './loading.ts';
import type { Trial } from './site.ts';

/** What a load without faults leaves behind. */
export interface CleanLoad {
  inventory: Inventory;
  origins: string[];
  /** Calls to Intercom by operation. */
  calls: Map<string, number>;
}

/**
 * The promises, after every trial: the ledger balances, each source record is there once, each thread has each entry
 * once and in order, the workspace equals that of a load without faults, what is ours is known to be ours, no intent is
 * left open, and a second run writes nothing. Throws what is violated.
 * @param lateChanges the source changes while it is read, so that one more run may have something to write
 */
export async function checkTrial(
  trial: Trial,
  run: RunDocument,
  clean: CleanLoad | undefined,
  lateChanges: boolean,
): Promise<void> {
  trial.site.intercom.state.faults.clear();
  await expectGoodRunOr(trial, run);
  expectFaithful(trial, trial.site.desk, run);
  await trial.admin.post(`/runs/${run.id}/approve`);
  if (lateChanges) expectGoodRun(await fullLoad(trial));
  if (clean !== undefined) {
    const inventory = inventoryOf(trial.workspace);
    for (const [name, list] of Object.entries(clean.inventory)) expectSame(name, inventory[name] ?? [], list);
    expectSame('origins', await originsOf(trial), clean.origins);
  }
  const open = await trial.db.sql`
    select object, source_id, step from load_journal where workspace_id = ${trial.workspaceId} and state = 'intent'`;
  expect([...open]).toEqual([]);
  await expectSecondRunIdle(trial);
  expectFaithful(trial, trial.site.desk, run);
}

/** A run that is not good is told with its state, its counts and what was found: a replay may end otherwise. */
async function expectGoodRunOr(trial: Trial, run: RunDocument): Promise<void> {
  try {
    expectGoodRun(run);
  } catch (cause) {
    const findings = await trial.db.sql`
      select object, source_id, class, field, expected, actual from findings
      where workspace_id = ${trial.workspaceId} and run_id = ${run.id} and class not in ('equal', 'equal_after_normalising')
      limit 50`;
    const { state, state_reason, balanced, objects, verification, sets } = run;
    const told = JSON.stringify(
      { state, state_reason, balanced, objects, verification, sets, findings },
      null,
      1,
    );
    throw new Error(`The run is not as it should be: ${told}`, { cause });
  }
}

/** Says what is too much and what is missing, not two long lists. */
function expectSame(name: string, actual: readonly string[], expected: readonly string[]): void {
  const rest = [...expected];
  const extra = actual.filter((line) => {
    const index = rest.indexOf(line);
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
  if (extra.length + rest.length > 0)
    throw new Error(`${name}: ${JSON.stringify({ extra, missing: rest }, null, 1)}`);
}

async function expectSecondRunIdle(trial: Trial): Promise<void> {
  const { site, workspaceId } = trial;
  const seq = site.intercom.state.recorder.lastSeq();
  const again = await fullLoad(trial);
  expectGoodRun(again);
  const writes = requestsSince(site, seq).filter(
    (request) => request.workspaceId === workspaceId && isWrite(request),
  );
  expect(writes.map(({ call, requestBody }) => `${call} ${requestBody ?? ''}`)).toEqual([]);
}
