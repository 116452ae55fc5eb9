import { fileNameOf, safeFileName } from '../file-rows.ts';
import type { FileRef } from '../payloads.ts';

/** Where Infraon serves stored files (Infraon reference, general facts: files on disk). */
const MEDIA_PATH = /^(?:https?:\/\/[^/?#]+)?\/media\//i;

/** Begins the key of a picture that is part of a text, and in no list of files. */
export const INLINE_KEY = 'inline:';

/** An image that another server shows, as mail signatures have them; it stays where it is. */
export function isElsewhere(src: string): boolean {
  return /^(?:https?:)?\/\//i.test(src) && !MEDIA_PATH.test(src);
}

/** Markup whose meaning is in more than its words. Each search stops at the next tag and is linear. */
const KEPT_BY_FILE: readonly (readonly [RegExp, string])[] = [
  [/<t[dh]\s[^<>]*\b(?:col|row)span\s*=\s*["']?\s*(?:[2-9]|1\d)/i, 'table with merged cells'],
  [/<(?:del|s|strike)[\s>]/i, 'struck-out text'],
  [/<su[bp][\s>]/i, 'raised or lowered text'],
  [/<bdo[\s>]/i, 'text in a forced direction'],
  [/<math[\s>]/i, 'formula'],
  [/<(?:svg|canvas)[\s>]/i, 'drawing'],
  [/<(?:video|audio|iframe|object|embed)[\s>]/i, 'embedded media'],
];

/** What readable text cannot keep of a body, by name; empty when nothing but looks is lost. */
export function lostStructures(html: string, tooDeep: boolean): string[] {
  const lost = KEPT_BY_FILE.filter(([pattern]) => pattern.test(html)).map(([, name]) => name);
  return tooDeep ? ['layout nested beyond reading', ...lost] : lost;
}

/**
 * Ahead of the untouched markup, so that opening the copy runs nothing and asks no server: whoever wrote to the desk
 * could have put a script into it.
 */
const INERT_HEAD =
  "<!doctype html><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'\">\n";

export function originalCopy(html: string, lost: readonly string[]): FileRef {
  const bytes = Buffer.from(INERT_HEAD + html, 'utf8');
  return {
    key: 'original.html',
    name: 'original.html',
    content_type: 'text/html',
    size: bytes.length,
    path: `data:text/html;base64,${bytes.toString('base64')}`,
    keeps: lost.join(', '),
  };
}

function attributeOf(tag: string, name: string): string {
  const match = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(tag);
  return (match?.[1] ?? match?.[2] ?? match?.[3] ?? '').trim().replaceAll('&amp;', '&');
}

const EXTENSIONS: Record<string, string> = { 'image/jpeg': 'jpg', 'image/svg+xml': 'svg' };

function dataImage(src: string, alt: string, position: number): FileRef | undefined {
  const type = /^data:(image\/[a-z0-9.+-]+)[;,]/i.exec(src)?.[1]?.toLowerCase();
  if (type === undefined) return undefined;
  const extension = EXTENSIONS[type] ?? type.slice('image/'.length);
  const named = alt === '' ? `image-${position}` : alt;
  return {
    key: `${INLINE_KEY}${position}`,
    name: safeFileName(
      named.toLowerCase().endsWith(`.${extension}`) ? named : `${named}.${extension}`,
      'image',
    ),
    content_type: type,
    size: sizeOfData(src),
    path: src,
  };
}

/** Bytes that a `data:` address holds at most. */
function sizeOfData(address: string): number {
  const data = address.length - address.indexOf(',') - 1;
  return /;base64,/i.test(address.slice(0, 200)) ? Math.ceil((data * 3) / 4) : data;
}

/**
 * The tag of an image. Brackets inside a quoted attribute do not end it, as descriptions of screenshots have them
 * (`Settings > Network`); a quote that nothing closes is a character like any other.
 */
const IMAGE_TAG = /<img\s(?:(?:=\s*(?:"[^"]*"|'[^']*')|=(?!\s*["'])|[^<>=])*|[^<>]*)>/gi;

/**
 * Pictures inside a body that are stored with it: in the body itself, or under Infraon's media path. `known` finds the
 * listed file of an address, so that a picture which is also an attachment is one file.
 */
export function inlineImages(html: string, known: (path: string) => FileRef | undefined): FileRef[] {
  const images = new Map<string, FileRef>();
  for (const [position, [tag]] of [...html.matchAll(IMAGE_TAG)].entries()) {
    const src = attributeOf(tag, 'src');
    if (images.has(src)) continue;
    const alt = attributeOf(tag, 'alt');
    if (MEDIA_PATH.test(src)) {
      const file = known(src) ?? {
        key: `${INLINE_KEY}${position + 1}`,
        name: safeFileName(fileNameOf(src), `image-${position + 1}`),
        content_type: null,
        size: null,
        path: src,
      };
      images.set(src, file);
    } else {
      const file = dataImage(src, alt, position + 1);
      if (file !== undefined) images.set(src, file);
    }
  }
  return [...images.values()];
}
