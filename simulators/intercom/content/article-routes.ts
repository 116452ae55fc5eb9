import { api, ok, param, type ApiContext, type Reply } from '../context.ts';
import { notFound, unprocessable } from '../failure.ts';
import { numberedPage } from '../paging.ts';
import { fieldsOf, isFields, pageNumber, pageSize } from '../request-fields.ts';
import type { Route } from '../router.ts';
import { htmlToText } from '../text.ts';
import { V216 } from '../versions.ts';
import { articleListView, articleView } from './article-view.ts';
import { applyToArticle, readArticle, requireTitleAndAuthor, stageDraft } from './article-write.ts';
import { addContentTag, removeContentTag } from './content-tags.ts';
import type { Article } from './store.ts';

/** Articles of the Help Center (Intercom API 2.16, Articles). */
export const articleRoutes: Route[] = [
  { method: 'GET', path: '/articles', handler: api(list) },
  { method: 'POST', path: '/articles', handler: api(create) },
  { method: 'GET', path: '/articles/search', handler: api(search) },
  {
    method: 'GET',
    path: '/articles/{id}',
    handler: api((context) => ok(articleView(context, articleOf(context)))),
  },
  { method: 'PUT', path: '/articles/{id}', handler: api(update) },
  { method: 'DELETE', path: '/articles/{id}', handler: api(remove) },
  { method: 'GET', path: '/articles/{id}/draft', since: V216, handler: api(getDraft) },
  { method: 'PUT', path: '/articles/{id}/draft', since: V216, handler: api(putDraft) },
  { method: 'POST', path: '/articles/{id}/draft/publish', since: V216, handler: api(publishDraft) },
  {
    method: 'POST',
    path: '/articles/{id}/tags',
    since: V216,
    handler: api((context) => addContentTag(context, taggedArticle(context))),
  },
  {
    method: 'DELETE',
    path: '/articles/{id}/tags/{tag_id}',
    since: V216,
    handler: api((context) => removeContentTag(context, taggedArticle(context))),
  },
];

function articleOf(context: ApiContext): Article {
  const article = context.workspace.content.articles.get(param(context, 0));
  if (article === undefined) throw notFound();
  return article;
}

function taggedArticle(context: ApiContext): Article {
  const article = context.workspace.content.articles.get(param(context, 0));
  if (article === undefined) throw notFound('Article not found', 'article_not_found');
  return article;
}

/** Latest change first, so a list walked while articles are written shifts under the reader. */
function sortedArticles(context: ApiContext): Article[] {
  return [...context.workspace.content.articles.values()].sort(
    (a, b) => b.updatedAt - a.updatedAt || Number(b.id) - Number(a.id),
  );
}

function list(context: ApiContext): Reply {
  const address = `${context.state.url}/articles`;
  const page = numberedPage(
    sortedArticles(context),
    pageNumber(context.query),
    pageSize(context.query, 25, 150),
    address,
  );
  return ok({
    type: 'list',
    pages: page.pages,
    total_count: page.total,
    data: page.items.map((article) => articleListView(context, article)),
  });
}

async function create(context: ApiContext): Promise<Reply> {
  const change = await readArticle(context, fieldsOf(context));
  const { title, authorId } = requireTitleAndAuthor(change);
  const article: Article = {
    id: context.workspace.ids.next('article'),
    contentId: context.workspace.ids.next('article_content'),
    title,
    description: '',
    body: '',
    authorId,
    state: 'draft',
    parentId: null,
    createdAt: context.now,
    updatedAt: context.now,
    tags: [],
    defaultLocale: 'en',
    availability: {},
    translations: new Map(),
    draft: null,
    everPublished: false,
  };
  applyToArticle(article, change, context.now);
  context.workspace.content.articles.set(article.id, article);
  return ok(articleView(context, article));
}

/** Live at once, unless a draft is already staged on the published article: then the edit joins the draft. */
async function update(context: ApiContext): Promise<Reply> {
  const article = articleOf(context);
  const change = await readArticle(context, fieldsOf(context));
  if (article.state === 'published' && article.draft !== null && change.state === undefined) {
    stageDraft(article, change, context.now);
  } else {
    applyToArticle(article, change, context.now);
  }
  return ok(articleView(context, article));
}

function remove(context: ApiContext): Reply {
  const article = articleOf(context);
  context.workspace.content.articles.delete(article.id);
  return ok({ id: article.id, object: 'article', deleted: true });
}

function getDraft(context: ApiContext): Reply {
  const article = articleOf(context);
  if (article.draft === null) throw notFound();
  return ok(articleView(context, article, true));
}

async function putDraft(context: ApiContext): Promise<Reply> {
  const article = articleOf(context);
  if (article.state !== 'published')
    throw unprocessable('Article must be published before a draft can be staged');
  stageDraft(article, await readArticle(context, fieldsOf(context)), context.now);
  return ok(articleView(context, article, true));
}

function publishDraft(context: ApiContext): Reply {
  const article = articleOf(context);
  const { draft } = article;
  if (draft === null) throw unprocessable('Article has no draft to publish');
  const { locales } = isFields(context.body) ? context.body : {};
  if (Array.isArray(locales)) {
    const other = locales.filter((locale) => locale !== article.defaultLocale);
    if (other.length > 0) {
      throw unprocessable(
        `Cannot publish a draft for locale(s) without pending changes: ${other.join(', ')}`,
      );
    }
  }
  const { title, description, body, authorId } = draft;
  Object.assign(article, { title, description, body, authorId, draft: null, updatedAt: context.now });
  return ok(articleView(context, article));
}

function search(context: ApiContext): Reply {
  const phrase = (context.query.get('phrase') ?? '').toLowerCase();
  const state = context.query.get('state') ?? 'all';
  const found = sortedArticles(context).filter((article) => {
    if (state !== 'all' && article.state !== state) return false;
    return phrase === '' || `${article.title}\n${htmlToText(article.body)}`.toLowerCase().includes(phrase);
  });
  const page = numberedPage(
    found,
    pageNumber(context.query),
    pageSize(context.query, 10, 150),
    `${context.state.url}/articles/search`,
  );
  return ok({
    type: 'list',
    total_count: page.total,
    data: { articles: page.items.map((article) => articleListView(context, article)), highlights: [] },
    pages: page.pages,
  });
}
