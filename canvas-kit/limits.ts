import { LENGTHS, cut, widthOf, type Canvas, type Component, type ListItem } from './components.ts';

/**
 * Limits of Canvas Kit (app platform reference, sections 2.5 and 2.6) and the review rules for an inbox app's first
 * canvas. Tests hold every screen against them; in production a canvas is cut down to them instead.
 */
/** What we send: half of what Intercom takes (64 KB), so that a browser's copy of it passes through its hands with room to spare. */
export const FIT_BYTES = 32 * 1024;
export const FIRST_CANVAS_HEIGHT = 400;

/**
 * For a panel 320 px wide: the planning figures of the app platform reference (section 6), or what the simulated inbox
 * needs with a wide font where that is more (tests/browser/inbox-host.test.ts measures it). Gaps below are included.
 */
const HEIGHT = {
  header: 34,
  text: 31,
  item: 56,
  plainItem: 40,
  row: 28,
  gap: 10,
  button: 47,
  link: 41,
  divider: 12,
  spacer: 16,
  input: 65,
  textarea: 100,
} as const;
const TEXT_LINE = 21;
/** Letters that fit into a line of each kind of text. */
const LETTERS = { header: 30, paragraph: 34, error: 34, muted: 39, title: 27, second: 35 } as const;

export function heightOf(component: Component): number {
  switch (component.type) {
    case 'text': {
      const style = component.style ?? 'paragraph';
      // A link shows its label only.
      const shown = component.text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
      return (
        (style === 'header' ? HEIGHT.header : HEIGHT.text) + moreLines(shown, LETTERS[style]) * TEXT_LINE
      );
    }
    case 'button':
      return component.style === 'link' ? HEIGHT.link : HEIGHT.button;
    case 'list':
      return HEIGHT.gap + component.items.reduce((sum, item) => sum + itemHeight(item), 0);
    case 'data-table':
      return component.items.length * HEIGHT.row + HEIGHT.gap;
    case 'input':
    case 'dropdown':
    case 'single-select':
      return HEIGHT.input;
    case 'textarea':
      return HEIGHT.textarea;
    case 'divider':
      return HEIGHT.divider;
    case 'spacer':
      return HEIGHT.spacer;
  }
}

/** Titles are bold and wrap; so does the line below them. */
function itemHeight({ title, subtitle, tertiary_text }: ListItem): number {
  const below = [subtitle, tertiary_text].filter((text) => text !== undefined).join(' • ');
  const wrapped = moreLines(title, LETTERS.title) + moreLines(below, LETTERS.second);
  return (below === '' ? HEIGHT.plainItem : HEIGHT.item) + wrapped * TEXT_LINE;
}

/** Lines after the first, as a browser breaks them: between words, and inside one that is longer than a line. */
function moreLines(text: string, letters: number): number {
  return text.split('\n').reduce((sum, line) => sum + linesOf(line, letters), 0) - 1;
}

function linesOf(line: string, letters: number): number {
  let lines = 1;
  let used = 0;
  for (const word of line.split(' ')) {
    const width = widthOf(word);
    if (used > 0 && used + 1 + width <= letters) {
      used += 1 + width;
      continue;
    }
    if (used > 0) lines += 1;
    lines += Math.max(0, Math.ceil(width / letters) - 1);
    used = width <= letters ? width : width % letters;
  }
  return lines;
}

export function totalHeight(components: readonly Component[]): number {
  return components.reduce((sum, component) => sum + heightOf(component), 0);
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** For the few screens that show lists of unknown length. */
const NOTE: Component = {
  type: 'text',
  text: 'Some of this is too long for the panel. Open the console to see all of it.',
  style: 'muted',
};
/** Components at the end that stay whatever happens: the way back and the line above it. */
const END = 2;
const MAX_ENTRIES = 20;

/**
 * The canvas, or as much of its beginning and end as fits: Intercom shows nothing at all of a canvas that is too large.
 * The end is kept because the way back is there.
 */
export function fitCanvas(canvas: Canvas): Canvas {
  if (bytesOf(canvas.content) <= FIT_BYTES) return canvas;
  const components = canvas.content.components.map(shorten);
  const end = components.slice(-END);
  const beginning: Component[] = [];
  let bytes = bytesOf({ components: [NOTE, ...end] });
  for (const component of components.slice(0, -END)) {
    bytes += bytesOf(component) + 1;
    if (bytes > FIT_BYTES) break;
    beginning.push(component);
  }
  return { ...canvas, content: { components: [...beginning, NOTE, ...end] } };
}

/** A value that cannot be shown whole is not shown: half of it would be saved as if a person had typed it. */
function shorten(component: Component): Component {
  switch (component.type) {
    case 'text':
      return { ...component, text: cut(component.text, LENGTHS.text) };
    case 'data-table':
    case 'list':
      return { ...component, items: component.items.slice(0, MAX_ENTRIES) } as Component;
    case 'input':
    case 'textarea':
      return (component.value?.length ?? 0) <= LENGTHS.text ? component : { ...component, value: '' };
    case 'button':
    case 'dropdown':
    case 'single-select':
    case 'divider':
    case 'spacer':
      return component;
  }
}
