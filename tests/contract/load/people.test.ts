import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBatch } from '../../../pipeline/load/load.ts';
import { runBatch } from '../../../pipeline/runs/batch.ts';
import { getSettingsFor } from '../../../pipeline/settings.ts';
import { verifyBatch } from '../../../pipeline/verify/verify.ts';
import type { Contact, Tag } from '../../../simulators/intercom/records.ts';
import { OWNER, planningWorld, type World } from '../planning/world.ts';

const OBJECT = 'requester';
const { workspaceId } = OWNER;

let world: World;

beforeAll(async () => {
  world = await planningWorld({ incidents: 1 });
}, 60_000);
afterAll(() => world.close());

function workspace() {
  return world.intercom.state.workspaces.get(workspaceId)!;
}

function tagNamed(name: string): Tag | undefined {
  return [...workspace().tags.values()].find((tag) => tag.name === name);
}

function contact(externalId: string): Contact | undefined {
  return [...workspace().contacts.values()].find((each) => each.externalId === externalId);
}

interface Loaded {
  outcome: string;
  reasonCode: string | null;
  warnings: { code: string }[];
  findings: { class: string; field: string }[];
}

/** One run over people as mapping hands them over, read back at its end. */
async function load(...people: { external_id: string; [field: string]: unknown }[]): Promise<Loaded[]> {
  const { deps } = world;
  const { sql } = deps.db;
  const settings = { ...(await getSettingsFor(deps, workspaceId)), search_lag_seconds: 0 };
  const [run] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, prepared, created_by)
    values (${workspaceId}, 'full', 'running', ${JSON.stringify([OBJECT])}::jsonb, '{}', ${JSON.stringify(settings)}::jsonb,
      true, ${OWNER.adminId})
    returning id`;
  const runId = run!.id;
  for (const person of people) {
    const id = person.external_id;
    const payload = {
      resource: 'contacts',
      role: 'user',
      name: `Person ${id}`,
      companies: [],
      tags: [],
      custom_attributes: {},
      ...person,
    };
    await sql`
      insert into run_records (run_id, workspace_id, object, source_id, step, mapped, mapped_hash)
      values (${runId}, ${workspaceId}, ${OBJECT}, ${id}, 'load', ${JSON.stringify(payload)}::jsonb, ${id})`;
  }
  for (let batches = 0; batches < 4; batches += 1) {
    await runBatch(deps, { workspaceId, runId, object: OBJECT, step: 'load', slot: 0 }, loadBatch);
    // What waits for a later time is asked at once.
    await sql`update run_records set not_before = null where run_id = ${runId}`;
    await sql`update load_journal set doubted_at = doubted_at - interval '1 hour' where run_id = ${runId}`;
  }
  await runBatch(deps, { workspaceId, runId, object: OBJECT, step: 'verify', slot: 0 }, verifyBatch);
  await sql`update runs set state = 'completed' where id = ${runId}`;
  return sql<Loaded[]>`
    select outcome, reason_code as "reasonCode", warnings, (
      select coalesce(jsonb_agg(jsonb_build_object('class', f.class, 'field', f.field)), '[]') from findings f
      where f.run_id = r.run_id and f.source_id = r.source_id) as findings
    from run_records r where run_id = ${runId} order by id`;
}

async function deleteTag(id: string): Promise<void> {
  const [token = ''] = world.intercom.state.tokens.keys();
  const headers = { authorization: `Bearer ${token}`, 'intercom-version': '2.16' };
  const answer = await fetch(`${world.intercom.url}/tags/${id}`, { method: 'DELETE', headers });
  expect(answer.status).toBe(200);
}

async function keptTags() {
  return [
    ...(await world.deps.db.sql`
      select destination_id as id, origin from prepared_items where workspace_id = ${workspaceId} and kind = 'tag'`),
  ];
}

describe('a tag that people deleted', () => {
  it('is made again, once for all who carry it', async () => {
    expect(await load({ external_id: '1', tags: ['VIP'] })).toMatchObject([
      { outcome: 'created', findings: [] },
    ]);
    const former = tagNamed('VIP')!;
    await deleteTag(former.id);

    const people = ['2', '3'].map((external_id) => ({ external_id, tags: ['VIP'] }));
    const good = { outcome: 'created', findings: [] };
    expect(await load(...people)).toMatchObject([good, good]);
    const tag = tagNamed('VIP')!;
    expect(tag.id).not.toBe(former.id);
    for (const id of ['2', '3']) expect(contact(id)?.tags.map((each) => each.id)).toEqual([tag.id]);
    expect(await keptTags()).toEqual([{ id: tag.id, origin: 'created' }]);
  });

  it('is not what is gone where it is the person', async () => {
    const { id } = tagNamed('VIP')!;
    world.intercom.state.faults.add([
      {
        method: 'POST',
        path: '/contacts/{id}/tags',
        mode: 'status',
        status: 404,
        code: 'not_found',
        times: 1,
      },
    ]);
    expect(await load({ external_id: '4', tags: ['VIP'] })).toMatchObject([{ outcome: 'rejected' }]);
    expect(tagNamed('VIP')?.id).toBe(id);
    expect(await keptTags()).toEqual([{ id, origin: 'created' }]);
  });
});

it('an archived contact that cannot be taken over is left archived, and is taken over when it can be', async () => {
  const [token = ''] = world.intercom.state.tokens.keys();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ role: 'user', email: 'away@example.com', name: 'Away' });
  const made = await fetch(`${world.intercom.url}/contacts`, { method: 'POST', headers, body });
  const { id } = (await made.json()) as { id: string };
  await fetch(`${world.intercom.url}/contacts/${id}/archive`, { method: 'POST', headers });
  world.intercom.state.faults.add([
    {
      method: 'PUT',
      path: '/contacts/{id}',
      mode: 'status',
      status: 400,
      code: 'parameter_invalid',
      times: 1,
    },
  ]);
  const person = { external_id: '6', email: 'away@example.com' };
  expect(await load(person)).toMatchObject([{ outcome: 'rejected' }]);
  expect(workspace().contacts.get(id)).toMatchObject({ archived: true, name: 'Away' });
  expect(await load(person)).toMatchObject([{ outcome: 'adopted', findings: [] }]);
  expect(workspace().contacts.get(id)).toMatchObject({ archived: false, externalId: '6' });
});

it('a number that Intercom refused is known to be refused when the answer to the call without it gets lost', async () => {
  const { switches, faults } = world.intercom.state;
  switches.phoneValidation = true;
  faults.add([{ method: 'POST', path: '/contacts', mode: 'drop_after_commit', after: 1, times: 1 }]);
  const [person] = await load({ external_id: '5', phone: '12' });
  expect(contact('5')?.phone).toBeNull();
  expect(person).toMatchObject({
    outcome: 'created',
    warnings: [{ code: 'invalid_phone' }],
    findings: [{ class: 'lossy_by_design', field: 'phone' }],
  });
});
