import { api, ok, param, type ApiContext, type Reply } from '../context.ts';
import { ApiFailure, missing, notFound } from '../failure.ts';
import { numberedPage } from '../paging.ts';
import { fieldsOf, onlyKeys, pageNumber, pageSize, stringField, type Fields } from '../request-fields.ts';
import type { Route } from '../router.ts';
import { V216 } from '../versions.ts';
import { internalArticleView } from './article-view.ts';
import { readBody, readTeammate, refuseAudiences } from './article-write.ts';
import { addContentTag, removeContentTag } from './content-tags.ts';
import type { InternalArticle } from './store.ts';

const SINCE = 13;

/** Articles for teammates only (Intercom API 2.16, Internal Articles). */
export const internalArticleRoutes: Route[] = [
  { method: 'GET', path: '/internal_articles', since: SINCE, handler: api(list) },
  { method: 'POST', path: '/internal_articles', since: SINCE, handler: api(create) },
  { method: 'GET', path: '/internal_articles/search', since: SINCE, handler: api(search) },
  {
    method: 'GET',
    path: '/internal_articles/{id}',
    since: SINCE,
    handler: api((context) => ok(internalArticleView(articleOf(context)))),
  },
  { method: 'PUT', path: '/internal_articles/{id}', since: SINCE, handler: api(update) },
  { method: 'DELETE', path: '/internal_articles/{id}', since: SINCE, handler: api(remove) },
  {
    method: 'POST',
    path: '/internal_articles/{id}/tags',
    since: V216,
    handler: api((context) => addContentTag(context, taggedArticle(context))),
  },
  {
    method: 'DELETE',
    path: '/internal_articles/{id}/tags/{tag_id}',
    since: V216,
    handler: api((context) => removeContentTag(context, taggedArticle(context))),
  },
];

const KEYS = ['title', 'body', 'author_id', 'owner_id', 'locale'];
const NEWER_KEYS = [
  'body_markdown',
  'audience_ids',
  'ai_chatbot_availability',
  'ai_copilot_availability',
  'ai_sales_agent_availability',
];

function articleOf(context: ApiContext): InternalArticle {
  const article = context.workspace.content.internalArticles.get(param(context, 0));
  if (article === undefined) throw notFound();
  return article;
}

function taggedArticle(context: ApiContext): InternalArticle {
  const article = context.workspace.content.internalArticles.get(param(context, 0));
  if (article === undefined) throw notFound('Internal article not found', 'internal_article_not_found');
  return article;
}

function sorted(context: ApiContext): InternalArticle[] {
  return [...context.workspace.content.internalArticles.values()].sort(
    (a, b) => b.updatedAt - a.updatedAt || Number(b.id) - Number(a.id),
  );
}

function list(context: ApiContext): Reply {
  const address = `${context.state.url}/internal_articles`;
  const page = numberedPage(
    sorted(context),
    pageNumber(context.query),
    pageSize(context.query, 25, 150),
    address,
  );
  return ok({
    type: 'list',
    pages: page.pages,
    total_count: page.total,
    data: page.items.map(internalArticleView),
  });
}

function checked(context: ApiContext): Fields {
  const fields = fieldsOf(context);
  onlyKeys(context, fields, context.version >= V216 ? [...KEYS, ...NEWER_KEYS] : KEYS);
  refuseAudiences(fields);
  return fields;
}

async function create(context: ApiContext): Promise<Reply> {
  const fields = checked(context);
  const title = stringField(fields, 'title');
  if (title === undefined || title === null || title === '') throw missing('title not specified', 'title');
  const authorId = readTeammate(context, fields, 'author_id');
  if (authorId === undefined) {
    throw new ApiFailure(
      400,
      'parameter_not_found',
      'author_id must be in the main body or default locale translated_content object',
    );
  }
  const ownerId = readTeammate(context, fields, 'owner_id');
  if (ownerId === undefined) throw missing('owner_id not specified', 'owner_id');
  const article: InternalArticle = {
    id: context.workspace.ids.next('internal_article'),
    title,
    body: (await readBody(context, fields)) ?? '',
    authorId,
    ownerId,
    locale: stringField(fields, 'locale') ?? 'en',
    createdAt: context.now,
    updatedAt: context.now,
    tags: [],
  };
  context.workspace.content.internalArticles.set(article.id, article);
  return ok(internalArticleView(article));
}

async function update(context: ApiContext): Promise<Reply> {
  const article = articleOf(context);
  const fields = checked(context);
  const authorId = readTeammate(context, fields, 'author_id');
  const ownerId = readTeammate(context, fields, 'owner_id');
  const body = await readBody(context, fields);
  article.title = stringField(fields, 'title') ?? article.title;
  article.body = body ?? article.body;
  article.authorId = authorId ?? article.authorId;
  article.ownerId = ownerId ?? article.ownerId;
  article.locale = stringField(fields, 'locale') ?? article.locale;
  article.updatedAt = context.now;
  return ok(internalArticleView(article));
}

function remove(context: ApiContext): Reply {
  const article = articleOf(context);
  context.workspace.content.internalArticles.delete(article.id);
  return ok({ id: article.id, object: 'internal_article', deleted: true });
}

/** Only by folder, and folders exist in Preview alone: without one this is the list in another envelope. */
function search(context: ApiContext): Reply {
  const found = context.query.get('folder_id') === null ? sorted(context) : [];
  const address = `${context.state.url}/internal_articles/search`;
  const page = numberedPage(found, pageNumber(context.query), pageSize(context.query, 10, 150), address);
  return ok({
    type: 'list',
    total_count: page.total,
    data: { internal_articles: page.items.map(internalArticleView) },
    pages: page.pages,
  });
}
