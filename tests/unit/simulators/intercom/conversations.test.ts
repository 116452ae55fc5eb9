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
  NO_SEAT,
  openDesk,
  TEAM,
  textAt,
  type Desk,
} from './support.ts';

describe('conversations', () => {
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

  it('answers a message whose id is not the conversation id', async () => {
    const message = await desk.done('POST', '/conversations', {
      from: { type: 'user', id: contact },
      body: 'Hello <b>there</b>\n& more',
      created_at: 1_700_000_000,
    });
    expect(message).toMatchObject({ type: 'user_message', message_type: 'inapp', created_at: 1_700_000_000 });
    const id = textAt(message, 'conversation_id');
    expect(textAt(message, 'id')).not.toBe(id);
    expect((await desk.call('GET', `/conversations/${textAt(message, 'id')}`)).status).toBe(404);
    const conversation = await desk.done('GET', `/conversations/${id}`);
    expect(conversation).toMatchObject({
      id,
      created_at: 1_700_000_000,
      updated_at: desk.now(),
      state: 'open',
      open: true,
      title: null,
      source: {
        id: textAt(message, 'id'),
        body: '<p>Hello &lt;b&gt;there&lt;/b&gt;<br>\n&amp; more</p>',
        author: { type: 'user', id: contact, email: 'ada@example.com' },
      },
    });
    const plain = await desk.done('GET', `/conversations/${id}?display_as=plaintext`);
    expect(at(plain, 'source.body')).toBe('Hello <b>there</b>\n& more');
  });

  it('does not know the sender: 404, also within the first moments of a contact', async () => {
    const body = { from: { type: 'user', id: '6762f0d01bb69f9f99999999' }, body: 'x' };
    expect(errorOf(await desk.call('POST', '/conversations', body))).toEqual({
      status: 404,
      code: 'not_found',
      message: 'User Not Found',
    });
    const fresh = textAt(await desk.done('POST', '/contacts', { external_id: 'new' }), 'id');
    const opening = { from: { type: 'user', id: fresh }, body: 'x' };
    expect((await desk.call('POST', '/conversations', opening)).status).toBe(404);
    desk.pass(1_000);
    expect((await desk.call('POST', '/conversations', opening)).status).toBe(200);
  });

  it('accepts nothing on create that the description does not name', async () => {
    for (const extra of [
      { title: 'x' },
      { custom_attributes: {} },
      { attachment_files: [] },
      { skip_notifications: true },
    ]) {
      const body = { from: { type: 'user', id: contact }, body: 'x', ...extra };
      expect((await desk.call('POST', '/conversations', body)).status).toBe(400);
    }
    await desk.sim('PATCH', 'switches', { undocumentedKeys: 'ignore' });
    const lenient = { from: { type: 'user', id: contact }, body: 'x', title: 'lost' };
    const id = textAt(await desk.done('POST', '/conversations', lenient), 'conversation_id');
    expect(at(await desk.done('GET', `/conversations/${id}`), 'title')).toBeNull();
  });

  it('stamps close, assign, open and snooze with its own clock and refuses created_at there', async () => {
    const id = await newConversation(desk, contact, { created_at: 1_700_000_000 });
    const close = { message_type: 'close', type: 'admin', admin_id: ADMIN };
    expect(
      (await desk.call('POST', `/conversations/${id}/parts`, { ...close, created_at: 1_700_000_500 })).status,
    ).toBe(400);
    expect(
      (await desk.call('POST', `/conversations/${id}/parts`, { ...close, skip_notifications: true })).status,
    ).toBe(400);
    const closed = await desk.done('POST', `/conversations/${id}/parts`, close);
    expect(closed).toMatchObject({ state: 'closed', open: false });
    expect(at(closed, 'conversation_parts.conversation_parts.0')).toMatchObject({
      part_type: 'close',
      created_at: desk.now(),
    });
    expect(at(closed, 'statistics.first_close_at')).toBe(desk.now());
  });

  it('refuses what already is: a second close, the same assignee', async () => {
    const id = await newConversation(desk, contact);
    const parts = `/conversations/${id}/parts`;
    const assign = { message_type: 'assignment', type: 'admin', admin_id: ADMIN, assignee_id: MIGRATION };
    const assigned = await desk.done('POST', parts, assign);
    expect(assigned).toMatchObject({ admin_assignee_id: Number(MIGRATION) });
    expect(at(assigned, 'conversation_parts.conversation_parts.0')).toMatchObject({
      part_type: 'assignment',
      assigned_to: { type: 'admin', id: MIGRATION },
    });
    const again = errorOf(await desk.call('POST', parts, assign));
    expect(again.status).toBe(422);
    expect(again.message).toContain('already assigned');
    expect((await desk.call('POST', parts, { ...assign, assignee_id: '4' })).status).toBe(404);
    expect((await desk.call('POST', parts, { ...assign, assignee_id: NO_SEAT })).status).toBe(400);
    expect(await desk.done('POST', parts, { ...assign, type: 'team', assignee_id: TEAM })).toMatchObject({
      team_assignee_id: Number(TEAM),
    });
    const close = { message_type: 'close', type: 'admin', admin_id: ADMIN };
    await desk.done('POST', parts, close);
    expect((await desk.call('POST', parts, close)).status).toBe(400);
  });

  it('reopens a closed conversation by assigning it', async () => {
    const id = await newConversation(desk, contact);
    const parts = `/conversations/${id}/parts`;
    await desk.done('POST', parts, { message_type: 'close', type: 'admin', admin_id: ADMIN });
    const assigned = await desk.done('POST', parts, {
      message_type: 'assignment',
      type: 'admin',
      admin_id: ADMIN,
      assignee_id: ADMIN,
    });
    expect(assigned).toMatchObject({ state: 'open', open: true });
    expect(at(assigned, 'conversation_parts.conversation_parts.1.part_type')).toBe('assign_and_reopen');
  });

  it('snoozes into the future and wakes on a reply unless Preview says not to', async () => {
    const id = await newConversation(desk, contact);
    const snooze = { message_type: 'snoozed', admin_id: ADMIN, snoozed_until: desk.now() + 3_600 };
    expect(
      (await desk.call('POST', `/conversations/${id}/parts`, { ...snooze, snoozed_until: 1 })).status,
    ).toBe(400);
    expect(await desk.done('POST', `/conversations/${id}/parts`, snooze)).toMatchObject({
      state: 'snoozed',
      open: true,
    });
    const preview = { 'Intercom-Version': 'Preview' };
    const path = `/conversations/${id}/reply`;
    expect((await desk.call('POST', path, adminReply({ skip_unsnooze: true }))).status).toBe(400);
    expect(await desk.done('POST', path, adminReply({ skip_unsnooze: true }), preview)).toMatchObject({
      state: 'snoozed',
    });
    expect(await desk.done('POST', path, adminReply())).toMatchObject({ state: 'open', snoozed_until: null });
  });

  it('updates title, company and read flag; priority in Preview only', async () => {
    const id = await newConversation(desk, contact);
    const company = textAt(await desk.done('POST', '/companies', { company_id: 'org-1' }), 'id');
    const updated = await desk.done('PUT', `/conversations/${id}`, {
      title: 'INC-1',
      read: true,
      company_id: company,
    });
    expect(updated).toMatchObject({ title: 'INC-1', read: true, company: { id: company } });
    expect((await desk.call('PUT', `/conversations/${id}`, { priority: 'high' })).status).toBe(400);
    const preview = { 'Intercom-Version': 'Preview' };
    expect(await desk.done('PUT', `/conversations/${id}`, { priority: 'high' }, preview)).toMatchObject({
      priority: 'high',
    });
    expect(
      await desk.done('GET', `/conversations/${id}`, undefined, { 'Intercom-Version': '2.14' }),
    ).toMatchObject({ priority: 'priority' });
  });

  it('adds participants, creates a lead for an unknown email, and keeps the last one', async () => {
    const id = await newConversation(desk, contact);
    const path = `/conversations/${id}/customers`;
    const other = await newContact(desk, { email: 'bob@example.com', external_id: 'req-2' });
    expect(
      (await desk.call('POST', `/conversations/${id}/reply`, contactReply({ intercom_user_id: other })))
        .status,
    ).toBe(404);
    await desk.done('POST', path, { admin_id: ADMIN, customer: { intercom_user_id: other } });
    expect(
      (await desk.call('POST', `/conversations/${id}/reply`, contactReply({ intercom_user_id: other })))
        .status,
    ).toBe(200);
    await desk.done('POST', path, { admin_id: ADMIN, customer: { email: 'stranger@example.com' } });
    expect(at(await desk.done('GET', '/contacts'), 'total_count')).toBe(3);
    const contacts = listAt(await desk.done('GET', `/conversations/${id}`), 'contacts.contacts').map((each) =>
      textAt(each, 'id'),
    );
    for (const each of contacts.slice(1)) await desk.done('DELETE', `${path}/${each}`, { admin_id: ADMIN });
    expect(errorOf(await desk.call('DELETE', `${path}/${contact}`, { admin_id: ADMIN }))).toEqual({
      status: 422,
      code: 'parameter_invalid',
      message: 'Removing the last customer is not allowed',
    });
  });

  it('deletes for good, lists the id, and answers 404 the second time', async () => {
    const id = await newConversation(desk, contact);
    expect(await desk.done('DELETE', `/conversations/${id}?retain_metrics=false`)).toEqual({
      id,
      object: 'conversation',
      deleted: true,
    });
    expect((await desk.call('GET', `/conversations/${id}`)).status).toBe(404);
    expect((await desk.call('DELETE', `/conversations/${id}`)).status).toBe(404);
    expect(at(await desk.done('GET', '/conversations/deleted'), 'conversations.0')).toEqual({
      type: 'conversation',
      id,
      metrics_retained: false,
      deleted_at: desk.now(),
    });
  });

  it('redacts a part with a body, or a source', async () => {
    const id = await newConversation(desk, contact, { body: 'secret TOKEN99' });
    const replied = await desk.done('POST', `/conversations/${id}/reply`, adminReply());
    const partId = textAt(replied, 'conversation_parts.conversation_parts.0.id');
    const redacted = await desk.done('POST', '/conversations/redact', {
      type: 'conversation_part',
      conversation_id: id,
      conversation_part_id: partId,
    });
    expect(at(redacted, 'conversation_parts.conversation_parts.0')).toMatchObject({
      redacted: true,
      body: '<p><i>This message was deleted</i></p>',
    });
    await desk.done('POST', '/conversations/redact', {
      type: 'source',
      conversation_id: id,
      source_id: textAt(redacted, 'source.id'),
    });
    const query = { field: 'source.body', operator: '=', value: 'token99' };
    expect(at(await desk.done('POST', '/conversations/search', { query }), 'total_count')).toBe(0);
    expect(
      errorOf(
        await desk.call('POST', '/conversations/redact', {
          type: 'conversation_part',
          conversation_id: id,
          conversation_part_id: '1',
        }),
      ).code,
    ).toBe('conversation_part_or_message_not_found');
  });

  it('merges once, never into itself', async () => {
    const primary = await newConversation(desk, contact);
    const secondary = await newConversation(desk, contact);
    const merge = (into: string) =>
      desk.call('POST', `/conversations/${secondary}/merge`, { merge_into_conversation_id: Number(into) });
    expect(errorOf(await merge(secondary)).code).toBe('merge_failed');
    expect(at((await merge(primary)).body, 'id')).toBe(primary);
    expect((await merge(primary)).status).toBe(422);
    expect(await desk.done('GET', `/conversations/${secondary}`)).toMatchObject({ state: 'closed' });
  });

  it('pages the list with a cursor', async () => {
    for (let number = 0; number < 3; number += 1) await newConversation(desk, contact);
    const first = await desk.done('GET', '/conversations?per_page=2');
    expect(first).toMatchObject({ type: 'conversation.list', total_count: 3, pages: { total_pages: 2 } });
    const cursor = textAt(first, 'pages.next.starting_after');
    const second = await desk.done('GET', `/conversations?per_page=2&starting_after=${cursor}`);
    expect(listAt(second, 'conversations')).toHaveLength(1);
    expect(at(second, 'pages')).not.toHaveProperty('next');
  });
});
