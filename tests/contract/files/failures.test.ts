import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { faultRule } from '../../../simulators/infraon/faults.ts';
import { arrived, filesWorld, stored, type FilesWorld } from './world.ts';

let files: FilesWorld;

beforeEach(async () => {
  files = await filesWorld();
});
afterEach(async () => files.close());

const REPLY = { method: 'POST', path: '/conversations/{id}/reply' };

function withOneFile(): string {
  return files.addIncident({
    files: [{ name: 'opening.txt', bytes: 400 }],
    entries: [
      {
        body: '<p>Twice.</p>',
        files: [
          { name: 'same.txt', bytes: 90 },
          { name: 'lost.txt', bytes: 50, unreachable: true },
        ],
      },
    ],
  });
}

describe('when an answer is lost', () => {
  it.each([
    ['after the message with its files was stored', 'drop_after_commit'],
    ['before it arrived', 'drop_before'],
  ] as const)('%s, it is there once, with its proof', async (_name, mode) => {
    const id = withOneFile();
    files.world.intercom.state.faults.add([
      { ...REPLY, mode, times: 1 },
      { ...REPLY, mode, times: 1, after: 1 },
    ]);
    const loaded = (await files.run()).get(id)!;
    const desk = files.world.desk.files.filter((file) => !file.unreachable);
    expect(loaded.parts).toHaveLength(2);
    expect(loaded.parts.flatMap(arrived)).toEqual(stored(desk));
    expect(loaded.findings.map((finding) => finding.class)).toEqual(['lossy_by_design']);
    for (const { name, sha256 } of stored(desk))
      expect(Object.values(loaded.facts)).toContainEqual(
        expect.objectContaining({ name, sha256, sent: true }),
      );
  });
});

describe('when Infraon fails to give a file', () => {
  function fail(rule: Record<string, unknown>): void {
    files.world.infraon.state.faults.push(faultRule({ path: '/media/*', ...rule }));
  }

  it('for a while, the record waits and the file arrives', async () => {
    const id = files.addIncident({ files: [{ name: 'a.txt', bytes: 10 }] });
    fail({ mode: 'status', status: 503, times: 7 });
    const loaded = (await files.run()).get(id)!;
    expect(loaded.parts.flatMap(arrived)).toEqual(stored(files.world.desk.files));
    expect(loaded.parts).toHaveLength(1);
    expect(loaded.warnings).toEqual([]);
  }, 90_000);

  it('by a web page in its place, it stays behind', async () => {
    const id = files.addIncident({ files: [{ name: 'a.txt', bytes: 10 }] });
    fail({ mode: 'html' });
    const loaded = (await files.run()).get(id)!;
    expect(loaded).toMatchObject({ outcome: 'created', warnings: [{ code: 'attachment_unavailable' }] });
  }, 90_000);

  it('because it may not be read, it stays behind', async () => {
    const id = files.addIncident({ files: [{ name: 'a.txt', bytes: 10 }] });
    fail({ mode: 'status', status: 403 });
    const loaded = (await files.run()).get(id)!;
    expect(loaded).toMatchObject({ outcome: 'created', warnings: [{ code: 'attachment_unavailable' }] });
  }, 90_000);

  it.each([302])(
    'by a redirect (%s), it is not followed, to wherever it leads',
    async (status) => {
      const asked: string[] = [];
      const inside = createServer((request, response) => {
        asked.push(request.url ?? '');
        response.end('secret');
      });
      const address = await listening(inside);
      const id = files.addIncident({ files: [{ name: 'a.txt', bytes: 10 }] });
      fail({ mode: 'status', status, location: `${address}/latest/meta-data` });
      const loaded = (await files.run()).get(id)!;
      inside.close();
      expect(loaded).toMatchObject({ outcome: 'created', warnings: [{ code: 'attachment_unavailable' }] });
      expect(loaded.parts[0]?.body).toContain(`Infraon answers ${status}`);
      expect(asked).toEqual([]);
    },
    90_000,
  );

  it.each([
    ['on another server', (inside: string) => `${inside}/media/uploads/a.txt`],
    ['not under the media paths', () => '/ux/common/user/profile/'],
    ['out of the media paths by dots', () => '/media/../ux/common/user/profile/'],
    ['no web address', () => 'file:///etc/passwd'],
  ])(
    'because its address is %s, it is not asked for',
    async (_name, addressOf) => {
      const asked: string[] = [];
      const inside = createServer((request, response) => {
        asked.push(request.url ?? '');
        response.end('secret');
      });
      const address = await listening(inside);
      const id = files.addIncident({ files: [{ name: 'a.txt', bytes: 10 }] });
      files.world.desk.files[0]!.file_path = addressOf(address);
      const loaded = (await files.run()).get(id)!;
      inside.close();
      expect(loaded).toMatchObject({ outcome: 'created', warnings: [{ code: 'attachment_unavailable' }] });
      expect(loaded.parts.flatMap(arrived)).toEqual([]);
      expect(asked).toEqual([]);
    },
    90_000,
  );
});

function listening(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
}
