import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closeLinks, countLinks } from '../../../pipeline/links/count-links.ts';
import { forgetLinks, keepLinks, type LinksOfRecord } from '../../../pipeline/links/keep-links.ts';
import { testDatabase, type TestDatabase } from '../../support/database.ts';

const WORKSPACE = 'ws_links';
const FIELD = 'custom_attributes.assets';

let database: TestDatabase;
let runId = '';

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  const { sql } = database.db;
  for (const table of ['record_links', 'id_map', 'source_records', 'runs'])
    await sql`delete from ${sql(table)}`;
  const [run] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, created_by)
    values (${WORKSPACE}, 'full', 'running', '[]', '{}', '{}', '1') returning id`;
  runId = run?.id ?? '';
});

async function record(object: string, sourceId: string, outcome = 'created', step = 'verify'): Promise<void> {
  const reason = outcome === 'rejected' ? 'missing_email' : null;
  await database.db.sql`
    insert into run_records (run_id, workspace_id, object, source_id, step, outcome, reason_code)
    values (${runId}, ${WORKSPACE}, ${object}, ${sourceId}, ${step}, ${outcome}, ${reason})`;
}

function links(sourceId: string, ends: Record<string, string | undefined>): LinksOfRecord {
  return {
    sourceId,
    links: Object.entries(ends).map(([toId, destinationId]) => ({
      field: FIELD,
      toObject: 'asset',
      toId,
      destinationId,
    })),
  };
}

function keep(records: LinksOfRecord[]): Promise<void> {
  return keepLinks(database.db.sql, { workspaceId: WORKSPACE, runId, object: 'configuration_item' }, records);
}

async function stored(): Promise<string[]> {
  const rows = await database.db.sql<{ from: string; to: string; state: string; code: string | null }[]>`
    select from_id as "from", to_id as "to", state, code from record_links order by 1, 2`;
  return rows.map(({ from, to, state, code }) =>
    [from, to, state, ...(code === null ? [] : [code])].join(' '),
  );
}

describe('the links of a run', () => {
  it('stand as their records do: made, waiting, or rejected with the record that names them', async () => {
    await record('configuration_item', 'a');
    await record('configuration_item', 'b', 'rejected', 'done');
    await record('configuration_item', 'c', 'pending', 'load');
    await keep([
      links('a', { '1': 'i-1', '2': undefined }),
      links('b', { '1': 'i-1' }),
      links('c', { '1': 'i-1' }),
    ]);
    expect(await stored()).toEqual(['a 1 made', 'a 2 waiting', 'b 1 rejected missing_email']);
  });

  it('go when the record no longer names them, and stay when it was only set aside later', async () => {
    await record('configuration_item', 'a');
    await keep([links('a', { '1': 'i-1', '2': 'i-2' })]);
    await keep([links('a', { '2': 'i-2' })]);
    expect(await stored()).toEqual(['a 2 made']);
    await database.db.sql`update run_records set outcome = 'rejected', reason_code = 'destination_rejected'`;
    await keep([links('a', { '2': 'i-2', '3': 'i-3' })]);
    expect(await stored()).toEqual(['a 2 made', 'a 3 rejected destination_rejected']);
  });

  it('end in a state that says why: a left out end, one that does not exist, one for a later run, one forgotten', async () => {
    const { sql } = database.db;
    await record('configuration_item', 'a');
    await record('asset', 'rejected', 'rejected', 'done');
    await sql`
      insert into source_records (workspace_id, object, source_id, raw, raw_hash, depth, excluded)
      values (${WORKSPACE}, 'asset', 'later', '{}', '', 'full', null), (${WORKSPACE}, 'asset', 'deleted', '{}', '', 'full', 'is_deleted')`;
    await sql`
      insert into id_map (workspace_id, object, source_id, resource, destination_id, state, origin, created_in_run)
      values (${WORKSPACE}, 'asset', 'there', 'custom_object_instances', 'i', 'complete', 'created', ${runId})`;
    const ends = ['rejected', 'later', 'deleted', 'there', 'nowhere'];
    await keep([links('a', Object.fromEntries(ends.map((id) => [id, undefined])))]);
    await closeLinks(sql, { id: runId, workspaceId: WORKSPACE });
    expect(await stored()).toEqual([
      'a deleted rejected parent_missing',
      'a later waiting',
      'a nowhere dangling parent_missing',
      'a rejected rejected parent_rejected',
      'a there missing not_made',
    ]);
    expect(await countLinks(sql, { id: runId, workspaceId: WORKSPACE })).toEqual([
      {
        type: 'configuration_item-asset',
        from: 'configuration_item',
        to: 'asset',
        expected: 5,
        made: 0,
        verified: 0,
        missing: 1,
        rejected: 2,
        dangling: 1,
        waiting: 1,
      },
    ]);
    expect(await countLinks(sql, { id: runId, workspaceId: 'ws_other' })).toEqual([]);
  });

  it('are found missing when reading back does not show them', async () => {
    await record('configuration_item', 'a');
    const named = links('a', { '1': 'i-1', '2': 'i-2' });
    const readBack = ['found', 'not_found'] as const;
    await keep([
      {
        ...named,
        links: named.links.map((link, index) => ({ ...link, readBack: readBack[index] ?? 'found' })),
      },
    ]);
    expect(await stored()).toEqual(['a 1 made', 'a 2 missing not_read_back']);
    const [edge] = await countLinks(database.db.sql, { id: runId, workspaceId: WORKSPACE });
    expect(edge).toMatchObject({ expected: 2, made: 1, verified: 1, missing: 1 });
  });

  it('whose end may be one of two objects are the link of the one that the source knows', async () => {
    await record('configuration_item', 'a');
    await database.db.sql`
      insert into source_records (workspace_id, object, source_id, raw, raw_hash, depth)
      values (${WORKSPACE}, 'asset', '7', '{}', '', 'full')`;
    const candidates = [
      { field: 'custom_attributes.related', toObject: 'configuration_item' },
      { field: FIELD, toObject: 'asset' },
    ];
    const open = {
      field: 'custom_attributes.related',
      toObject: 'configuration_item',
      destinationId: undefined,
    };
    await keep([{ sourceId: 'a', links: ['7', '8'].map((toId) => ({ ...open, toId, candidates })) }]);
    const rows = await database.db.sql`select to_object, to_id from record_links order by to_id`;
    expect(rows.map((row) => `${row['to_object']} ${row['to_id']}`)).toEqual([
      'asset 7',
      'configuration_item 8',
    ]);
  });

  it('of a record that is taken back are gone, and those to it wait again', async () => {
    await record('configuration_item', 'a');
    await record('configuration_item', 'b');
    await keep([links('a', { b: 'i-b', '1': 'i-1' }), links('b', { '1': 'i-1' })]);
    await forgetLinks(database.db.sql, WORKSPACE, 'configuration_item', ['b']);
    expect(await stored()).toEqual(['a 1 made', 'a b made']);
    await forgetLinks(database.db.sql, WORKSPACE, 'asset', ['b']);
    expect(await stored()).toEqual(['a 1 made', 'a b waiting']);
  });

  it('of a hub with 10,000 neighbours are written in bounded pieces', async () => {
    await record('configuration_item', 'hub');
    await record('configuration_item', 'other');
    const ends = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, index) => [`n${index}`, `i-${index}`]),
    );
    await keep([links('hub', ends), links('other', { n1: 'i-1' })]);
    const [edge] = await countLinks(database.db.sql, { id: runId, workspaceId: WORKSPACE });
    expect(edge).toMatchObject({ expected: 10_001, made: 10_001 });
  });
});
