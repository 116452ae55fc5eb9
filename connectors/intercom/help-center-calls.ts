import type { z } from 'zod';
import { PAGE_SIZE } from './pages.ts';
import * as schemas from './schemas.ts';
import type { IntercomTransport } from './transport.ts';
import { orNull, typedCalls } from './typed-call.ts';

export interface ArticleFields {
  title: string;
  /** HTML. */
  body: string;
  author_id: number;
  state: 'draft' | 'published';
  parent_id?: number;
  parent_type?: 'collection';
}

export interface InternalArticleFields {
  title: string;
  body: string;
  author_id: number;
  owner_id: number;
}

/** Help Center and internal articles (Intercom API 2.16): thin calls, since tags and `parent_ids` are newer than the SDK. */
export function createHelpCenterCalls(transport: IntercomTransport) {
  const call = typedCalls(transport);
  /** One page of a list that is sorted by `updated_at`, latest first. */
  const page = <T extends z.ZodType>(schema: T, path: string, number: number) =>
    call(schema, {
      method: 'GET',
      path,
      operation: `GET ${path}`,
      query: { page: number, per_page: PAGE_SIZE },
    });
  const tag = async (path: string, operation: string, tagId: string, adminId: string) => {
    await transport.send({ method: 'POST', path, operation, body: { id: tagId, admin_id: adminId } });
  };

  return {
    async listHelpCenters() {
      const list = await call(schemas.HelpCenterList, {
        method: 'GET',
        path: '/help_center/help_centers',
        operation: 'GET /help_center/help_centers',
      });
      return list.data;
    },
    async listCollections() {
      const found = new Map<string, schemas.Collection>();
      for (let number = 1; ; number += 1) {
        const { data, pages } = await page(schemas.CollectionList, '/help_center/collections', number);
        for (const collection of data) found.set(collection.id, collection);
        if (data.length === 0 || number >= (pages?.total_pages ?? 1)) return [...found.values()];
      }
    },
    createCollection: (body: { name: string; parent_id?: string; help_center_id?: number }) =>
      call(schemas.Collection, {
        method: 'POST',
        path: '/help_center/collections',
        operation: 'POST /help_center/collections',
        body,
      }),

    listArticles: (number: number) => page(schemas.ArticleList, '/articles', number),
    createArticle: (body: ArticleFields) =>
      call(schemas.Article, { method: 'POST', path: '/articles', operation: 'POST /articles', body }),
    /**
     * Live at once on a published article, unless somebody staged a draft there. Unlike POST /articles, this call takes
     * `parent_id` as a string (Intercom API 2.16, PUT /articles/{id}).
     */
    updateArticle: (id: string, { parent_id, ...fields }: Partial<ArticleFields>) =>
      call(schemas.Article, {
        method: 'PUT',
        path: `/articles/${id}`,
        operation: 'PUT /articles/{id}',
        body: parent_id === undefined ? fields : { ...fields, parent_id: String(parent_id) },
      }),
    getArticle: (id: string) =>
      orNull(
        call(schemas.Article, { method: 'GET', path: `/articles/${id}`, operation: 'GET /articles/{id}' }),
      ),
    tagArticle: (id: string, tagId: string, adminId: string) =>
      tag(`/articles/${id}/tags`, 'POST /articles/{id}/tags', tagId, adminId),

    listInternalArticles: (number: number) => page(schemas.InternalArticleList, '/internal_articles', number),
    createInternalArticle: (body: InternalArticleFields) =>
      call(schemas.InternalArticle, {
        method: 'POST',
        path: '/internal_articles',
        operation: 'POST /internal_articles',
        body,
      }),
    updateInternalArticle: (id: string, body: Partial<InternalArticleFields>) =>
      call(schemas.InternalArticle, {
        method: 'PUT',
        path: `/internal_articles/${id}`,
        operation: 'PUT /internal_articles/{id}',
        body,
      }),
    getInternalArticle: (id: string) =>
      orNull(
        call(schemas.InternalArticle, {
          method: 'GET',
          path: `/internal_articles/${id}`,
          operation: 'GET /internal_articles/{id}',
        }),
      ),
    tagInternalArticle: (id: string, tagId: string, adminId: string) =>
      tag(`/internal_articles/${id}/tags`, 'POST /internal_articles/{id}/tags', tagId, adminId),
  };
}
