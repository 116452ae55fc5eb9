import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import request, { type Response } from 'supertest';
import { agentHandlers } from '../../../canvas-kit/agent-flow.ts';
import { cutOverHandlers } from '../../../canvas-kit/cut-over-flow.ts';
import { runHandlers } from '../../../canvas-kit/run-flow.ts';
import { setupHandlers } from '../../../canvas-kit/setup-flow.ts';
import type { Role } from '../../../pipeline/actors.ts';
import { createWorkspace } from '../../../simulators/intercom/workspace.ts';
import { signIn, testApp, WORKSPACE, type Agent, type TestApp } from '../../support/app.ts';
import { panelClient, textOf } from '../../support/panel.ts';
import { workspaceSeed } from '../../support/stage.ts';
import { ROUTES, routesOf, type Access } from './routes.ts';

const OTHER = 'ws_other';
/** Stands in everything that the first workspace keeps. */
const CANARY = 'canary-of-northwind';
const ROLES: readonly Role[] = ['viewer', 'operator', 'owner'];

let test: TestApp;
let agents: Record<Role, Agent>;
let stranger: Agent;
let ids: Record<string, string>;

beforeAll(async () => {
  test = await testApp({ app: { calls: { perMinute: 100_000, burst: 100_000 } } });
  const { workspaces } = test.intercom.state;
  workspaces.set(OTHER, createWorkspace(workspaceSeed(OTHER), 1_760_000_000, 1));
  agents = {
    owner: await signIn(test),
    operator: await signIn(test, `${WORKSPACE}/5017691`),
    viewer: await signIn(test, `${WORKSPACE}/5017692`),
  };
  stranger = await signIn(test, `${OTHER}/7001`);
  const { sql } = test.deps.db;
  await sql`update teammates set role = 'operator' where workspace_id = ${WORKSPACE} and admin_id = '5017691'`;
  await sql`update teammates set role = 'viewer' where workspace_id = ${WORKSPACE} and admin_id = '5017692'`;
  ids = await migration();
});
afterAll(() => test.close());

