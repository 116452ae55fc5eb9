import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageAddress, IMAGE_ADDRESS_DAYS } from '../../../pipeline/source/media.ts';
import { OWNER } from '../planning/world.ts';
import { articleWorld, type ArticleWorld } from './world.ts';

let articles: ArticleWorld;

beforeEach(async () => {
  articles = await articleWorld();
});
afterEach(async () => articles.close());

function names(): string[] {
  return [...articles.content.collections.values()].map(({ name }) => name);
}

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
