import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, errorOf, listAt, newContact, newConversation, openDesk, textAt, type Desk } from './support.ts';

describe('contact and company attributes', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());

  const create = (fields: Record<string, unknown>) =>
    desk.call('POST', '/data_attributes', { model: 'contact', data_type: 'string', ...fields });

  it('checks name, model, type and options with the documented texts', async () => {
    expect(errorOf(await create({ name: '!nv@l!d n@me' })).message).toBe(
      'Your name for this attribute must only contain alphanumeric characters, currency symbols, and hyphens',
    );
    expect(errorOf(await create({ name: 'a', model: 'conversation' })).message).toBe(
      'The Data Attribute model field must be either contact or company',
    );
    expect(errorOf(await create({ name: 'a', data_type: 'mithril' })).message).toBe(
      "Data Type isn't an option",
    );
    expect((await create({ name: 'a', data_type: 'options', options: [{ value: 'one' }] })).status).toBe(400);
    expect((await create({ name: 'email' })).status).toBe(400);
    expect((await create({ name: 'cost_centre id-2' })).status).toBe(200);
  });

  it('wants names unique over both models', async () => {
    await create({ name: 'The One Ring', model: 'company' });
    expect(errorOf(await create({ name: 'The One Ring' }))).toEqual({
      status: 400,
      code: 'parameter_invalid',
      message:
        "You already have 'The One Ring' in your company data. To save this as new people data, use a different name.",
    });
  });

  it('stores scalars of the declared type and nothing else', async () => {
    await create({ name: 'floor', data_type: 'integer' });
    await create({ name: 'joined', data_type: 'datetime' });
    await create({ name: 'site', data_type: 'options', options: [{ value: 'Leeds' }, { value: 'York' }] });
    const id = await newContact(desk, {
      custom_attributes: { floor: 3, joined: '2024-01-02T03:04:05Z', site: 'York' },
    });
    expect(at(await desk.done('GET', `/contacts/${id}`), 'custom_attributes')).toEqual({
      floor: 3,
      joined: 1_704_164_645,
      site: 'York',
    });
    for (const values of [
      { floor: '3' },
      { floor: [3] },
      { joined: 'soon' },
      { site: 'Hull' },
      { floor: { a: 1 } },
    ]) {
      expect((await desk.call('PUT', `/contacts/${id}`, { custom_attributes: values })).status).toBe(400);
    }
    await desk.done('PUT', `/contacts/${id}`, { custom_attributes: { floor: null } });
    expect(at(await desk.done('GET', `/contacts/${id}`), 'custom_attributes')).not.toHaveProperty('floor');
    await desk.sim('PATCH', 'switches', { valueOutsideOptions: 'clear' });
    await desk.done('PUT', `/contacts/${id}`, { custom_attributes: { site: 'Hull' } });
    expect(at(await desk.done('GET', `/contacts/${id}`), 'custom_attributes')).not.toHaveProperty('site');
  });

  it('limits strings to 255 characters, by refusing or by cutting', async () => {
    await create({ name: 'remarks' });
    const long = { external_id: 'x', custom_attributes: { remarks: 'r'.repeat(256) } };
    expect((await desk.call('POST', '/contacts', long)).status).toBe(400);
    await desk.sim('PATCH', 'switches', { longStringValue: 'truncate' });
    expect(textAt(await desk.done('POST', '/contacts', long), 'custom_attributes.remarks')).toHaveLength(255);
  });

  it('archives instead of deleting, keeps the type, and hides archived values', async () => {
    const id = String(at((await create({ name: 'floor' })).body, 'id'));
    const contact = await newContact(desk, { custom_attributes: { floor: 'third' } });
    expect((await desk.call('PUT', `/data_attributes/${id}`, { data_type: 'integer' })).status).toBe(400);
    expect(await desk.done('PUT', `/data_attributes/${id}`, { archived: true })).toMatchObject({
      archived: true,
    });
    expect(at(await desk.done('GET', `/contacts/${contact}`), 'custom_attributes')).toEqual({});
    expect(
      (await desk.call('PUT', `/contacts/${contact}`, { custom_attributes: { floor: 'x' } })).status,
    ).toBe(400);
    expect(errorOf(await desk.call('PUT', '/data_attributes/999', { archived: true }))).toMatchObject({
      status: 404,
      code: 'field_not_found',
    });
    const listed = (query: string) => desk.done('GET', `/data_attributes?model=contact${query}`);
    const custom = (body: unknown) => listAt(body, 'data').filter((each) => at(each, 'custom') === true);
    expect(custom(await listed(''))).toHaveLength(0);
    expect(custom(await listed('&include_archived=true'))).toHaveLength(1);
  });

  it('answers 422 when a dependent object stands in the way', async () => {
    const types = [
      { identifier: 'asset', name: 'Asset', attributes: [] },
      {
        identifier: 'contact',
        attributes: [
          { name: 'assets', format: 'reference', references: { type: 'asset', cardinality: 'many' } },
        ],
      },
    ];
    await desk.sim('POST', 'object-types', { types });
    const list = listAt(await desk.done('GET', '/data_attributes?model=contact'), 'data');
    const id = String(
      at(
        list.find((each) => at(each, 'name') === 'assets'),
        'id',
      ),
    );
    expect(errorOf(await desk.call('PUT', `/data_attributes/${id}`, { archived: true }))).toMatchObject({
      status: 422,
      code: 'data_invalid',
    });
  });

  it('stops at 250 attributes', async () => {
    for (let number = 0; number < 250; number += 1)
      expect((await create({ name: `a${number}` })).status).toBe(200);
    expect((await create({ name: 'one more' })).status).toBe(400);
  });

  it('no longer lists conversation attributes here in 2.16', async () => {
    expect(errorOf(await desk.call('GET', '/data_attributes?model=conversation'))).toMatchObject({
      status: 422,
      code: 'parameter_invalid',
    });
    const older = { 'Intercom-Version': '2.14' };
    expect((await desk.call('GET', '/data_attributes?model=conversation', undefined, older)).status).toBe(
      200,
    );
  });
});