/** A finished run with a rejected record and a difference. */
async function migration(): Promise<Record<string, string>> {
  const { sql } = test.deps.db;
  const [run] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, state_reason, objects, map_versions, settings, created_by, finished_at)
    values (${WORKSPACE}, 'full', 'completed_with_findings', ${CANARY}, '["requester"]', '{}', '{}', '5017690', now())
    returning id`;
  const runId = run?.id ?? '';
  const reason = { message: CANARY, field: 'email', value: CANARY, suggestion: CANARY };
  const [rejection] = await sql<{ id: string }[]>`
    insert into run_records (run_id, workspace_id, object, source_id, display_id, step, outcome, reason_code, reason)
    values (${runId}, ${WORKSPACE}, 'requester', 'R1', ${CANARY}, 'done', 'rejected', 'missing_email', ${sql.json(reason)})
    returning id`;
  await sql`
    insert into source_records (workspace_id, object, source_id, display_id, raw, raw_hash, depth)
    values (${WORKSPACE}, 'requester', 'R1', ${CANARY}, ${sql.json({ name: CANARY })}, 'x', 'full')`;
  const [finding] = await sql<{ id: string }[]>`
    insert into findings (workspace_id, run_id, object, source_id, class, field, expected, actual)
    values (${WORKSPACE}, ${runId}, 'requester', 'R1', 'mismatch', 'name', ${JSON.stringify(CANARY)}::jsonb, ${JSON.stringify(CANARY)}::jsonb)
    returning id`;
  await sql`
    insert into source_connections (workspace_id, base_url, credentials, strategy, pinned, capabilities, connected_by)
    values (${WORKSPACE}, ${`https://${CANARY}.example`}, 'sealed', 'password', '{}', '[]', '5017690')`;
  await sql`
    insert into discoveries (workspace_id, state, objects, finished_at) values (${WORKSPACE}, 'done',
      ${sql.json([{ object: 'requester', count: 1, quality: [], fields: [{ key: CANARY, label: CANARY, type: 'string', custom: false, fill_rate: 1, options: [], samples: [CANARY] }] }])}, now())`;
  await sql`
    insert into object_maps (workspace_id, object, version, state, rules, unmapped, created_by)
    values (${WORKSPACE}, 'requester', 1, 'proposed', '[]', ${sql.json([{ source: CANARY, reason: CANARY, goes_to: 'handoff' }])}, 'discovery')`;
  await sql`
    insert into audit_log (workspace_id, admin_id, action, detail)
    values (${WORKSPACE}, '5017690', 'seen', ${sql.json({ note: CANARY })})`;
  await sql`
    insert into id_map (workspace_id, object, source_id, display_id, resource, destination_id, state, origin, created_in_run)
    values (${WORKSPACE}, 'incident', 'I1', ${CANARY}, 'conversations', '77', 'complete', 'created', ${runId})`;
  return {
    run: runId,
    rejection: String(rejection?.id),
    finding: String(finding?.id),
    workspace: WORKSPACE,
  };
}

/** Everything that is kept of the first workspace but its sessions, as one number for each table. */
async function kept(): Promise<string> {
  const { sql } = test.deps.db;
  tables ??= await sql<{ name: string }[]>`
    select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'workspace_id' and table_name <> 'sessions' order by 1`;
  const sums = tables.map(
    ({
      name,
    }) => `select '${name}' as name, md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as sum
      from ${name} t where workspace_id = '${WORKSPACE}'`,
  );
  const jobs = `select 'jobs', count(*)::text from graphile_worker._private_jobs where payload::text like '%${WORKSPACE}%'`;
  return JSON.stringify(await sql.unsafe([...sums, jobs].join(' union all ')));
}
let tables: { name: string }[] | undefined;

function addressOf(path: string): string {
  const id = path.includes('rejections') ? ids.rejection : path.includes('findings') ? ids.finding : ids.run;
  return path
    .replace(':object/:source_id', 'requester/R1')
    .replace(':object', 'requester')
    .replace('teammates/:id', 'teammates/5017692')
    .replace(/(preflight|cutover)\/:id/, '$1/infraon_read_only')
    .replace(':id', id ?? '')
    .replace('/resolve', path.endsWith('v1/resolve') ? '/resolve?q=R1' : '/resolve');
}

function filled(body: Record<string, unknown> | undefined): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(body ?? {}).replaceAll(/\{(\w+)\}/g, (whole, name: string) => ids[name] ?? whole),
  ) as Record<string, unknown>;
}

async function call(who: Agent | null, route: string, body?: Record<string, unknown>): Promise<Response> {
  const [method = '', path = ''] = route.split(' ');
  const from = who ?? request(test.app);
  const send = from[method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete'](addressOf(path));
  // The events of a run that is over end by themselves.
  if (method === 'GET') return send.buffer(true);
  return path.startsWith('/api/') ? send.send(filled(body)) : send.type('form').send(filled(body));
}

const words = (response: Response) => `${response.text ?? ''}${JSON.stringify(response.body ?? '')}`;
const mayUse = (access: Access, role: Role) => ROLES.indexOf(role) >= ROLES.indexOf(access as Role);
const SIGNED_IN = Object.entries(ROUTES).filter(([, { access }]) => ROLES.includes(access as Role));

describe('every route', () => {
  it('stands in the table', () => {
    expect(routesOf(test.app).sort()).toEqual(Object.keys(ROUTES).sort());
  });

  it.each(Object.entries(ROUTES).filter(([, { access }]) => access === 'intercom'))(
    '%s answers Intercom only',
    async (route) => {
      const before = await kept();
      for (const who of [null, agents.owner])
        expect((await call(who, route, { workspace_id: WORKSPACE })).status).toBe(401);
      expect(await kept()).toBe(before);
    },
  );

  it.each(SIGNED_IN)('%s turns away who is not signed in, and whose role is too low', async (route, row) => {
    const before = await kept();
    const nobody = await call(null, route, row.body);
    if (route.includes(' /api/')) expect(nobody.status).toBe(401);
    else expect([nobody.status, nobody.get('location')]).toEqual([303, '/']);
    expect(words(nobody)).not.toContain(CANARY);
    for (const role of ROLES.filter((one) => !mayUse(row.access, one)))
      expect([role, (await call(agents[role], route, row.body)).status]).toEqual([role, 403]);
    expect(await kept()).toBe(before);
  });

  it.each(SIGNED_IN)(
    '%s shows another workspace nothing, and changes nothing of ours',
    async (route, row) => {
      const before = await kept();
      const answer = await call(stranger, route, { ...row.body, ...row.allowedBody });
      expect(words(answer)).not.toContain(CANARY);
      expect(answer.status).toBeLessThan(500);
      if (/:id|rejections\/:|findings\/:/.test(route) && !/preflight|cutover|teammates/.test(route))
        expect(answer.status).toBe(404);
      expect(await kept()).toBe(before);
    },
  );

  it.each(SIGNED_IN)('%s lets those in who may', async (route, row) => {
    for (const role of ROLES.filter((one) => mayUse(row.access, one))) {
      const { status } = await call(agents[role], route, row.allowedBody ?? row.body);
      expect([role, status, [401, 403].includes(status) || status >= 500]).toEqual([role, status, false]);
    }
  });
});

/** Verbs of the panel's buttons and items, with what is pressed. */
const BUTTONS: Record<string, { access: Role; id: () => string; inputs?: Record<string, string> }> = {
  connect_form: { access: 'viewer', id: () => 'connect_form' },
  connect: { access: 'owner', id: () => 'connect', inputs: { base_url: 'https://10.0.0.1', api_key: 'key' } },
  connecting: { access: 'viewer', id: () => 'connecting' },
  discover: { access: 'operator', id: () => 'discover' },
  maps: { access: 'viewer', id: () => 'maps' },
  map: { access: 'viewer', id: () => 'map:requester' },
  approve_map: { access: 'owner', id: () => 'approve_map:requester:1' },
  readiness: { access: 'operator', id: () => 'readiness' },
  readiness_full: { access: 'operator', id: () => 'readiness_full' },
  readiness_seen: { access: 'viewer', id: () => 'readiness_seen:sample' },
  started: { access: 'viewer', id: () => 'started:full' },
  check: { access: 'viewer', id: () => 'check:sample:workflows_paused' },
  confirm: { access: 'operator', id: () => 'confirm:sample:workflows_paused' },
  run_sample: { access: 'operator', id: () => 'run_sample' },
  start_migration: { access: 'operator', id: () => 'start_migration' },
  confirm_sample: { access: 'operator', id: () => 'confirm_sample' },
  confirm_full: { access: 'operator', id: () => 'confirm_full' },
  approve_sample: { access: 'owner', id: () => `approve_sample:${ids.run}` },
  refresh: { access: 'viewer', id: () => 'refresh' },
  migration: { access: 'viewer', id: () => 'migration' },
  pause: { access: 'operator', id: () => `pause:${ids.run}` },
  resume: { access: 'operator', id: () => `resume:${ids.run}` },
  rejections: { access: 'viewer', id: () => 'rejections' },
  rejection: { access: 'viewer', id: () => `rejection:${ids.rejection}` },
  retry: { access: 'operator', id: () => `retry:${ids.rejection}` },
  make_again: { access: 'operator', id: () => `make_again:${ids.rejection}` },
  without_address: { access: 'operator', id: () => `without_address:${ids.rejection}` },
  retry_infraon: { access: 'operator', id: () => `retry_infraon:${ids.rejection}` },
  retry_intercom: { access: 'operator', id: () => `retry_intercom:${ids.rejection}` },
  retry_all: { access: 'operator', id: () => `retry_all:${ids.rejection}` },
  save: { access: 'operator', id: () => `save:${ids.rejection}`, inputs: { value: 'a@b.example' } },
  waive: { access: 'operator', id: () => `waive:${ids.rejection}`, inputs: { note: 'No.' } },
  waive_all: { access: 'operator', id: () => `waive_all:${ids.rejection}`, inputs: { note: 'No.' } },
  cut_over: { access: 'operator', id: () => 'cut_over' },
  rehearse_delta: { access: 'operator', id: () => 'rehearse_delta' },
  undo: { access: 'owner', id: () => 'undo' },
  undo_dry_run: { access: 'owner', id: () => 'undo_dry_run' },
  related: { access: 'viewer', id: () => 'related' },
  related_from: { access: 'viewer', id: () => 'related_from:10' },
  find: { access: 'viewer', id: () => 'find' },
  search: { access: 'viewer', id: () => 'search', inputs: { q: 'R1' } },
  record: { access: 'viewer', id: () => 'record:requester:R1' },
  report: { access: 'viewer', id: () => 'report' },
  // What every teammate may say.
  send_report: { access: 'viewer', id: () => 'send_report', inputs: { text: '' } },
  home: { access: 'viewer', id: () => 'home' },
};

describe('every button of the panel', () => {
  it('stands in the table', () => {
    const verbs = Object.keys({ ...setupHandlers, ...runHandlers, ...cutOverHandlers, ...agentHandlers });
    expect(Object.keys(BUTTONS).sort()).toEqual(verbs.sort());
  });

  it.each(Object.keys(BUTTONS))('%s changes nothing when an agent presses it', async (verb) => {
    const button = BUTTONS[verb]!;
    const before = await kept();
    const agent = panelClient(test, { adminId: '5017692', conversationId: '77' });
    const unknown = panelClient(test, { adminId: '999', conversationId: '77' });
    for (const panel of [agent, unknown]) {
      const canvas = await panel.submit(button.id(), {
        inputs: button.inputs ?? {},
        stored: { role: 'owner', shown: ['workflows_paused'] },
      });
      expect(textOf(canvas)).not.toMatch(/Reference /);
    }
    expect(await kept()).toBe(before);
  });

  it.each(Object.keys(BUTTONS))('%s shows another workspace nothing of ours', async (verb) => {
    const button = BUTTONS[verb]!;
    const before = await kept();
    const panel = panelClient(test, { workspaceId: OTHER, adminId: '7001', conversationId: '77' });
    const canvas = await panel.submit(button.id(), { inputs: button.inputs ?? {} });
    expect(JSON.stringify(canvas)).not.toContain(CANARY);
    expect(await kept()).toBe(before);
  });
});
