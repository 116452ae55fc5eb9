import type { ApiContext } from '../context.ts';
import { download } from '../conversations/attachments.ts';
import { ApiFailure, invalid, missing, notFound } from '../failure.ts';
import { booleanField, idField, isFields, onlyKeys, stringField, type Fields } from '../request-fields.ts';
import { articleToHtml, markdownToHtml } from '../text.ts';
import { PREVIEW, V216 } from '../versions.ts';
import type { Article, ArticleTranslation } from './store.ts';

const KEYS = [
  'title',
  'description',
  'body',
  'author_id',
  'state',
  'parent_id',
  'parent_type',
  'translated_content',
];
const AVAILABILITY = ['ai_chatbot_availability', 'ai_copilot_availability', 'ai_sales_agent_availability'];
const NEWER_KEYS = [
  'body_markdown',
  'audience_ids',
  ...AVAILABILITY,
  'scheduled_publish_at',
  'scheduled_unpublish_at',
];

export interface ArticleChange {
  title: string | undefined;
  description: string | undefined;
  body: string | undefined;
  authorId: number | undefined;
  state: 'draft' | 'published' | undefined;
  parentId: string | null | undefined;
  translations: Map<string, ArticleTranslation>;
  availability: Record<string, boolean>;
}

/** Reads an article request, fetches its images, and throws before anything is stored. */
export async function readArticle(context: ApiContext, fields: Fields): Promise<ArticleChange> {
  const keys = context.version >= V216 ? [...KEYS, ...NEWER_KEYS] : KEYS;
  onlyKeys(context, fields, context.version >= PREVIEW ? [...keys, 'parent_ids', 'folder_id'] : keys);
  refuseSchedules(context, fields);
  refuseAudiences(fields);
  return {
    title: stringField(fields, 'title') ?? undefined,
    description: stringField(fields, 'description') ?? undefined,
    body: await readBody(context, fields),
    authorId: readTeammate(context, fields, 'author_id'),
    state: readState(fields),
    parentId: readParent(context, fields),
    translations: await readTranslations(context, fields),
    availability: readAvailability(fields),
  };
}

/** HTML or Markdown, not both. */
export async function readBody(context: ApiContext, fields: Fields): Promise<string | undefined> {
  const html = stringField(fields, 'body') ?? undefined;
  const markdown = stringField(fields, 'body_markdown') ?? undefined;
  if (html !== undefined && markdown !== undefined)
    throw invalid('body and body_markdown are mutually exclusive', 'body');
  const body = markdown === undefined ? html : markdownToHtml(markdown);
  return body === undefined ? undefined : withCopiedImages(context, articleToHtml(body));
}

