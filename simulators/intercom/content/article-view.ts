import type { ApiContext } from '../context.ts';
import { V216 } from '../versions.ts';
import type { Article, Collection, InternalArticle } from './store.ts';

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');
}

function helpCenterUrl(context: ApiContext): string {
  return context.workspace.content.helpCenters.values().next().value?.url ?? '';
}

/** From 2.16 on a list of parents answers; before that one parent and its type (version changes of 2.16). */
function parentView(context: ApiContext, article: Article): Record<string, unknown> {
  const parents = article.parentId === null ? [] : [Number(article.parentId)];
  if (context.version >= V216) return { parent_ids: parents };
  return {
    parent_id: parents[0] ?? null,
    parent_ids: parents,
    parent_type: article.parentId === null ? null : 'collection',
  };
}

/** The article as lists show it; `draft` shows the staged text instead of the live one. */
export function articleListView(
  context: ApiContext,
  article: Article,
  draft = false,
): Record<string, unknown> {
  const shown = draft && article.draft !== null ? article.draft : article;
  const translations = [...article.translations].map(([locale, each]) => [
    locale,
    {
      type: 'article_content',
      title: each.title,
      description: each.description,
      body: each.body,
      author_id: each.authorId,
      state: each.state,
      created_at: each.createdAt,
      updated_at: each.updatedAt,
    },
  ]);
  return {
    id: article.id,
    type: 'article',
    workspace_id: context.workspace.id,
    ...parentView(context, article),
    tags: {
      type: 'tag.list',
      tags: article.tags.map((tag) => ({
        type: 'tag',
        id: tag.id,
        name: context.workspace.tags.get(tag.id)?.name ?? null,
        applied_at: tag.appliedAt,
        applied_by: tag.appliedBy,
      })),
    },
    title: shown.title,
    description: shown.description,
    body: shown.body,
    author_id: shown.authorId,
    state: article.state,
    created_at: article.createdAt,
    updated_at: article.updatedAt,
    url:
      article.state === 'published'
        ? `${helpCenterUrl(context)}/${article.defaultLocale}/articles/${article.id}-${slug(article.title)}`
        : null,
    ...(context.version >= V216
      ? {
          has_unpublished_changes: article.draft !== null,
          draft_updated_at: article.draft?.updatedAt ?? null,
          ...article.availability,
        }
      : {}),
    default_locale: article.defaultLocale,
    translated_content:
      translations.length === 0
        ? null
        : {
            type: 'article_translated_content',
            ...(Object.fromEntries(translations) as Record<string, unknown>),
          },
  };
}

export function articleView(context: ApiContext, article: Article, draft = false): Record<string, unknown> {
  return {
    ...articleListView(context, article, draft),
    statistics: {
      type: 'article_statistics',
      views: 0,
      conversations: 0,
      reactions: 0,
      happy_reaction_percentage: 0,
      neutral_reaction_percentage: 0,
      sad_reaction_percentage: 0,
    },
  };
}

export function collectionView(context: ApiContext, collection: Collection): Record<string, unknown> {
  return {
    id: collection.id,
    workspace_id: context.workspace.id,
    name: collection.name,
    url: `${helpCenterUrl(context)}/en/collections/${collection.id}-${slug(collection.name)}`,
    order: collection.order,
    created_at: collection.createdAt,
    updated_at: collection.updatedAt,
    description: collection.description,
    icon: 'book-bookmark',
    parent_id: collection.parentId,
    help_center_id: Number(collection.helpCenterId),
    default_locale: 'en',
    translated_content: null,
  };
}

export function internalArticleView(article: InternalArticle): Record<string, unknown> {
  return {
    id: article.id,
    type: 'internal_article',
    title: article.title,
    body: article.body,
    owner_id: article.ownerId,
    author_id: article.authorId,
    created_at: article.createdAt,
    updated_at: article.updatedAt,
    locale: article.locale,
  };
}
