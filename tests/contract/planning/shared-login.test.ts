import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InfraonClient } from '../../../connectors/infraon/types.ts';
import { infraonFor } from '../../../pipeline/source/infraon-access.ts';
import { connectSource } from '../../../pipeline/source/source.ts';
import { DEFAULT_CREDENTIALS } from '../../../simulators/infraon/server.ts';
import { httpFor } from '../infraon-connector/support.ts';
import { OWNER, control, planningWorld, type World } from './world.ts';

const { workspaceId } = OWNER;
let world: World;

beforeEach(async () => {
  world = await planningWorld({ incidents: 4 });
  await world.connect();
  await world.deps.db.sql`
    update source_connections set profile_override = '{"auth":{"reloginWindowMs":300},"http":{"retryBaseMs":1}}',
      pinned = pinned || '{"headerFormat":"{token}","login":"plain"}'`;
});
afterEach(async () => world.close());

/** A client as another process has it: its own connections and memory, the same database. */
async function another(): Promise<InfraonClient> {
  const infraonHttp = httpFor([`127.0.0.1:${world.infraon.port}`]);
  return (await infraonFor({ ...world.deps, infraonHttp }, workspaceId)).client;
}

const read = (client: InfraonClient) => client.listPage('role', null);
const logins = () => world.infraon.state.logins;

async function row(): Promise<Record<string, unknown> | undefined> {
  const [found] = await world.deps.db.sql`select * from source_logins`;
  return found;
}

describe('the login to Infraon', () => {
  it('is made once for processes that start, and whose tokens expire, together', async () => {
    const clients = await Promise.all([another(), another(), another()]);
    await Promise.all([...clients, ...clients].map(read));
    expect(logins()).toBe(1);

    const [first] = world.infraon.state.tokens.keys();
    world.infraon.state.tokens.clear();
    await control(world.infraon, 'POST', 'faults', {
      path: '/ux/api-token-auth/',
      mode: 'hang',
      times: 1,
    });
    const reading = Promise.all([...clients, ...clients].map(read));
    await expect.poll(async () => (await row())?.['holder']).toBeTruthy();
    expect((await row())?.['token']).toBeNull();
    const [open] = await world.deps.db.sql`
      select count(*)::int as transactions from pg_stat_activity
      where datname = current_database() and state like 'idle in transaction%'`;
    expect(open).toEqual({ transactions: 0 });
    await reading;
    expect(logins()).toBe(2);

    const [second] = world.infraon.state.tokens.keys();
    const kept = await row();
    expect(JSON.stringify(kept)).not.toContain(second);
    expect(world.deps.secrets.open(String(kept?.['token']), workspaceId, 'infraon_token')).toBe(second);
    expect(second).not.toBe(first);
    await read(await another());
    expect(logins()).toBe(2);
  });

  it('goes on where tokens run out in the hands of others', async () => {
    await control(world.infraon, 'PATCH', 'switches', { token_expires_after_calls: 2 });
    const clients = await Promise.all([another(), another(), another()]);
    for (let round = 0; round < 3; round += 1) await Promise.all(clients.map(read));
    expect(logins()).toBeLessThanOrEqual(8);
  });

  it('that is refused is refused to all who wait for it, after one try', async () => {
    world.infraon.state.credentials = { ...DEFAULT_CREDENTIALS, password: 'changed at the desk' };
    const results = await Promise.allSettled(
      (await Promise.all([another(), another(), another()])).map(read),
    );
    expect(results.map((each) => each.status === 'rejected' && (each.reason as Error).name)).toEqual([
      'AuthError',
      'AuthError',
      'AuthError',
    ]);
    const posts = world.infraon.state.requests.filter(({ method }) => method === 'POST');
    expect(posts).toHaveLength(1);
  });

  it('of another password takes the place of the old one, which nobody uses again', async () => {
    const old = await another();
    await read(old);
    const before = await row();
    world.infraon.state.credentials = { ...DEFAULT_CREDENTIALS, password: 'a new one' };
    const auth = {
      strategy: 'password' as const,
      username: DEFAULT_CREDENTIALS.username,
      password: 'a new one',
    };
    await connectSource(world.deps, OWNER, { base_url: world.infraon.url, auth });
    expect(await row()).toBeUndefined();
    world.infraon.state.tokens.clear();
    const made = logins();
    await expect(read(old)).rejects.toMatchObject({ code: 'source_connection_changed' });
    expect(logins()).toBe(made);
    await Promise.all((await Promise.all([another(), another()])).map(read));
    expect(logins()).toBe(made + 1);
    expect((await row())?.['token']).not.toBe(before?.['token']);
  });

  it('is taken over from a process that died while it signed in', async () => {
    await world.deps.db.sql`
      insert into source_logins (workspace_id, connected_at, holder, holder_until)
      select workspace_id, connected_at, ${randomUUID()}, now() + interval '1 second' from source_connections`;
    const reading = read(await another());
    await expect.poll(logins, { timeout: 10_000 }).toBe(1);
    await reading;
    const [late] = await world.deps.db
      .sql`select holder_until is null and token is not null as settled from source_logins`;
    expect(late).toEqual({ settled: true });
  });
});
