import type { AddressInfo } from 'node:net';
import { advanceRun } from '../../../pipeline/runs/advance.ts';
import { runBatch, type BatchStep } from '../../../pipeline/runs/batch.ts';
import { createUseCases } from '../../../pipeline/create-use-cases.ts';
import { extractBatch, listSource } from '../../../pipeline/extract/extract.ts';
import { loadBatch } from '../../../pipeline/load/load.ts';
import { mapBatch } from '../../../pipeline/map/map.ts';
import { getSettingsFor, type SettingsDocument } from '../../../pipeline/settings.ts';
import { verifyBatch } from '../../../pipeline/verify/verify.ts';
import { createApp } from '../../../server/app.ts';
import type { StoredFile } from '../../../simulators/infraon/desk.ts';
import { forgetIndexes } from '../../../simulators/infraon/state.ts';
import type { Article, ContentStore } from '../../../simulators/intercom/content/store.ts';
import { generateDesk } from '../../../simulators/seed/generate.ts';
import { OPERATOR, OWNER, planningWorld, type World } from '../planning/world.ts';

const STEPS = { extract: extractBatch, map: mapBatch, load: loadBatch, verify: verifyBatch } as const;
const OBJECT = 'article';
const CREATED = '2025-03-01T09:00:00Z';

export interface ArticleRow {
  sourceId: string;
  outcome: string;
  step: string;
  reasonCode: string | null;
  reason: unknown;
  warnings: { code: string; field: string | null; value: unknown }[];
  verification: Record<string, number> | null;
  findings: { class: string; field: string; expected: unknown; actual: unknown }[];
  destinationId: string | null;
  facts: Record<string, unknown> | null;
}

export interface ArticleWorld {
  world: World;
  content: ContentStore;
  /** The desk's author whose teammate is the operator. */
  author: string;
  /** Adds an article to the desk; `config` over an approved, public one. Answers its id. */
  addArticle(config: Record<string, unknown>, html?: string, record?: Record<string, unknown>): string;
  addFile(spec: { name: string; mime: string; unreachable?: boolean }): StoredFile;
  start(settings?: Partial<SettingsDocument>): Promise<string>;
  work(runId: string, step: BatchStep): Promise<void>;
  /** Lets the stage gate look. */
  advance(runId: string): Promise<void>;
  rows(runId: string): Promise<Map<string, ArticleRow>>;
  /** One run over all articles of the desk, through every stage. */
  run(settings?: Partial<SettingsDocument>): Promise<Map<string, ArticleRow>>;
  /** The article that a record became. */
  loaded(row: ArticleRow | undefined): Article;
  calls(operation: string): number;
  close(): Promise<void>;
}

