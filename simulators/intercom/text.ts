/** Text and HTML as Intercom stores them: plain text becomes escaped paragraphs, notes keep a small set of tags. */

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Opening messages and comments: HTML is not interpreted (Intercom API 2.16, POST /conversations). */
export function textToHtml(text: string): string {
  const paragraphs = text.replaceAll('\r\n', '\n').split(/\n{2,}/);
  return paragraphs
    .map((paragraph) => `<p>${escapeHtml(paragraph).replaceAll('\n', '<br>\n')}</p>`)
    .join('\n');
}

const NOTE_TAGS = new Set([
  'p',
  'br',
  'b',
  'strong',
  'i',
  'em',
  'u',
  'a',
  'ul',
  'ol',
  'li',
  'h1',
  'h2',
  'code',
  'pre',
  'blockquote',
  'img',
  'hr',
]);
const ARTICLE_TAGS = new Set([...NOTE_TAGS, 'table', 'thead', 'tbody', 'tr', 'th', 'td']);
const BLOCKS = new Set(['p', 'ul', 'ol', 'li', 'h1', 'h2', 'pre', 'blockquote', 'hr', 'div', 'table', 'tr']);
const SILENT = /<(script|style|head|title)\b[^>]*>[\s\S]*?<\/\1\s*>/gi;
const TAG = /<(\/?)([a-zA-Z][a-zA-Z0-9]*)\b([^>]*)>/g;

function hasTags(text: string): boolean {
  return /<[a-zA-Z/][^>]*>/.test(text);
}

/** Notes accept some HTML: known tags stay, other tags go and leave their text. Text without tags becomes paragraphs. */
export function noteToHtml(body: string): string {
  return hasTags(body) ? filtered(body, NOTE_TAGS) : textToHtml(body);
}

/** Articles are rendered again: two heading levels, paragraphs with a class of their own (official example). */
export function articleToHtml(body: string): string {
  if (body === '') return '';
  const html = hasTags(body) ? filtered(body, ARTICLE_TAGS) : textToHtml(body);
  const blocks = /^\s*<(p|h1|h2|ul|ol|pre|blockquote|table|hr|img)\b/i.test(html) ? html : `<p>${html}</p>`;
  return blocks.replaceAll(/<p>/g, '<p class="no-margin">');
}

function filtered(html: string, kept: ReadonlySet<string>): string {
  return html
    .replaceAll(SILENT, '')
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .replaceAll(TAG, (_whole, slash: string, name: string, attributes: string) =>
      keptTag(kept, slash, name, attributes),
    )
    .replaceAll(/\n\s*\n+/g, '\n')
    .trim();
}

function keptTag(kept: ReadonlySet<string>, slash: string, rawName: string, attributes: string): string {
  const name = downgradedHeading(rawName.toLowerCase());
  if (!kept.has(name)) return BLOCKS.has(name) && slash === '/' ? '\n' : '';
  if (slash === '/') return `</${name}>`;
  const keys = name === 'a' ? ['href'] : name === 'img' ? ['src', 'alt'] : [];
  return `<${name}${keys.map((key) => attribute(attributes, key)).join('')}>`;
}

/** Only the first two heading levels survive. */
function downgradedHeading(name: string): string {
  return /^h[3-6]$/.test(name) ? 'h2' : name;
}

function attribute(attributes: string, key: string): string {
  const match = new RegExp(`\\b${key}\\s*=\\s*("[^"]*"|'[^']*'|[^\\s>]+)`, 'i').exec(attributes);
  const value = match?.[1]?.replace(/^["']|["']$/g, '');
  return value === undefined ? '' : ` ${key}="${value}"`;
}

/** The little Markdown that `body_markdown` needs here: headings, emphasis, links, paragraphs. */
export function markdownToHtml(markdown: string): string {
  return markdown
    .replaceAll('\r\n', '\n')
    .split(/\n{2,}/)
    .map((block) => {
      const heading = /^(#{1,6})\s+(.*)$/.exec(block.trim());
      const inline = (text: string): string =>
        escapeHtml(text)
          .replaceAll(/\*\*(.+?)\*\*/g, '<b>$1</b>')
          .replaceAll(/\[([^\]]+)\]\(([^)\s]+)\)/g, '<a href="$2">$1</a>');
      if (heading !== null) {
        const name = heading[1] === '#' ? 'h1' : 'h2';
        return `<${name}>${inline(heading[2] ?? '')}</${name}>`;
      }
      return `<p>${inline(block).replaceAll('\n', '<br>')}</p>`;
    })
    .join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

function decodeEntities(text: string): string {
  return text.replaceAll(/&(#x[0-9a-f]+|#\d+|[a-z]+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? whole;
    const code = name[1]?.toLowerCase() === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** The `display_as=plaintext` view. */
export function htmlToText(html: string): string {
  const text = html
    .replaceAll(/\n/g, '')
    .replaceAll(/<br\s*\/?>/gi, '\n')
    .replaceAll(/<\/(p|h1|h2|ul|ol|pre|blockquote)>/gi, '\n\n')
    .replaceAll(/<\/li>/gi, '\n')
    .replaceAll(/<[^>]+>/g, '');
  return decodeEntities(text)
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

/** Words of a text, as the `source.body` search compares them: one by one, without case. */
export function tokensOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []);
}
