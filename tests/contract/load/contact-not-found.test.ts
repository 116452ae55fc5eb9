import { afterEach, beforeEach, expect, it } from 'vitest';
import { filesWorld, type FilesWorld } from '../files/world.ts';

let files: FilesWorld;

beforeEach(async () => {
  files = await filesWorld();
});
afterEach(async () => files.close());

it('a contact that Intercom never finds sets one record aside, and does not pause the run for all', async () => {
  const id = files.addIncident({});
  files.world.intercom.state.faults.add([
    { method: 'POST', path: '/conversations', mode: 'status', status: 404, code: 'not_found' },
  ]);
  const loaded = (await files.run()).get(id)!;
  expect(loaded).toMatchObject({ outcome: 'rejected', reasonCode: 'destination_rejected' });
  const paused = await files.world.deps.db.sql`select 1 from runs where state_reason is not null`;
  expect(paused).toHaveLength(0);
}, 60_000);

it('a contact that is too new is waited for', async () => {
  const id = files.addIncident({});
  files.world.intercom.state.faults.add([
    { method: 'POST', path: '/conversations', mode: 'status', status: 404, code: 'not_found', times: 11 },
  ]);
  expect((await files.run()).get(id)).toMatchObject({ outcome: 'created' });
}, 60_000);
