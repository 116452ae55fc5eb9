import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SettingsDocument } from '../../../pipeline/settings.ts';
import { imageAddress, IMAGE_ADDRESS_DAYS } from '../../../pipeline/source/media.ts';
import type { Article } from '../../../simulators/intercom/content/store.ts';
import { OPERATOR, OWNER } from '../planning/world.ts';
import { articleWorld, type ArticleRow, type ArticleWorld } from './world.ts';

let articles: ArticleWorld;

beforeEach(async () => {
  articles = await articleWorld();
});
afterEach(async () => articles.close());

function names(): string[] {
  return [...articles.content.collections.values()].map(({ name }) => name);
}

type Changes = Partial<Pick<Article, 'title' | 'body' | 'state' | 'authorId' | 'parentId'>>;

/** Articles of the desk whose answers all get lost, before anybody looked. */
async function lostArticles(
  mode: 'drop_after_commit' | 'drop_before',
  configs: Record<string, unknown>[],
  settings: Partial<SettingsDocument> = {},
): Promise<{ ids: string[]; next: () => Promise<(ArticleRow | undefined)[]> }> {
  const { world } = articles;
  const ids = configs.map((config, index) =>
    articles.addArticle({ title: `Reset ${index}`, ...config }, `<h3>How</h3><p>Call ${index}.</p>`),
  );
  for (const path of ['/articles', '/internal_articles'])
    world.intercom.state.faults.add([{ method: 'POST', path, mode, times: ids.length }]);
  const runId = await articles.start(settings);
  await articles.work(runId, 'load');
  world.intercom.state.faults.clear();
  // The calls are over, so that not seeing their result proves something.
  world.deps.options.intercomTimeoutMs = 0;
  return {
    ids,
    async next() {
      await world.deps.db.sql`update run_records set not_before = null`;
      for (const step of ['load', 'load', 'verify'] as const) {
        await articles.work(runId, step);
        await articles.advance(runId);
      }
      const rows = await articles.rows(runId);
      return ids.map((id) => rows.get(id));
    },
  };
}

/** What an editor wrote: the same as our article of that number unless `changes` say otherwise. */
function addEditors(index: number, ageSeconds: number, changes: Changes = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const article: Article = {
    id: articles.world.intercom.state.workspaces.get(OWNER.workspaceId)!.ids.next('article'),
    contentId: 'c',
    title: `Reset ${index}`,
    description: '',
    body: `<h2>How</h2><p class="no-margin">Call ${index}.</p>`,
    authorId: Number(OPERATOR.adminId),
    state: 'published',
    parentId: [...articles.content.collections.values()].at(-1)?.id ?? null,
    createdAt: now - ageSeconds,
    updatedAt: now,
    tags: [],
    defaultLocale: 'en',
    availability: {},
    translations: new Map(),
    draft: null,
    everPublished: true,
    ...changes,
  };
  articles.content.articles.set(article.id, article);
  return article.id;
}

