import sanitizeHtml, { type IOptions } from 'sanitize-html';
import { isTooDeep, readableText } from './transforms/html.ts';

/**
 * The HTML that articles carry. Intercom renders bodies anew (Intercom API 2.16, articles: two heading levels, paragraphs
 * in `<p>`), so only what survives that is sent: no scripts, handlers, styles, frames or forms.
 */
const HEADINGS = { h3: 'h2', h4: 'h2', h5: 'h2', h6: 'h2' } as const;
const INLINE = ['a', 'b', 'strong', 'i', 'em', 'u', 's', 'code', 'br', 'img', 'sub', 'sup'];
const BLOCKS = ['p', 'ul', 'ol', 'li', 'h1', 'h2', 'pre', 'blockquote', 'hr'];
const TABLES = ['table', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td'];
/** Boxes that only lay text out: their edges end a paragraph, they themselves go. */
const BOXES = ['div', 'section', 'article', 'header', 'footer', 'main', 'center', 'dl', 'dt', 'dd', 'figure'];

const SAFE: IOptions = {
  allowedTags: [...INLINE, ...BLOCKS, ...TABLES, ...BOXES],
  allowedAttributes: { a: ['href'], img: ['src', 'alt'] },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['http', 'https'] },
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  nonTextTags: ['script', 'style', 'textarea', 'option', 'noscript', 'title', 'head', 'template'],
};

const OWN_BLOCK = new Set([...BLOCKS, ...TABLES]);
const BOX = new Set(BOXES);
/** Blocks that hold text without a paragraph of its own. */
const HOLDS_TEXT = new Set(['p', 'li', 'h1', 'h2', 'pre', 'th', 'td']);
const TOKEN = /<(\/?)([a-z][a-z0-9]*)\b[^>]*>|[^<]+/g;

/**
 * Puts loose text into paragraphs and takes layout boxes away. Works on what the sanitiser wrote: well-formed, with
 * every `<` and `>` of the text escaped.
 */
function inParagraphs(html: string): string {
  const out: string[] = [];
  const open: string[] = [];
  let isLoose = false;
  const closeLoose = () => {
    if (isLoose) out.push('</p>');
    isLoose = false;
  };
  for (const [token, slash = '', name] of html.matchAll(TOKEN)) {
    if (name !== undefined && (BOX.has(name) || OWN_BLOCK.has(name))) {
      closeLoose();
      if (BOX.has(name)) {
        if (HOLDS_TEXT.has(open.at(-1) ?? '') && slash === '/') out.push(' ');
        continue;
      }
      out.push(token);
      if (name === 'hr') continue;
      if (slash === '') open.push(name);
      else if (open.at(-1) === name) open.pop();
      continue;
    }
    const isBare = !HOLDS_TEXT.has(open.at(-1) ?? '') && !open.some((block) => HOLDS_TEXT.has(block));
    if (isBare && !isLoose) {
      if (name === undefined ? token.trim() === '' : slash === '/' || name === 'br') continue;
      out.push('<p>');
      isLoose = true;
    }
    out.push(token);
  }
  closeLoose();
  return out
    .join('')
    .replace(/<p>(?:\s|&nbsp;|<br \/>)*<\/p>/g, '')
    .trim();
}

/** What stands in the place of a picture that cannot be moved. */
export function imagePointer(alt: string): string {
  return alt.trim() === '' ? '[image]' : `[image: ${alt.trim()}]`;
}

/**
 * A tag that a browser knows. Instructions name what to fill in as `<host>`: in plain text that is a word, and reading
 * it as a tag would drop it, and the line ends with it.
 */
const KNOWN_TAG = new RegExp(
  `<!--|</?(?:${[...Object.keys(HEADINGS), ...INLINE, ...BLOCKS, ...TABLES, ...BOXES].join('|')}|span|font|html|head|body|aside|nav|details|summary|figcaption|caption|del|ins|strike|mark|small|big|kbd|samp|var|tt|cite|script|style|svg|math|iframe|object|embed|video|audio|form|input|button|select|textarea)(?:\\s[^<>]*)?/?>`,
  'i',
);

