import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noFacts } from '../../../connectors/infraon/types.ts';
import type { Switches } from '../../../simulators/infraon/switches.ts';
import { idsOf, scan, startTenant, type Tenant } from './support.ts';

let tenant: Tenant;
let incidentIds: string[];

beforeAll(async () => {
  tenant = await startTenant();
  const { desk } = tenant.simulator.state;
  incidentIds = desk.incidents
    .filter((incident) => !incident.is_deleted)
    .map(({ incident_id }) => incident_id)
    .sort();
});
afterAll(() => tenant.simulator.close());

/** Small pages, so that a small desk has many of them. */
function paged(size: number) {
  return { paging: { ux: { size: { initial: size } }, offset: { size: { initial: size } } } };
}

const ENVELOPES: Switches['envelope'][] = ['full', 'count_results', 'array'];
const CURSORS: Switches['cursor'][] = ['page_and_offset', 'page', 'offset'];

describe('every envelope and every cursor gives every row once', () => {
  it.each(ENVELOPES.flatMap((envelope) => CURSORS.map((cursor) => [envelope, cursor] as const)))(
    '%s, heeding %s',
    async (envelope, cursor) => {
      tenant.reset({ envelope, cursor });
      const { rows, pages } = await scan(tenant.client({}, paged(7)), 'incident');
      expect(idsOf(rows, 'incident_id')).toEqual(incidentIds);
      expect(rows).toHaveLength(incidentIds.length);
      expect(pages[0]?.count).toBe(envelope === 'array' ? null : incidentIds.length);
    },
  );

  it.each(ENVELOPES)('%s, with a page limit below what is asked for', async (envelope) => {
    tenant.reset({ envelope, max_page_limit: 9, next_link: 'absent' });
    const { rows } = await scan(tenant.client({}, paged(25)), 'incident');
    expect(idsOf(rows, 'incident_id')).toEqual(incidentIds);
  });

  it('starts again with the announced limit and says so', async () => {
    tenant.reset({ max_page_limit: 9 });
    const first = await tenant.client({}, paged(25)).listPage('incident', null);
    expect(first).toMatchObject({ restarted: true, pageSize: 9 });
    expect(first.rows).toHaveLength(9);
  });

  it.each(['absolute', 'relative', 'absent', 'foreign_host'] as const)(
    'with %s next links',
    async (next_link) => {
      tenant.reset({ next_link });
      const { rows } = await scan(tenant.client({}, paged(7)), 'incident');
      expect(idsOf(rows, 'incident_id')).toEqual(incidentIds);
    },
  );

  it('when nothing is paged', async () => {
    tenant.reset();
    const { rows } = await scan(tenant.client(), 'role');
    expect(rows).toHaveLength(tenant.simulator.state.desk.roles.length);
  });

  it('when a list is declared paged and is not', async () => {
    tenant.reset();
    const client = tenant.client({}, { objects: { location: { list: { paging: 'ux' } } } });
    const { rows } = await scan(client, 'location');
    expect(rows).toHaveLength(tenant.simulator.state.desk.locations.length);
  });
});

describe('stuck detection', () => {
  it.each(ENVELOPES)('fails loudly when no cursor is heeded (%s)', async (envelope) => {
    tenant.reset({ envelope, cursor: 'neither', next_link: 'absent' });
    await expect(scan(tenant.client({}, paged(7)), 'incident')).rejects.toMatchObject({
      name: 'SchemaError',
      code: 'source_paging_stuck',
      field: 'incident',
    });
  });

  it('also when the server hands out next links that lead nowhere', async () => {
    tenant.reset({ cursor: 'neither' });
    await expect(scan(tenant.client({}, paged(7)), 'incident')).rejects.toMatchObject({
      code: 'source_paging_stuck',
    });
  });
});

describe('order', () => {
  const sorts = {
    incident: { updated: { sort: 'last_update_time', reverse: 'true' }, created: { sort: 'creation_time' } },
  };

  it('pins the proven order by creation, so that rows which change meanwhile stay put', async () => {
    tenant.reset({ rows_shift: true });
    const { rows } = await scan(tenant.client({ pinned: { ...noFacts(), sorts } }, paged(7)), 'incident');
    expect(rows).toHaveLength(incidentIds.length);
    expect(idsOf(rows, 'incident_id')).toEqual(incidentIds);
    expect(tenant.requests().filter((line) => line.includes('sort=creation_time'))).not.toHaveLength(0);
  });

  it('keeps the order when it follows next links', async () => {
    tenant.reset({ next_link: 'relative' });
    const { rows } = await scan(tenant.client({ pinned: { ...noFacts(), sorts } }, paged(7)), 'incident');
    const created = rows.map(({ creation_time }) => Date.parse(String(creation_time)));
    expect(created).toEqual([...created].sort((a, b) => a - b));
  });

  it('refuses to read by change when that order is not proven', async () => {
    tenant.reset();
    await expect(tenant.client().listPage('incident', null, { order: 'updated' })).rejects.toMatchObject({
      code: 'source_sort_unproven',
    });
  });
});

describe('shared lists', () => {
  it('split one endpoint into configuration items and assets, people left out', async () => {
    tenant.reset({ people_as_cis: true });
    const client = tenant.client({}, paged(20));
    const [items, assets] = [await scan(client, 'configuration_item'), await scan(client, 'asset')];
    const profiles = tenant.simulator.state.desk.cmdb_profiles;
    expect(items.rows).toHaveLength(profiles.filter(({ cmdb_class }) => cmdb_class === 1).length);
    expect(assets.rows).toHaveLength(profiles.filter(({ cmdb_class }) => cmdb_class === 2).length);
    const [first] = items.pages;
    const total = items.pages.reduce((sum, page) => sum + page.rows.length + page.filtered, 0);
    expect(total).toBe(first?.count);
  });
});

describe('what must not be read', () => {
  it('drops personal keys of users that are on no list', async () => {
    tenant.reset();
    const { rows } = await scan(tenant.client(), 'technician');
    expect(rows.length).toBeGreaterThan(0);
    for (const key of ['national_id_number', 'birth_date', 'home_address']) {
      expect(rows.every((row) => !(key in row))).toBe(true);
    }
  });

  it('throws before anything is sent when an override points to a denied path', async () => {
    tenant.reset();
    const path = '/ux/common/cmdb/profile/enable-pm/';
    const client = tenant.client({}, { objects: { asset: { list: { path } } } });
    await expect(client.listPage('asset', null)).rejects.toMatchObject({
      name: 'UserError',
      code: 'source_path_denied',
    });
    expect(tenant.requests()).toEqual([]);
    expect(tenant.simulator.state.sideEffects.count).toBe(0);
  });

  it('does not let a record id become another path', async () => {
    tenant.reset();
    const client = tenant.client();
    await expect(client.detail('asset', 'enable-pm')).rejects.toMatchObject({ code: 'source_path_denied' });
    for (const id of ['..', 'a/b', '', 'x?y=1', '%2e%2e']) {
      await expect(client.detail('asset', id)).rejects.toMatchObject({ code: 'source_id_unusable' });
    }
    expect(tenant.requests()).toEqual([]);
  });
});
