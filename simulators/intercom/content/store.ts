import type { IdSource } from '../ids.ts';
import type { AppliedTag } from '../records.ts';

export interface ArticleTranslation {
  title: string;
  description: string;
  body: string;
  authorId: number;
  state: 'draft' | 'published';
  createdAt: number;
  updatedAt: number;
}

export interface Article {
  id: string;
  contentId: string;
  title: string;
  description: string;
  body: string;
  authorId: number;
  state: 'draft' | 'published';
  parentId: string | null;
  createdAt: number;
  updatedAt: number;
  tags: AppliedTag[];
  defaultLocale: string;
  availability: Record<string, boolean>;
  translations: Map<string, ArticleTranslation>;
  /** Staged edit of a published article; `null` when there is none. */
  draft: { title: string; description: string; body: string; authorId: number; updatedAt: number } | null;
  everPublished: boolean;
}

export interface Collection {
  id: string;
  name: string;
  description: string;
  parentId: string | null;
  helpCenterId: string;
  order: number;
  createdAt: number;
  updatedAt: number;
  translations: Map<string, { name: string; description: string }>;
}

export interface InternalArticle {
  id: string;
  title: string;
  body: string;
  authorId: number;
  ownerId: number;
  locale: string;
  createdAt: number;
  updatedAt: number;
  tags: AppliedTag[];
}

export interface HelpCenter {
  id: string;
  identifier: string;
  displayName: string;
  url: string;
  createdAt: number;
  updatedAt: number;
}

export interface Redirect {
  id: string;
  helpCenterId: string;
  fromUrl: string;
  targetType: 'article' | 'collection';
  targetId: string;
  locale: string;
  createdAt: number;
  updatedAt: number;
}

export interface ContentStore {
  articles: Map<string, Article>;
  collections: Map<string, Collection>;
  internalArticles: Map<string, InternalArticle>;
  helpCenters: Map<string, HelpCenter>;
  redirects: Map<string, Redirect>;
}

/** A workspace starts with one Help Center, because none can be made by API. */
export function createContentStore(ids: IdSource, workspaceId: string, nowSeconds: number): ContentStore {
  const id = ids.next('help_center');
  const helpCenter: HelpCenter = {
    id,
    identifier: workspaceId.toLowerCase().replaceAll(/[^a-z0-9]/g, '-'),
    displayName: 'Help Center',
    url: `https://help.${workspaceId.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')}.example`,
    createdAt: nowSeconds,
    updatedAt: nowSeconds,
  };
  return {
    articles: new Map(),
    collections: new Map(),
    internalArticles: new Map(),
    helpCenters: new Map([[id, helpCenter]]),
    redirects: new Map(),
  };
}
