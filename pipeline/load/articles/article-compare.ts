import type { Article, InternalArticle } from '../../../connectors/intercom/schemas.ts';
import { partsOfArticle, wordsOfHtml } from '../../../objects/article-html.ts';
import type { ArticlePayload } from '../../../objects/payloads.ts';
import { expectedBody, resolvedLinks } from './article-body.ts';
import { compareValue } from '../attributes.ts';
import type { Comparison, Loaded, LoadContext } from '../destination.ts';

/** An article and its source, field by field. Bodies are compared by their words: Intercom renders the markup anew. */
export async function compareArticle(
  payload: ArticlePayload,
  loaded: Loaded,
  actual: Article | InternalArticle,
  author: string,
  context: LoadContext,
): Promise<Comparison[]> {
  const links = await resolvedLinks(payload, context);
  const lost = lostImagesOf(loaded);
  const expected = expectedBody(payload, links, lost);
  const there = partsOfArticle(actual.body);
  const common = [
    compareValue('title', payload.title, actual.title),
    compareValue('author', author, actual.author_id),
    compareWords(expected, actual.body),
    ...partsOfArticle(expected).links.map((href, index) => compareLink(href, there.links, index)),
    ...compareImages(payload.images.length - lost.length, there.images, context),
    ...lost.map((src): Comparison => ({
      field: `images.${src}`,
      class: 'lossy_by_design',
      expected: src,
      actual: null,
    })),
    ...payload.files
      .filter(({ url }) => url === null)
      .map(({ name }): Comparison => ({
        field: `attachments.${name}`,
        class: 'lossy_by_design',
        expected: name,
        actual: 'named in the text',
      })),
  ];
  // Internal articles have no state and no collection, and their tags are not read back (Intercom API 2.16).
  if (!isPublicKind(actual)) return common;
  const parent = await context.helpCenter.collectionId(payload.collection);
  return [
    ...common,
    compareValue('state', payload.state, actual.state ?? null),
    parent === undefined
      ? compareValue('collection', null, actual.parent_ids)
      : compareValue('collection', parent, actual.parent_ids.find((id) => id === parent) ?? null),
    ...payload.tags.map((tag) => compareTag(tag, actual)),
  ];
}

function isPublicKind(actual: Article | InternalArticle): actual is Article {
  return 'parent_ids' in actual;
}

function lostImagesOf(loaded: Loaded): string[] {
  const lost = loaded.facts['lost_images'];
  return Array.isArray(lost) ? lost.filter((src): src is string => typeof src === 'string') : [];
}

function compareWords(expected: string, actual: string): Comparison {
  if (expected === actual) return { field: 'body', class: 'equal' };
  const words = wordsOfHtml(expected);
  const read = wordsOfHtml(actual);
  if (words === read) return { field: 'body', class: 'equal_after_normalising' };
  return { field: 'body', class: read === '' ? 'missing' : 'mismatch', expected, actual };
}

/** An address may have come back with the title of the page at its end. */
function compareLink(href: string, there: readonly string[], index: number): Comparison {
  const field = `links.${index + 1}`;
  if (there.includes(href)) return { field, class: 'equal' };
  const close = there.some((other) => other.startsWith(`${href}-`) || href.startsWith(`${other}-`));
  return close
    ? { field, class: 'equal_after_normalising' }
    : { field, class: 'missing', expected: href, actual: there };
}

/** A picture that still has the address we lent has not been copied yet, and would break when that address ends. */
function compareImages(
  expected: number,
  there: readonly { src: string }[],
  context: LoadContext,
): Comparison[] {
  if (expected === 0 && there.length === 0) return [];
  if (there.length < expected)
    return [{ field: 'images', class: 'missing', expected, actual: there.map(({ src }) => src) }];
  const lent = there.filter(({ src }) => context.helpCenter.isLent(src));
  return lent.length === 0
    ? [{ field: 'images', class: 'equal' }]
    : [
        {
          field: 'images',
          class: 'late',
          expected: 'copied by Intercom',
          actual: lent.map(({ src }) => src),
        },
      ];
}

function compareTag(tag: string, actual: Article): Comparison {
  const names = (actual.tags?.tags ?? []).map(({ name }) => (name ?? '').toLowerCase());
  return names.includes(tag.toLowerCase())
    ? { field: `tags.${tag}`, class: 'equal' }
    : { field: `tags.${tag}`, class: 'missing', expected: tag, actual: names };
}
