import { compile, type DomNode, type FormatCallback } from 'html-to-text';
import { fileNameOf } from '../file-rows.ts';
import { looksLikeHtml } from '../read-values.ts';
import { isElsewhere } from './html-files.ts';

/** Beyond this nesting a document is no longer laid out: the converter recurses once per level. */
const MAX_DEPTH = 500;
const UNNESTED = new Set(
  'area base br col embed hr img input link meta source track wbr p li td th tr dt dd option'.split(' '),
);

/** Whether only words, and no layout, can be read from a document. */
export function isTooDeep(html: string): boolean {
  let depth = 0;
  for (const match of html.matchAll(/<(\/?)([a-z][a-z0-9]*)/gi)) {
    if (UNNESTED.has((match[2] ?? '').toLowerCase())) continue;
    depth = Math.max(0, depth + (match[1] === '/' ? -1 : 1));
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

const ENTITIES: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/** Cuts elements out with their content; one that is never closed takes the rest along, as in a browser. */
function withoutElement(html: string, name: 'script' | 'style'): string {
  const open = new RegExp(`<${name}\\b`, 'gi');
  const close = new RegExp(`</${name}\\b`, 'gi');
  let kept = '';
  let from = 0;
  for (;;) {
    open.lastIndex = from;
    const start = open.exec(html)?.index;
    if (start === undefined) return kept + html.slice(from);
    kept += html.slice(from, start);
    close.lastIndex = start;
    const end = close.exec(html)?.index;
    if (end === undefined) return kept;
    from = end + name.length + 2;
  }
}

/** Text without layout, for markup that the converter cannot walk. Linear in the length, whatever the markup. */
function withoutTags(html: string): string {
  return withoutElement(withoutElement(html, 'script'), 'style')
    .replace(/<(?:br|\/p|\/div|\/li|\/tr|\/h[1-6])\b[^<>]*>/gi, '\n')
    .replace(/<[a-z/!][^<>]*>/gi, '')
    .replace(/&(#\d{1,7}|#x[\da-f]{1,6}|\w{2,8});/gi, (whole, name: string) => {
      if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? whole;
      const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1));
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
    });
}

function attributesOf(node: DomNode): Record<string, string> {
  return (node.attribs ?? {}) as Record<string, string>;
}

/**
 * An image becomes its file name, with its description where that says something else; inline data would be pages of
 * base64. An image of another server goes nowhere, so its address is kept.
 */
function imageText(node: DomNode): string {
  const { src = '', alt = '' } = attributesOf(node);
  const file = src.startsWith('data:') ? '' : fileNameOf(src);
  const words = alt.trim();
  const same = file !== '' && file.toLowerCase().startsWith(words.toLowerCase());
  const label = same ? file : file === '' || isElsewhere(src) ? words || file : `${words} (${file})`;
  const address = isElsewhere(src) ? ` (${src})` : '';
  return label === '' && address === '' ? '[image]' : `[image: ${label}${address}]`;
}

const formatImage: FormatCallback = (elem, _walk, builder) => {
  builder.addInline(imageText(elem), { noWordTransform: true });
};

function childrenNamed(node: DomNode, names: readonly string[]): DomNode[] {
  return node.children.filter((child) => names.includes(child.name ?? ''));
}

function rowsOf(table: DomNode): DomNode[] {
  return table.children.flatMap((child) => {
    if (child.name === 'tr') return [child];
    return ['thead', 'tbody', 'tfoot'].includes(child.name ?? '') ? childrenNamed(child, ['tr']) : [];
  });
}

function holdsTable(node: DomNode): boolean {
  return (node.children ?? []).some((child) => child.name === 'table' || holdsTable(child));
}

/** Rows of cells as lines; a table that only lays out a mail (one column, or tables inside) stays running text. */
const formatTable: FormatCallback = (elem, walk, builder, options) => {
  const node = elem;
  const rows = rowsOf(node);
  const isData = rows.some((row) => childrenNamed(row, ['td', 'th']).length > 1) && !holdsTable(node);
  builder.openBlock({ leadingLineBreaks: options.leadingLineBreaks ?? 2 });
  if (isData) {
    for (const caption of childrenNamed(node, ['caption'])) {
      builder.openBlock({ leadingLineBreaks: 1 });
      builder.addInline(cellText(caption), { noWordTransform: true });
      builder.closeBlock({ trailingLineBreaks: 1 });
    }
    for (const row of rows) {
      builder.openBlock({ leadingLineBreaks: 1 });
      for (const [index, cell] of childrenNamed(row, ['td', 'th']).entries()) {
        if (index > 0) builder.addInline(' | ');
        builder.addInline(cellText(cell), { noWordTransform: true });
      }
      builder.closeBlock({ trailingLineBreaks: 1 });
    }
  } else {
    walk(elem.children, builder);
  }
  builder.closeBlock({ trailingLineBreaks: 2 });
};

/** Elements that leave the words around them whole; any other one parts them. */
const WITHIN_WORDS = new Set(
  'a abbr b big bdi bdo cite code del em font i ins kbd label mark q s samp small span strike strong sub sup tt u var wbr'.split(
    ' ',
  ),
);

function cellText(cell: DomNode): string {
  return inlineText(cell).replace(/\s+/g, ' ').trim();
}

function inlineText(node: DomNode): string {
  if (node.type === 'text') return node.data ?? '';
  if (node.name === 'img') return imageText(node);
  if (node.type !== 'tag') return '';
  const text = (node.children ?? []).map(inlineText).join('');
  if (!WITHIN_WORDS.has(node.name ?? '')) return ` ${text} `;
  const href = node.name === 'a' ? attributesOf(node).href : undefined;
  return href !== undefined && href !== text.trim() && !href.startsWith('#') ? `${text} (${href})` : text;
}

const convert = compile({
  wordwrap: false,
  // Without the zero-width space of the default: it is a letter's width in some scripts' spelling, not a blank.
  whitespaceCharacters: ' \t\r\n\f',
  formatters: { picture: formatImage, rows: formatTable },
  selectors: [
    {
      selector: 'a',
      options: { linkBrackets: ['(', ')'], hideLinkHrefIfSameAsText: true, noAnchorUrl: true },
    },
    { selector: 'img', format: 'picture' },
    { selector: 'table', format: 'rows' },
    { selector: 'ul', options: { itemPrefix: '- ' } },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
      selector,
      options: { uppercase: false, leadingLineBreaks: 2, trailingLineBreaks: 1 },
    })),
    { selector: 'style', format: 'skip' },
    { selector: 'script', format: 'skip' },
  ],
});

function tidy(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replaceAll('\u00a0', ' ')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/**
 * Readable plain text of an HTML or plain body: lists, tables, link targets and quotes survive as characters, the
 * order of right-to-left text is untouched. Plain text only has its line ends tidied.
 */
export function readableText(source: string): string {
  if (!looksLikeHtml(source)) return tidy(decodeIfEscaped(source));
  return tidy(isTooDeep(source) ? withoutTags(source) : convert(source));
}

/** Plain bodies are sometimes stored escaped; only the entities that have no other reading are decoded. */
function decodeIfEscaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|nbsp|#39);/g, (whole, name: string) =>
    name === '#39' ? "'" : (ENTITIES[name] ?? whole),
  );
}