describe('an answer that gets lost, of an article made at once', () => {
  it('is resolved by the whole text: published, a draft, an internal one', async () => {
    const { next } = await lostArticles(
      'drop_after_commit',
      [{}, { status: 'Draft' }, { is_private: true }],
      { restricted_articles: 'internal' },
    );
    const { articles: made, internalArticles } = articles.content;
    const before = [...made.keys(), ...internalArticles.keys()];
    expect(before).toHaveLength(3);
    const rows = await next();
    for (const row of rows) expect(row).toMatchObject({ outcome: 'created', step: 'done', findings: [] });
    expect([made.size, internalArticles.size]).toEqual([2, 1]);
    expect(rows.map((row) => row?.destinationId).sort()).toEqual(before.sort());
    expect([...made.values()].map(({ state }) => state).sort()).toEqual(['draft', 'published']);
  });

  it('was not carried out where only an editor wrote the same before', async () => {
    const { next } = await lostArticles('drop_before', [{}]);
    const theirs = addEditors(0, 3_600);
    const [row] = await next();
    expect(row).toMatchObject({ outcome: 'created', findings: [] });
    expect(row?.destinationId).not.toBe(theirs);
    expect(articles.content.articles.size).toBe(2);
  });

  it('is for a person to decide where what is there is not surely ours', async () => {
    const cases: [ageSeconds: number, changes: Changes][] = [
      [20, {}],
      [0, { body: '<p>Call them.</p>' }],
      [0, { title: 'Passwords' }],
      [0, { state: 'draft' }],
      [0, { authorId: Number(OWNER.adminId) }],
      [0, { parentId: null }],
    ];
    const { next } = await lostArticles(
      'drop_before',
      cases.map(() => ({})),
    );
    const theirs = cases.map(([age, changes], index) => addEditors(index, age, changes));
    const rows = await next();
    rows.forEach((row, index) => {
      expect([index, row?.reasonCode]).toEqual([index, 'unknown_outcome']);
      expect(JSON.stringify(row?.reason)).toContain(`Found: ${theirs[index]} is`);
    });
    expect(articles.calls('POST /articles')).toBe(cases.length);
  });

  it('is for a person to decide where two are the same, but for what is another record', async () => {
    const { next } = await lostArticles('drop_after_commit', [{}, {}]);
    const theirs = [addEditors(0, 0), addEditors(1, 0)];
    await articles.world.deps.db.sql`
      insert into id_map (workspace_id, object, source_id, resource, destination_id, facts, state, origin, created_in_run)
      values (${OWNER.workspaceId}, 'article', 'other', 'articles', ${theirs[1]!}, '{"kind":"article"}', 'complete',
        'created', ${crypto.randomUUID()})`;
    const [first, second] = await next();
    expect(first).toMatchObject({ outcome: 'rejected', reasonCode: 'unknown_outcome' });
    expect(second).toMatchObject({ outcome: 'created', findings: [] });
    expect(theirs).not.toContain(second?.destinationId);
    expect(articles.content.articles.size).toBe(4);
  });
});

describe('an answer that gets lost', () => {
  it('of a new article is resolved by its marker, also among twins', async () => {
    const ids = [articles.addArticle({ title: 'Twin' }), articles.addArticle({ title: 'Twin' })];
    articles.world.intercom.state.faults.add([
      { method: 'POST', path: '/articles', mode: 'drop_after_commit', times: 2 },
    ]);
    const runId = await articles.start();
    await articles.work(runId, 'load');
    expect(articles.content.articles.size).toBe(2);
    const { sql } = articles.world.deps.db;
    await sql`update run_records set not_before = null`;
    await articles.work(runId, 'load');
    await articles.advance(runId);
    await articles.work(runId, 'load');
    await articles.work(runId, 'verify');
    const rows = await articles.rows(runId);
    expect(articles.content.articles.size).toBe(2);
    expect(new Set(ids.map((id) => rows.get(id)?.destinationId)).size).toBe(2);
    for (const id of ids) {
      expect(rows.get(id)).toMatchObject({ outcome: 'created', findings: [] });
      expect(articles.loaded(rows.get(id)).state).toBe('published');
    }
  });

  it('does not count as a failing try where the record got on', async () => {
    const [tag] = articles.world.desk.tags;
    articles.addArticle({ tags: [tag!.tag_id] });
    articles.world.intercom.state.faults.add([
      { method: 'POST', path: '/articles/{id}/tags', mode: 'drop_before' },
    ]);
    const runId = await articles.start();
    const { sql } = articles.world.deps.db;
    const tries = async () =>
      (
        await sql`select r.attempts, u.state from run_records r join runs u on u.id = r.run_id where u.id = ${runId}`
      )[0];
    await sql`update run_records set attempts = 18`;
    await articles.work(runId, 'load');
    expect(await tries()).toEqual({ attempts: 0, state: 'running' });
    await sql`update run_records set attempts = 18, not_before = null`;
    await articles.work(runId, 'load');
    expect(await tries()).toEqual({ attempts: 19, state: 'running' });
  });

  it('of a new collection is resolved by its name and place, and the collection is ours', async () => {
    articles.addArticle({});
    articles.world.intercom.state.faults.add([
      { method: 'POST', path: '/help_center/collections', mode: 'drop_after_commit', times: 1 },
    ]);
    const runId = await articles.start();
    const { sql } = articles.world.deps.db;
    await articles.work(runId, 'load');
    expect(names()).toEqual(['Working from Home', 'VPN']);
    const kept = await sql<{ origin: string }[]>`select origin from prepared_items where kind = 'collection'`;
    expect(kept.map(({ origin }) => origin)).toEqual(['created', 'created']);
  });
});

