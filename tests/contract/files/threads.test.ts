import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContactPayload } from '../../../objects/payloads.ts';
import { factsOf } from '../../../pipeline/load/people/contact-body.ts';
import { OPERATOR, OWNER, VIEWER } from '../planning/world.ts';
import { arrived, filesWorld, stored, type EntrySpec, type FilesWorld } from './world.ts';

let files: FilesWorld;

beforeEach(async () => {
  files = await filesWorld();
});
afterEach(async () => files.close());

function entries(count: number): EntrySpec[] {
  return Array.from({ length: count }, (_, index) => ({
    body: `<p>Entry ${index + 1}.</p>`,
    privacy: index % 2 === 0 ? 'private' : 'public',
    ...(index === 3 ? { files: [{ name: 'early.txt', bytes: 30 }] } : {}),
  }));
}

it('reads a thread of 520 entries back whole: the oldest are one transcript in their place', async () => {
  const id = files.addIncident({ entries: entries(520) });
  const loaded = (await files.run()).get(id)!;
  const [transcript, early, first] = loaded.parts;
  expect(loaded.parts).toHaveLength(440);
  expect(transcript).toMatchObject({ partType: 'note' });
  expect(transcript?.body).toContain('Transcript of 82 entries');
  for (const number of [1, 41, 82]) expect(transcript?.body).toContain(`Entry ${number}.`);
  expect(transcript?.body).not.toContain('Entry 83.');
  expect(arrived(early)).toEqual(stored(files.world.desk.files));
  expect(first?.body).toContain('Entry 83.');
  expect(loaded.parts.at(-1)?.body).toContain('Entry 520.');
  expect(loaded.findings).toEqual([]);
  files.addEntry(id, { body: '<p>And one more.</p>', at: Date.UTC(2025, 5, 1) });
  const grown = (await files.run()).get(id)!;
  expect(grown.parts).toHaveLength(441);
  expect(grown.findings).toEqual([]);
}, 120_000);

it('says nothing of entries that no read returns any more, once a thread has grown beyond 500 parts', async () => {
  const id = files.addIncident({ entries: entries(480) });
  expect((await files.run()).get(id)!.findings).toEqual([]);
  for (let day = 1; day <= 28; day += 1)
    files.addEntry(id, { body: `<p>Day ${day}.</p>`, privacy: 'private', at: Date.UTC(2025, 6, day) });
  const grown = (await files.run()).get(id)!;
  expect(grown.parts).toHaveLength(508);
  expect(grown.findings).toMatchObject([{ class: 'lossy_by_design', field: 'parts.unread' }]);
  expect(grown.verification).not.toHaveProperty('missing');
  // What people do to an entry that is shown is seen all the same.
  grown.parts.at(-1)!.body = '<p>Somebody changed it.</p>';
  files.addEntry(id, { body: '<p>One more.</p>', at: Date.UTC(2025, 7, 1) });
  const again = (await files.run()).get(id)!;
  expect(again.findings.map(({ field }) => field)).toEqual(
    expect.arrayContaining(['parts.unread', expect.stringMatching(/^parts\..+\.text$/)]),
  );
}, 120_000);

it('knows who spoke for an author when somebody else does so by now', async () => {
  const author = files.technician.profile_id;
  const said: EntrySpec[] = [
    { body: '<p>I look into it.</p>', author },
    { body: '<p>Disk full.</p>', author, privacy: 'private' },
    { body: '<p>Thanks.</p>' },
  ];
  const id = files.addIncident({ entries: said });
  const [first, second] = [OWNER.adminId, OPERATOR.adminId];
  const loaded = (await files.run({ fallback_admin_id: first })).get(id)!;
  expect(loaded.findings).toEqual([]);
  const [part] = loaded.parts;
  expect(part).toMatchObject({ author: { type: 'admin', id: first } });
  // What was said stays said, by whom it was.
  expect((await files.run({ fallback_admin_id: second })).get(id)!.findings).toEqual([]);
  files.addEntry(id, { body: '<p>Freed some space.</p>', author });
  const grown = (await files.run({ fallback_admin_id: second })).get(id)!;
  expect(grown.findings).toEqual([]);
  expect(grown.parts.at(-1)).toMatchObject({ author: { type: 'admin', id: second } });
  // Somebody else's words in the place of ours are seen all the same.
  part!.author = { type: 'admin', id: VIEWER.adminId };
  expect((await files.run({ fallback_admin_id: second })).get(id)!.findings).toMatchObject([
    { field: expect.stringMatching(/^parts\..+\.author$/) as string },
  ]);
});

