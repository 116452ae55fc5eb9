import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ADMIN,
  at,
  errorOf,
  listAt,
  newContact,
  newConversation,
  openDesk,
  textAt,
  type Desk,
} from './support.ts';

describe('contacts', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());

  it('answers 200 to a create, with a 24-character id and nested lists', async () => {
    const contact = await desk.done('POST', '/contacts', {
      email: 'ada@example.com',
      name: 'Ada',
      phone: '+44 (20) 7946-0000',
    });
    expect(textAt(contact, 'id')).toMatch(/^[0-9a-f]{24}$/);
    expect(contact).toMatchObject({
      type: 'contact',
      workspace_id: 'ws_demo01',
      role: 'user',
      external_id: null,
      phone: '+442079460000',
      created_at: desk.now(),
      tags: { type: 'list', data: [], total_count: 0, has_more: false },
    });
  });

  it('refuses a contact without email, external id or role, and a user with a role only', async () => {
    expect((await desk.call('POST', '/contacts', { name: 'Nobody' })).status).toBe(400);
    expect((await desk.call('POST', '/contacts', { role: 'user' })).status).toBe(400);
    expect((await desk.call('POST', '/contacts', { role: 'lead' })).status).toBe(200);
  });

  it('answers 409 with the id of the other contact, and says when that is archived', async () => {
    const id = await newContact(desk);
    expect(errorOf(await desk.call('POST', '/contacts', { email: 'ADA@example.com' }))).toEqual({
      status: 409,
      code: 'conflict',
      message: `A contact matching those details already exists with id=${id}`,
    });
    await desk.done('POST', `/contacts/${id}/archive`);
    expect(errorOf(await desk.call('POST', '/contacts', { external_id: 'req-1' })).message).toBe(
      `An archived contact matching those details already exists with id=${id}`,
    );
    expect((await desk.call('GET', `/contacts/${id}`)).status).toBe(404);
    await desk.done('POST', `/contacts/${id}/unarchive`);
    expect((await desk.call('GET', `/contacts/${id}`)).status).toBe(200);
  });

  it('lets leads repeat, and users share an email under different external ids', async () => {
    await newContact(desk);
    expect((await desk.call('POST', '/contacts', { role: 'lead', email: 'ada@example.com' })).status).toBe(
      200,
    );
    expect(
      (await desk.call('POST', '/contacts', { email: 'ada@example.com', external_id: 'req-2' })).status,
    ).toBe(200);
    await desk.sim('PATCH', 'switches', { sameEmailDifferentExternalId: false });
    expect(
      (await desk.call('POST', '/contacts', { email: 'ada@example.com', external_id: 'req-3' })).status,
    ).toBe(409);
  });

  it('refuses an update that takes the identity of another user', async () => {
    await newContact(desk);
    const other = await newContact(desk, { email: 'bob@example.com', external_id: 'req-2' });
    expect((await desk.call('PUT', `/contacts/${other}`, { external_id: 'req-1' })).status).toBe(409);
  });

  it('refuses unknown attributes, owners and keys, and a verification without an email', async () => {
    const wrong = [
      { custom_attributes: { colour: 'red' } },
      { owner_id: '1' },
      { email_verified: true },
      { created_at: 1 },
    ];
    for (const fields of wrong) {
      const answer = await desk.call('POST', '/contacts', { external_id: 'x', ...fields });
      expect(errorOf(answer)).toMatchObject({ status: 400, code: 'parameter_invalid' });
    }
    expect(
      errorOf(await desk.call('POST', '/contacts', { external_id: 'x', custom_attributes: { colour: 1 } }))
        .message,
    ).toBe("Custom attribute 'colour' does not exist");
    expect(await desk.done('POST', '/contacts', { external_id: 'x', owner_id: ADMIN })).toMatchObject({
      owner_id: ADMIN,
    });
  });

  it('validates phone numbers only when the workspace says so', async () => {
    expect((await desk.call('POST', '/contacts', { external_id: 'a', phone: 'ext. 12' })).status).toBe(200);
    await desk.sim('PATCH', 'switches', { phoneValidation: true });
    expect((await desk.call('POST', '/contacts', { external_id: 'b', phone: 'ext. 12' })).status).toBe(400);
  });

  it('cuts nested lists to ten and shows all in the sub-resources', async () => {
    const id = await newContact(desk);
    for (let number = 0; number < 12; number += 1) {
      const tag = await desk.done('POST', '/tags', { name: `tag ${number}` });
      await desk.done('POST', `/contacts/${id}/tags`, { id: textAt(tag, 'id') });
    }
    const contact = await desk.done('GET', `/contacts/${id}`);
    expect(listAt(contact, 'tags.data')).toHaveLength(10);
    expect(at(contact, 'tags')).toMatchObject({ total_count: 12, has_more: true });
    expect(listAt(await desk.done('GET', `/contacts/${id}/tags`), 'data')).toHaveLength(12);
  });

  it('attaches companies by Intercom id only, up to a thousand', async () => {
    const id = await newContact(desk);
    const company = await desk.done('POST', '/companies', { company_id: 'c-1', name: 'Acme' });
    expect(errorOf(await desk.call('POST', `/contacts/${id}/companies`, {}))).toMatchObject({
      status: 400,
      code: 'parameter_not_found',
    });
    expect(errorOf(await desk.call('POST', `/contacts/${id}/companies`, { id: 'c-1' }))).toMatchObject({
      status: 404,
      code: 'company_not_found',
    });
    await desk.done('POST', `/contacts/${id}/companies`, { id: textAt(company, 'id') });
    expect(at(await desk.done('GET', `/contacts/${id}/companies`), 'data.0.company_id')).toBe('c-1');
    const stored = desk.state.workspaces.get('ws_demo01')?.contacts.get(id);
    for (let number = 2; number <= 1_000; number += 1) stored?.companyIds.push(`company-${number}`);
    const last = await desk.done('POST', '/companies', { company_id: 'c-1001' });
    expect(
      errorOf(await desk.call('POST', `/contacts/${id}/companies`, { id: textAt(last, 'id') })).code,
    ).toBe('contact_company_limit_exceeded');
  });

  it('stamps notes with its own clock', async () => {
    const id = await newContact(desk);
    expect((await desk.call('POST', `/contacts/${id}/notes`, { body: 'hi', created_at: 5 })).status).toBe(
      400,
    );
    expect((await desk.call('POST', `/contacts/${id}/notes`, { body: 'hi', admin_id: '1' })).status).toBe(
      404,
    );
    const note = await desk.done('POST', `/contacts/${id}/notes`, { body: 'a < b', admin_id: ADMIN });
    expect(note).toMatchObject({
      type: 'note',
      created_at: desk.now(),
      body: '<p>a &lt; b</p>',
      author: { id: ADMIN },
    });
  });

  it('deletes for good: conversations go too and the external id stays locked for seven days', async () => {
    const id = await newContact(desk);
    const conversation = await newConversation(desk, id);
    expect(await desk.done('DELETE', `/contacts/${id}`)).toEqual({
      type: 'contact',
      id,
      external_id: 'req-1',
      deleted: true,
    });
    expect((await desk.call('GET', `/conversations/${conversation}`)).status).toBe(404);
    expect((await desk.call('POST', `/contacts/${id}/unarchive`)).status).toBe(404);
    expect((await desk.call('POST', '/contacts', { external_id: 'req-1' })).status).toBe(409);
    desk.pass(7 * 86_400_000 + 1_000);
    expect((await desk.call('POST', '/contacts', { external_id: 'req-1' })).status).toBe(200);
  });

  it('finds users by external id and answers 410 with a Link for merged contacts', async () => {
    const user = await newContact(desk);
    const lead = textAt(
      await desk.done('POST', '/contacts', { role: 'lead', email: 'ada@example.com', external_id: 'lead-1' }),
      'id',
    );
    expect(at(await desk.done('GET', '/contacts/find_by_external_id/req-1'), 'id')).toBe(user);
    expect((await desk.call('GET', '/contacts/find_by_external_id/lead-1')).status).toBe(404);
    await desk.done('POST', '/contacts/merge', { from: lead, into: user });
    const gone = await desk.call('GET', `/contacts/${lead}`);
    expect(errorOf(gone)).toMatchObject({ status: 410, code: 'contact_merged' });
    expect(gone.headers.get('Link')).toBe(`</contacts/${user}>; rel="canonical"`);
  });

  it('refuses to merge contacts that are no duplicates', async () => {
    const user = await newContact(desk);
    const lead = textAt(
      await desk.done('POST', '/contacts', { role: 'lead', email: 'other@example.com' }),
      'id',
    );
    expect(errorOf(await desk.call('POST', '/contacts/merge', { from: lead, into: user })).code).toBe(
      'invalid_merge',
    );
    expect(
      (
        await desk.call('POST', '/contacts/merge', {
          from: lead,
          into: user,
          skip_duplicate_validation: true,
        })
      ).status,
    ).toBe(200);
  });

  it('blocks one way: conversations close and nothing shows the flag', async () => {
    const id = await newContact(desk);
    const conversation = await newConversation(desk, id);
    expect(await desk.done('POST', `/contacts/${id}/block`)).toMatchObject({ blocked: true });
    expect(await desk.done('GET', `/conversations/${conversation}`)).toMatchObject({ state: 'closed' });
    expect(await desk.done('GET', `/contacts/${id}`)).not.toHaveProperty('blocked');
  });
});
