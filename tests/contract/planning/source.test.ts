import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../errors.ts';
import { infraonFor } from '../../../pipeline/source/infraon-access.ts';
import { connectSource, getSource, type SourceInput } from '../../../pipeline/source/source.ts';
import { DEFAULT_CREDENTIALS } from '../../../simulators/infraon/server.ts';
import { OPERATOR, OWNER, VIEWER, control, planningWorld, type World } from './world.ts';

let world: World;
let input: SourceInput;

beforeAll(async () => {
  world = await planningWorld();
  const { username, password } = DEFAULT_CREDENTIALS;
  input = { base_url: world.infraon.url, auth: { strategy: 'password', username, password } };
});

afterAll(async () => {
  await world.close();
});

beforeEach(async () => {
  await control(world.infraon, 'PATCH', 'switches', { denied_paths: [] });
});

async function refusal(change: Partial<SourceInput>): Promise<UserError> {
  try {
    await connectSource(world.deps, OWNER, { ...input, ...change });
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

async function stored(): Promise<Record<string, unknown>[]> {
  return [...(await world.deps.db.sql`select * from source_connections`)];
}

describe('connecting Infraon', () => {
  it('starts without a connection, and only an owner may make one', async () => {
    expect(await getSource(world.deps, VIEWER)).toEqual({ state: 'not_connected' });
    await expect(infraonFor(world.deps, OWNER.workspaceId)).rejects.toMatchObject({
      code: 'source_not_connected',
      httpStatus: 409,
    });
    await expect(connectSource(world.deps, OPERATOR, input)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it.each<[string, () => Partial<SourceInput>, string]>([
    ['a private address', () => ({ base_url: 'https://10.0.0.7' }), 'source_forbidden_address'],
    ['plain http', () => ({ base_url: 'http://desk.example.com' }), 'source_forbidden_address'],
    [
      'credentials in the address',
      () => ({ base_url: 'https://a:b@desk.example.com' }),
      'source_forbidden_address',
    ],
    ['another scheme', () => ({ base_url: 'file:///etc/passwd' }), 'source_forbidden_address'],
    ['no address', () => ({ base_url: '  ' }), 'source_invalid'],
    ['no credentials', () => ({ auth: { strategy: 'api_key', api_key: '' } }), 'source_invalid'],
    [
      'wrong credentials',
      () => ({ auth: { strategy: 'password', username: 'x', password: 'y' } }),
      'source_unauthorized',
    ],
    [
      'a profile with an unknown key',
      () => ({ profile: { objects: { incident: { lst: {} } } } }),
      'profile_invalid',
    ],
  ])('refuses %s, says what to do, and stores nothing', async (_what, change, code) => {
    const error = await refusal(change());
    expect(error).toMatchObject({ code, httpStatus: 422 });
    expect(error.message).toMatch(/^[A-Z].*\.$/);
    expect(await stored()).toEqual([]);
  });

  it('tells a server that is not there from one that is not Infraon', async () => {
    const allowed = world.deps.options.infraonAllowedHosts;
    const intercomHost = `127.0.0.1:${world.intercom.port}`;
    allowed.push(intercomHost);
    expect(await refusal({ base_url: `http://${intercomHost}` })).toMatchObject({ httpStatus: 422 });
    allowed.pop();
    expect(await refusal({ base_url: 'https://no-such-host.invalid' })).toMatchObject({
      code: 'source_unreachable',
    });
  });

  it('stores the connection encrypted, with what probing found out', async () => {
    const document = await connectSource(world.deps, OWNER, {
      ...input,
      base_url: `${input.base_url}/some/path?x=1`,
    });
    expect(document).toMatchObject({
      state: 'connected',
      base_url: world.infraon.url,
      auth: { strategy: 'password' },
      connected_by: 'Olivia Marsh',
    });
    const capabilities = document.state === 'connected' ? document.capabilities : [];
    const ids = capabilities.filter(({ ok }) => ok).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['login', 'header', 'list:incident', 'thread_selector']));
    expect(await getSource(world.deps, VIEWER)).toEqual(document);

    const text = JSON.stringify([await stored(), document, await world.deps.db.sql`select * from audit_log`]);
    expect(text).not.toContain(DEFAULT_CREDENTIALS.password);
    expect(text).not.toContain(DEFAULT_CREDENTIALS.username);
    expect(text).toContain('source_connected');
  });

  it('opens a client that reads, and keeps its token for the next batch', async () => {
    const { client, profile } = await infraonFor(world.deps, OWNER.workspaceId);
    expect(profile.id).toBe('infraon-infinity-ux');
    const page = await client.listPage('requester', null);
    expect(page.rows.length).toBeGreaterThan(0);
    expect((await infraonFor(world.deps, OWNER.workspaceId)).client).toBe(client);
  });

  it('names a weak account without refusing it', async () => {
    await control(world.infraon, 'PATCH', 'switches', { denied_paths: ['/ux/common/requester/'] });
    const document = await connectSource(world.deps, OWNER, input);
    const weak = document.state === 'connected' ? document.capabilities.filter(({ ok }) => !ok) : [];
    expect(weak.map(({ id }) => id)).toEqual(expect.arrayContaining(['list:requester', 'permissions']));
  });

  it('replaces the connection, and its client, on the next connect with an API key', async () => {
    const { client } = await infraonFor(world.deps, OWNER.workspaceId);
    await connectSource(world.deps, OWNER, {
      ...input,
      auth: { strategy: 'api_key', api_key: DEFAULT_CREDENTIALS.apiKey },
    });
    expect(await getSource(world.deps, VIEWER)).toMatchObject({ auth: { strategy: 'api_key' } });
    expect((await infraonFor(world.deps, OWNER.workspaceId)).client).not.toBe(client);
    expect(await stored()).toHaveLength(1);
  });

  it('does not exchange the installation under records that were loaded from another', async () => {
    const { sql } = world.deps.db;
    await sql`
      insert into id_map (workspace_id, object, source_id, resource, destination_id, state, origin, created_in_run)
      values (${OWNER.workspaceId}, 'company', 'x', 'companies', '1', 'complete', 'created', gen_random_uuid())`;
    const other = world.infraon.url.replace('127.0.0.1', 'localhost');
    expect(await refusal({ base_url: other }).catch((error: unknown) => error)).toMatchObject({
      code: 'source_in_use',
      httpStatus: 409,
    });
    await sql`delete from id_map`;
  });
});
