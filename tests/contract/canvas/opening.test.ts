import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUseCases } from '../../../pipeline/create-use-cases.ts';
import type { Deps } from '../../../pipeline/deps.ts';
import { keepCounts } from '../../../pipeline/runs/balance.ts';
import { createApp } from '../../../server/app.ts';
import { signIn, testApp, WORKSPACE, type TestApp } from '../../support/app.ts';
import { panelClient, textOf, type PanelClient } from '../../support/panel.ts';

const OWNER = '5017690';
const AGENT = '5017692';
const MOVED = '215480000000117';
const CONTACT = '68a1f0c2d4';

/** Every conversation that a teammate opens asks the panel: it answers from one question to the database. */
let test: TestApp;
let owner: PanelClient;
let runId = '';
let asked = 0;

/** The database, with every statement that is sent counted; parts of statements are not sent. */
function counted(deps: Deps): Deps {
  const sql = new Proxy(deps.db.sql, {
    apply(target, self, input: unknown[]) {
      const query = Reflect.apply(target, self, input) as { handle?(): unknown };
      const handle = query.handle?.bind(query);
      if (handle === undefined) return query;
      let sent = false;
      query.handle = () => {
        if (!sent) asked += 1;
        sent = true;
        return handle();
      };
      return query;
    },
  });
  return { ...deps, db: { ...deps.db, sql } };
}

async function questions(work: () => Promise<unknown>): Promise<number> {
  asked = 0;
  await work();
  return asked;
}

beforeAll(async () => {
  test = await testApp();
  await signIn(test);
  const { sql } = test.deps.db;
  const [run] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, created_by, started_at)
    values (${WORKSPACE}, 'full', 'running', '["asset","incident"]', '{}', '{}', ${OWNER}, now()) returning id`;
  runId = run?.id ?? '';
  await sql`
    insert into run_records (run_id, workspace_id, object, source_id, step, outcome)
    select ${runId}, ${WORKSPACE}, 'asset', 'A' || n, 'done', 'created' from generate_series(1, 30) n`;
  await sql`
    insert into run_records (run_id, workspace_id, object, source_id, step, outcome, reason_code, reason)
    values (${runId}, ${WORKSPACE}, 'asset', 'A0', 'done', 'rejected', 'value_not_allowed', '{"message":"No.","field":null}')`;
  await sql`
    insert into source_records (workspace_id, object, source_id, display_id, raw, raw_hash, depth)
    values (${WORKSPACE}, 'incident', 'I1', 'INC-7', '{}', 'x', 'full'),
      (${WORKSPACE}, 'asset', 'A1', 'LT-1', '{"name":"ThinkPad"}', 'x', 'full'),
      (${WORKSPACE}, 'asset', 'A2', 'LT-2', '{"name":"Dock"}', 'x', 'full')`;
  await sql`
    insert into id_map (workspace_id, object, source_id, display_id, resource, destination_id, state, origin, created_in_run)
    values (${WORKSPACE}, 'incident', 'I1', 'INC-7', 'conversations', ${MOVED}, 'complete', 'created', ${runId}),
      (${WORKSPACE}, 'requester', 'R1', null, 'contacts', ${CONTACT}, 'complete', 'created', ${runId})`;
  await sql`
    insert into record_links (workspace_id, from_object, from_id, field, to_object, to_id, run_id, state)
    values (${WORKSPACE}, 'incident', 'I1', 'assets', 'asset', 'A1', ${runId}, 'made'),
      (${WORKSPACE}, 'asset', 'A2', 'user', 'requester', 'R1', ${runId}, 'made')`;
  const deps = counted(test.deps);
  const app = createApp({ deps, useCases: createUseCases(deps) });
  owner = panelClient({ app }, { adminId: OWNER, conversationId: 'elsewhere' });
});
afterAll(() => test.close());

describe('opening a conversation', () => {
  const app = () => {
    const deps = counted(test.deps);
    return { app: createApp({ deps, useCases: createUseCases(deps) }) };
  };

  it('asks one question for an agent, with everything that is linked and owned', async () => {
    const agent = panelClient(app(), { adminId: AGENT, conversationId: MOVED });
    expect(await questions(() => agent.initialize())).toBe(1);
    const words = textOf(await agent.initialize());
    expect(words).toContain('Infraon INC-7');
    expect(words).toContain('ThinkPad (LT-1)');
    expect(words).toContain('of this contact');
    const elsewhere = panelClient(app(), { adminId: AGENT, conversationId: 'elsewhere' });
    expect(await questions(() => elsewhere.initialize())).toBe(1);
    expect(textOf(await elsewhere.initialize())).toContain('Dock (LT-2)');
  });

  it('asks one question for whoever leads the migration, once a worker has counted', async () => {
    await keepCounts(test.deps.db.sql, WORKSPACE, runId, { olderThanMs: 0 });
    expect(await questions(() => owner.initialize())).toBe(1);
    expect(textOf(await owner.initialize())).toContain('Records: 30 of 31');
  });
});

describe('the counts of a run', () => {
  const change = (from: string, to: string) => test.deps.db.sql`
    update run_records set outcome = ${to} where run_id = ${runId} and source_id = ${from}`;
  const age = () => test.deps.db.sql`
    update runs set counted_at = counted_at - interval '1 hour' where id = ${runId}`;

  it('are as old as they say when a conversation is opened, and are counted for the next', async () => {
    await change('A1', 'pending');
    await age();
    const canvas = textOf(await owner.initialize());
    expect(canvas).toContain('Records: 30 of 31');
    const hour = new Intl.DateTimeFormat('en-US', {
      timeZone: 'Europe/London',
      hour: 'numeric',
      hour12: true,
    }).format(new Date(Date.now() - 3_600_000));
    expect(canvas).toMatch(new RegExp(`As of [^\\n]* at ${hour.split(/\s/)[0]}:`));
    await expect.poll(async () => textOf(await owner.initialize())).toContain('Records: 29 of 31');
  });

  it('are new when a person presses Refresh', async () => {
    await change('A1', 'created');
    await age();
    expect(textOf(await owner.submit('refresh'))).toContain('Records: 30 of 31');
  });

  it('follow what a person decides after the end of the run', async () => {
    const { sql } = test.deps.db;
    await sql`insert into discoveries (workspace_id, state) values (${WORKSPACE}, 'done')`;
    await sql`
      insert into source_connections (workspace_id, base_url, credentials, strategy, pinned, capabilities, connected_by)
      values (${WORKSPACE}, 'https://northwind.infraon.example', 'sealed', 'password', '{}', '[]', ${OWNER})`;
    await sql`
      insert into object_maps (workspace_id, object, version, state, rules, unmapped, created_by)
      values (${WORKSPACE}, 'asset', 1, 'approved', '[]', '[]', ${OWNER})`;
    await sql`update runs set state = 'completed_with_findings', finished_at = now() where id = ${runId}`;
    await keepCounts(sql, WORKSPACE, runId, { olderThanMs: 0 });
    expect(textOf(await owner.initialize())).toContain('Rejected: 1');
    const [rejection] = (await test.useCases.listRejections(actor(), { limit: 1 })).items;
    await test.useCases.resolveRejection(actor(), rejection?.id ?? '', { action: 'waive', note: 'Gone.' });
    expect(textOf(await owner.initialize())).toContain('Rejected: 0');
  });

  const actor = () => ({ workspaceId: WORKSPACE, adminId: OWNER, role: 'owner' as const });
});
