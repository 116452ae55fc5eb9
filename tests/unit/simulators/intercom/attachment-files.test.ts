import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ADMIN, openDesk, type Desk } from './support.ts';

let desk: Desk;
let conversationId = '';

beforeEach(async () => {
  desk = await openDesk();
  const contact = (await desk.done('POST', '/contacts', { role: 'user', external_id: 'e1' })) as {
    id: string;
  };
  const message = (await desk.done('POST', '/conversations', {
    from: { type: 'user', id: contact.id },
    body: 'It fails',
  })) as { conversation_id: string };
  conversationId = message.conversation_id;
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
