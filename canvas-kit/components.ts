/**
 * Types of Canvas Kit for the inbox location, written by hand (app platform reference, section 2.9): the SDK dropped
 * them. `style` of a button is required here, because the platform's default is `primary`, which an inbox app's first
 * canvas must not have.
 */
export type Action = { type: 'submit' } | { type: 'url'; url: string };
export type SaveState = 'unsaved' | 'saved' | 'failed';
export type Option = { type: 'option'; id: string; text: string; disabled?: boolean };
export interface ListItem {
  type: 'item';
  id: string;
  title: string;
  subtitle?: string;
  tertiary_text?: string;
  disabled?: boolean;
  action?: Action;
}
export interface FieldValue {
  type: 'field-value';
  field: string;
  value: string;
}
export interface TextComponent {
  type: 'text';
  id?: string;
  text: string;
  align?: 'left' | 'center' | 'right';
  style?: 'header' | 'paragraph' | 'muted' | 'error';
  bottom_margin?: 'none';
}
export interface ButtonComponent {
  type: 'button';
  id: string;
  label: string;
  style: 'primary' | 'secondary' | 'link';
  disabled?: boolean;
  action: Action;
}
export interface InputComponent {
  type: 'input';
  id: string;
  label?: string;
  placeholder?: string;
  value?: string;
  action?: Action;
  save_state?: SaveState;
  disabled?: boolean;
}
export interface TextareaComponent {
  type: 'textarea';
  id: string;
  label?: string;
  placeholder?: string;
  value?: string;
  error?: boolean;
  disabled?: boolean;
}
export interface ChoiceComponent {
  type: 'dropdown' | 'single-select';
  id: string;
  options: Option[];
  label?: string;
  value?: string;
  save_state?: SaveState;
  disabled?: boolean;
}
export type Component =
  | TextComponent
  | ButtonComponent
  | { type: 'list'; items: ListItem[]; disabled?: boolean }
  | InputComponent
  | TextareaComponent
  | ChoiceComponent
  | { type: 'data-table'; items: FieldValue[] }
  | { type: 'divider'; id?: string; bottom_margin?: 'none' }
  | { type: 'spacer'; id?: string; size?: 'xs' | 's' | 'm' | 'l' | 'xl' };

/** What a canvas remembers of itself. It travels through the teammate's browser, so it decides nothing. */
export type StoredData = Record<string, string | number | boolean | string[]>;
export interface Canvas {
  content: { components: Component[] };
  stored_data?: StoredData;
}

const TITLE_LENGTH = 60;
const SUBTITLE_LENGTH = 120;

export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).trimEnd()}…`;
}

/**
 * Text from outside for a `text` component: `[label](address)` would become a link, so its halves are kept apart, and
 * markup, which would be shown as it is, loses its angle.
 */
export function plain(text: string): string {
  return text.replaceAll('](', '] (').replaceAll(/<(?=\/?[a-z])/gi, '‹');
}

export function link(label: string, url: string): string {
  return `[${label.replaceAll(/[[\]]/g, '')}](${url.replaceAll(')', '%29').replaceAll(' ', '%20')})`;
}

export function canvas(components: Component[], stored?: StoredData): Canvas {
  return { content: { components }, ...(stored === undefined ? {} : { stored_data: { v: 1, ...stored } }) };
}

export function header(text: string): Component {
  return { type: 'text', text, style: 'header' };
}

export function paragraph(text: string): Component {
  return { type: 'text', text, style: 'paragraph' };
}

export function muted(text: string): Component {
  return { type: 'text', text, style: 'muted' };
}

export function errorText(text: string): Component {
  return { type: 'text', text, style: 'error' };
}

export function button(id: string, label: string, style: 'primary' | 'secondary' | 'link'): Component {
  return { type: 'button', id, label, style, action: { type: 'submit' } };
}

export function item(id: string, title: string, subtitle?: string, tertiary?: string): ListItem {
  return {
    type: 'item',
    id,
    title: cut(title, TITLE_LENGTH),
    ...(subtitle === undefined || subtitle === '' ? {} : { subtitle: cut(subtitle, SUBTITLE_LENGTH) }),
    ...(tertiary === undefined || tertiary === '' ? {} : { tertiary_text: cut(tertiary, TITLE_LENGTH) }),
    action: { type: 'submit' },
  };
}

export function list(items: ListItem[]): Component[] {
  return items.length === 0 ? [] : [{ type: 'list', items }];
}

/** Rows without a value are left out; a table without rows is none. */
export function table(rows: readonly (readonly [string, string | null])[]): Component[] {
  const items = rows.flatMap(([field, value]): FieldValue[] =>
    value === null || value === '' ? [] : [{ type: 'field-value', field, value }],
  );
  return items.length === 0 ? [] : [{ type: 'data-table', items }];
}

export function input(id: string, label: string, extra: Partial<InputComponent> = {}): Component {
  return { ...extra, type: 'input', id, label };
}

export function textarea(id: string, label: string, extra: Partial<TextareaComponent> = {}): Component {
  return { ...extra, type: 'textarea', id, label };
}

/** The way back, at the bottom and set apart, on every canvas but the first. */
export function back(id = 'home', label = 'Back'): Component[] {
  return [{ type: 'divider' }, button(id, label, 'link')];
}
