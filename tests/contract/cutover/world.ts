import { DEFAULT_CREDENTIALS, startInfraonSimulator } from '../../../simulators/infraon/server.ts';
import { generateDesk } from '../../../simulators/seed/generate.ts';
import { payloadHash } from '../../../objects/payload-hash.ts';
import type { CutoverDocument } from '../../../pipeline/cutover/documents.ts';
import { takeLook } from '../../../pipeline/cutover/source-looks.ts';
import {
  bodyOf,
  PUBLIC_URL,
  signIn,
  testApp,
  WORKSPACE,
  type Agent,
  type TestApp,
} from '../../support/app.ts';

export const OWNER_ID = '5017690';
export const OPERATOR_ID = '5017691';
export const VIEWER_ID = '5017692';
const MINUTE = 60_000;

export interface CutoverWorld {
  test: TestApp;
  owner: Agent;
  operator: Agent;
  viewer: Agent;
  infraon: Awaited<ReturnType<typeof startInfraonSimulator>>;
  /** Moves the clock on. */
  later(ms: number): void;
  board(): Promise<CutoverDocument>;
  stateOf(id: string): Promise<string | undefined>;
  /** Does what the workers would: takes every look that is due, moving the clock to it. */
  takeLooks(): Promise<void>;
  /** A run that came to an end now, with a record of every object. */
  ran(kind: 'sample' | 'full' | 'delta'): Promise<string>;
  confirm(id: string): Promise<void>;
  close(): Promise<void>;
}

export async function cutoverWorld(): Promise<CutoverWorld> {
  const infraon = await startInfraonSimulator({ desk: generateDesk({ seed: 5, incidents: 5 }) });
  const test = await testApp({ pipeline: { infraonAllowedHosts: [new URL(infraon.url).host] } });
  const owner = await signIn(test);
  const operator = await signIn(test, `${WORKSPACE}/${OPERATOR_ID}`);
  const viewer = await signIn(test, `${WORKSPACE}/${VIEWER_ID}`);
  const { sql } = test.deps.db;
  await sql`update teammates set role = 'operator' where workspace_id = ${WORKSPACE} and admin_id = ${OPERATOR_ID}`;
  await sql`update sessions set expires_at = now() + interval '1 year'`;
  // The clock goes on by itself, as the connector's pacing needs, and is moved on top of that.
  let offset = 0;
  Object.defineProperty(test.clock, 'now', { get: () => new Date(Date.now() + offset) });
  const { username, password } = DEFAULT_CREDENTIALS;
  await owner
    .put('/api/v1/source')
    .set('origin', PUBLIC_URL)
    .send({
      base_url: infraon.url,
      auth: { strategy: 'password', username, password },
    })
    .expect(200);

  const now = () => test.deps.clock.now();
  const world: CutoverWorld = {
    ...{ test, owner, operator, viewer, infraon },
    later(ms) {
      offset += ms;
    },
    async board() {
      return bodyOf(await owner.get('/api/v1/cutover').expect(200));
    },
    async stateOf(id) {
      return (await world.board()).items.find((item) => item.id === id)?.state;
    },
    async takeLooks() {
      for (;;) {
        const [look] = await sql<{ id: string; dueAt: Date }[]>`
          select id, due_at as "dueAt" from source_looks where taken_at is null order by id limit 1`;
        if (look === undefined) return;
        world.later(Math.max(0, look.dueAt.getTime() - now().getTime()));
        await takeLook(test.deps, WORKSPACE, look.id);
      }
    },
    async ran(kind) {
      world.later(MINUTE);
      const started = now();
      world.later(30 * MINUTE);
      return seedRun(test, kind, started, now());
    },
    async confirm(id) {
      world.later(MINUTE);
      await operator
        .post(`/api/v1/cutover/${id}/confirm`)
        .set('origin', PUBLIC_URL)
        .send({ note: `${id}: seen` })
        .expect(200);
    },
    async close() {
      await test.close();
      await infraon.close();
    },
  };
  return world;
}

/** A ledger as a run leaves it: maps approved, one record per object moved and read back. */
async function seedRun(
  test: TestApp,
  kind: 'sample' | 'full' | 'delta',
  started: Date,
  finished: Date,
): Promise<string> {
  const { sql } = test.deps.db;
  const objects = test.deps.registry.all().map(({ name }) => name);
  const listed = {
    listed: true,
    cursor: null,
    rows: 1,
    countAtStart: null,
    countAtEnd: null,
    excludedRows: 0,
  };
  const [run] = await sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, extraction, created_by, created_at, started_at, finished_at)
    values (${WORKSPACE}, ${kind}, 'completed', ${JSON.stringify(objects)}::jsonb, '{}', '{}',
      ${JSON.stringify(Object.fromEntries(objects.map((object) => [object, listed])))}::jsonb, ${OWNER_ID}, ${started}, ${started}, ${finished})
    returning id`;
  const id = run?.id ?? '';
  for (const object of objects) {
    await sql`
      insert into object_maps (workspace_id, object, version, state, rules, unmapped, created_by, approved_by, approved_at)
      values (${WORKSPACE}, ${object}, 1, 'approved', '[]', '[]', 'discovery', ${OWNER_ID}, now()) on conflict do nothing`;
    const { resource } = test.deps.registry.get(object).destination;
    const sourceId = `${object}-1`;
    const raw = {
      $children: { notes: [{ text: 'secret words' }] },
      subject: 'secret words',
      name: `${object} one`,
    };
    await sql`
      insert into source_records (workspace_id, object, source_id, display_id, raw, raw_hash, depth, aliases)
      values (${WORKSPACE}, ${object}, ${sourceId}, ${`${object.toUpperCase()}-1`}, ${sql.json(raw)}, ${payloadHash(raw)}, 'full', array[${sourceId}, 'a@b.example'])
      on conflict do nothing`;
    await sql`
      insert into id_map (workspace_id, object, source_id, display_id, resource, destination_id, facts, state, origin, created_in_run)
      values (${WORKSPACE}, ${object}, ${sourceId}, ${`${object.toUpperCase()}-1`}, ${resource}, ${`${object}-in-intercom`},
        ${sql.json({ kind: 'x', document: { title: 'secret words' } })}, 'complete', 'created', ${id}) on conflict do nothing`;
    await sql`
      insert into run_records (run_id, workspace_id, object, source_id, step, outcome, mapped, mapped_hash, unique_key, verification)
      values (${id}, ${WORKSPACE}, ${object}, ${sourceId}, 'done', ${kind === 'full' ? 'created' : 'unchanged'},
        ${sql.json({ resource, custom_attributes: { text: 'secret words' } })}, 'h', 'a@b.example', '{"equal":5}')`;
    await sql`
      insert into load_journal (workspace_id, run_id, object, source_id, step, operation, state, identity, prior)
      values (${WORKSPACE}, ${id}, ${object}, ${sourceId}, 'create', 'x', 'done', '{"text":"secret words"}', '{"name":"secret words"}')`;
  }
  // As if everything that the simulated desk holds had been read.
  await sql`
    update source_records set source_updated_at = '2026-03-01T00:00:00Z' where workspace_id = ${WORKSPACE}`;
  return id;
}

/** Everything is read that is in the desk: what a last delta leaves behind. */
export async function readEverything(test: TestApp): Promise<void> {
  await test.deps.db
    .sql`update source_records set source_updated_at = '2030-01-01' where workspace_id = ${WORKSPACE}`;
}
