import type { Action, Canvas, Component } from '../../../canvas-kit/components.ts';
import { FIRST_CANVAS_HEIGHT, totalHeight } from '../../../canvas-kit/limits.ts';

/** Of `content` and of `stored_data` (app platform reference, 2.5). */
export const MAX_BYTES = 64 * 1024;

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
