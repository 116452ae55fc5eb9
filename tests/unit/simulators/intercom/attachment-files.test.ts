import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN, newContact, newConversation, openDesk, type Desk } from './support.ts';

let desk: Desk;
let conversationId = '';

beforeEach(async () => {
  desk = await openDesk();
  conversationId = await newConversation(desk, await newContact(desk));
});
afterEach(async () => desk.close());

const file = (name: string, text: string) => ({
  content_type: 'text/plain',
  name,
  data: Buffer.from(text).toString('base64'),
});

function note(files: unknown[]) {
  return desk.call('POST', `/conversations/${conversationId}/reply`, {
    message_type: 'note',
    type: 'admin',
    admin_id: ADMIN,
    body: 'files',
    attachment_files: files,
  });
}

it('keeps the hash of what was sent, for the control plane only', async () => {
  const answer = await note([file('a.txt', 'hello')]);
  const sha256 = createHash('sha256').update('hello').digest('hex');
  expect(JSON.stringify(answer.body)).not.toContain(sha256);
  expect(JSON.stringify(await desk.sim('GET', 'snapshot'))).toContain(sha256);
});

it('refuses by size and by extension where its switches say so', async () => {
  Object.assign(desk.state.switches, { attachmentBytesLimit: 4, refusedAttachmentExtensions: 'exe,bat' });
  expect((await note([file('a.txt', 'hello')])).status).toBe(400);
  expect((await note([file('A.EXE', 'x')])).status).toBe(400);
  expect((await note([file('a.txt', 'four')])).status).toBe(200);
});

describe('a stored file', () => {
  async function addressOf(): Promise<string> {
    await note([file('a.txt', 'hello')]);
    const conversation = await desk.done('GET', `/conversations/${conversationId}`);
    return /http[^"]+\/attachments\/[^"]+/.exec(JSON.stringify(conversation))![0];
  }

  it('is given to whoever has its address, without a token and for half an hour', async () => {
    const address = await addressOf();
    const answer = await fetch(address);
    expect({ status: answer.status, text: await answer.text() }).toEqual({ status: 200, text: 'hello' });
    expect((await fetch(address, { headers: { authorization: `Bearer ${desk.token}` } })).status).toBe(400);
    expect((await fetch(address.replace('signature=', 'signature=0'))).status).toBe(403);
    desk.pass(31 * 60_000);
    expect((await fetch(address)).status).toBe(403);
  });

  it('gets other bytes under its name and size by a damage', async () => {
    const address = await addressOf();
    const [workspace] = desk.state.workspaces.values();
    const [part] = workspace!.conversations.get(conversationId)!.parts.slice(-1);
    await desk.sim('POST', 'damage', {
      resource: 'conversation',
      id: conversationId,
      part: part!.id,
      kind: 'set_file',
      file: 'a.txt',
      data: Buffer.from('jello').toString('base64'),
    });
    expect(part!.attachments[0]).toMatchObject({ name: 'a.txt', filesize: 5 });
    const conversation = JSON.stringify(await desk.done('GET', `/conversations/${conversationId}`));
    const changed = /http[^"]+\/attachments\/[^"]+/.exec(conversation)![0];
    expect(changed).not.toBe(address);
    expect(await (await fetch(changed)).text()).toBe('jello');
  });
});
