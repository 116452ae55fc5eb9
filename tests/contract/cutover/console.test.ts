import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CUTOVER_CONFIRMATIONS } from '../../../pipeline/cutover/confirmations.ts';
import { PUBLIC_URL, WORKSPACE, type Agent } from '../../support/app.ts';
import { cutoverWorld, readEverything, type CutoverWorld } from './world.ts';

/** The console's pages of the cut-over and of runs, over the real use cases. */
let world: CutoverWorld;

beforeAll(async () => {
  world = await cutoverWorld();
});
afterAll(() => world?.close());

const send = (agent: Agent, path: string, fields: Record<string, string>) =>
  agent.post(`/console/${path}`).set('origin', PUBLIC_URL).type('form').send(fields);

async function page(agent: Agent, path: string): Promise<string> {
  return (await agent.get(`/console/${path}`).expect(200)).text;
}

describe('the cut-over page', () => {
  it('shows the whole list to everybody, and forms to those who may use them', async () => {
    const shown = await page(world.viewer, 'cut-over');
    expect(shown).toContain('The full load is done and balances');
    expect(shown).toMatch(/\d+ of 13 items are open/);
    expect(shown).not.toContain('action="/console/cut-over');
    expect(await page(world.operator, 'cut-over')).toContain('action="/console/cut-over/confirm"');
    for (const [text, own] of [
      [shown, []],
      [await page(world.owner, 'cut-over'), ['<script src="/console/console.js" defer>']],
    ] as const) {
      expect([...text.matchAll(/<script[^>]*>/g)].map(([tag]) => tag)).toEqual(own);
      expect(text).not.toMatch(/ (style|on[a-z]+)="/);
    }
  });

  it('writes the mail switch as steps', async () => {
    expect(await page(world.operator, 'cut-over')).toMatch(/<li>\s*In Intercom open Settings/);
  });

  it('takes a confirmation, and says beside the field when the note is missing', async () => {
    const refused = await send(world.operator, 'cut-over/confirm', {
      item: 'agents_informed',
      note: ' ',
    }).expect(422);
    expect(refused.text).toMatch(/id="error-agents_informed"\s*>Say in a note/);
    await send(world.operator, 'cut-over/confirm', { item: 'agents_informed', note: '<b>all</b> were told' })
      .expect(303)
      .expect('location', '/console/cut-over#agents_informed');
    expect(await page(world.viewer, 'cut-over')).toContain('&lt;b&gt;all&lt;/b&gt; were told');
    await send(world.viewer, 'cut-over/confirm', { item: 'agents_informed', note: 'x' }).expect(403);
    await world.operator
      .post('/console/cut-over/confirm')
      .set('origin', 'https://elsewhere.example')
      .type('form')
      .send({})
      .expect(403);
  });

  it('lets an owner sign off once everything is done, and revoke', async () => {
    const early = await send(world.owner, 'cut-over/sign-off', { note: 'now' }).expect(409);
    expect(early.text).toContain('Not ready to sign off');
    expect(await page(world.owner, 'cut-over')).not.toContain('action="/console/cut-over/sign-off"');
    await world.ran('full');
    await world.confirm('infraon_read_only');
    await world.ran('delta');
    await readEverything(world.test);
    await send(world.operator, 'cut-over/freeze-check', {}).expect(303);
    await world.takeLooks();
    for (const { id } of [{ id: 'source_frozen' }, ...CUTOVER_CONFIRMATIONS]) {
      if (id !== 'infraon_read_only') await world.confirm(id);
    }
    await world.test.deps.db.sql`
      insert into audit_log (workspace_id, admin_id, action, created_at)
      values (${WORKSPACE}, '1', 'handoff_downloaded', ${world.test.deps.clock.now()})`;
    expect(await page(world.operator, 'cut-over')).toContain('An owner signs off.');
    expect(await page(world.owner, 'cut-over')).toContain('action="/console/cut-over/sign-off"');
    await send(world.owner, 'cut-over/sign-off', { note: 'Everything is there' }).expect(303);
    const signed = await page(world.owner, 'cut-over');
    expect(signed).toContain('Everything is there');
    expect(signed).toContain('Hypercare');
    expect(signed).not.toContain('Run a delta');
    await send(world.owner, 'cut-over/revoke', { note: 'one more' }).expect(303);
    expect(await page(world.owner, 'cut-over')).not.toContain('Hypercare');
  });
});

describe('the pages of runs', () => {
  it('list them, and lead to each', async () => {
    const list = await page(world.viewer, 'runs');
    const [, id] = /href="\/console\/runs\/([0-9a-f-]{36})"/.exec(list) ?? [];
    expect(list).not.toContain('<form method="post" action="/console/runs"');
    const one = await page(world.viewer, `runs/${id ?? ''}`);
    expect(one).toContain('Ledger');
    await world.viewer.get('/console/runs/nothing').expect(404).expect('content-type', /html/);
  });

  it('start what the role allows, and say why not', async () => {
    await send(world.viewer, 'runs', { kind: 'verify' }).expect(403);
    await send(world.operator, 'runs', { kind: 'everything' }).expect(400);
    const started = await send(world.operator, 'runs', { kind: 'verify' }).expect(303);
    const path = (started.headers as { location: string }).location.replace('/console/', '');
    expect(await page(world.operator, path)).toContain('Pause');
    const twice = await send(world.operator, 'runs', { kind: 'verify' }).expect(409);
    expect(twice.text).toContain('Another run is active.');
    await send(world.operator, `${path}/pause`, {}).expect(303);
    expect(await page(world.operator, path)).toContain('Resume');
    await send(world.operator, `${path}/cancel`, {}).expect(303);
    await send(world.operator, `${path}/resume`, {}).expect(409);
  });
});

describe('undoing in the console', () => {
  it('begins with a dry run, and wants the word typed', async () => {
    const { sql } = world.test.deps.db;
    await send(world.operator, 'runs', { kind: 'rollback' }).expect(403);
    const started = await send(world.owner, 'runs', { kind: 'rollback' }).expect(303);
    const path = (started.headers as { location: string }).location.replace('/console/', '');
    expect(await sql`select 1 from runs where kind = 'rollback' and not dry_run`).toHaveLength(0);
    expect(await page(world.owner, path)).toContain('This is a dry run');
    expect(await page(world.owner, path)).not.toContain(`action="/console/${path}/undo"`);
    await sql`update runs set state = 'completed', finished_at = now() where kind = 'rollback'`;
    expect(await page(world.operator, path)).not.toContain(`action="/console/${path}/undo"`);
    const mistyped = await send(world.owner, `${path}/undo`, { word: 'undo', contacts: 'archive' }).expect(
      422,
    );
    expect(mistyped.text).toMatch(/id="word-error"\s*>Type UNDO/);
    expect(await sql`select 1 from runs where kind = 'rollback' and not dry_run`).toHaveLength(0);
    await send(world.operator, `${path}/undo`, { word: 'UNDO', contacts: 'archive' }).expect(403);
    await send(world.owner, `${path}/undo`, { word: 'UNDO', contacts: 'archive' }).expect(303);
    expect(await sql`select 1 from runs where kind = 'rollback' and not dry_run`).toHaveLength(1);
  });
});
