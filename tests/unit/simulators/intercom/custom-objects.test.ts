import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, errorOf, listAt, newContact, newConversation, openDesk, textAt, type Desk } from './support.ts';

const TYPES = [
  {
    identifier: 'asset',
    name: 'Asset',
    attributes: [
      { name: 'tag', format: 'text' },
      { name: 'ram', format: 'number' },
      { name: 'price', format: 'decimal' },
      { name: 'status', format: 'list', options: ['In use', 'Retired'] },
      { name: 'leased', format: 'boolean' },
      { name: 'bought', format: 'date' },
      { name: 'parts', format: 'reference', references: { type: 'asset', cardinality: 'many' } },
      { name: 'owner', format: 'reference', references: { type: 'contact', cardinality: 'one' } },
    ],
  },
  {
    identifier: 'contact',
    attributes: [{ name: 'assets', format: 'reference', references: { type: 'asset', cardinality: 'many' } }],
  },
];

describe('custom objects', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
    await desk.sim('POST', 'object-types', { types: TYPES });
  });
  afterEach(() => desk.close());

  const put = (fields: Record<string, unknown>) =>
    desk.call('POST', '/custom_object_instances/asset', fields);
  const path = '/custom_object_instances/asset';

  it('tells a missing type from a missing instance', async () => {
    expect(errorOf(await desk.call('GET', '/custom_object_instances/Order?external_id=1'))).toEqual({
      status: 404,
      code: 'not_found',
      message: 'Custom object type `Order` not found',
    });
    expect(errorOf(await desk.call('GET', `${path}?external_id=__probe__`))).toEqual({
      status: 404,
      code: 'not_found',
      message: 'Custom object instance not found',
    });
  });

  it('upserts by external id, and makes a new instance each time without one', async () => {
    const first = (await put({ external_id: 'a-1', custom_attributes: { tag: 'LT-1', ram: 16 } })).body;
    const second = (await put({ external_id: 'a-1', custom_attributes: { ram: null, price: 9.5 } })).body;
    expect(at(second, 'id')).toBe(at(first, 'id'));
    expect(at(second, 'custom_attributes')).toEqual({ tag: 'LT-1', price: 9.5 });
    expect(at((await put({ custom_attributes: {} })).body, 'id')).not.toBe(at((await put({})).body, 'id'));
    expect(at(await desk.done('GET', path), 'total_count')).toBe(3);
    expect((await put({ external_id: 'reference_not_found' })).status).toBe(400);
  });

  it('is silent about unreadable dates, unmatched options and unmatched references', async () => {
    await put({ external_id: 'a-1', custom_attributes: { status: 'In use', bought: '2024-01-02' } });
    const spare = textAt((await put({ external_id: 'a-2' })).body, 'id');
    const answer = await put({
      external_id: 'a-1',
      custom_attributes: { status: 'Melted', bought: 'yesterday', parts: [spare, 'nothing'] },
    });
    expect(answer.status).toBe(200);
    expect(at(answer.body, 'custom_attributes')).toEqual({
      parts: { type: 'asset.list', instances: [expect.objectContaining({ id: spare, external_id: 'a-2' })] },
    });
  });

  it('takes a list value as label or as option id', async () => {
    const types = await desk.sim('GET', 'object-types');
    const option = textAt(types, 'types.0.attributes.3.options.1.id');
    expect(
      at(
        (await put({ external_id: 'a-1', custom_attributes: { status: option } })).body,
        'custom_attributes.status',
      ),
    ).toBe('Retired');
  });

  it('refuses unknown attributes, or drops them without a word', async () => {
    const fields = { external_id: 'a-1', custom_attributes: { tag: 'LT-1', colour: 'red' } };
    expect((await put(fields)).status).toBe(400);
    await desk.sim('PATCH', 'switches', { unknownInstanceAttribute: 'drop' });
    expect(at((await put(fields)).body, 'custom_attributes')).toEqual({ tag: 'LT-1' });
  });

  it('links from contacts and conversations by Intercom id, and an array replaces the set', async () => {
    const one = textAt((await put({ external_id: 'a-1' })).body, 'id');
    const two = textAt((await put({ external_id: 'a-2' })).body, 'id');
    const contact = await newContact(desk, { custom_attributes: { assets: [one, two] } });
    const ids = async () =>
      listAt(await desk.done('GET', `/contacts/${contact}`), 'custom_attributes.assets.instances').map(
        (each) => at(each, 'id'),
      );
    expect(await ids()).toEqual([one, two]);
    await desk.done('PUT', `/contacts/${contact}`, { custom_attributes: { assets: [two, 'a-1'] } });
    expect(await ids()).toEqual([two]);
    expect(at(await desk.done('GET', `${path}?references_contact_id=${contact}`), 'data.0.id')).toBe(two);

    const conversation = await newConversation(desk, contact);
    const relation = {
      name: 'Assets',
      data_type: 'relationship',
      reference: { type: 'one', object_type_id: 'asset' },
    };
    await desk.done('POST', '/conversations/attributes', relation);
    await desk.done('PUT', `/conversations/${conversation}`, { custom_attributes: { Assets: [one] } });
    expect(
      at(await desk.done('GET', `${path}?references_conversation_id=${conversation}`), 'data.0.id'),
    ).toBe(one);
    expect(
      (
        await desk.call('PUT', `/conversations/${conversation}`, {
          custom_attributes: { Assets: [one, two] },
        })
      ).status,
    ).toBe(400);
    await put({ external_id: 'a-1', custom_attributes: { owner: contact } });
    expect(at(await desk.done('GET', `${path}?references_contact_id=${contact}`), 'total_count')).toBe(2);
  });

  it('deletes by external id or id, once', async () => {
    const id = textAt((await put({ external_id: 'a-1' })).body, 'id');
    expect(await desk.done('DELETE', `${path}?external_id=a-1`)).toEqual({
      id,
      object: 'asset',
      deleted: true,
    });
    expect((await desk.call('DELETE', `${path}?external_id=a-1`)).status).toBe(404);
    const next = textAt((await put({ external_id: 'a-1' })).body, 'id');
    expect(at(await desk.done('GET', `${path}/a-1`), 'id')).toBe(next);
    expect((await desk.call('DELETE', `${path}/${next}`)).status).toBe(200);
  });

  it('can be missing from the plan, and has no full list before 2.16', async () => {
    const older = { 'Intercom-Version': '2.14' };
    expect((await desk.call('GET', path, undefined, older)).status).toBe(400);
    await desk.sim('PATCH', 'switches', { customObjectsOnPlan: false });
    expect(errorOf(await desk.call('GET', path))).toMatchObject({ status: 403, code: 'api_plan_restricted' });
  });

  it('has no call that makes a type: only the person in Settings does', async () => {
    expect((await desk.call('POST', '/custom_object_types', { name: 'Order' })).status).toBe(404);
    const extended = await desk.sim('POST', 'object-types', {
      types: [{ identifier: 'asset', attributes: [{ name: 'status', format: 'list', options: ['Lost'] }] }],
    });
    expect(listAt(extended, 'types.0.attributes.3.options')).toHaveLength(3);
    expect(
      at(
        await desk.sim('POST', 'object-types', {
          types: [{ identifier: 'asset', attributes: [{ name: 'ram', format: 'text' }] }],
        }),
        'error',
      ),
    ).toContain('another format');
    await desk.sim('DELETE', 'object-types/asset');
    expect((await desk.call('GET', path)).status).toBe(404);
  });
});
