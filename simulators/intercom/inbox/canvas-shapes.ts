import { isFields, type Fields } from '../request-fields.ts';

/** What is wrong with a value, as the end of a sentence that names it; `null` when nothing is. */
export type Check = (value: unknown) => string | null;

export interface Shape {
  required: Record<string, Check>;
  optional: Record<string, Check>;
}

const text: Check = (value) => (typeof value === 'string' ? null : 'must be a text');
const filled: Check = (value) =>
  typeof value === 'string' && value !== '' ? null : 'must be a text that is not empty';
const flag: Check = (value) => (typeof value === 'boolean' ? null : 'must be true or false');
const size: Check = (value) => (typeof value === 'number' && value > 0 ? null : 'must be a number above 0');
const texts: Check = (value) =>
  Array.isArray(value) && value.every((each) => typeof each === 'string') ? null : 'must be a list of texts';
const entries: Check = (value) => (Array.isArray(value) ? null : 'must be a list');

function oneOf(...allowed: string[]): Check {
  return (value) =>
    typeof value === 'string' && allowed.includes(value) ? null : `must be one of ${allowed.join(', ')}`;
}

/**
 * A secure address. Plain http on the loopback interface passes: there an app under development stands for its https
 * self.
 */
export const secureUrl: Check = (value) => {
  if (typeof value !== 'string' || !URL.canParse(value)) return 'must be an address';
  const { protocol, hostname } = new URL(value);
  const loopback = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
  return protocol === 'https:' || (protocol === 'http:' && loopback) ? null : 'must be an https address';
};

/** Sheets exist in the Messenger only (app platform, section 2.10). */
const anyAction: Check = (value) => {
  if (!isFields(value)) return 'must be an action';
  switch (value['type']) {
    case 'submit':
      return null;
    case 'url': {
      const problem = secureUrl(value['url']);
      return problem === null ? null : `opens an address that ${problem}`;
    }
    case 'sheet':
      return 'opens a sheet, which the inbox does not have';
    default:
      return 'has a type that is neither submit nor url';
  }
};

const urlAction: Check = (value) =>
  isFields(value) && value['type'] === 'url' ? anyAction(value) : 'must be a url action';

const id = { id: filled };
const noMargin = { bottom_margin: oneOf('none') };
const saveState = { save_state: oneOf('unsaved', 'saved', 'failed') };
const disabled = { disabled: flag };

export const ITEM: Shape = {
  required: { id: filled, title: filled },
  optional: {
    subtitle: text,
    tertiary_text: text,
    image: secureUrl,
    image_width: size,
    image_height: size,
    rounded_image: flag,
    action: anyAction,
    ...disabled,
  },
};
export const OPTION: Shape = { required: { id: filled, text: filled }, optional: { ...disabled } };
export const ROW: Shape = { required: { field: filled, value: text }, optional: {} };

/** The components of section 2.6 of the app platform reference. */
export const COMPONENTS: Readonly<Record<string, Shape>> = {
  text: {
    required: { text },
    optional: {
      ...id,
      align: oneOf('left', 'center', 'right'),
      style: oneOf('header', 'paragraph', 'muted', 'error'),
      ...noMargin,
    },
  },
  button: {
    required: { id: filled, label: filled, action: anyAction },
    optional: { style: oneOf('primary', 'secondary', 'link'), ...disabled },
  },
  list: { required: { items: entries }, optional: { ...disabled } },
  input: {
    required: { id: filled },
    optional: { label: text, placeholder: text, value: text, action: anyAction, ...saveState, ...disabled },
  },
  textarea: {
    required: { id: filled },
    optional: { label: text, placeholder: text, value: text, error: flag, ...disabled },
  },
  dropdown: {
    required: { id: filled, options: entries },
    optional: { label: text, value: text, ...saveState, ...disabled },
  },
  'single-select': {
    required: { id: filled, options: entries },
    optional: { label: text, value: text, action: anyAction, ...saveState, ...disabled },
  },
  // The reference names the array `option`, Intercom's own tutorial sends `options`: both pass, one must be there.
  checkbox: {
    required: { id: filled },
    optional: {
      label: text,
      value: texts,
      options: entries,
      option: entries,
      ...saveState,
      ...disabled,
    },
  },
  'data-table': { required: { items: entries }, optional: {} },
  divider: { required: {}, optional: { ...id, ...noMargin } },
  spacer: { required: {}, optional: { ...id, size: oneOf('xs', 's', 'm', 'l', 'xl') } },
  image: {
    required: { url: secureUrl, width: size, height: size },
    optional: {
      ...id,
      align: oneOf('left', 'center', 'right', 'full_width'),
      rounded: flag,
      ...noMargin,
      action: urlAction,
    },
  },
};

/** Problems of an object against a shape, as `[severity, sentence]`. */
export function shapeProblems(fields: Fields, shape: Shape): ['error' | 'warning', string][] {
  const problems: ['error' | 'warning', string][] = [];
  for (const [key, check] of Object.entries(shape.required)) {
    if (fields[key] === undefined) problems.push(['error', `${key} is missing`]);
    else pushProblem(problems, key, check(fields[key]));
  }
  for (const [key, check] of Object.entries(shape.optional)) {
    if (fields[key] !== undefined) pushProblem(problems, key, check(fields[key]));
  }
  for (const key of Object.keys(fields)) {
    if (key !== 'type' && !(key in shape.required) && !(key in shape.optional))
      problems.push(['warning', `${key} is no documented field`]);
  }
  return problems;
}

function pushProblem(problems: ['error' | 'warning', string][], key: string, problem: string | null): void {
  if (problem !== null) problems.push(['error', `${key} ${problem}`]);
}