describe('conversation attributes', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());

  const create = (fields: Record<string, unknown>) => desk.call('POST', '/conversations/attributes', fields);

  it('has its own types, and lists need two active options', async () => {
    expect(errorOf(await create({ name: 'a', data_type: 'invalid_type' }))).toEqual({
      status: 422,
      code: 'parameter_invalid',
      message:
        "data_type 'invalid_type' is not valid. Allowed types: string, integer, list, decimal, boolean, datetime, relationship, files",
    });
    expect((await create({ name: 'a', data_type: 'list', options: [{ label: 'one' }] })).status).toBe(422);
    expect(
      (await create({ name: 'a', data_type: 'list', options: [{ label: 'one', id: 'x' }, { label: 'b' }] }))
        .status,
    ).toBe(422);
    const list = (
      await create({ name: 'Impact', data_type: 'list', options: [{ label: 'High' }, { label: 'Low' }] })
    ).body;
    const [first, second] = listAt(list, 'options');
    const path = `/conversations/attributes/${String(at(list, 'id'))}/options`;
    expect((await desk.call('DELETE', `${path}/${textAt(second, 'id')}`)).status).toBe(422);
    expect(listAt(await desk.done('POST', path, { label: 'Medium' }), 'options')).toHaveLength(3);
    expect(
      at(await desk.done('PUT', `${path}/${textAt(first, 'id')}`, { label: 'Top' }), 'options.0.label'),
    ).toBe('Top');
    expect(at(await desk.done('DELETE', `${path}/${textAt(second, 'id')}`), 'options.1.archived')).toBe(true);
    expect(errorOf(await desk.call('POST', path, { label: 4 })).message).toBe('label must be a string');
    expect((await desk.call('DELETE', `${path}/none`)).status).toBe(404);
  });

  it('links to a custom object type only when that exists', async () => {
    const relation = {
      name: 'Assets',
      data_type: 'relationship',
      reference: { type: 'many', object_type_id: 'asset' },
    };
    expect((await create(relation)).status).toBe(422);
    await desk.sim('POST', 'object-types', {
      types: [{ identifier: 'asset', name: 'Asset', attributes: [] }],
    });
    expect((await create(relation)).body).toMatchObject({
      reference: { type: 'many', object_type_id: 'asset' },
    });
  });

  it('archives on DELETE and answers 404 to unknown ids', async () => {
    const id = String(at((await create({ name: 'Site', data_type: 'string' })).body, 'id'));
    expect(await desk.done('DELETE', `/conversations/attributes/${id}`)).toMatchObject({ archived: true });
    expect(listAt(await desk.done('GET', '/conversations/attributes'), 'data')).toHaveLength(0);
    expect(
      listAt(await desk.done('GET', '/conversations/attributes?include_archived=true'), 'data'),
    ).toHaveLength(1);
    expect(errorOf(await desk.call('GET', '/conversations/attributes/99')).code).toBe(
      'conversation_attribute_not_found',
    );
  });

  it('lets names repeat and then fails every update that sets attributes', async () => {
    const conversation = await newConversation(desk, await newContact(desk));
    const attribute = { name: 'Legacy id', data_type: 'string' };
    await create(attribute);
    const set = { custom_attributes: { 'Legacy id': 'INC-1' } };
    expect((await desk.call('PUT', `/conversations/${conversation}`, set)).status).toBe(200);
    const second = String(at((await create(attribute)).body, 'id'));
    expect(errorOf(await desk.call('PUT', `/conversations/${conversation}`, set))).toMatchObject({
      status: 400,
      code: 'parameter_invalid',
    });
    expect((await desk.call('PUT', `/conversations/${conversation}`, { title: 'still fine' })).status).toBe(
      200,
    );
    await desk.done('DELETE', `/conversations/attributes/${second}`);
    expect((await desk.call('PUT', `/conversations/${conversation}`, set)).status).toBe(200);
  });

  it('checks values, leaves event parts unless switched off, and follows a renamed attribute', async () => {
    const conversation = await newConversation(desk, await newContact(desk));
    const id = String(at((await create({ name: 'Opened', data_type: 'datetime' })).body, 'id'));
    const put = (values: unknown) =>
      desk.call('PUT', `/conversations/${conversation}`, { custom_attributes: values });
    expect((await put({ Opened: 'never' })).status).toBe(400);
    expect((await put({ Unknown: 1 })).status).toBe(400);
    await desk.sim('PATCH', 'switches', { attributeEventParts: false });
    expect(at((await put({ Opened: 1_700_000_000 })).body, 'conversation_parts.total_count')).toBe(0);
    await desk.sim('PATCH', 'switches', { attributeEventParts: true });
    const changed = await put({ Opened: 1_700_000_001 });
    expect(at(changed.body, 'conversation_parts.conversation_parts.0')).toMatchObject({
      part_type: 'conversation_attribute_updated_by_admin',
      body: null,
      author: { type: 'bot' },
    });
    await desk.done('PUT', `/conversations/attributes/${id}`, { name: 'Opened at' });
    expect(at(await desk.done('GET', `/conversations/${conversation}`), 'custom_attributes')).toEqual({
      'Opened at': 1_700_000_001,
    });
  });
});
