import { isFields, type Fields } from '../request-fields.ts';
import { COMPONENTS, ITEM, OPTION, ROW, secureUrl, shapeProblems, type Shape } from './canvas-shapes.ts';

/**
 * `error`: Intercom would not show the canvas, or nobody knows what it would do. `review`: shown, but the app review
 * refuses it. `warning`: against the guidelines, or undocumented.
 */
export interface Violation {
  severity: 'error' | 'review' | 'warning';
  /** Which part of the answer: `component 3 (button connect)`. */
  where: string;
  message: string;
}

export interface AppAnswer {
  status: number;
  contentType: string | null;
  text: string;
}

export interface CheckedAnswer {
  /** The canvas, when there is one that could be painted at all; its components may still be wrong. */
  canvas: Fields | null;
  event: unknown;
  cardCreationOptions: unknown;
  violations: Violation[];
}

/** Of `canvas.content` and of `canvas.stored_data`, each, in UTF-8 (app platform, section 2.5). */
const MAX_BYTES = 64 * 1024;
const OPTION_RANGE = { dropdown: [2, 10], 'single-select': [2, 10], checkbox: [1, Infinity] } as const;

const RELATIVE_DATE = /\b(ago|yesterday|tomorrow|just now|last (week|month|year))\b/i;
const MARKUP = /<\/?[a-z][^>]*>/i;
const LINK = /\[([^\]]*)\]\(([^)\s]*)\)/g;

/** What Intercom's side finds in an app's answer (app platform, section 7.3, item 17). */
export function checkAnswer(answer: AppAnswer): CheckedAnswer {
  const violations: Violation[] = [];
  const whole = (message: string): void => {
    violations.push({ severity: 'error', where: 'answer', message });
  };
  const nothing = { canvas: null, event: undefined, cardCreationOptions: undefined, violations };
  if (answer.status !== 200) whole(`The status is ${answer.status} instead of 200.`);
  if (answer.text === '') {
    whole('The body is empty.');
    return nothing;
  }
  if (answer.contentType?.toLowerCase().startsWith('application/json') !== true)
    whole(`The content type is ${answer.contentType ?? 'missing'} instead of application/json.`);
  const parsed = parse(answer.text);
  if (!isFields(parsed)) {
    whole('The body is not a JSON object.');
    return nothing;
  }
  const { canvas, event, card_creation_options: cardCreationOptions } = parsed;
  if (parsed['results'] !== undefined) whole('results belongs to the configure flow, which the inbox lacks.');
  if (event !== undefined && (!isFields(event) || event['type'] !== 'completed'))
    whole('event.type is something other than completed.');
  if (cardCreationOptions !== undefined && !isFields(cardCreationOptions))
    whole('card_creation_options is not an object.');
  const rest = { event, cardCreationOptions, violations };
  if (!isFields(canvas)) {
    whole('canvas is missing or not an object.');
    return { canvas: null, ...rest };
  }
  const paintable = checkCanvas(canvas, violations);
  return { canvas: paintable ? canvas : null, ...rest };
}

/** A primary button on the first canvas is refused in the app review; a missing style means primary. */
export function checkFirstCanvas(canvas: Fields): Violation[] {
  return componentsOf(canvas).flatMap((component, index): Violation[] => {
    if (!isFields(component) || component['type'] !== 'button') return [];
    const { style } = component;
    if (style !== undefined && style !== 'primary') return [];
    const why = style === undefined ? 'has no style, so it is primary' : 'is primary';
    return [
      {
        severity: 'review',
        where: nameOf(component, index),
        message: `The button ${why}, and an inbox app's first canvas must not have a primary button.`,
      },
    ];
  });
}