/** Both simulators, an installed and connected workspace, the HTTP edge for pictures, and a desk without articles. */
export async function articleWorld(): Promise<ArticleWorld> {
  const desk = generateDesk({ seed: 5, incidents: 10 });
  desk.articles.length = 0;
  desk.article_categories.length = 0;
  const world = await planningWorld({ desk });
  await world.connect();
  const { workspaceId } = OWNER;
  const { deps, infraon, intercom } = world;
  const { sql } = deps.db;
  const server = createApp({ deps, useCases: createUseCases(deps) }).listen(0);
  deps.options.publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { content } = intercom.state.workspaces.get(workspaceId)!;
  const author = desk.users[0]!.profile_id;
  await sql`
    insert into id_map (workspace_id, object, source_id, resource, destination_id, facts, state, origin, created_in_run)
    values (${workspaceId}, 'technician', ${author}, 'contacts', 'c1', ${JSON.stringify({ admin_id: OPERATOR.adminId })}::jsonb,
      'complete', 'created', ${crypto.randomUUID()})`;
  const rules = deps.registry.get(OBJECT).mapping.map((rule, index) => ({
    id: `r${index}`,
    options: {},
    confidence: 1,
    reasons: [],
    samples: [],
    ...rule,
  }));
  await sql`
    insert into object_maps (workspace_id, object, version, state, rules, unmapped, created_by)
    values (${workspaceId}, ${OBJECT}, 1, 'approved', ${JSON.stringify(rules)}::jsonb, '[]'::jsonb, ${OWNER.adminId})`;
  let sequence = 0;
  const nextId = () => `1740819600${String(++sequence).padStart(11, '0')}`;

  async function work(runId: string, step: BatchStep): Promise<void> {
    await runBatch(deps, { workspaceId, runId, object: OBJECT, step, slot: 0 }, STEPS[step]);
  }

  async function start(changes: Partial<SettingsDocument> = {}): Promise<string> {
    await sql`update runs set state = 'completed'`;
    const settings = { ...(await getSettingsFor(deps, workspaceId)), search_lag_seconds: 0, ...changes };
    const [row] = await sql<{ id: string }[]>`
      insert into runs (workspace_id, kind, state, objects, map_versions, settings, prepared, created_by)
      values (${workspaceId}, 'full', 'running', '["article"]'::jsonb, '{"article":1}'::jsonb,
        ${JSON.stringify(settings)}::jsonb, true, ${OWNER.adminId})
      returning id`;
    const runId = row!.id;
    await listSource(deps, workspaceId, runId, OBJECT);
    await work(runId, 'extract');
    await work(runId, 'map');
    return runId;
  }

  async function rows(runId: string): Promise<Map<string, ArticleRow>> {
    const found = await sql<ArticleRow[]>`
      select r.source_id as "sourceId", r.outcome, r.step, r.reason_code as "reasonCode", r.reason, r.warnings, r.verification,
        m.destination_id as "destinationId", m.facts,
        coalesce((select jsonb_agg(jsonb_build_object('class', f.class, 'field', f.field, 'expected', f.expected,
          'actual', f.actual)) from findings f where f.run_id = r.run_id and f.source_id = r.source_id), '[]'::jsonb) as findings
      from run_records r left join id_map m
        on m.workspace_id = r.workspace_id and m.object = r.object and m.source_id = r.source_id
      where r.run_id = ${runId}`;
    return new Map(found.map((row) => [row.sourceId, row]));
  }

  const self: ArticleWorld = {
    world,
    content,
    author,
    work,
    start,
    rows,
    advance: (runId) => advanceRun(deps, workspaceId, runId),
    addArticle(config, html = '<p>Text.</p>', record = {}) {
      const id = nextId();
      desk.articles.push({
        id: id.slice(-12).padStart(24, 'a'),
        kb_id: id,
        display_id: `article${String(sequence).padStart(5, '0')}`,
        created_by: author,
        organization: desk.organization,
        creation_time: CREATED,
        last_update_time: null,
        is_deleted: false,
        ...record,
        config: {
          title: `Article ${sequence}`,
          kbtype: 'article',
          state: 'Active',
          status: 'Approved',
          department: 'Working from Home',
          catalogue_service: 'VPN',
          is_archive: false,
          is_private: false,
          is_security: false,
          users: [],
          teams: [],
          tags: [],
          keywords: [],
          content: { info: html, attachments: [] },
          ...config,
        },
      });
      forgetIndexes(infraon.state);
      return id;
    },
    addFile({ name, mime, unreachable = false }) {
      const id = nextId();
      const file: StoredFile = {
        attachment_id: id,
        ref_id: id,
        module_id: 0,
        file_name: name,
        file_path: `/media/uploads/${desk.organization}/kb/${id}/${name}`,
        mime,
        bytes: 4_000,
        creation_time: CREATED,
        created_by: author,
        unreachable,
        inline: true,
      };
      desk.files.push(file);
      forgetIndexes(infraon.state);
      return file;
    },
    async run(settings) {
      const runId = await start(settings);
      await work(runId, 'load');
      await self.advance(runId);
      await work(runId, 'load');
      await work(runId, 'verify');
      return rows(runId);
    },
    loaded: (row) => content.articles.get(row?.destinationId ?? '')!,
    calls: (operation) => intercom.state.recorder.calls().calls[operation]?.total ?? 0,
    async close() {
      await new Promise((resolve) => server.close(resolve));
      await world.close();
    },
  };
  return self;
}
