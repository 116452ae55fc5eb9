import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredFile } from '../../../simulators/infraon/desk.ts';
import { patchSwitches } from '../../../simulators/infraon/switches.ts';
import { arrived, filesWorld, stored, type FilesWorld, type LoadedIncident } from './world.ts';

let files: FilesWorld;

beforeEach(async () => {
  files = await filesWorld();
});
afterEach(async () => files.close());

function deskFiles(incidentId: string): StoredFile[] {
  return files.world.desk.files.filter((file) => file.ref_id === incidentId);
}

async function only(id: string, run = files.run()): Promise<LoadedIncident> {
  const loaded = (await run).get(id)!;
  expect({ code: loaded.reasonCode, step: loaded.step }).toEqual({ code: null, step: 'done' });
  return loaded;
}

function differences(loaded: LoadedIncident): string[] {
  return loaded.findings.map((finding) => `${finding.class} ${finding.field}`);
}

describe('files that arrive', () => {
  it('are the same bytes under the same name, with the message that brought them', async () => {
    const id = files.addIncident({
      files: [
        { name: '見積書 — Angebot äöü.pdf', bytes: 70_001, mime: 'application/pdf' },
        { name: 'عقد 100% #1?.txt', bytes: 12, mime: 'text/plain' },
      ],
      entries: [
        { body: '<p>See the log.</p>', files: [{ name: 'vpn.log', bytes: 300, mime: 'text/plain' }] },
        {
          body: '<p>Internal copy.</p>',
          privacy: 'private',
          author: files.technician.profile_id,
          files: [{ name: 'vpn.log', bytes: 300, mime: 'text/plain' }],
        },
      ],
    });
    const loaded = await only(id);
    const [opening, log, copy] = loaded.parts;
    const [offer, contract, first, second] = stored(deskFiles(id));
    expect(arrived(opening)).toEqual([offer, contract]);
    expect(opening).toMatchObject({ partType: 'note' });
    expect(opening?.body).toContain('Files of the opening message');
    expect(arrived(log)).toEqual([first]);
    expect(log).toMatchObject({ partType: 'comment', author: { type: 'user' } });
    expect(arrived(copy)).toEqual([second]);
    expect(copy).toMatchObject({ partType: 'note' });
    expect(loaded.parts).toHaveLength(3);
    expect(loaded.warnings).toEqual([]);
    expect(differences(loaded)).toEqual([]);
    const proofs = Object.values(loaded.facts).filter((fact) => (fact as { sha256?: string }).sha256);
    expect(proofs.map((fact) => (fact as { sha256: string }).sha256).sort()).toEqual(
      [offer, contract, first, second].map((file) => file!.sha256).sort(),
    );
  });

  it('go ten a part; the rest follow in the same voice', async () => {
    const photos = Array.from({ length: 23 }, (_, index) => ({
      name: `photo-${index}.png`,
      bytes: 50 + index,
    }));
    const id = files.addIncident({
      files: photos,
      entries: [{ body: '<p>All racks.</p>', files: photos.slice(0, 12) }],
    });
    const loaded = await only(id);
    expect(loaded.parts.map((part) => [part.partType, part.attachments.length])).toEqual([
      ['note', 10],
      ['note', 10],
      ['note', 3],
      ['comment', 10],
      ['comment', 2],
    ]);
    expect(loaded.parts.flatMap(arrived)).toEqual(stored(deskFiles(id)));
    expect(loaded.parts.map((part) => part.createdAt)).toEqual(
      loaded.parts.map((part) => part.createdAt).toSorted((a, b) => a - b),
    );
    expect(differences(loaded)).toEqual([]);
  });

  it('never make a request larger than 20 MB', async () => {
    const id = files.addIncident({
      files: [1, 2, 3].map((number) => ({ name: `dump-${number}.bin`, bytes: 6_000_000 + number })),
    });
    const loaded = await only(id);
    expect(loaded.parts.map((part) => part.attachments.length)).toEqual([2, 1]);
    expect(loaded.parts.flatMap(arrived)).toEqual(stored(deskFiles(id)));
  });

  it('include pictures in the text: stored ones and those inside the markup', async () => {
    const id = files.addIncident({});
    const shot = files.addFile(id, { name: 'shot 1.png', bytes: 2_000, mime: 'image/png', inline: true });
    const pixel = Buffer.from('89504e470d0a1a0a', 'hex');
    files.addEntry(id, {
      body: `<p>Look:</p><img src="${encodeURI(shot.file_path)}" alt="shot"><img alt="dot" src="data:image/png;base64,${pixel.toString('base64')}"><img src="https://elsewhere.example/logo.png">`,
    });
    const loaded = await only(id);
    const [part] = loaded.parts;
    expect(arrived(part)[0]).toEqual(stored([shot])[0]);
    expect(part?.attachments[1]).toMatchObject({
      name: 'dot.png',
      filesize: pixel.length,
      contentType: 'image/png',
    });
    expect(part?.attachments).toHaveLength(2);
    expect(part?.body).toContain('[image: shot 1.png]');
    expect(part?.body).toContain('https://elsewhere.example/logo.png');
    expect(differences(loaded)).toEqual([]);
  });

  it('include the markup itself where words are not all of it, and the report names what they are not', async () => {
    const table =
      '<table><tr><td rowspan="2">a</td><td>b</td></tr><tr><td>c</td></tr></table><p>old <s>price</s></p>';
    const id = files.addIncident({ description: table, entries: [{ body: '<p>Plain <b>bold</b>.</p>' }] });
    const loaded = await only(id);
    expect(loaded.parts[0]?.attachments.map((file) => file.name)).toEqual(['original.html']);
    expect(loaded.parts[1]?.attachments).toEqual([]);
    expect(loaded.findings).toEqual([
      {
        class: 'lossy_by_design',
        field: 'parts.opening-files:1.files.original.html.text',
        expected: 'table with merged cells, struck-out text',
        actual: 'original.html',
      },
    ]);
  });

  it('are not sent twice when one is added later', async () => {
    const id = files.addIncident({
      files: [{ name: 'first.txt', bytes: 10 }],
      entries: [{ body: '<p>Hello</p>' }],
    });
    await only(id);
    files.addFile(id, { name: 'second.txt', bytes: 20 });
    const loaded = await only(id);
    expect(loaded.parts.map((part) => part.attachments.map((file) => file.name))).toEqual([
      ['first.txt'],
      [],
      ['second.txt'],
    ]);
    expect(differences(loaded)).toEqual([]);
    files.addEntry(id, { body: '<p>Bye</p>' });
    const grown = await only(id);
    expect(grown.parts).toHaveLength(4);
    expect(differences(grown)).toEqual([]);
    const again = await only(id);
    expect(again.outcome).toBe('unchanged');
    expect(again.parts).toHaveLength(4);
  });
});