function componentsOf(canvas: Fields): unknown[] {
  const { content } = canvas;
  return isFields(content) && Array.isArray(content['components']) ? content['components'] : [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function checkCanvas(canvas: Fields, violations: Violation[]): boolean {
  const add = (message: string, severity: Violation['severity'] = 'error'): void => {
    violations.push({ severity, where: 'canvas', message });
  };
  const { content, stored_data: stored } = canvas;
  if (canvas['content_url'] !== undefined) add('content_url makes a live canvas, which the inbox lacks.');
  if (stored !== undefined && !isFields(stored)) add('stored_data is not an object.');
  checkBytes('stored_data', stored, add);
  checkBytes('content', content, add);
  if (!isFields(content) || !Array.isArray(content['components'])) {
    add('content.components is not a list.');
    return false;
  }
  const components: unknown[] = content['components'];
  if (components.length === 0) add('content.components is empty, so the panel is blank.', 'warning');
  for (const [index, component] of components.entries()) checkComponent(component, index, violations);
  const ids = components.flatMap(idsOf);
  for (const id of new Set(ids.filter((each, index) => ids.indexOf(each) !== index)))
    add(`The id ${id} is used more than once, so component_id would be ambiguous.`);
  return true;
}

function checkBytes(name: string, value: unknown, add: (message: string) => void): void {
  if (value === undefined) return;
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > MAX_BYTES) add(`${name} has ${bytes} bytes in UTF-8; ${MAX_BYTES} are allowed.`);
}

function idsOf(component: unknown): string[] {
  if (!isFields(component)) return [];
  const { id, items } = component;
  const own = typeof id === 'string' ? [id] : [];
  if (component['type'] !== 'list' || !Array.isArray(items)) return own;
  return items.flatMap((item: unknown) =>
    isFields(item) && typeof item['id'] === 'string' ? [item['id']] : [],
  );
}

function nameOf(component: Fields, index: number): string {
  const { type, id } = component;
  const words = [type, id].filter((each): each is string => typeof each === 'string');
  return words.length === 0 ? `component ${index + 1}` : `component ${index + 1} (${words.join(' ')})`;
}

function checkComponent(component: unknown, index: number, violations: Violation[]): void {
  const where = isFields(component) ? nameOf(component, index) : `component ${index + 1}`;
  const add = (message: string, severity: Violation['severity'] = 'error', at = where): void => {
    violations.push({ severity, where: at, message });
  };
  if (!isFields(component)) {
    add('It is not an object.');
    return;
  }
  const type = typeof component['type'] === 'string' ? component['type'] : '';
  const shape = COMPONENTS[type];
  if (shape === undefined) {
    add(type === '' ? 'It has no type.' : `${type} is an unknown component type.`);
    return;
  }
  for (const [severity, problem] of shapeProblems(component, shape)) add(`${problem}.`, severity);

  switch (type) {
    case 'text':
      checkText(component['text'], add);
      break;
    case 'list':
      checkEntries(component['items'], 'item', ITEM, add, where);
      break;
    case 'data-table':
      checkEntries(component['items'], 'field-value', ROW, add, where);
      break;
    case 'dropdown':
    case 'single-select':
      checkOptions(component, type, component['options'], add, where);
      break;
    case 'checkbox': {
      const { options, option } = component;
      if (options === undefined && option !== undefined)
        add('It sends option; Intercom shows options in its own example.', 'warning');
      checkOptions(component, type, options ?? option, add, where);
      break;
    }
  }
}

type Add = (message: string, severity?: Violation['severity'], at?: string) => void;

function checkText(value: unknown, add: Add): void {
  if (typeof value !== 'string') return;
  if (MARKUP.test(value)) add('The text holds HTML, which is shown as it is written.');
  if (RELATIVE_DATE.test(value))
    add('The text has a relative date; a canvas stays on screen and the date turns wrong.', 'warning');
  for (const [, label = '', address] of value.matchAll(LINK)) {
    const problem = secureUrl(address);
    if (problem !== null) add(`The address of the link ${label} ${problem}.`);
  }
}

function checkEntries(entries: unknown, type: string, shape: Shape, add: Add, where: string): void {
  if (!Array.isArray(entries)) return;
  if (entries.length === 0) add('It is empty.', 'warning');
  for (const [index, entry] of (entries as unknown[]).entries()) {
    const at = `${where}, entry ${index + 1}`;
    if (!isFields(entry)) {
      add('It is not an object.', 'error', at);
      continue;
    }
    if (entry['type'] !== type) add(`Its type must be ${type}.`, 'error', at);
    for (const [severity, problem] of shapeProblems(entry, shape)) add(`${problem}.`, severity, at);
    const { image, image_width: width, image_height: height } = entry;
    if (type === 'item' && image !== undefined && (width === undefined || height === undefined))
      add('An image needs image_width and image_height.', 'error', at);
  }
}

function checkOptions(
  component: Fields,
  type: keyof typeof OPTION_RANGE,
  options: unknown,
  add: Add,
  where: string,
): void {
  if (!Array.isArray(options)) {
    if (type === 'checkbox' && options === undefined) add('options is missing.');
    return;
  }
  checkEntries(options, 'option', OPTION, add, where);
  const [least, most] = OPTION_RANGE[type];
  if (options.length < least || options.length > most)
    add(
      `It has ${options.length} options; ${least} to ${most} are allowed.`.replace('to Infinity', 'or more'),
    );
  const ids = options.flatMap((option: unknown) => (isFields(option) ? [option['id']] : []));
  if (new Set(ids).size < ids.length) add('Two of its options have the same id.');
  const chosen: unknown[] = Array.isArray(component['value'])
    ? component['value']
    : component['value'] === undefined
      ? []
      : [component['value']];
  for (const each of chosen)
    if (!ids.includes(each)) add(`Its value ${JSON.stringify(each)} is no option's id.`);
}
