import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { storeFile } from '../../../simulators/intercom/conversations/stored-files.ts';
import { filesWorld, type FilesWorld } from './world.ts';

let files: FilesWorld;
let id: string;

beforeEach(async () => {
  files = await filesWorld();
  id = files.addIncident({
    files: [{ name: 'opening.txt', bytes: 400 }],
    entries: [{ body: '<p>Twice.</p>', files: [{ name: 'same.txt', bytes: 90 }] }],
  });
});
afterEach(async () => files.close());

it('compares files byte by byte, and finds one whose bytes alone are others', async () => {
  const { state } = files.world.intercom;
  const loaded = (await files.run()).get(id)!;
  expect(loaded.findings).toEqual([]);
  expect(loaded.fileProofs).toEqual({ bytes: 2 });

  const [, part] = loaded.parts;
  const [file] = part!.attachments;
  const sent = file!.sha256;
  const damaged = Buffer.alloc(90, 'x');
  file!.sha256 = storeFile(state, damaged);
  const again = (await files.run()).get(id)!;
  expect(again.findings).toEqual([
    {
      class: 'mismatch',
      field: expect.stringMatching(/^parts\..+\.files\./) as string,
      expected: { name: 'same.txt', size: 90, content_type: file!.contentType, sha256: sent },
      actual: {
        name: 'same.txt',
        size: 90,
        content_type: file!.contentType,
        sha256: createHash('sha256').update(damaged).digest('hex'),
      },
    },
  ]);
  // Files are read where they lie: no call of the API, no share of its budget.
  const calls = await files.world.deps.db.sql<{ operation: string }[]>`select operation from run_calls`;
  expect(calls.filter(({ operation }) => operation.includes('attachments'))).toEqual([]);
});

it('says of which files only name and size could be compared, and why', async () => {
  files.world.intercom.state.switches.attachmentDownloads = 'refuse';
  const loaded = (await files.run()).get(id)!;
  expect(loaded.findings).toEqual([]);
  expect(loaded.fileProofs).toEqual({ 'its address answers 403': 2 });
});
