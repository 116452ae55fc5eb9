import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, errorOf, newContact, openDesk, textAt, type Desk } from './support.ts';

describe('Preview bulk jobs', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());

  const preview = { 'Intercom-Version': 'Preview' };
  const bulk = (path: string, body: unknown, method = 'POST') => desk.call(method, path, body, preview);

  it('creates strictly, asynchronously, without ids or errors per item', async () => {
    await newContact(desk);
    const contacts = [
      { external_id: 'req-1', name: 'Exists' },
      {
        external_id: 'req-2',
        email: 'bob@example.com',
        companies: [{ company_id: 'org-1', name: 'Acme' }],
        shoe_size: 44,
      },
    ];
    const accepted = await bulk('/contacts/bulk', { contacts });
    expect(accepted.status).toBe(202);
    expect(accepted.body).toMatchObject({ type: 'contacts.bulk.job', state: 'running', completed_at: null });
    const job = `/contacts/bulk/${textAt(accepted.body, 'id')}`;
    expect(at(await desk.done('GET', '/contacts'), 'total_count')).toBe(1);
    desk.pass(1_000);
    const done = await desk.done('GET', job, undefined, preview);
    expect(done).toMatchObject({
      state: 'completed_with_errors',
      tasks: [{ item_count: 2, state: 'completed_with_errors' }],
    });
    expect(at(await desk.done('GET', '/contacts/find_by_external_id/req-2'), 'companies.total_count')).toBe(
      1,
    );
    expect(
      errorOf(await bulk('/contacts/bulk', { contacts: [], job: { id: textAt(done, 'id') } })),
    ).toMatchObject({
      status: 403,
      code: 'forbidden',
    });
  });

  it('appends to an open job, and knows no other', async () => {
    const first = await bulk('/contacts/bulk', { contacts: [{ external_id: 'a' }] });
    const second = await bulk('/contacts/bulk', {
      contacts: [{ external_id: 'b' }],
      job: { id: textAt(first.body, 'id') },
    });
    expect(at(second.body, 'tasks.length')).toBe(2);
    expect(errorOf(await bulk('/contacts/bulk', { contacts: [], job: { id: 'job_v2_0' } })).code).toBe(
      'job_not_found',
    );
  });

  it('takes a hundred items', async () => {
    const contacts = Array.from({ length: 101 }, (_each, number) => ({ external_id: `c-${number}` }));
    expect(errorOf(await bulk('/contacts/bulk', { contacts }))).toEqual({
      status: 422,
      code: 'parameter_invalid',
      message: 'maximum number of contacts per request is 100',
    });
    expect(errorOf(await bulk('/contacts/bulk', {})).code).toBe('field_not_found');
    expect(errorOf(await bulk('/contacts/bulk', { contacts: {} })).code).toBe('type_mismatch');
    expect(errorOf(await bulk('/contacts/bulk', { contacts: [1] })).code).toBe('type_mismatch');
    expect(errorOf(await bulk('/contacts/bulk', { contacts: [{}] }, 'PUT')).message).toBe(
      'contacts must be identified by id',
    );
  });

  it('updates and deletes by id', async () => {
    const id = await newContact(desk);
    await bulk('/contacts/bulk', { contacts: [{ id, name: 'Ada' }] }, 'PUT');
    desk.pass(1_000);
    expect(at(await desk.done('GET', `/contacts/${id}`), 'name')).toBe('Ada');
    await bulk('/contacts/bulk/delete', { contacts: [{ id }] });
    desk.pass(1_000);
    expect((await desk.call('GET', `/contacts/${id}`)).status).toBe(404);
  });

  it('upserts companies', async () => {
    const accepted = await bulk('/companies/bulk', {
      companies: [{ company_id: 'org-1', name: 'Acme' }, { name: 'No id' }],
    });
    expect(at(accepted.body, 'type')).toBe('companies.bulk.job');
    desk.pass(1_000);
    expect(at(await desk.done('GET', '/companies?company_id=org-1'), 'name')).toBe('Acme');
    expect(
      await desk.done('GET', `/companies/bulk/${textAt(accepted.body, 'id')}`, undefined, preview),
    ).toMatchObject({
      state: 'completed_with_errors',
    });
  });

  it('is refused when the feature is off, and reports unknown jobs', async () => {
    await desk.sim('PATCH', 'switches', { previewEnabled: false });
    expect((await bulk('/contacts/bulk', { contacts: [] })).status).toBe(403);
    expect(errorOf(await desk.call('GET', '/jobs/status/1')).code).toBe('job_not_found');
  });
});