describe('files that stay behind leave a line, a warning and a finding, and lose nothing else', () => {
  it.each([
    [
      'not found',
      { name: 'lost.pdf', bytes: 900, unreachable: true },
      'attachment_unavailable',
      'Infraon answers 404',
    ],
    ['empty', { name: 'empty.txt', bytes: 0 }, 'attachment_unavailable', 'The file is empty.'],
    [
      'too large by its size',
      { name: 'dump.bin', bytes: 30_000_000 },
      'attachment_too_large',
      'larger than 14.0 MB',
    ],
  ])('%s', async (_name, spec, code, reason) => {
    const id = files.addIncident({
      entries: [{ body: '<p>Two files.</p>', files: [spec, { name: 'good.txt', bytes: 40 }] }],
    });
    const loaded = await only(id);
    const [part] = loaded.parts;
    const file = deskFiles(id)[0]!;
    expect(loaded.outcome).toBe('created');
    expect(part?.attachments.map((attachment) => attachment.name)).toEqual(['good.txt']);
    expect(part?.body).toContain(`File not moved: ${spec.name} (Infraon file ${file.attachment_id}).`);
    expect(part?.body).toContain(reason);
    expect(loaded.warnings).toMatchObject([{ code, value: spec.name }]);
    expect(loaded.findings).toMatchObject([{ class: 'lossy_by_design', actual: { code } }]);
    expect(loaded.findings[0]?.field).toMatch(new RegExp(`^parts\\..+\\.files\\.${file.attachment_id}$`));
    const again = await only(id);
    expect(again.outcome).toBe('unchanged');
    expect(again.warnings).toMatchObject([{ code, value: spec.name }]);
  });

  it('too large although Infraon does not say so', async () => {
    const id = files.addIncident({});
    const picture = files.addFile(id, { name: 'huge.png', bytes: 3_000_000, inline: true });
    files.addEntry(id, { body: `<p>Look</p><img src="${picture.file_path}">` });
    const loaded = await only(id, files.run({ attachment_max_mb: 2 }));
    expect(loaded.parts[0]?.attachments).toEqual([]);
    expect(loaded.parts[0]?.body).toContain('File not moved: huge.png');
    expect(loaded.warnings).toMatchObject([{ code: 'attachment_too_large' }]);
  });

  it('refused by Intercom: the others arrive', async () => {
    files.world.intercom.state.switches.refusedAttachmentExtensions = 'exe';
    const id = files.addIncident({
      entries: [
        {
          body: '<p>Three.</p>',
          files: [
            { name: 'a.txt', bytes: 10 },
            { name: 'setup.exe', bytes: 20 },
            { name: 'b.txt', bytes: 30 },
          ],
        },
      ],
    });
    const loaded = await only(id);
    expect(loaded.parts[0]?.attachments.map((file) => file.name)).toEqual(['a.txt', 'b.txt']);
    expect(loaded.parts[0]?.body).toContain('Intercom refused it');
    expect(loaded.warnings).toMatchObject([{ code: 'attachment_unavailable', value: 'setup.exe' }]);
    expect(loaded.verification['mismatch'] ?? 0).toBe(0);
  });

  it('named by an entry and not listed', async () => {
    const id = files.addIncident({
      entries: [{ body: '<p>Gone.</p>', attachmentIds: ['170000000000000000001'] }],
    });
    const loaded = await only(id);
    expect(loaded.parts[0]?.body).toContain('Infraon names the file and does not list it.');
    expect(loaded.warnings).toMatchObject([{ code: 'attachment_unavailable' }]);
  });

  it('all of them, when the desk gives no files at all', async () => {
    const { state } = files.world.infraon;
    state.switches = patchSwitches(state.switches, { media: 'missing' });
    const id = files.addIncident({
      files: [{ name: 'a.txt', bytes: 10 }],
      entries: [{ body: '<p>Hello</p>' }],
    });
    const loaded = await only(id);
    expect(loaded.parts).toHaveLength(2);
    expect(loaded.parts[0]?.body).toContain('File not moved: a.txt');
    expect(loaded.warnings).toMatchObject([{ code: 'attachment_unavailable' }]);
  });
});
