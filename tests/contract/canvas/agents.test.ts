import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import request from 'supertest';
import type { Canvas } from '../../../canvas-kit/components.ts';
import { CLIENT_SECRET, WORKSPACE, signIn, testApp, type TestApp } from '../../support/app.ts';
import { canvasProblems } from '../../support/canvases/canvas-problems.ts';
import { panelClient, textOf, labelsOf, type PanelClient } from '../../support/panel.ts';
import { bodySignature, hubSignature } from '../../support/signed-requests.ts';

const AGENT = '5017692';
const MOVED = '215480000000117';

let test: TestApp;
let panel: PanelClient;

beforeAll(async () => {
  test = await testApp();
  await signIn(test);
  await moveOneConversation();
  panel = panelClient(test, { adminId: AGENT, conversationId: MOVED });
});
afterAll(() => test.close());

/** One incident that became a conversation, linked to three configuration items, of which two were read. */
async function moveOneConversation(): Promise<void> {
  const { sql } = test.deps.db;
  const [run] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, objects, map_versions, settings, created_by)
    values (${WORKSPACE}, 'full', '["incident"]', '{}', '{}', '5017690') returning id`;
  await sql`update runs set state = 'completed' where id = ${run!.id}`;
  await sql`
    insert into source_connections (workspace_id, base_url, credentials, strategy, pinned, capabilities, connected_by)
    values (${WORKSPACE}, 'https://northwind.infraon.example', 'sealed', 'password', '{}', '[]', '5017690')`;
  const raw = {
    incident_id: '900719925474099312345',
    display_id: 'INC-000123',
    basic_info: {
      summary: 'Laptop will not charge',
      state: { id: 3, name: 'UI.k_resolved' },
      status: { id: 9, name: 'Waiting for *parts*' },
    },
    sla_info: [{ sla: 'Gold' }],
    impacted_asset: [{ ci_id: 'CI:1' }, { ci_id: 'CI2' }, { ci_id: 'CI3' }],
    $children: { notes: [{ description: 'secret thread text' }] },
  };
  const items = [
    ['CI:1', { ci_id: 'CI:1', ci_name: 'ThinkPad T14', name: 'ThinkPad T14', display_id: 'LT-0417' }],
    ['CI2', { ci_id: 'CI2', ci_name: 'Dock', name: 'Dock', display_id: 'DK-01' }],
  ] as const;
  await sql`
    insert into source_records (workspace_id, object, source_id, display_id, raw, raw_hash, depth)
    values (${WORKSPACE}, 'incident', 'I1', 'INC-000123', ${sql.json(raw)}, 'x', 'full')`;
  for (const [id, item] of items) {
    await sql`
      insert into source_records (workspace_id, object, source_id, display_id, raw, raw_hash, depth)
      values (${WORKSPACE}, 'configuration_item', ${id}, ${item.display_id}, ${sql.json(item)}, 'x', 'row')`;
  }
  await sql`
    insert into id_map (workspace_id, object, source_id, display_id, resource, destination_id, state, origin, created_in_run)
    values (${WORKSPACE}, 'incident', 'I1', 'INC-000123', 'conversations', ${MOVED}, 'complete', 'created', ${run!.id})`;
}

describe('requests that are not from Intercom', () => {
  const body = JSON.stringify({ workspace_id: WORKSPACE, admin: { id: AGENT }, conversation: { id: MOVED } });
  it.each([
    ['unsigned', {}],
    ['signed with another secret', { 'x-body-signature': bodySignature(body, 'another') }],
    ['signed for another body', { 'x-body-signature': bodySignature('{}', CLIENT_SECRET) }],
    ['signed like a webhook', { 'x-hub-signature': hubSignature(body, CLIENT_SECRET) }],
    ['signed with SHA-1', { 'x-body-signature': hubSignature(body, CLIENT_SECRET) }],
  ])('%s: 401 and not a byte', async (_name, headers) => {
    for (const path of ['/canvas-kit/initialize', '/canvas-kit/submit']) {
      const response = await request(test.app)
        .post(path)
        .set('content-type', 'application/json')
        .set(headers)
        .send(body)
        .expect(401);
      expect(response.text).toBe('');
    }
  });
});

describe('requests of Intercom', () => {
  it('are verified over their bytes, spaced, escaped and shuffled as they come', async () => {
    const escaped = `{ "conversation" : {"id":${MOVED}},\n "admin":{"id":${AGENT},"name":"Ren\\u00e9e"}, "workspace_id":"${WORKSPACE}" }`;
    const response = await panel.post('/canvas-kit/initialize', escaped).expect(200);
    expect(JSON.stringify(response.body)).toContain('INC-000123');
  });

  it('may be two megabytes long', async () => {
    const canvas = await panel.initialize({
      conversation: { id: MOVED, conversation_parts: { parts: 'é'.repeat(1_000_000) } },
    });
    expect(textOf(canvas)).toContain('INC-000123');
  });

  it('that cannot be read are answered with a canvas', async () => {
    const response = await panel.post('/canvas-kit/initialize', '{"admin":').expect(200);
    expect(JSON.stringify(response.body)).toContain('cannot read');
  });

  it('may be replayed: opening a conversation changes nothing', async () => {
    const first = await panel.initialize();
    const second = await panel.initialize();
    expect(second.content.components.length).toBe(first.content.components.length);
    const [{ count } = { count: -1 }] = await test.deps.db.sql<{ count: number }[]>`
      select count(*)::int as count from audit_log where admin_id = ${AGENT}`;
    expect(count).toBe(0);
  });
});

describe('an agent on a moved conversation', () => {
  it('sees the number with its link, the status, the SLA and the linked records', async () => {
    const canvas = await panel.initialize();
    expect(canvasProblems(canvas, { first: true })).toEqual([]);
    expect(textOf(canvas)).toContain('[INC-000123](https://northwind.infraon.example)');
    expect(textOf(canvas)).toContain('Waiting for *parts*');
    expect(textOf(canvas)).toContain('Gold');
    expect(textOf(canvas)).toMatch(/As of [A-Z][a-z]{2} \d{1,2}, \d{4} at \d{1,2}:\d{2}[AP]M/);
    expect(labelsOf(canvas)).toContain('Find an Infraon record');
    expect(labelsOf(canvas)).toContain('Report something missing');
    expect(labelsOf(canvas)).not.toContain('Migration');
    expect(JSON.stringify(canvas)).not.toContain('secret thread text');
  });

  it('opens the details of a linked record, whose id may hold a colon', async () => {
    const canvas = await panel.submit('related:configuration_item:CI:1');
    expect(canvasProblems(canvas, { first: false })).toEqual([]);
    expect(textOf(canvas)).toContain('ThinkPad T14');
    expect(textOf(canvas)).toContain('LT-0417');
    expect(labelsOf(canvas)).toContain('Back');
  });

  it('sees all linked records, those that were not read by their id', async () => {
    const canvas = await panel.submit('related');
    const titles = canvas.content.components.flatMap((component) =>
      component.type === 'list' ? component.items.map((item) => item.title) : [],
    );
    expect(titles).toEqual(['ThinkPad T14 (LT-0417)', 'Dock (DK-01)', 'CI3']);
  });

  it('finds a record by its number', async () => {
    const form = await panel.submit('find');
    expect(labelsOf(form)).toContain('Search');
    const found = await panel.submit('search', { inputs: { q: 'INC-000123' } });
    expect(textOf(found)).toContain('INC-000123');
    const record = await panel.submit('record:incident:I1');
    expect(textOf(record)).toContain(MOVED);
    const nothing = await panel.submit('search', { inputs: { q: 'INC-999999' } });
    expect(textOf(nothing)).toContain('No moved record matches INC-999999');
  });

  it('reports something missing, and is told when there is nothing in it', async () => {
    const empty = await panel.submit('send_report', { inputs: { text: '  ' } });
    expect(textOf(empty)).toContain('Say what is missing');
    const done = await panel.submit('send_report', { inputs: { text: 'The second photo' } });
    expect(textOf(done)).toContain('✅ Reported');
    const [report] = await test.deps.db.sql`
      select admin_id, conversation_id, text from agent_reports where workspace_id = ${WORKSPACE}`;
    expect(report).toEqual({ admin_id: AGENT, conversation_id: MOVED, text: 'The second photo' });
  });

  it('cannot lead the migration, whatever a canvas claims', async () => {
    for (const component of ['discover', 'run_sample', 'approve_map:incident:1', 'start_migration']) {
      const canvas = await panel.submit(component, { stored: { view: 'overview', role: 'owner' } });
      expect(textOf(canvas)).toMatch(/This needs the role (operator|owner); yours is viewer/);
    }
  });

  it('gets the first canvas for a component that does not exist any more', async () => {
    const canvas = await panel.submit('button_of_last_year');
    expect(textOf(canvas)).toContain('INC-000123');
  });
});

describe('links of the ledger', () => {
  const CONTACT = '68a1f0c2d4';
  /** A problem that names the incident, an asset of its requester, a change of somebody else, and a link to nothing. */
  beforeAll(async () => {
    const { sql } = test.deps.db;
    const [run] = await sql<{ id: string }[]>`select id from runs limit 1`;
    const staged = [
      ['problem', 'P1', 'PRB-7', { problem_id: 'P1', basic_info: { summary: 'Batteries of 2023 swell' } }],
      ['asset', 'A1', 'AST-9', { ci_id: 'A1', name: 'Docking station' }],
      ['change', 'C1', 'CHG-3', { change_id: 'C1' }],
    ] as const;
    for (const [object, id, number, raw] of staged) {
      await sql`
        insert into source_records (workspace_id, object, source_id, display_id, raw, raw_hash, depth)
        values (${WORKSPACE}, ${object}, ${id}, ${number}, ${sql.json(raw)}, 'x', 'row')`;
    }
    await sql`
      insert into id_map (workspace_id, object, source_id, resource, destination_id, state, origin, created_in_run)
      values (${WORKSPACE}, 'requester', 'R1', 'contacts', ${CONTACT}, 'complete', 'created', ${run!.id}),
        (${WORKSPACE}, 'requester', 'R2', 'contacts', 'another', 'complete', 'created', ${run!.id})`;
    const edges = [
      ['problem', 'P1', 'custom_attributes.incidents', 'incident', 'I1', 'made'],
      ['incident', 'I1', 'custom_attributes.items', 'configuration_item', 'CI2', 'made'],
      ['incident', 'I1', 'from', 'requester', 'R1', 'made'],
      ['asset', 'A1', 'custom_attributes.owner', 'requester', 'R1', 'made'],
      ['asset', 'A1', 'custom_attributes.used_by', 'requester', 'R1', 'made'],
      ['change', 'C1', 'custom_attributes.requester', 'requester', 'R2', 'made'],
      ['incident', 'I1', 'custom_attributes.changes', 'change', 'C404', 'dangling'],
    ];
    for (const [from, id, field, to, toId, state] of edges) {
      await sql`
        insert into record_links (workspace_id, from_object, from_id, field, to_object, to_id, run_id, state)
        values (${WORKSPACE}, ${from!}, ${id!}, ${field!}, ${to!}, ${toId!}, ${run!.id}, ${state!})`;
    }
  });
  const itemsOf = (canvas: Canvas) =>
    canvas.content.components.flatMap((component) =>
      component.type === 'list' ? component.items.map(({ title, subtitle }) => `${title} | ${subtitle}`) : [],
    );

  it('are followed from both ends, each once, and what the contact owns comes after', async () => {
    const all = itemsOf(await panel.submit('related'));
    expect(all).toEqual([
      'ThinkPad T14 (LT-0417) | Configuration item',
      'Dock (DK-01) | Configuration item',
      'CI3 | Configuration item',
      'Batteries of 2023 swell (PRB-7) | Problem',
      'Docking station (AST-9) | Asset of this contact',
    ]);
  });

  it('lead to what a contact owns on conversations that were not moved as well', async () => {
    const other = panelClient(test, { adminId: AGENT, conversationId: '5' });
    const first = await other.initialize();
    expect(canvasProblems(first, { first: true })).toEqual([]);
    expect(itemsOf(first)).toEqual(['Docking station (AST-9) | Asset of this contact']);
    expect(textOf(await other.submit('related:asset:A1'))).toContain('Docking station');
    expect(textOf(await other.submit('related'))).toContain('Docking station');
    expect(itemsOf(await other.initialize({ contact: null }))).toEqual([]);
    expect(itemsOf(await other.initialize({ contact: null, customer: { id: CONTACT } }))).toHaveLength(1);
  });

  it('of one workspace are not those of another', async () => {
    await test.deps.db.sql`
      insert into installations (workspace_id, name, region, timezone, admin_id) values ('ws_two', '', 'US', 'UTC', '1')`;
    const other = panelClient(test, { workspaceId: 'ws_two', adminId: AGENT, conversationId: MOVED });
    expect(itemsOf(await other.initialize())).toEqual([]);
    expect(textOf(await other.submit('related:asset:A1'))).toContain('was not read from Infraon');
  });

  it('stay when the desk is gone and its texts are erased', async () => {
    const { sql } = test.deps.db;
    await sql`update source_records set raw = '{"$kept": {"name": "ThinkPad T14", "sla": "Gold", "status": "Closed"}}'
      where source_id in ('I1', 'CI:1')`;
    await sql`delete from source_connections where workspace_id = ${WORKSPACE}`;
    const first = await panel.initialize();
    expect(textOf(first)).toContain('INC-000123');
    expect(textOf(first)).toContain('SLA at import: Gold');
    const all = itemsOf(await panel.submit('related'));
    expect(all).toContain('Batteries of 2023 swell (PRB-7) | Problem');
    expect(textOf(await panel.submit('related:configuration_item:CI:1'))).toContain('ThinkPad T14');
  });
});

describe('an agent elsewhere', () => {
  it('is told that a conversation was not moved, and may search from there', async () => {
    const other = panelClient(test, { adminId: AGENT, conversationId: '5' });
    const canvas = await other.initialize();
    expect(canvasProblems(canvas, { first: true })).toEqual([]);
    expect(textOf(canvas)).toContain('This conversation was not moved from Infraon.');
    const found = await other.submit('find', { inputs: { q: 'INC-000123' } });
    expect(textOf(found)).toContain('INC-000123');
  });

  it('is a viewer when we have never seen them', async () => {
    const stranger = panelClient(test, { adminId: '99', conversationId: '5' });
    expect(textOf(await stranger.submit('discover'))).toContain('yours is viewer');
  });

  it('of a workspace that is not installed is asked to install', async () => {
    const canvas = await panelClient(test, {
      workspaceId: 'ws_other',
      adminId: AGENT,
      conversationId: MOVED,
    }).initialize();
    expect(textOf(canvas)).toContain('Install the app again');
    expect(textOf(canvas)).not.toContain('INC-000123');
  });
});

describe('an owner', () => {
  it('has the migration one click away on a moved conversation', async () => {
    const owner = panelClient(test, { adminId: '5017690', conversationId: MOVED });
    const first: Canvas = await owner.initialize();
    expect(canvasProblems(first, { first: true })).toEqual([]);
    expect(labelsOf(first)).toContain('Migration');
    expect(labelsOf(await owner.submit('migration'))).toContain('Back');
  });
});
