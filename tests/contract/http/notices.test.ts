import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import request from 'supertest';
import { rememberHealth, reportHealth } from '../../../pipeline/install/health-report.ts';
import { processNotifications } from '../../../pipeline/install/notifications.ts';
import { CLIENT_SECRET, WORKSPACE, signIn, testApp, type TestApp } from '../../support/app.ts';
import { hubSignature } from '../../support/signed-requests.ts';

let test: TestApp;
beforeAll(async () => {
  test = await testApp();
  await signIn(test);
  const { sql } = test.deps.db;
  const records = [
    ['requester', 'R1', 'contacts', 'c1'],
    ['requester', 'R2', 'contacts', 'c2'],
    ['incident', 'I1', 'conversations', '77'],
  ];
  for (const [object, source, resource, id] of records) {
    await sql`
      insert into id_map (workspace_id, object, source_id, resource, destination_id, state, origin, created_in_run)
      values (${WORKSPACE}, ${object!}, ${source!}, ${resource!}, ${id!}, 'complete', 'created', gen_random_uuid())`;
  }
});
afterAll(() => test.close());

let number = 0;
async function notify(
  topic: string,
  item: Record<string, unknown>,
  at = 1_760_000_000 + number,
): Promise<void> {
  const body = JSON.stringify({
    ...{ type: 'notification_event', id: `notif_${(number += 1)}`, topic, app_id: WORKSPACE, created_at: at },
    data: { item },
  });
  await request(test.app)
    .post('/intercom/webhooks')
    .set('content-type', 'application/json')
    .set('x-hub-signature', hubSignature(body, CLIENT_SECRET))
    .send(body)
    .expect(200);
}

async function mapped(sourceId: string): Promise<{ id: string; facts: Record<string, unknown> } | undefined> {
  const [row] = await test.deps.db.sql<{ id: string; facts: Record<string, unknown> }[]>`
    select destination_id as id, facts from id_map where workspace_id = ${WORKSPACE} and source_id = ${sourceId}`;
  return row;
}

describe('notifications of what people did', () => {
  it('are only kept when they mean something to the ledger', async () => {
    await notify('conversation.admin.replied', { id: '77' });
    await notify('contact.user.created', { id: 'c1' });
    await notify('contact.deleted', { id: 'c1' });
    const rows = await test.deps.db.sql`select topic from webhook_events`;
    expect(rows.map(({ topic }) => String(topic))).toEqual(['contact.deleted']);
    const jobs = await test.deps.db.sql`
      select 1 from graphile_worker.jobs where task_identifier = 'process_notifications'`;
    expect(jobs).toHaveLength(1);
  });

  it('mark what is gone, follow a merge, and take back what came back, in the order of the deeds', async () => {
    await notify('conversation.deleted', { id: 77 });
    await notify('contact.unarchive', { id: 'c2' }, 1_760_000_200);
    await notify('contact.archived', { id: 'c2' }, 1_760_000_100);
    await processNotifications(test.deps, WORKSPACE);
    expect((await mapped('R1'))?.facts).toMatchObject({ gone: { topic: 'contact.deleted' } });
    expect((await mapped('I1'))?.facts).toMatchObject({ gone: { topic: 'conversation.deleted' } });
    expect((await mapped('R2'))?.facts).not.toHaveProperty('gone');

    await notify('contact.merged', { id: 'survivor', merged_from: { id: 'c2' } });
    await processNotifications(test.deps, WORKSPACE);
    expect(await mapped('R2')).toMatchObject({ id: 'survivor', facts: { merged_from: 'c2' } });
  });

  it('that come late change nothing that was done after them', async () => {
    await notify('contact.unarchive', { id: 'survivor' }, 1_760_000_400);
    await processNotifications(test.deps, WORKSPACE);
    await notify('contact.archived', { id: 'survivor' }, 1_760_000_300);
    await processNotifications(test.deps, WORKSPACE);
    expect((await mapped('R2'))?.facts).not.toHaveProperty('gone');

    await notify('contact.archived', { id: 'survivor' }, 1_760_000_600);
    await processNotifications(test.deps, WORKSPACE);
    await notify('contact.unarchive', { id: 'survivor' }, 1_760_000_500);
    await processNotifications(test.deps, WORKSPACE);
    expect((await mapped('R2'))?.facts).toMatchObject({ gone: { at: 1_760_000_600 } });
  });

  it('leave nothing behind but their id, and that for thirty days', async () => {
    const payloads = await test.deps.db.sql`select distinct payload from webhook_events`;
    expect(payloads.map(({ payload }) => payload as unknown)).toEqual([{}]);
    test.clock.now = new Date(Date.now() + 31 * 86_400_000);
    await processNotifications(test.deps, WORKSPACE);
    test.clock.now = null;
    expect(await test.deps.db.sql`select 1 from webhook_events`).toHaveLength(0);
  });

  it('that name no record stop nothing', async () => {
    await notify('contact.deleted', { nothing: true });
    await notify('company.deleted', { id: 'unknown' });
    await processNotifications(test.deps, WORKSPACE);
    expect(await test.deps.db.sql`select 1 from webhook_events where processed_at is null`).toHaveLength(0);
  });
});

describe('a change of health', () => {
  async function pushed(): Promise<number> {
    const calls = await (await fetch(`${test.intercom.url}/_sim/calls`)).text();
    return calls.split('POST /app_install/status').length - 1;
  }

  it('is pushed once each way, and silence is no change', async () => {
    await reportHealth(test.deps, WORKSPACE);
    expect(await pushed()).toBe(0);
    await rememberHealth(test.deps, WORKSPACE, {
      state: 'UNHEALTHY',
      message: 'Infraon rejected the credentials.',
    });
    await rememberHealth(test.deps, WORKSPACE, { state: 'UNKNOWN' });
    await reportHealth(test.deps, WORKSPACE);
    const after = await test.deps.db.sql`select reported_health as told from installations`;
    expect(after).toEqual([{ told: 'OK' }]);
    expect(await pushed()).toBe(1);
    await reportHealth(test.deps, WORKSPACE);
    expect(await pushed()).toBe(1);
  });
});
