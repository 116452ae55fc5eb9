import type { Article, InternalArticle } from '../../../connectors/intercom/schemas.ts';
import { imagePointer, partsOfArticle, wordsOfHtml } from '../../../objects/article-html.ts';
import type { ArticlePayload } from '../../../objects/payloads.ts';
import type { LoadContext, StepTarget, Undecided } from '../destination.ts';
import { expectedBody, resolvedLinks } from './article-body.ts';
import { authorOf, type ArticleKind } from './article-fields.ts';
import { carriesMarker, isMarkerDraft } from './marker-draft.ts';

/** Clocks may differ by less: an article changed this long before our intent is not its result. */
const CLOCK_SKEW_SECONDS = 60;
/** By so much at the most where Intercom's clock is known from its answers; its times are whole seconds. */
const KNOWN_SKEW_SECONDS = 5;

type Listed = Article | InternalArticle;

/**
 * The article that a create whose answer got lost made, if it is there: the draft with our marker, else the one that
 * is in every respect what we sent and was made since. One that is so in part only (somebody may have changed it
 * already), or two of them, are for a person to decide. What is, or may be, another record's is no candidate.
 */
export async function findLostCreate(
  payload: ArticlePayload,
  kind: ArticleKind,
  context: LoadContext,
  target: StepTarget,
): Promise<string | Undecided | undefined> {
  const since = target.intendedAt.getTime() / 1000 - CLOCK_SKEW_SECONDS;
  const look = await lookOf(payload, context);
  const listed = await changedSince(
    since,
    kind,
    context,
    (article) => look.hasMarker(article) || look.resembles(article),
  );
  const marked = listed.find(look.hasMarker);
  if (marked !== undefined) return marked.id;
  const { known } = context.helpCenter;
  // In this order: what is no longer in doubt has its owner by then.
  const others = new Set((await known.titlesInDoubt(target.record)).map(titleKey));
  const owned = await known.owned(
    listed.map(({ id }) => id),
    kind,
  );
  const candidates = listed.filter(
    (article) =>
      (article.created_at ?? since) >= since &&
      !owned.has(article.id) &&
      !isMarkerDraft(article.body) &&
      (look.hasTitle(article) || !others.has(titleKey(article.title))),
  );
  const [first, second] = candidates;
  if (first === undefined) return undefined;
  const intendedThere = (target.intendedAt.getTime() + context.clockAheadMs()) / 1000;
  const isSurelyNew = (first.created_at ?? 0) >= intendedThere - KNOWN_SKEW_SECONDS;
  if (second === undefined && isSurelyNew && look.isWhole(first)) return first.id;
  return {
    sought: `"${payload.title}" (${payload.state}) at ${target.intendedAt.toISOString()}`,
    found: candidates.map((article) => ({ id: article.id, is: readingOf(article) })),
  };
}

/** Lists are sorted by change, latest first (Intercom API 2.16), so only what changed since the intent is read. */
async function changedSince(
  since: number,
  kind: ArticleKind,
  context: LoadContext,
  isWanted: (article: Listed) => boolean,
): Promise<Listed[]> {
  const found = new Map<string, Listed>();
  for (let number = 1; ; number += 1) {
    const { data, pages } =
      kind === 'article'
        ? await context.intercom.listArticles(number)
        : await context.intercom.listInternalArticles(number);
    for (const article of data.filter(isWanted)) found.set(article.id, article);
    const last = data.at(-1);
    if (last === undefined || number >= (pages?.total_pages ?? 1) || (last.updated_at ?? 0) < since)
      return [...found.values()];
  }
}

interface Look {
  hasMarker: (article: Listed) => boolean;
  hasTitle: (article: Listed) => boolean;
  /** Title or text are the same. */
  resembles: (article: Listed) => boolean;
  /** Title, text, author, and what only public articles have: collection and state. */
  isWhole: (article: Listed) => boolean;
}

/** How Intercom gives back what we sent: bodies are rendered anew, so that their words count. */
async function lookOf(payload: ArticlePayload, context: LoadContext): Promise<Look> {
  // Whether a picture could be had may be another today than when it was sent: its line does not count.
  const pointers = partsOfArticle(payload.body).images.map(({ alt }) => wordsOfHtml(imagePointer(alt)));
  const wordsOf = (html: string) =>
    pointers.reduce((words, pointer) => words.replace(pointer, ''), wordsOfHtml(html));
  const words = wordsOf(expectedBody(payload, await resolvedLinks(payload, context), []));
  const author = authorOf(payload, context);
  const parent = await context.helpCenter.knownCollectionId(payload.collection);
  const isInPlace = (article: Listed) => {
    if (!('parent_ids' in article)) return true;
    const isThere =
      payload.collection.length === 0
        ? article.parent_ids.length === 0
        : parent !== undefined && article.parent_ids.includes(parent);
    return isThere && article.state === payload.state;
  };
  const look: Look = {
    hasMarker: ({ body }) => carriesMarker(body, payload.marker),
    hasTitle: ({ title }) => titleKey(title) === titleKey(payload.title),
    resembles: (article) => look.hasTitle(article) || (words !== '' && wordsOf(article.body) === words),
    isWhole: (article) =>
      look.hasTitle(article) &&
      wordsOf(article.body) === words &&
      article.author_id === author &&
      isInPlace(article),
  };
  return look;
}

function titleKey(title: string): string {
  return title.trim().replace(/\s+/g, ' ').toLowerCase();
}

function readingOf(article: Listed): string {
  const state = 'state' in article ? `, ${article.state ?? 'of no state'}` : '';
  const made = new Date((article.created_at ?? 0) * 1000).toISOString();
  return `"${article.title}"${state}, made at ${made} by ${article.author_id ?? 'nobody'}`;
}