/** Safe HTML of an article from whatever a desk stored; plain text becomes paragraphs. */
export function articleHtml(source: string): { html: string; lostImages: string[] } {
  const isMarkup = KNOWN_TAG.test(source) && !isTooDeep(source);
  const markup = isMarkup
    ? source
    : escapeText(isTooDeep(source) ? readableText(source) : source)
        .split(/\r?\n\s*\r?\n/)
        .map((paragraph) => `<p>${paragraph.trim().replace(/\r?\n/g, '<br>')}</p>`)
        .join('');
  const lostImages: string[] = [];
  const safe = sanitizeHtml(markup, {
    ...SAFE,
    transformTags: {
      ...HEADINGS,
      // A picture inside the text itself has no address that Intercom could fetch.
      img: (tagName, attribs) => {
        const { src = '', alt = '' } = attribs;
        if (src.trim() !== '' && !/^\s*(?:data|blob|cid|file):/i.test(src)) return { tagName, attribs };
        lostImages.push(alt);
        return { tagName: 'em', attribs: {}, text: imagePointer(alt) };
      },
    },
  });
  // A link that led nowhere safe has lost its address, and is text now.
  const html = rewriteArticle(inParagraphs(safe), { link: (href) => href, image: (src) => ({ src }) });
  return { html, lostImages };
}

export interface Rewrites {
  /** The new target of a link, or null to keep its text only. */
  link: (href: string) => string | null;
  /** The new address of an image, or words to put in its place. */
  image: (src: string, alt: string) => { src: string } | { text: string };
}

function attributeOf(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value
    ?.replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

/** Gives links and images of an article's own HTML (as `articleHtml` wrote it) other addresses. */
export function rewriteArticle(html: string, rewrites: Rewrites): string {
  const kept: boolean[] = [];
  return html.replace(/<(\/?)(a|img)\b([^>]*)>/g, (tag, slash: string, name: string) => {
    if (name === 'img') {
      const alt = attributeOf(tag, 'alt') ?? '';
      const image = rewrites.image(attributeOf(tag, 'src') ?? '', alt);
      if ('text' in image) return `<em>${escapeText(image.text)}</em>`;
      return `<img src="${escapeText(image.src)}"${alt === '' ? '' : ` alt="${escapeText(alt)}"`} />`;
    }
    if (slash === '/') return kept.pop() === true ? '</a>' : '';
    const href = attributeOf(tag, 'href');
    const target = href === undefined || href === '' ? null : rewrites.link(href);
    kept.push(target !== null);
    return target === null ? '' : `<a href="${escapeText(target)}">`;
  });
}

export interface ArticleParts {
  links: string[];
  images: { src: string; alt: string }[];
}

/** Links and images of any HTML in reading order. */
export function partsOfArticle(html: string): ArticleParts {
  const parts: ArticleParts = { links: [], images: [] };
  sanitizeHtml(html, {
    allowedTags: ['a', 'img'],
    allowedAttributes: { a: ['href'], img: ['src', 'alt'] },
    transformTags: {
      a: (tagName, attribs) => {
        if (attribs['href'] !== undefined) parts.links.push(attribs['href']);
        return { tagName, attribs };
      },
      img: (tagName, attribs) => {
        const { src, alt = '' } = attribs;
        if (src !== undefined) parts.images.push({ src, alt });
        return { tagName, attribs };
      },
    },
  });
  return parts;
}

/** The words of HTML without markup and white space, for comparing what was sent with what was rendered anew. */
export function wordsOfHtml(html: string): string {
  return sanitizeHtml(html, { allowedTags: [], allowedAttributes: {} }).replace(/\s+/g, '');
}

/** Text for use inside HTML. */
export function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
