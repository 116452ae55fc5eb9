import { afterEach, beforeEach, expect, it } from 'vitest';
import { filesWorld, type FilesWorld } from '../files/world.ts';

let files: FilesWorld;
beforeEach(async () => {
  files = await filesWorld();
});
afterEach(() => files.close());

/** The worker stands still, or its database is away, for longer than its lease while Intercom answers this call. */
function leaseEndsDuring(method: string, path: string): void {
  const { faults } = files.world.intercom.state;
  faults.add([{ method, path, mode: 'delay', ms: 700, times: 1 }]);
  const pick = faults.pick;
  faults.pick = (verb, template) => {
    const fault = pick(verb, template);
    if (fault?.mode === 'delay')
      void files.world.deps.db.sql`update leases set expires_at = now() - interval '1 second'`.execute();
    return fault;
  };
}

it('what a call brought is known although the worker had lost its lease when the answer came', async () => {
  const incident = files.addIncident({
    entries: [
      { body: '<p>See the log.</p>', files: [{ name: 'log.txt', bytes: 700 }] },
      { body: '<p>Thanks.</p>' },
    ],
  });
  leaseEndsDuring('POST', '/conversations/{id}/reply');

  const loaded = (await files.run()).get(incident)!;
  expect(loaded.parts).toHaveLength(2);
  expect(loaded.findings).toEqual([]);
  expect(Object.values(loaded.facts)).toContainEqual(
    expect.objectContaining({ name: 'log.txt', sent: true, size: 700, sha256: expect.any(String) as string }),
  );
  expect(loaded.fileProofs).toEqual({ bytes: 1 });
  expect((await files.run()).get(incident)).toMatchObject({ outcome: 'unchanged', findings: [] });
});

it('so is a conversation that was made', async () => {
  const incident = files.addIncident({ entries: [{ body: '<p>Still broken.</p>' }] });
  leaseEndsDuring('POST', '/conversations');

  const loaded = (await files.run()).get(incident)!;
  expect(loaded).toMatchObject({ outcome: 'created', findings: [] });
  expect(loaded.parts).toHaveLength(1);
  expect(files.world.intercom.state.workspaces.values().next().value?.conversations.size).toBe(1);
});
