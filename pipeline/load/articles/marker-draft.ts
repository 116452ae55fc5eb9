import { escapeText } from '../../../objects/article-html.ts';
import type { ArticlePayload } from '../../../objects/payloads.ts';

const PLACEHOLDER = 'This article is being migrated.';

/** What stands in a draft until its text is written; its last word is the marker. */
export function markerText(payload: ArticlePayload): string {
  return `<p>${PLACEHOLDER} ${escapeText(payload.marker)}</p>`;
}

/** Whether an article is a draft of ours that waits for its text, of whatever record. */
export function isMarkerDraft(body: string): boolean {
  return body.includes(PLACEHOLDER);
}

export function carriesMarker(body: string, marker: string): boolean {
  return new RegExp(`(?<![\\p{L}\\p{N}])${marker}(?![\\p{L}\\p{N}])`, 'u').test(body);
}
