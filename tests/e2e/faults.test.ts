import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { begin, type KindName } from '../faults/kinds.ts';
import { openSuite, type Suite } from '../faults/suite.ts';
import { expectGoodRun } from '../support/fidelity.ts';
import { finished, rejections, setFaults } from '../support/tenant.ts';

/** A few trials of `npm run test:faults`; the counts that were run at length are in docs/reliability.md. */
describe('the fault suite', () => {
  let suite: Suite;

  beforeAll(async () => {
    suite = await openSuite(generateDesk({ seed: 5, incidents: 4 }));
  }, 300_000);

  afterAll(async () => suite?.close(), 60_000);

  it.each([
    ['kill', 1],
    ['freeze', 2],
    ['cut_after', 3],
    ['late_commit', 4],
  ] satisfies [KindName, number][])(
    '%s with seed %i violates no promise',
    async (kind, seed) => {
      const { violation, strikes } = await suite.run(seed, kind);
      expect(violation).toBeNull();
      expect(strikes).toBeGreaterThan(0);
    },
    240_000,
  );

  it('what looking cannot decide is never made twice, and a person decides it', async () => {
    const trial = await suite.site.open();
    try {
      setFaults(suite.site, [
        { method: 'POST', path: '/conversations', mode: 'drop_after_commit', times: 1 },
        // So slow that the conversation can change before anybody looks.
        { method: 'POST', path: '/conversations/search', mode: 'delay', ms: 300 },
      ]);
      await trial.startWorker();
      const runId = await begin(trial);
      await expect.poll(() => trial.workspace.conversations.size, { timeout: 120_000 }).toBeGreaterThan(0);
      const [made] = trial.workspace.conversations.values();
      made!.createdAt -= 3_600;
      const run = await finished(trial, runId);
      const doubtful = (await rejections(trial)).filter(({ code }) => code === 'unknown_outcome');
      expect(doubtful).toMatchObject([{ field: 'intercom_id', value: made!.id }]);
      expect(doubtful[0]!.message).toContain(new Date(made!.createdAt * 1000).toISOString());
      const before = trial.workspace.conversations.size;

      made!.createdAt += 3_600;
      const values = { intercom_id: made!.id };
      await trial.admin.post(`/rejections/${doubtful[0]!.id}/resolve`, { action: 'edit', values });
      expectGoodRun(await finished(trial, run.id));
      expect(trial.workspace.conversations.size).toBe(before);
    } finally {
      await trial.close();
    }
  }, 240_000);
});