describe('collections', () => {
  it('are found before they are made, and an article without a folder lies in its category', async () => {
    const at = Math.floor(Date.now() / 1000) - 86_400;
    articles.content.collections.set('900', {
      id: '900',
      name: 'working from home',
      description: '',
      parentId: null,
      helpCenterId: [...articles.content.helpCenters.keys()][0]!,
      order: 1,
      createdAt: at,
      updatedAt: at,
      translations: new Map(),
    });
    const flat = articles.addArticle({ catalogue_service: null });
    const nowhere = articles.addArticle({ catalogue_service: null, department: null });
    const rows = await articles.run();
    expect(names()).toEqual(['working from home']);
    expect(articles.loaded(rows.get(flat)).parentId).toBe('900');
    expect(articles.loaded(rows.get(nowhere)).parentId).toBeNull();
    expect(rows.get(nowhere)?.warnings).toMatchObject([{ code: 'required_value_missing' }]);
  });

  it('follow the tree of categories in its order, deeper folders as one name', async () => {
    const { article_categories: tree } = articles.world.desk;
    const add = (category_id: string, name: string, parent_id: string | null) =>
      tree.push({ category_id, name, parent_id });
    add('1', 'Zoo', null);
    add('2', 'Alpha', null);
    add('3', 'IT', '2');
    add('4', 'Network', '3');
    add('5', 'VPN', '4');
    const deep = articles.addArticle({ department: 'Alpha', catalogue_service: 'VPN' });
    articles.addArticle({ department: 'Zoo', catalogue_service: null });
    const rows = await articles.run({ article_folder_rule: 'categories_tree' });
    expect(names()).toEqual(['Zoo', 'Alpha', 'IT', 'Network / VPN']);
    const { collections } = articles.content;
    const leaf = collections.get(articles.loaded(rows.get(deep)).parentId ?? '');
    expect(leaf?.name).toBe('Network / VPN');
    expect(collections.get(leaf?.parentId ?? '')?.name).toBe('IT');
  });

  it('are made of the first tag where the settings say so', async () => {
    const tag = articles.world.desk.tags[0]!;
    articles.addArticle({ tags: [tag.tag_id] });
    await articles.run({ article_folder_rule: 'first_tag' });
    expect(names()).toEqual([tag['name']]);
  });
});

describe('the address of a picture', () => {
  async function fetched(url: string): Promise<{ status: number; type: string | null; bytes: number }> {
    const response = await fetch(url);
    const body = await response.arrayBuffer();
    return { status: response.status, type: response.headers.get('content-type'), bytes: body.byteLength };
  }

  it('gives the picture, whole, and nothing else of the desk', async () => {
    const { deps } = articles.world;
    const picture = articles.addFile({ name: 'a b.png', mime: 'image/png' });
    const script = articles.addFile({ name: 'page.png', mime: 'text/html' });
    const address = imageAddress(deps, OWNER.workspaceId, encodeURI(picture.file_path));
    expect(address).toMatch(/\/media\/[^/]+\/a_b\.png$/);
    expect(address).not.toContain(picture.attachment_id);
    expect(await fetched(address)).toEqual({ status: 200, type: 'image/png', bytes: picture.bytes });
    for (const path of [
      script.file_path,
      '/ux/common/kb/kb/',
      'http://169.254.169.254/latest',
      '/media/none.png',
    ])
      expect((await fetched(imageAddress(deps, OWNER.workspaceId, path))).status).toBe(404);
  });

  it('cannot be made up, altered, moved to another workspace, or used when it is over', async () => {
    const { deps } = articles.world;
    const picture = articles.addFile({ name: 'a.png', mime: 'image/png' });
    const address = imageAddress(deps, OWNER.workspaceId, picture.file_path);
    const [, token = ''] = /\/media\/([^/]+)/.exec(address) ?? [];
    const [owner = '', sealed = ''] = token.split('~');
    const other = Buffer.from('ws_other').toString('base64url');
    const turned = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA');
    for (const forged of [`${other}~${sealed}`, `${owner}~${turned}`, owner, 'x', '~', `${owner}~v1.a.b.c.d`])
      expect((await fetched(address.replace(token, forged))).status).toBe(404);
    expect((await fetched(address)).status).toBe(200);
    deps.clock = { now: () => new Date(Date.now() + (IMAGE_ADDRESS_DAYS + 1) * 86_400_000) };
    expect((await fetched(address)).status).toBe(404);
  });
});
