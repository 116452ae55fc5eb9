import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, errorOf, listAt, newContact, openDesk, textAt, type Desk } from './support.ts';

describe('companies', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());

  it('upserts by company_id', async () => {
    const first = await desk.done('POST', '/companies', {
      company_id: 'org-1',
      name: 'Acme',
      monthly_spend: 155.98,
    });
    const second = await desk.done('POST', '/companies', { company_id: 'org-1', website: 'acme.example' });
    expect(at(second, 'id')).toBe(at(first, 'id'));
    expect(second).toMatchObject({
      name: 'Acme',
      website: 'acme.example',
      monthly_spend: 155,
      company_id: 'org-1',
    });
    expect((await desk.call('POST', '/companies', { name: 'No id' })).status).toBe(400);
  });

  it('refuses an unknown key without a request id, and company_id on an update', async () => {
    const answer = await desk.call('POST', '/companies', { test: 'invalid' });
    expect(answer.body).toEqual({
      type: 'error.list',
      request_id: null,
      errors: [{ code: 'bad_request', message: "bad 'test' parameter" }],
    });
    const company = await desk.done('POST', '/companies', { company_id: 'org-1' });
    expect(
      (await desk.call('PUT', `/companies/${textAt(company, 'id')}`, { company_id: 'org-2' })).status,
    ).toBe(400);
    expect(
      (await desk.call('POST', '/companies', { company_id: 'x', monthly_spend: 2_147_483_648 })).status,
    ).toBe(400);
  });

  it('leaves companies without contacts out of lists, not out of lookups', async () => {
    const company = await desk.done('POST', '/companies', { company_id: 'org-1', name: 'Acme' });
    expect(at(await desk.done('GET', '/companies'), 'total_count')).toBe(0);
    expect(at(await desk.done('POST', '/companies/list'), 'total_count')).toBe(0);
    expect(at(await desk.done('GET', '/companies?company_id=org-1'), 'id')).toBe(at(company, 'id'));
    expect(errorOf(await desk.call('GET', '/companies?company_id=org-2'))).toMatchObject({
      status: 404,
      code: 'company_not_found',
    });
    const contact = await newContact(desk);
    await desk.done('POST', `/contacts/${contact}/companies`, { id: textAt(company, 'id') });
    expect(listAt(await desk.done('GET', '/companies'), 'data')).toHaveLength(1);
    expect(at(await desk.done('GET', '/companies?name=Acme'), 'user_count')).toBe(1);
  });

  it('answers a delete at once, archives later and keeps the contacts', async () => {
    const id = textAt(await desk.done('POST', '/companies', { company_id: 'org-1' }), 'id');
    const contact = await newContact(desk);
    await desk.done('POST', `/contacts/${contact}/companies`, { id });
    expect(await desk.done('DELETE', `/companies/${id}`)).toEqual({ id, object: 'company', deleted: true });
    expect((await desk.call('GET', `/companies/${id}`)).status).toBe(200);
    desk.pass(1_000);
    expect((await desk.call('GET', `/companies/${id}`)).status).toBe(404);
    expect(at(await desk.done('GET', `/contacts/${contact}`), 'companies.total_count')).toBe(0);
    expect(at(await desk.done('POST', '/companies', { company_id: 'org-1' }), 'id')).not.toBe(id);
  });

  it('has one scroll per app, which ends empty and expires after a minute', async () => {
    const contact = await newContact(desk);
    const company = await desk.done('POST', '/companies', { company_id: 'org-1' });
    await desk.done('POST', `/contacts/${contact}/companies`, { id: textAt(company, 'id') });
    const first = await desk.done('GET', '/companies/scroll');
    expect(listAt(first, 'data')).toHaveLength(1);
    expect((await desk.call('GET', '/companies/scroll')).status).toBe(400);
    const param = textAt(first, 'scroll_param');
    expect(listAt(await desk.done('GET', `/companies/scroll?scroll_param=${param}`), 'data')).toHaveLength(0);
    await desk.done('GET', '/companies/scroll');
    desk.pass(61_000);
    expect((await desk.call('GET', '/companies/scroll')).status).toBe(200);
  });

  it('takes notes from 2.16 on', async () => {
    const id = textAt(await desk.done('POST', '/companies', { company_id: 'org-1' }), 'id');
    const note = await desk.done('POST', `/companies/${id}/notes`, { body: 'Moved' });
    expect(note).toMatchObject({
      body: '<p>Moved</p>',
      company: { type: 'company', id },
      created_at: desk.now(),
    });
    const older = { 'Intercom-Version': '2.14' };
    expect((await desk.call('POST', `/companies/${id}/notes`, { body: 'x' }, older)).status).toBe(400);
    expect(at(await desk.done('GET', `/companies/${id}/notes`), 'total_count')).toBe(1);
  });

  it('creates, renames and applies tags by name without case, and removes them everywhere', async () => {
    const contact = await newContact(desk);
    const tag = await desk.done('POST', '/tags', { name: 'VIP', users: [{ id: contact }] });
    const id = textAt(tag, 'id');
    expect(at(await desk.done('POST', '/tags', { name: 'vip' }), 'id')).toBe(id);
    expect(at(await desk.done('POST', '/tags', { id, name: 'Important' }), 'name')).toBe('Important');
    expect(errorOf(await desk.call('POST', '/tags', { test: 'invalid' })).message).toBe(
      'invalid tag parameters',
    );
    expect(at(await desk.done('GET', `/contacts/${contact}`), 'tags.total_count')).toBe(1);
    await desk.done('DELETE', `/tags/${id}`);
    expect(at(await desk.done('GET', `/contacts/${contact}`), 'tags.total_count')).toBe(0);
    expect((await desk.call('DELETE', `/tags/${id}`)).status).toBe(404);
  });

  it('keeps a tag and an attribute that a segment uses', async () => {
    const tag = textAt(await desk.done('POST', '/tags', { name: 'VIP' }), 'id');
    const attribute = await desk.done('POST', '/data_attributes', {
      name: 'Site',
      model: 'contact',
      data_type: 'string',
    });
    const path = `/data_attributes/${String(at(attribute, 'id'))}`;
    const segment = { resource: 'segment', id: 'Seg 1' };
    const set = { tag_ids: [tag], data_attribute_ids: [at(attribute, 'id')] };
    await desk.sim('POST', 'edit', { workspace_id: 'ws_demo01', ...segment, set });
    expect(errorOf(await desk.call('DELETE', `/tags/${tag}`))).toMatchObject({
      code: 'tag_has_dependent_objects',
      message: 'Unable to delete Tag with dependent objects. Segments: Seg 1.',
    });
    expect((await desk.call('PUT', path, { archived: true })).status).toBe(422);
    await desk.sim('POST', 'edit', { workspace_id: 'ws_demo01', ...segment, delete: true });
    await desk.done('DELETE', `/tags/${tag}`);
    await desk.done('PUT', path, { archived: true });
  });
});
