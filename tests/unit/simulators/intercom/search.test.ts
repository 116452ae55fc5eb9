import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, errorOf, listAt, newContact, newConversation, openDesk, textAt, type Desk } from './support.ts';

describe('search', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());

  async function found(
    resource: string,
    query: unknown,
    more: Record<string, unknown> = {},
  ): Promise<unknown> {
    return at(await desk.done('POST', `/${resource}/search`, { query, ...more }), 'total_count');
  }

  it('finds a new contact only after the index delay, while a direct read is immediate', async () => {
    await desk.sim('PATCH', 'limits', { search_lag_ms: 60_000 });
    const id = await newContact(desk);
    const query = { field: 'external_id', operator: '=', value: 'req-1' };
    expect(await found('contacts', query)).toBe(0);
    expect((await desk.call('GET', `/contacts/${id}`)).status).toBe(200);
    desk.pass(60_000);
    expect(await found('contacts', query)).toBe(1);
  });

  it('compares contact dates by the day of the workspace, to the second in Preview', async () => {
    await newContact(desk);
    const sameDay = desk.now() - 3_600;
    expect(await found('contacts', { field: 'created_at', operator: '=', value: sameDay })).toBe(1);
    expect(await found('contacts', { field: 'created_at', operator: '>', value: sameDay })).toBe(0);
    expect(await found('contacts', { field: 'created_at', operator: '>', value: sameDay - 86_400 })).toBe(1);
    expect(await found('contacts', { field: 'created_at', operator: '<', value: desk.now() + 86_400 })).toBe(
      1,
    );
    const preview = { 'Intercom-Version': 'Preview' };
    const exact = await desk.done(
      'POST',
      '/contacts/search',
      { query: { field: 'created_at', operator: '>', value: sameDay } },
      preview,
    );
    expect(at(exact, 'total_count')).toBe(1);
  });

  it('puts the day boundary at midnight of the workspace zone', async () => {
    // London is one hour ahead of UTC in June: 23:30 UTC is the next day there.
    await newContact(desk, { signed_up_at: Date.UTC(2026, 5, 10, 23, 30) / 1_000 });
    expect(
      await found('contacts', {
        field: 'signed_up_at',
        operator: '=',
        value: Date.UTC(2026, 5, 11, 12) / 1_000,
      }),
    ).toBe(1);
    expect(
      await found('contacts', {
        field: 'signed_up_at',
        operator: '=',
        value: Date.UTC(2026, 5, 10, 12) / 1_000,
      }),
    ).toBe(0);
  });

  it('refuses operators, fields, values and sort orders that are not documented', async () => {
    const bad: [string, unknown][] = [
      ['contacts', { field: 'created_at', operator: '>=', value: 1 }],
      ['contacts', { field: 'created_at', operator: '!=', value: 1 }],
      ['contacts', { field: 'tag_id', operator: 'IN', value: ['1'] }],
      ['contacts', { field: 'shoe_size', operator: '=', value: 1 }],
      ['contacts', { field: 'created_at', operator: '=', value: 'foobar' }],
      ['conversations', { field: 'custom_attributes.legacy_id', operator: '=', value: '1' }],
    ];
    for (const [resource, query] of bad) {
      expect((await desk.call('POST', `/${resource}/search`, { query })).status).toBe(400);
    }
    const query = { field: 'email', operator: '=', value: 'x' };
    expect(
      errorOf(
        await desk.call('POST', '/contacts/search', { query, sort: { field: 'created_at', order: 'desc' } }),
      ).code,
    ).toBe('invalid_sort_order');
  });

  it('allows fifteen filters in a group and two levels of groups', async () => {
    const filter = { field: 'email', operator: '!=', value: 'x' };
    const group = (size: number): unknown => ({
      operator: 'AND',
      value: Array.from({ length: size }, () => filter),
    });
    expect((await desk.call('POST', '/contacts/search', { query: group(15) })).status).toBe(200);
    expect((await desk.call('POST', '/contacts/search', { query: group(16) })).status).toBe(400);
    const nested = { operator: 'OR', value: [group(2), filter] };
    expect((await desk.call('POST', '/contacts/search', { query: nested })).status).toBe(200);
    expect(
      (await desk.call('POST', '/contacts/search', { query: { operator: 'AND', value: [nested] } })).status,
    ).toBe(400);
  });

  it('matches the opening body word by word', async () => {
    const contact = await newContact(desk);
    await newConversation(desk, contact, { body: 'I need support with INFRAON10432 please' });
    await newConversation(desk, contact, { body: 'Another matter' });
    expect(await found('conversations', { field: 'source.body', operator: '=', value: 'support' })).toBe(1);
    expect(await found('conversations', { field: 'source.body', operator: '=', value: 'infraon10432' })).toBe(
      1,
    );
    expect(await found('conversations', { field: 'source.body', operator: '=', value: 'need support' })).toBe(
      0,
    );
  });

  it('finds conversations by contact, tag, state and inclusive dates', async () => {
    const contact = await newContact(desk);
    const id = await newConversation(desk, contact, { created_at: 1_700_000_000 });
    const tag = textAt(await desk.done('POST', '/tags', { name: 'import' }), 'id');
    await desk.done('POST', `/conversations/${id}/tags`, { id: tag, admin_id: '5017690' });
    expect(await found('conversations', { field: 'contact_ids', operator: '=', value: contact })).toBe(1);
    expect(await found('conversations', { field: 'tag_ids', operator: '=', value: tag })).toBe(1);
    expect(await found('conversations', { field: 'tag_ids', operator: '!=', value: tag })).toBe(0);
    expect(await found('conversations', { field: 'state', operator: 'IN', value: ['open', 'closed'] })).toBe(
      1,
    );
    expect(await found('conversations', { field: 'created_at', operator: '>', value: 1_700_000_000 })).toBe(
      1,
    );
    expect(await found('conversations', { field: 'created_at', operator: '>', value: 1_700_000_001 })).toBe(
      0,
    );
  });

  it('pages forward with a cursor until there is no next', async () => {
    for (let number = 0; number < 5; number += 1) {
      await newContact(desk, { email: `p${number}@example.com`, external_id: `p${number}` });
    }
    const query = { field: 'email_domain', operator: '=', value: 'example.com' };
    const seen: string[] = [];
    let cursor: unknown = null;
    do {
      const page = await desk.done('POST', '/contacts/search', {
        query,
        pagination: { per_page: 2, starting_after: cursor },
      });
      seen.push(...listAt(page, 'data').map((contact) => textAt(contact, 'external_id')));
      cursor = at(page, 'pages.next.starting_after');
    } while (cursor !== undefined);
    expect(seen.toSorted()).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
    expect((await desk.call('GET', '/contacts?per_page=151')).status).toBe(400);
    expect(listAt(await desk.done('GET', '/contacts?per_page=3'), 'data')).toHaveLength(3);
  });
});
