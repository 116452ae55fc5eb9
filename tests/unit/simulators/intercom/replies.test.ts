import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ADMIN,
  adminReply,
  at,
  errorOf,
  listAt,
  MIGRATION,
  newContact,
  newConversation,
  openDesk,
  textAt,
  type Desk,
} from './support.ts';

describe('replies and notes', () => {
  let desk: Desk;
  let contact: string;
  beforeEach(async () => {
    desk = await openDesk();
    contact = await newContact(desk);
  });
  afterEach(() => desk.close());

  const contactReply = (fields: Record<string, unknown> = {}) => ({
    type: 'user',
    message_type: 'comment',
    intercom_user_id: contact,
    body: 'Any news?',
    ...fields,
  });

  it('honours created_at on replies within the life of the conversation only', async () => {
    const id = await newConversation(desk, contact, { created_at: 1_700_000_000 });
    const reply = (createdAt: number) =>
      desk.call('POST', `/conversations/${id}/reply`, adminReply({ created_at: createdAt }));
    const part = at((await reply(1_700_000_100)).body, 'conversation_parts.conversation_parts.0');
    expect(part).toMatchObject({
      created_at: 1_700_000_100,
      part_type: 'comment',
      author: { type: 'admin', id: MIGRATION },
    });
    expect(errorOf(await reply(1_699_999_999))).toEqual({
      status: 400,
      code: 'parameter_invalid',
      message: '1699999999 is an invalid value for created_at',
    });
    expect((await reply(desk.now() + 1)).status).toBe(400);
    await desk.sim('PATCH', 'switches', { strictCreatedAt: false });
    expect((await reply(1_699_999_999)).status).toBe(200);
  });

  it('keeps parts in the order of arrival', async () => {
    const id = await newConversation(desk, contact, { created_at: 1_700_000_000 });
    for (const createdAt of [1_700_000_300, 1_700_000_100, 1_700_000_200]) {
      await desk.done('POST', `/conversations/${id}/reply`, adminReply({ created_at: createdAt }));
    }
    const parts = listAt(
      await desk.done('GET', `/conversations/${id}`),
      'conversation_parts.conversation_parts',
    );
    expect(parts.map((part) => at(part, 'created_at'))).toEqual([
      1_700_000_300, 1_700_000_100, 1_700_000_200,
    ]);
    expect(parts.every((part) => typeof at(part, 'id') === 'string')).toBe(true);
  });

  it('reopens a closed conversation when the contact answers, and the part says so', async () => {
    const id = await newConversation(desk, contact);
    await desk.done('POST', `/conversations/${id}/parts`, {
      message_type: 'close',
      type: 'admin',
      admin_id: ADMIN,
    });
    const admin = await desk.done('POST', `/conversations/${id}/reply`, adminReply());
    expect(admin).toMatchObject({ state: 'closed' });
    const reopened = await desk.done('POST', `/conversations/${id}/reply`, contactReply());
    expect(reopened).toMatchObject({ state: 'open', open: true });
    const parts = listAt(reopened, 'conversation_parts.conversation_parts');
    expect(parts.at(-1)).toMatchObject({
      part_type: 'open',
      body: '<p>Any news?</p>',
      author: { type: 'user', id: contact },
    });
    expect(at(reopened, 'statistics.count_reopens')).toBe(1);
  });

  it('identifies contacts by id, external id or email, and lets them write comments only', async () => {
    const id = await newConversation(desk, contact);
    const path = `/conversations/${id}/reply`;
    const anonymous = { intercom_user_id: undefined };
    expect((await desk.call('POST', path, contactReply({ ...anonymous, user_id: 'req-1' }))).status).toBe(
      200,
    );
    expect(
      (await desk.call('POST', path, contactReply({ ...anonymous, email: 'ada@example.com' }))).status,
    ).toBe(200);
    expect((await desk.call('POST', path, contactReply(anonymous))).status).toBe(400);
    expect((await desk.call('POST', path, contactReply({ intercom_user_id: 'nobody' }))).status).toBe(404);
    expect(errorOf(await desk.call('POST', path, contactReply({ message_type: 'note' })))).toMatchObject({
      status: 400,
      message: 'User can only create comments',
    });
    expect(at((await desk.call('POST', '/conversations/last/reply', contactReply())).body, 'id')).toBe(id);
  });

  it('keeps some HTML in notes and none in comments', async () => {
    const id = await newConversation(desk, contact);
    const path = `/conversations/${id}/reply`;
    const html =
      '<html><body><h3>Steps</h3><ul><li>One</li></ul><script>alert(1)</script><table><tr><td>cell</td></tr></table></body></html>';
    const note = await desk.done('POST', path, adminReply({ message_type: 'note', body: html }));
    const body = textAt(note, 'conversation_parts.conversation_parts.0.body');
    expect(body).toContain('<h2>Steps</h2>');
    expect(body).toContain('<li>One</li>');
    expect(body).toContain('cell');
    expect(body).not.toMatch(/script|table|html/);
    const comment = await desk.done('POST', path, adminReply({ body: '<b>bold</b>' }));
    expect(at(comment, 'conversation_parts.conversation_parts.1.body')).toBe(
      '<p>&lt;b&gt;bold&lt;/b&gt;</p>',
    );
    expect((await desk.call('POST', path, adminReply({ body: ' ' }))).status).toBe(400);
    expect((await desk.call('POST', path, adminReply({ admin_id: '1' }))).status).toBe(404);
  });

  it('takes at most ten files per part, in base64', async () => {
    const id = await newConversation(desk, contact);
    const path = `/conversations/${id}/reply`;
    const file = {
      content_type: 'text/plain',
      name: 'log.txt',
      data: Buffer.from('hello').toString('base64'),
    };
    const stored = await desk.done('POST', path, adminReply({ attachment_files: [file] }));
    expect(at(stored, 'conversation_parts.conversation_parts.0.attachments.0')).toMatchObject({
      name: 'log.txt',
      content_type: 'text/plain',
      filesize: 5,
    });
    const eleven = Array.from({ length: 11 }, () => file);
    expect((await desk.call('POST', path, adminReply({ attachment_files: eleven }))).status).toBe(400);
    expect(
      (await desk.call('POST', path, adminReply({ attachment_files: [{ ...file, data: '%%%' }] }))).status,
    ).toBe(400);
  });

  it('fetches attachment URLs, which must be reachable images', async () => {
    const files = createServer((request, response) => {
      response.setHeader('Content-Type', request.url === '/photo.png' ? 'image/png' : 'application/pdf');
      response.end('12345678');
    });
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
    const open = (urls: string[]) =>
      desk.call('POST', '/conversations', {
        from: { type: 'user', id: contact },
        body: 'x',
        attachment_urls: urls,
      });
    const id = textAt((await open([`${base}/photo.png`])).body, 'conversation_id');
    expect(at(await desk.done('GET', `/conversations/${id}`), 'source.attachments.0')).toMatchObject({
      name: 'photo.png',
      content_type: 'image/png',
      filesize: 8,
    });
    expect((await open([`${base}/manual.pdf`])).status).toBe(400);
    await desk.sim('PATCH', 'switches', { badAttachmentStatus: 422 });
    expect((await open(['http://127.0.0.1:1/gone.png'])).status).toBe(422);
    expect((await open(Array.from({ length: 11 }, () => `${base}/photo.png`))).status).toBe(400);
    await new Promise((resolve) => files.close(resolve));
  });

  it('throttles replies to one conversation with 400, not 429', async () => {
    const id = await newConversation(desk, contact);
    const other = await newConversation(desk, contact);
    const reply = (conversation: string) =>
      desk.call('POST', `/conversations/${conversation}/reply`, adminReply());
    for (let number = 0; number < 10; number += 1) expect((await reply(id)).status).toBe(200);
    expect(errorOf(await reply(id))).toMatchObject({
      status: 400,
      message: 'Too many recent replies to this conversation',
    });
    expect((await reply(other)).status).toBe(200);
    desk.pass(10_001);
    expect((await reply(id)).status).toBe(200);
  });

  it('returns the 500 newest parts, and counts all in the statistics', async () => {
    const id = await newConversation(desk, contact, { created_at: 1_700_000_000 });
    await desk.done(
      'POST',
      `/conversations/${id}/reply`,
      adminReply({ message_type: 'note', body: 'note 0' }),
    );
    const stored = desk.state.workspaces.get('ws_demo01')?.conversations.get(id)?.parts;
    const first = stored?.[0];
    for (let number = 1; number < 502; number += 1) {
      if (first !== undefined) stored?.push({ ...first, id: String(number), body: `<p>note ${number}</p>` });
    }
    const conversation = await desk.done('GET', `/conversations/${id}?display_as=plaintext`);
    const parts = listAt(conversation, 'conversation_parts.conversation_parts');
    expect(parts).toHaveLength(500);
    expect(at(parts[0], 'body')).toBe('note 2');
    expect(at(conversation, 'statistics.count_conversation_parts')).toBe(502);
  });
});
