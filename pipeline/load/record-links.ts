import type { Queryable } from '../../db/client.ts';
import { leadsToDesk, recordWords } from '../../objects/article-links.ts';
import { isObject } from '../../objects/paths.ts';

/** A text with the new address behind every link of the desk to a record that is in Intercom by now. */
export type WithLinks = (text: string) => string;

const LINK = /https?:\/\/[^\s<>"'()[\]{}]+/g;
/** What ends a sentence is not part of the address before it. */
const TRAILING = /[.,;:!?]+$/;

/**
 * What `WithLinks` adds. Texts are compared without it: which records were there when a text was sent is forgotten, and
 * a reply in doubt must be recognised although more have come since.
 */
const ADDED = / \(in Intercom: https?:\/\/[^\s()]+\)/g;

export function withoutAddedLinks(text: string): string {
  return text.includes('(in Intercom: ') ? text.replace(ADDED, '') : text;
}

function asTheyAre(text: string): string {
  return text;
}

/** The texts of a payload that people wrote; other resources have none that links are added to. */
function textsOf(payload: unknown): string[] {
  if (!isObject(payload) || payload.resource !== 'conversations') return [];
  const parts = Array.isArray(payload.parts) ? (payload.parts as unknown[]) : [];
  return [payload.body, ...parts.map((part) => (isObject(part) ? part.body : undefined))].filter(
    (text) => typeof text === 'string',
  );
}

function linksIn(text: string, sourceUrl: string): string[] {
  return (text.match(LINK) ?? [])
    .map((link) => link.replace(TRAILING, ''))
    .filter((link) => leadsToDesk(link, sourceUrl));
}

/**
 * Finds, for a batch, where the records went that its texts link to. The form of addresses between Infraon's pages is not
 * documented, so a link is known by an id or number in it; one that could mean several records is left as it is.
 */
export async function openRecordLinks(
  sql: Queryable,
  workspaceId: string,
  payloads: readonly unknown[],
  deepLink: (resource: string, id: string) => string | null,
): Promise<WithLinks> {
  const texts = payloads.flatMap(textsOf).filter((text) => text.includes('://'));
  if (texts.length === 0) return asTheyAre;
  const [connection] = await sql<{ baseUrl: string }[]>`
    select base_url as "baseUrl" from source_connections where workspace_id = ${workspaceId}`;
  const sourceUrl = connection?.baseUrl;
  if (sourceUrl === undefined) return asTheyAre;
  const words = new Set(texts.flatMap((text) => linksIn(text, sourceUrl)).flatMap(recordWords));
  const places = await placesOf(sql, workspaceId, [...words], deepLink);
  if (places.size === 0) return asTheyAre;

  function placeOf(link: string): string | undefined {
    if (!leadsToDesk(link, sourceUrl)) return undefined;
    // Ids follow their folders, so the last word that is one counts.
    return recordWords(link)
      .reverse()
      .map((word) => places.get(word.toLowerCase()))
      .find((place) => place !== undefined);
  }
  return (text) =>
    text.replace(LINK, (match) => {
      const link = match.replace(TRAILING, '');
      const place = placeOf(link);
      return place === undefined ? match : `${link} (in Intercom: ${place})${match.slice(link.length)}`;
    });
}

async function placesOf(
  sql: Queryable,
  workspaceId: string,
  words: string[],
  deepLink: (resource: string, id: string) => string | null,
): Promise<Map<string, string>> {
  if (words.length === 0) return new Map();
  const numbers = [...words, ...words.map((word) => word.toUpperCase())];
  const rows = await sql<{ sourceId: string; displayId: string | null; resource: string; id: string }[]>`
    select source_id as "sourceId", display_id as "displayId", resource, destination_id as id from id_map
    where workspace_id = ${workspaceId} and (source_id = any(${words}) or display_id = any(${numbers}))`;
  const places = new Map<string, string>();
  const several = new Set<string>();
  for (const { sourceId, displayId, resource, id } of rows) {
    const place = deepLink(resource, id);
    if (place === null) continue;
    for (const word of [sourceId, displayId]) {
      const key = word?.toLowerCase();
      if (key === undefined) continue;
      if (places.has(key) && places.get(key) !== place) several.add(key);
      places.set(key, place);
    }
  }
  for (const word of several) places.delete(word);
  return places;
}