it('lets a technician speak as themselves who was invited after their own record was loaded', async () => {
  const { deps, intercom } = files.world;
  const { workspaceId } = OWNER;
  const author = files.technician.profile_id;
  const facts = factsOf({ teammate_email: 'New.Hire@Northwind.example' } as ContactPayload, []);
  await deps.db.sql`
    insert into source_records (workspace_id, object, source_id, raw, raw_hash, depth, aliases)
    values (${workspaceId}, 'technician', ${author}, ${JSON.stringify(files.technician)}::jsonb, 'x', 'full', array[${author}])`;
  await deps.db.sql`
    insert into id_map (workspace_id, object, source_id, resource, destination_id, facts, state, origin, created_in_run)
    values (${workspaceId}, 'technician', ${author}, 'contacts', 'c9', ${JSON.stringify(facts)}::jsonb, 'complete', 'created',
      ${crypto.randomUUID()})`;
  const id = files.addIncident({ entries: [{ body: '<p>I look into it.</p>', author }] });
  const [before] = (await files.run()).get(id)!.parts;
  expect(before).toMatchObject({
    body: expect.stringContaining('wrote:') as string,
    author: { id: OWNER.adminId },
  });

  const newcomer = '5017699';
  const { admins } = intercom.state.workspaces.get(workspaceId)!;
  admins.set(newcomer, { ...admins.get(OWNER.adminId)!, id: newcomer });
  await deps.db.sql`
    insert into teammates (workspace_id, admin_id, name, email, has_inbox_seat, role)
    values (${workspaceId}, ${newcomer}, 'New Hire', 'new.hire@northwind.example', true, 'viewer')`;
  files.addEntry(id, { body: '<p>Freed some space.</p>', author });
  const grown = (await files.run()).get(id)!;
  expect(grown.parts.at(-1)).toMatchObject({ author: { type: 'admin', id: newcomer } });
  expect(grown.parts.at(-1)?.body).not.toContain('wrote:');
  expect(grown.findings).toEqual([]);
});

it('keeps two equal notes of one second apart and in order, and closes last', async () => {
  const at = Date.UTC(2025, 2, 1, 10, 0, 0);
  const twin: EntrySpec = { body: '<p>Called, no answer.</p>', privacy: 'private', at };
  const id = files.addIncident({ entries: [twin, { ...twin }, { body: '<p>Thanks!</p>', at: at + 60_000 }] });
  const incident = files.world.desk.incidents[0]!;
  incident.basic_info.state = { id: 5, name: 'Close', key: 'UI.k_close' };
  const loaded = (await files.run()).get(id)!;
  expect(loaded.parts.map((part) => part.createdAt - at / 1000)).toEqual([0, 1, 60]);
  expect(loaded.parts[0]?.body).toBe(loaded.parts[1]?.body);
  expect(loaded.conversation.state).toBe('closed');
  expect(loaded.conversation.parts.at(-1)?.partType).toBe('close');
  expect(loaded.findings).toEqual([]);
});

describe('the silent mode', () => {
  it('writes one internal note with everything, and the files beside it', async () => {
    const id = files.addIncident({ files: [{ name: 'opening.txt', bytes: 9 }], entries: entries(6) });
    const loaded = (await files.run({ thread_mode: 'transcript_note' })).get(id)!;
    expect(loaded.parts.map((part) => [part.partType, part.author.type])).toEqual([
      ['note', 'admin'],
      ['note', 'admin'],
      ['note', 'admin'],
    ]);
    const [opening, transcript, attached] = loaded.parts;
    expect(opening?.body).toContain('Files of the opening message');
    expect(transcript?.body).toContain('Transcript of 6 entries');
    expect(transcript?.body).toContain(`${files.requester.full_name}, public]`);
    expect(transcript?.body).toContain('Files: early.txt');
    expect([opening, attached].flatMap(arrived)).toEqual(stored(files.world.desk.files));
    expect(loaded.findings).toEqual([]);
    expect(files.world.intercom.state.mails.all()).toEqual([]);
  });

  it('is kept by a record that was loaded in it, and adds what came since as a further note', async () => {
    const id = files.addIncident({ entries: entries(2) });
    await files.run({ thread_mode: 'transcript_note' });
    files.addEntry(id, { body: '<p>Something new.</p>' });
    const loaded = (await files.run({ thread_mode: 'thread' })).get(id)!;
    expect(loaded.parts).toHaveLength(2);
    expect(loaded.parts[1]).toMatchObject({ partType: 'note' });
    expect(loaded.parts[1]?.body).toContain('Something new.');
    expect(loaded.findings).toEqual([]);
    const again = (await files.run({ thread_mode: 'thread' })).get(id)!;
    expect(again.outcome).toBe('unchanged');
  });

  it('leaves a record alone that was loaded as a thread before', async () => {
    const id = files.addIncident({ entries: entries(2) });
    await files.run();
    files.addEntry(id, { body: '<p>Something new.</p>' });
    const loaded = (await files.run({ thread_mode: 'transcript_note' })).get(id)!;
    expect(loaded.parts).toHaveLength(3);
    expect(loaded.findings).toEqual([]);
  });
});
