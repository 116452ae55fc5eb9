// @ts-check
import { el } from './dom.js';

const BOLD_OR_LINK = /\*([^*\n]+)\*|\[([^\]\n]+)\]\(([^()\s]+)\)/g;

/**
 * The two kinds of markup that a canvas text has: `*bold*` and `[label](address)`. Everything else is shown as written.
 *
 * @param {string} text
 * @returns {Node[]}
 */
export function canvasText(text) {
  /** @type {Node[]} */
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(BOLD_OR_LINK)) {
    const [whole, bold, label, address] = match;
    // Two asterisks are not bold here.
    if (bold !== undefined && (text[match.index - 1] === '*' || text[match.index + whole.length] === '*'))
      continue;
    if (address !== undefined && !isWebAddress(address)) continue;
    nodes.push(document.createTextNode(text.slice(from, match.index)));
    nodes.push(bold === undefined ? outsideLink(address, label) : el('strong', {}, bold));
    from = match.index + whole.length;
  }
  nodes.push(document.createTextNode(text.slice(from)));
  return nodes;
}

/** @param {unknown} address */
export function isWebAddress(address) {
  return typeof address === 'string' && /^https?:\/\//i.test(address) && URL.canParse(address);
}

/**
 * @param {string} address
 * @param {string} label
 * @param {string} [className]
 */
export function outsideLink(address, label, className = '') {
  return el(
    'a',
    { href: address, target: '_blank', rel: 'noopener noreferrer', className },
    label,
    el('span', { class: 'visually-hidden' }, ' (opens in a new tab)'),
  );
}

const KEPT = new Set(
  'P BR B STRONG I EM U UL OL LI H1 H2 H3 CODE PRE BLOCKQUOTE HR TABLE THEAD TBODY TR TH TD DIV SPAN'.split(
    ' ',
  ),
);
const DROPPED = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'IFRAME', 'OBJECT', 'NOSCRIPT']);

/**
 * The HTML of a message, rebuilt from a list of known elements without their attributes. Pictures become links: the page
 * loads nothing from outside.
 *
 * @param {string} html
 * @returns {Node[]}
 */
export function messageHtml(html) {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  return [...parsed.body.childNodes].flatMap(rebuilt);
}

/**
 * @param {Node} node
 * @returns {Node[]}
 */
function rebuilt(node) {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.textContent ?? '')];
  if (!(node instanceof Element) || DROPPED.has(node.tagName)) return [];
  const children = [...node.childNodes].flatMap(rebuilt);
  if (node.tagName === 'A' || node.tagName === 'IMG') {
    const address = node.getAttribute(node.tagName === 'A' ? 'href' : 'src') ?? '';
    const label = node.textContent?.trim() || node.getAttribute('alt') || 'Picture';
    return isWebAddress(address) ? [outsideLink(address, label)] : [document.createTextNode(label)];
  }
  return KEPT.has(node.tagName) ? [el(node.tagName.toLowerCase(), {}, ...children)] : children;
}
