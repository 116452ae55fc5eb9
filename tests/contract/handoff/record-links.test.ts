import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fold } from '../../../pipeline/load/attributes.ts';
import { openRecordLinks, withoutAddedLinks, type WithLinks } from '../../../pipeline/load/record-links.ts';
import { testDatabase, type TestDatabase } from '../../support/database.ts';

const WORKSPACE = 'ws_links';
const RUN = '7d1f0a52-3a51-4e50-9d0a-6f3c1b2a4e10';
const ID = '187210000000000000001';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  const { sql } = database.db;
  await sql`
    insert into source_connections (workspace_id, base_url, credentials, strategy, pinned, capabilities, connected_by)
    values (${WORKSPACE}, 'https://desk.example', '', 'password', '{}', '[]', '1')`;
  const rows = [
    ['incident', ID, 'TKT1042', 'conversations', '501'],
    ['incident', '187210000000000000002', 'TKT77', 'conversations', '502'],
    ['article', '187210000000000000003', 'TKT77', 'articles', '9'],
    ['configuration_item', '187210000000000000004', 'CI1', 'custom_object_instances', 'i1'],
  ];
  for (const [object = '', sourceId = '', displayId = '', resource = '', id = ''] of rows) {
    await sql`
      insert into id_map (workspace_id, object, source_id, display_id, resource, destination_id, state, origin, created_in_run)
      values (${WORKSPACE}, ${object}, ${sourceId}, ${displayId}, ${resource}, ${id}, 'complete', 'created', ${RUN})`;
  }
});
afterAll(() => database.drop());

function linksOf(text: string, workspaceId = WORKSPACE): Promise<WithLinks> {
  const payload = { resource: 'conversations', body: text, parts: [{ body: text }] };
  return openRecordLinks(database.db.sql, workspaceId, [payload], (resource, id) =>
    resource === 'custom_object_instances' ? null : `https://app.example/a/${resource}/${id}`,
  );
}

async function rewritten(text: string, workspaceId?: string): Promise<string> {
  return (await linksOf(text, workspaceId))(text);
}

describe('links inside texts', () => {
  it.each([
    [`https://desk.example/ticket/${ID}`, 'https://app.example/a/conversations/501'],
    ['https://desk.example/#/inci/view?no=TKT1042&tab=2', 'https://app.example/a/conversations/501'],
    ['https://desk.example/ticket/tkt1042', 'https://app.example/a/conversations/501'],
  ])('of %s lead to the new place as well', async (link, place) => {
    expect(await rewritten(`See ${link}, please.`)).toBe(`See ${link} (in Intercom: ${place}), please.`);
    expect(await rewritten(`(${link})`)).toBe(`(${link} (in Intercom: ${place}))`);
  });

  it.each([
    ['another host', `https://elsewhere.example/ticket/${ID}`],
    ['a number that several records have', 'https://desk.example/ticket/TKT77'],
    ['a record without a page of its own', 'https://desk.example/ci/187210000000000000004'],
    ['a record that is not there yet', 'https://desk.example/ticket/187210000000000000999'],
    ['no record', 'https://desk.example/help'],
    ['hostile text', 'https://desk.example/%E0%A4%A/1042 https:// http://[ (in Intercom: x'],
  ])('to %s stay as they are', async (_what, text) => {
    expect(await rewritten(text)).toBe(text);
  });

  it('of another workspace lead nowhere', async () => {
    const text = `https://desk.example/ticket/${ID}`;
    expect(await rewritten(text, 'ws_other')).toBe(text);
  });

  it('make no difference to a comparison, whatever had been loaded when the text was sent', async () => {
    const text = `First https://desk.example/ticket/${ID}\nthen\nmore.`;
    const sent = await rewritten(text);
    expect(sent).not.toBe(text);
    expect(fold(sent)).toBe(fold(text));
    expect(withoutAddedLinks(sent)).toBe(text);
    expect(fold(`${text} x`)).not.toBe(fold(sent));
  });
});
