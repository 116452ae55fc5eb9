import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPERATOR, OWNER } from '../planning/world.ts';
import { articleWorld, type ArticleRow, type ArticleWorld } from './world.ts';

let articles: ArticleWorld;

beforeEach(async () => {
  articles = await articleWorld();
});
afterEach(async () => articles.close());

function codes(row: { warnings: { code: string }[] } | undefined): string[] {
  return (row?.warnings ?? []).map(({ code }) => code).sort();
}

function pathOf(collectionId: string | null): string[] {
  const { collections } = articles.content;
  const path: string[] = [];
  for (
    let at = collections.get(collectionId ?? '');
    at !== undefined;
    at = collections.get(at.parentId ?? '')
  )
    path.unshift(at.name);
  return path;
}

it('makes an article at once with its text, links, tags and pictures', async () => {
  const { desk } = articles.world;
  const picture = articles.addFile({ name: 'Schritt 1.png', mime: 'image/png' });
  const tag = desk.tags[0]!;
  const second = articles.addArticle({ title: 'Error codes', tags: [tag.tag_id] });
  const first = articles.addArticle(
    { title: 'Connect' },
    `<h4>Start</h4><div>Open the client.<script>alert(1)</script></div>` +
      `<p><img src="${encodeURI(picture.file_path)}" alt="Step"></p>` +
      `<p>See <a href="/portal/knowledgebase/${second}">the codes</a> and <a href="/reports/7">a report</a>.</p>`,
  );
  const runId = await articles.start();
  await articles.work(runId, 'load');
  await articles.advance(runId);
  await articles.work(runId, 'verify');
  expect([articles.calls('POST /articles'), articles.calls('PUT /articles/{id}')]).toEqual([2, 0]);
  const rows = await articles.rows(runId);
  const connect = articles.loaded(rows.get(first));
  const codesArticle = articles.loaded(rows.get(second));
  expect(connect).toMatchObject({
    title: 'Connect',
    state: 'published',
    authorId: Number(OPERATOR.adminId),
    everPublished: true,
  });
  expect(connect.body).toContain('<h2>Start</h2>');
  expect(connect.body).toMatch(/src="https:\/\/downloads\.intercomcdn\.com\//);
  expect(connect.body).toContain(`/articles/${codesArticle.id}`);
  expect(connect.body).toContain('a report');
  expect(connect.body).not.toMatch(/reports\/7|alert|migrated|INFRAON/);
  expect(pathOf(connect.parentId)).toEqual(['Working from Home', 'VPN']);
  expect(codesArticle.tags).toHaveLength(1);
  expect(rows.get(first)).toMatchObject({ outcome: 'created', step: 'done', findings: [] });
  expect(rows.get(second)).toMatchObject({ outcome: 'created', step: 'done', findings: [] });
  expect(codes(rows.get(first))).toEqual(['parent_missing']);
});

it('links two articles to each other', async () => {
  const first = articles.addArticle({});
  const second = articles.addArticle({}, `<p><a href="/portal/knowledgebase/${first}">one</a></p>`);
  articles.world.desk.articles[0]!.config['content'] = {
    info: `<p><a href="/portal/knowledgebase/${second}">two</a></p>`,
    attachments: [],
  };
  const runId = await articles.start();
  await articles.work(runId, 'load');
  // Neither has an address yet, and nobody reads what is not finished.
  const begun = [...articles.content.articles.values()];
  expect(begun.map(({ state }) => state)).toEqual(['draft', 'draft']);
  expect(begun.every(({ body }) => body.includes('being migrated'))).toBe(true);
  await articles.advance(runId);
  await articles.work(runId, 'load');
  await articles.work(runId, 'verify');
  const rows = await articles.rows(runId);
  const [one, two] = [articles.loaded(rows.get(first)), articles.loaded(rows.get(second))];
  expect(one.body).toContain(`/articles/${two.id}`);
  expect(two.body).toContain(`/articles/${one.id}`);
  expect([...rows.values()].flatMap(({ findings }) => findings)).toEqual([]);
});

it('writes nothing new when it runs again', async () => {
  articles.addArticle({}, '<p>One.</p>');
  articles.addArticle({ status: 'Draft' });
  await articles.run();
  const { recorder } = articles.world.intercom.state;
  const before = recorder.calls().calls;
  const rows = await articles.run();
  const after = recorder.calls().calls;
  expect([...rows.values()].map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged']);
  for (const call of Object.keys(after).filter((name) => !name.startsWith('GET ')))
    expect([call, after[call]?.total]).toEqual([call, before[call]?.total]);
  expect(articles.content.articles.size).toBe(2);
  expect(articles.content.collections.size).toBe(2);
});

it('writes again what changed at the source, in place', async () => {
  const id = articles.addArticle({}, '<p>Before.</p>');
  await articles.run();
  const config = articles.world.desk.articles[0]!.config;
  config['content'] = { info: '<p>After.</p>', attachments: [] };
  config['status'] = 'Rejected';
  const rows = await articles.run();
  expect(rows.get(id)?.outcome).toBe('updated');
  expect(articles.loaded(rows.get(id))).toMatchObject({ state: 'draft' });
  expect(articles.loaded(rows.get(id)).body).toContain('After.');
  expect(articles.content.articles.size).toBe(1);
});

it('never publishes what only some could read, what is a draft, archived or past its date', async () => {
  const ids = [
    articles.addArticle({ is_private: true }),
    articles.addArticle({ is_security: true }),
    articles.addArticle({ users: [7] }),
    articles.addArticle({ teams: ['t1'] }),
    articles.addArticle({ status: 'Draft' }),
    articles.addArticle({ valid_till: '2020-01-01' }),
  ];
  const rows = await articles.run();
  for (const id of ids)
    expect(articles.loaded(rows.get(id))).toMatchObject({ state: 'draft', everPublished: false });
  expect(articles.calls('PUT /articles/{id}')).toBe(0);
  for (const id of ids.slice(0, 4)) expect(codes(rows.get(id))).toEqual(['article_restricted']);
  expect(codes(rows.get(ids[5]!))).toEqual(['value_not_allowed']);
});

it('makes restricted articles internal ones where the settings say so, and they are read back', async () => {
  const tag = articles.world.desk.tags[0]!;
  const hidden = articles.addArticle({ is_private: true, title: 'Break glass', tags: [tag.tag_id] });
  const open = articles.addArticle({}, `<p>See <a href="/kb/${hidden}">this</a>.</p>`);
  const rows = await articles.run({ restricted_articles: 'internal' });
  const [internal] = [...articles.content.internalArticles.values()];
  expect(internal).toMatchObject({ title: 'Break glass', authorId: Number(OPERATOR.adminId) });
  expect(internal?.tags).toHaveLength(1);
  expect(rows.get(hidden)).toMatchObject({
    outcome: 'created',
    findings: [],
    facts: { kind: 'internal_article' },
  });
  expect(articles.content.articles.size).toBe(1);
  expect(articles.loaded(rows.get(open)).body).not.toContain('<a');
  expect(rows.get(open)?.findings).toEqual([]);
});

it('shows the fallback teammate as author when there is no teammate, and says so', async () => {
  const id = articles.addArticle({}, '<p>Text.</p>', {
    created_by: articles.world.desk.users[1]!.profile_id,
  });
  const row = (await articles.run()).get(id);
  expect(articles.loaded(row).authorId).toBe(Number(OWNER.adminId));
  expect(codes(row)).toEqual(['article_without_author', 'parent_missing']);
});

it('keeps a pointer where a picture cannot be had, and names files that nothing stores', async () => {
  const gone = articles.addFile({ name: 'gone.png', mime: 'image/png', unreachable: true });
  const fake = articles.addFile({ name: 'fake.png', mime: 'text/plain' });
  const guide = articles.addFile({ name: 'guide.pdf', mime: 'application/pdf' });
  const html = `<p><img src="${gone.file_path}" alt="Gone"><img src="${fake.file_path}" alt="Fake"></p>`;
  const file = {
    attachment_id: '1',
    file_name: 'guide.pdf',
    formatted_size: '3.9 KB',
    file_path: guide.file_path,
  };
  const id = articles.addArticle({ content: { info: html, attachments: [file] } });
  const row = (await articles.run()).get(id);
  const { body } = articles.loaded(row);
  expect(body).toContain('[image: Gone]');
  expect(body).toContain('[image: Fake]');
  expect(body).toContain('guide.pdf (3.9 KB), kept in Infraon Desk');
  expect(codes(row)).toEqual(['attachment_unavailable', 'attachment_unavailable', 'attachment_unavailable']);
  expect(row?.findings.map((finding) => [finding.class, finding.field]).sort()).toEqual([
    ['lossy_by_design', 'attachments.guide.pdf'],
    ['lossy_by_design', `images.${gone.file_path}`],
    ['lossy_by_design', `images.${fake.file_path}`],
  ]);

  const again = (await articles.run({ article_files_url: 'https://files.example.com/kb' })).get(id);
  expect(articles.loaded(again).body).toContain(`href="https://files.example.com/kb${guide.file_path}"`);
});

it('says that a picture is not copied yet while it still has the address we lent', async () => {
  articles.world.intercom.state.switches.fetchUrls = false;
  const picture = articles.addFile({ name: 'a.png', mime: 'image/png' });
  const id = articles.addArticle({}, `<p><img src="${picture.file_path}"></p>`);
  expect((await articles.run()).get(id)?.findings.map(({ class: name }) => name)).toEqual(['late']);
});

describe('what is late', () => {
  /** An article whose picture Intercom has not copied when it is read back first. */
  async function notCopiedYet(): Promise<{ id: string; look: () => Promise<ArticleRow> }> {
    articles.world.intercom.state.switches.fetchUrls = false;
    const picture = articles.addFile({ name: 'a.png', mime: 'image/png' });
    const id = articles.addArticle({}, `<p>Look.</p><p><img src="${picture.file_path}"></p>`);
    const runId = await articles.start();
    await articles.work(runId, 'load');
    return {
      id,
      async look() {
        await articles.work(runId, 'verify');
        return (await articles.rows(runId)).get(id)!;
      },
    };
  }

  const copied = (article: { body: string }) => {
    article.body = article.body.replace(/src="[^"]*"/, 'src="https://downloads.intercomcdn.com/i/o/1/a.png"');
  };

  it('is looked at again, and equal when it has come meanwhile', async () => {
    const { look } = await notCopiedYet();
    const first = await look();
    expect(first).toMatchObject({ step: 'verify', findings: [{ class: 'late', field: 'images' }] });
    copied(articles.loaded(first));
    const second = await look();
    expect(second).toMatchObject({ step: 'done', findings: [] });
    expect(second.verification).toEqual({
      ...first.verification,
      late: undefined,
      equal: (first.verification?.['equal'] ?? 0) + 1,
    });
  });

  it('is a mismatch when it has come as something else', async () => {
    const { look } = await notCopiedYet();
    const article = articles.loaded(await look());
    copied(article);
    article.body = article.body.replace('Look.', 'Look here.');
    const second = await look();
    expect(second).toMatchObject({ step: 'done', findings: [{ class: 'mismatch', field: 'body' }] });
    expect(second.verification).not.toHaveProperty('late');
  });

  it('is missing when it has not come after four more looks, and nobody looks a sixth time', async () => {
    const { look } = await notCopiedYet();
    for (let looks = 1; looks <= 4; looks += 1)
      expect(await look()).toMatchObject({ step: 'verify', findings: [{ class: 'late' }] });
    expect(await look()).toMatchObject({ step: 'done', findings: [{ class: 'missing', field: 'images' }] });
    const calls = articles.calls('GET /articles/{id}');
    await look();
    expect(articles.calls('GET /articles/{id}')).toBe(calls);
  });
});

it('notices what somebody changed in Intercom', async () => {
  const id = articles.addArticle({}, '<p>One two three.</p>');
  const rows = await articles.run();
  const article = articles.loaded(rows.get(id));
  article.body = '<p>One three.</p>';
  article.updatedAt += 1_000;
  const again = (await articles.run()).get(id);
  expect(again?.findings).toMatchObject([{ class: 'changed_in_intercom', field: 'body' }]);
});