const IMAGE = /(<img\b[^>]*\bsrc=")([^"]+)(")/gi;

/** Intercom copies images into its own storage; one that cannot be fetched keeps its address (assumed). */
async function withCopiedImages(context: ApiContext, html: string): Promise<string> {
  if (!context.state.switches.fetchUrls) return html;
  const urls = new Set([...html.matchAll(IMAGE)].map((match) => match[2] ?? ''));
  const copies = new Map<string, string>();
  for (const url of urls) {
    if (
      url.startsWith('https://downloads.intercomcdn.com/') ||
      (await download(url.replaceAll('&amp;', '&'))) === null
    )
      continue;
    const name = new URL(url).pathname.split('/').at(-1) ?? 'image';
    copies.set(
      url,
      `https://downloads.intercomcdn.com/i/o/${context.workspace.id}/${copies.size + 1}/${name}`,
    );
  }
  return html.replaceAll(IMAGE, (whole, before: string, url: string, after: string) => {
    const copy = copies.get(url);
    return copy === undefined ? whole : `${before}${copy}${after}`;
  });
}

export function readTeammate(context: ApiContext, fields: Fields, key: string): number | undefined {
  const id = idField(fields, key);
  if (id === undefined) return undefined;
  if (!context.workspace.admins.has(id)) throw invalid(`${key} is not a teammate of this workspace`, key);
  return Number(id);
}

function readState(fields: Fields): 'draft' | 'published' | undefined {
  const state = stringField(fields, 'state');
  if (state === undefined || state === null) return undefined;
  if (state !== 'draft' && state !== 'published') throw invalid('state must be draft or published', 'state');
  return state;
}

function readParent(context: ApiContext, fields: Fields): string | null | undefined {
  const type = stringField(fields, 'parent_type');
  if (type !== undefined && type !== null && type !== 'collection' && type !== 'section') {
    throw invalid('parent_type must be collection or section', 'parent_type');
  }
  if (fields['parent_id'] === null) return null;
  const id = idField(fields, 'parent_id');
  if (id === undefined) return undefined;
  if (!context.workspace.content.collections.has(id)) throw notFound();
  return id;
}

async function readTranslations(
  context: ApiContext,
  fields: Fields,
): Promise<Map<string, ArticleTranslation>> {
  const translations = new Map<string, ArticleTranslation>();
  const given = fields['translated_content'];
  if (given === undefined || given === null) return translations;
  if (!isFields(given)) throw invalid('translated_content must be an object', 'translated_content');
  for (const [locale, content] of Object.entries(given)) {
    if (locale === 'type' || content === null) continue;
    if (!isFields(content))
      throw invalid(`translated_content.${locale} must be an object`, 'translated_content');
    translations.set(locale, {
      title: stringField(content, 'title') ?? '',
      description: stringField(content, 'description') ?? '',
      body: (await readBody(context, content)) ?? '',
      authorId: readTeammate(context, content, 'author_id') ?? Number(context.admin.id),
      state: readState(content) ?? 'draft',
      createdAt: context.now,
      updatedAt: context.now,
    });
  }
  return translations;
}

function readAvailability(fields: Fields): Record<string, boolean> {
  const found: Record<string, boolean> = {};
  for (const key of AVAILABILITY) {
    const value = booleanField(fields, key);
    if (value !== undefined && value !== null) found[key] = value;
  }
  return found;
}

/** No audience exists in the simulator, and an unknown one answers 404 with nothing saved. */
export function refuseAudiences(fields: Fields): void {
  const audiences = fields['audience_ids'];
  if (audiences === undefined || audiences === null) return;
  if (!Array.isArray(audiences)) throw invalid('audience_ids must be an array', 'audience_ids');
  if (audiences.length > 0) throw notFound('Audience not found');
}

function refuseSchedules(context: ApiContext, fields: Fields): void {
  const { scheduled_publish_at: publish, scheduled_unpublish_at: unpublish } = fields;
  if (publish !== undefined && unpublish !== undefined)
    throw invalid('Only one schedule per article', 'scheduled_publish_at');
  for (const value of [publish, unpublish]) {
    if (value === undefined || value === null) continue;
    const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(at) || at <= context.nowMs) throw invalid('A schedule must be strictly in the future');
  }
}

export function requireTitleAndAuthor(change: ArticleChange): { title: string; authorId: number } {
  if (change.title === undefined || change.title === '') throw missing('title not specified', 'title');
  if (change.authorId === undefined) {
    throw new ApiFailure(
      400,
      'parameter_not_found',
      'author_id must be in the main body or default locale translated_content object',
    );
  }
  return { title: change.title, authorId: change.authorId };
}

/** Applies what the request carries to the live article. */
export function applyToArticle(article: Article, change: ArticleChange, now: number): void {
  article.title = change.title ?? article.title;
  article.description = change.description ?? article.description;
  article.body = change.body ?? article.body;
  article.authorId = change.authorId ?? article.authorId;
  article.state = change.state ?? article.state;
  article.everPublished ||= article.state === 'published';
  if (change.parentId !== undefined) article.parentId = change.parentId;
  for (const [locale, translation] of change.translations) article.translations.set(locale, translation);
  article.availability = { ...article.availability, ...change.availability };
  article.updatedAt = now;
}

export function stageDraft(article: Article, change: ArticleChange, now: number): void {
  const base = article.draft ?? article;
  article.draft = {
    title: change.title ?? base.title,
    description: change.description ?? base.description,
    body: change.body ?? base.body,
    authorId: change.authorId ?? base.authorId,
    updatedAt: now,
  };
}
