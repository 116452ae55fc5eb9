import { partsOfArticle } from './article-html.ts';
import type { RecordRef } from './mapping.ts';

/**
 * The form of addresses between Infraon's pages is not documented, so a link is recognised by what it carries: an id or
 * number of a record in its path, query or fragment.
 */
export function recordWords(href: string): string[] {
  const withoutHost = href.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  const words = withoutHost.split(/[/?#&=;,:]+/).map(decoded);
  return [...new Set(words.filter((word) => /\d{2,}/.test(word) && word.length <= 64))];
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word).trim();
  } catch {
    return word.trim();
  }
}

/** Whether an address leads into the desk itself: relative, or on its host. */
export function leadsToDesk(href: string, sourceUrl: string | undefined): boolean {
  if (/^(?:mailto|tel):/i.test(href)) return false;
  if (!/^[a-z][a-z0-9+.-]*:/i.test(href)) return !href.startsWith('#');
  return sourceUrl !== undefined && URL.canParse(href) && new URL(href).origin === new URL(sourceUrl).origin;
}

/** Every id or number that links of a stored body may name, so that only those records are looked up. */
export function recordWordsIn(html: string, sourceUrl: string | undefined): string[] {
  const { links } = partsOfArticle(html);
  return links.filter((href) => leadsToDesk(href, sourceUrl)).flatMap(recordWords);
}

/** The record that a link means: the last word that is one, since ids follow their folders. */
export function recordOf(href: string, find: (word: string) => RecordRef | undefined): RecordRef | undefined {
  return recordWords(href)
    .reverse()
    .map(find)
    .find((ref) => ref !== undefined);
}
