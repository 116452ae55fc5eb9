import type { Action, Canvas, Component, ListItem } from './components.ts';

/**
 * Limits of Canvas Kit (app platform reference, sections 2.5 and 2.6) and the review rules for an inbox app's first
 * canvas. Tests hold every screen against them; in production a canvas is cut down to them instead.
 */
export const MAX_BYTES = 64 * 1024;
export const FIRST_CANVAS_HEIGHT = 400;

/** Planning figures for a panel about 320 px wide. */
const HEIGHT = {
  header: 34,
  text: 30,
  item: 56,
  plainItem: 40,
  row: 28,
  button: 44,
  link: 32,
  divider: 12,
  spacer: 16,
  input: 64,
  textarea: 100,
} as const;
const TEXT_LINE = 20;
const CHARACTERS_PER_LINE = 45;
const BOLD_CHARACTERS_PER_LINE = 32;

export function heightOf(component: Component): number {
  switch (component.type) {
    case 'text': {
      const first = component.style === 'header' ? HEIGHT.header : HEIGHT.text;
      // A link shows its label only.
      const shown = component.text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').length;
      return first + moreLines(shown, CHARACTERS_PER_LINE) * TEXT_LINE;
    }
    case 'button':
      return component.style === 'link' ? HEIGHT.link : HEIGHT.button;
    case 'list':
      return component.items.reduce((sum, item) => sum + itemHeight(item), 0);
    case 'data-table':
      return component.items.length * HEIGHT.row;
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
  const wrapped =
    moreLines(title.length, BOLD_CHARACTERS_PER_LINE) + moreLines(below.length, CHARACTERS_PER_LINE);
  return (below === '' ? HEIGHT.plainItem : HEIGHT.item) + wrapped * TEXT_LINE;
}

/** Lines after the first. */
function moreLines(characters: number, perLine: number): number {
  return Math.max(0, Math.ceil(characters / perLine) - 1);
}

export function totalHeight(components: readonly Component[]): number {
  return components.reduce((sum, component) => sum + heightOf(component), 0);
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

const RELATIVE_DATE = /\b(ago|yesterday|tomorrow|just now)\b/i;
const MARKUP = /<\/?[a-z][^>]*>/i;

/** Everything about a canvas that Intercom would refuse, show wrongly, or reject in review. */
export function canvasProblems(canvas: Canvas, options: { first: boolean }): string[] {
  const { components } = canvas.content;
  const problems = components.flatMap(componentProblems);
  if (components.length === 0) problems.push('a canvas without components');
  const ids = components.flatMap(idsOf);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) {
    problems.push(`the id ${id} is used twice`);
  }
  if (bytesOf(canvas.content) > MAX_BYTES) problems.push('content is larger than 64 KB');
  if (canvas.stored_data !== undefined && bytesOf(canvas.stored_data) > MAX_BYTES) {
    problems.push('stored_data is larger than 64 KB');
  }
  if (options.first) {
    if (components.some((component) => component.type === 'button' && component.style === 'primary')) {
      problems.push('a primary button on the first canvas');
    }
    const height = totalHeight(components);
    if (height >= FIRST_CANVAS_HEIGHT) problems.push(`the first canvas is about ${height} px high`);
  }
  return problems;
}

function idsOf(component: Component): string[] {
  if (component.type === 'list') return component.items.map((item) => item.id);
  return 'id' in component && component.id !== undefined ? [component.id] : [];
}

function componentProblems(component: Component): string[] {
  switch (component.type) {
    case 'text':
      return [...emptyProblems('text', component.text), ...wordingProblems(component.text)];
    case 'button':
      return [
        ...emptyProblems('button id', component.id),
        ...emptyProblems(`label of ${component.id}`, component.label),
        ...actionProblems(component.action),
      ];
    case 'list':
      return component.items.length === 0
        ? ['an empty list']
        : component.items.flatMap((item) => [
            ...emptyProblems('item id', item.id),
            ...emptyProblems(`title of ${item.id}`, item.title),
            ...actionProblems(item.action),
          ]);
    case 'data-table':
      return component.items.length === 0 ? ['an empty table'] : [];
    case 'input':
    case 'textarea':
      // A placeholder is no label for a screen reader.
      return emptyProblems(`label of ${component.id}`, component.label ?? '');
    case 'dropdown':
    case 'single-select': {
      const { length } = component.options;
      return length < 2 || length > 10 ? [`${component.id} has ${length} options instead of 2 to 10`] : [];
    }
    case 'divider':
    case 'spacer':
      return [];
  }
}

function emptyProblems(what: string, text: string): string[] {
  return text.trim() === '' ? [`${what} is empty`] : [];
}

function wordingProblems(text: string): string[] {
  return [
    ...(RELATIVE_DATE.test(text) ? [`a relative date: ${text}`] : []),
    ...(MARKUP.test(text) ? [`HTML in a text: ${text}`] : []),
  ];
}

function actionProblems(action: Action | undefined): string[] {
  return action?.type === 'url' && !action.url.startsWith('https://')
    ? [`an address that is not https: ${action.url}`]
    : [];
}

/** For the few screens that show lists of unknown length. */
const NOTE: Component = {
  type: 'text',
  text: 'Some of this is too long for the panel. Open the console to see all of it.',
  style: 'muted',
};

/**
 * The canvas, or as much of its beginning and end as fits: Intercom shows nothing at all of a canvas that is too large.
 * The end is kept because the way back is there.
 */
export function fitCanvas(canvas: Canvas): Canvas {
  if (bytesOf(canvas.content) <= MAX_BYTES) return canvas;
  const components = canvas.content.components.map(shorten);
  while (components.length > 3 && bytesOf({ components: [...components, NOTE] }) > MAX_BYTES) {
    components.splice(-3, 1);
  }
  components.splice(-2, 0, NOTE);
  return { ...canvas, content: { components } };
}

function shorten(component: Component): Component {
  const short = (text: string) => (text.length <= 500 ? text : `${text.slice(0, 499)}…`);
  switch (component.type) {
    case 'text':
      return { ...component, text: short(component.text) };
    case 'data-table':
      return {
        ...component,
        items: component.items.slice(0, 20).map((row) => ({ ...row, value: short(row.value) })),
      };
    case 'list':
      return { ...component, items: component.items.slice(0, 20) };
    case 'input':
    case 'textarea':
      return component.value === undefined ? component : { ...component, value: short(component.value) };
    case 'button':
    case 'dropdown':
    case 'single-select':
    case 'divider':
    case 'spacer':
      return component;
  }
}
