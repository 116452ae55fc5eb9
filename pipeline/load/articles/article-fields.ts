import type { NotFoundError } from '../../../errors.ts';
import { RejectedError } from '../../../errors.ts';
import type { MappingIssue } from '../../../objects/mapping.ts';
import type { ArticlePayload } from '../../../objects/payloads.ts';
import { bodyOf, filesNotMoved, resolvedLinks } from './article-body.ts';
import { beforehand } from '../beforehand.ts';
import type { Loaded, LoadContext } from '../destination.ts';

export type ArticleKind = 'article' | 'internal_article';

/** An article stays what it was made as: the two kinds are different things in Intercom. */
export function kindOf(
  payload: ArticlePayload,
  existing: Loaded | undefined,
  context: LoadContext,
): ArticleKind {
  if (existing !== undefined) {
    return existing.facts['kind'] === 'internal_article' ? 'internal_article' : 'article';
  }
  return payload.restricted && context.settings.restricted_articles === 'internal'
    ? 'internal_article'
    : 'article';
}

/** The author's teammate, else the fallback teammate: Intercom takes no article without one. */
export function authorOf(payload: ArticlePayload, context: LoadContext): string {
  const adminId =
    payload.author === undefined ? undefined : context.resolve(payload.author)?.facts['admin_id'];
  return typeof adminId === 'string' ? adminId : context.fallbackAdminId;
}

export async function parentOf(
  payload: ArticlePayload,
  context: LoadContext,
): Promise<{ parent_id?: number; parent_type?: 'collection' }> {
  const id = await beforehand(context.helpCenter.collectionId(payload.collection));
  return id === undefined ? {} : { parent_id: Number(id), parent_type: 'collection' };
}

export interface WholeText {
  html: string;
  /** What is known of an article whose whole text was written. */
  facts: Record<string, unknown>;
  warnings: MappingIssue[];
}

/** The text as it is sent, and what has to be said about it. */
export async function wholeText(
  payload: ArticlePayload,
  kind: ArticleKind,
  context: LoadContext,
): Promise<WholeText> {
  const links = await resolvedLinks(payload, context);
  const { html, lostImages, warnings } = await bodyOf(payload, links, context);
  return {
    html,
    facts: { kind, state: payload.state, lost_images: lostImages },
    warnings: [...warnings, ...filesNotMoved(payload), ...authorNotMatched(payload, context)],
  };
}

/** Whether only a draft without its text is there, or an article of which nobody knows what it holds. */
export function isUnfinished(facts: Record<string, unknown>): boolean {
  return facts['lost_images'] === undefined;
}

/** Teammates without the right to write articles are refused as authors; which right that is, the API does not say. */
export async function refusedAuthor<T>(author: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof RejectedError) || error.field !== 'author_id') throw error;
    throw new RejectedError('Intercom does not take this teammate as an author.', {
      code: 'article_without_author',
      field: 'author',
      value: author,
      suggestion: 'Give the teammate access to articles, or choose another fallback teammate, then retry.',
      cause: error,
    });
  }
}

/** Of an article that is there, or is to be made, only its collection can be what Intercom does not find. */
export async function collectionDeleted(
  payload: ArticlePayload,
  context: LoadContext,
  cause: NotFoundError,
): Promise<RejectedError> {
  await context.helpCenter.forgetCollection(payload.collection);
  return new RejectedError('The collection of this article was deleted in Intercom.', {
    code: 'deleted_in_intercom',
    field: 'collection',
    value: payload.collection.join(' > '),
    suggestion: 'Retry: the collection is made again.',
    cause,
  });
}

function authorNotMatched(payload: ArticlePayload, context: LoadContext): MappingIssue[] {
  const author = payload.author === undefined ? undefined : context.resolve(payload.author);
  if (typeof author?.facts['admin_id'] === 'string') return [];
  return [
    {
      code: 'article_without_author',
      field: 'author',
      value: payload.author?.sourceId ?? null,
      message: 'The author has no teammate, so the fallback teammate is shown as the author.',
      suggestion:
        'Invite the author as a teammate and load the article again, or change its author in Intercom.',
    },
  ];
}
