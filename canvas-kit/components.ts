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

/** Longest texts in each place; a panel is about 45 characters wide, and Intercom publishes no limit of its own. */
export const LENGTHS = { text: 1000, label: 80, title: 60, subtitle: 120, field: 60, value: 300 } as const;

/** Characters that show nothing, or turn the direction of the words after them. Line breaks and joiners stay. */
// eslint-disable-next-line no-control-regex
const INVISIBLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Never in the middle of a character: half of an emoji is no text any more. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text
    .slice(0, length - 1)
    .replace(/[\ud800-\udbff\u200d]+$/, '')
    .trimEnd()}…`;
}

/** Chinese, Japanese, Korean and emoji take the room of two letters. */
export function widthOf(text: string): number {
  return text.replaceAll(/[\u1100-\uffff]/g, '  ').length;
}

/** For places with room for a line or two: no line breaks, and as much as is as wide as so many letters. */
export function brief(text: string, width: number): string {
  const line = cut(text.replaceAll(/\s+/g, ' ').trim(), width);
  if (widthOf(line) <= width) return line;
  let end = line.length;
  while (widthOf(line.slice(0, end)) >= width) end -= 1;
  return cut(line, end + 1);
}

/** What may stand on a canvas: whole characters, none of them invisible, not more than there is room for, never nothing. */
function shown(text: string, length: number): string {
  const visible = text.toWellFormed().replaceAll(INVISIBLE, '');
  return visible.trim() === '' ? '–' : cut(visible, length);
}

/**
 * Text from outside for a `text` component: `[label](address)` would become a link, so its halves are kept apart, and
 * markup, which would be shown as it is, loses its angle.
 */
export function plain(text: string): string {
  return text
    .replaceAll(INVISIBLE, '')
    .replaceAll('](', '] (')
    .replaceAll(/<(?=\/?[a-z])/gi, '‹');
}

/** A link in a text; only its label where Intercom would refuse the address, or the text would be nothing but address. */
export function link(label: string, url: string): string {
  const words = shown(label.replaceAll(/[[\]]/g, ''), LENGTHS.title);
  const address = url.replaceAll(/[() <>]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
  return address.length <= MAX_ADDRESS && isSecure(address) ? `[${words}](${address})` : words;
}

const MAX_ADDRESS = 500;

/** https, or this very machine while somebody develops. */
function isSecure(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return (
    protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
  );
}

export function canvas(components: Component[], stored?: StoredData): Canvas {
  return { content: { components }, ...(stored === undefined ? {} : { stored_data: { v: 1, ...stored } }) };
}

function text(words: string, style: NonNullable<TextComponent['style']>): Component {
  return { type: 'text', text: shown(words, LENGTHS.text), style };
}

export function header(words: string): Component {
  return text(words, 'header');
}

export function paragraph(words: string): Component {
  return text(words, 'paragraph');
}

export function muted(words: string): Component {
  return text(words, 'muted');
}

export function errorText(words: string): Component {
  return text(words, 'error');
}

export function button(id: string, label: string, style: 'primary' | 'secondary' | 'link'): Component {
  return { type: 'button', id, label: shown(label, LENGTHS.label), style, action: { type: 'submit' } };
}

export function item(id: string, title: string, subtitle?: string, tertiary?: string): ListItem {
  return {
    type: 'item',
    id,
    title: shown(brief(title, LENGTHS.title), LENGTHS.title),
    ...(subtitle === undefined || subtitle === ''
      ? {}
      : { subtitle: shown(brief(subtitle, LENGTHS.subtitle), LENGTHS.subtitle) }),
    ...(tertiary === undefined || tertiary === ''
      ? {}
      : { tertiary_text: shown(brief(tertiary, LENGTHS.title), LENGTHS.title) }),
    action: { type: 'submit' },
  };
}

export function list(items: ListItem[]): Component[] {
  return items.length === 0 ? [] : [{ type: 'list', items }];
}

/** Rows without a value are left out; a table without rows is none. */
export function table(rows: readonly (readonly [string, string | null])[]): Component[] {
  const items = rows.flatMap(([field, value]): FieldValue[] =>
    value === null || value === ''
      ? []
      : [{ type: 'field-value', field: shown(field, LENGTHS.field), value: shown(value, LENGTHS.value) }],
  );
  return items.length === 0 ? [] : [{ type: 'data-table', items }];
}

/** What was typed goes back as it was, without what no field can hold. */
function valueOf({ value }: { value?: string }): { value?: string } {
  return value === undefined ? {} : { value: value.toWellFormed().replaceAll('\u0000', '') };
}

export function input(id: string, label: string, extra: Partial<InputComponent> = {}): Component {
  return { ...extra, type: 'input', id, label: shown(label, LENGTHS.label), ...valueOf(extra) };
}

export function textarea(id: string, label: string, extra: Partial<TextareaComponent> = {}): Component {
  return { ...extra, type: 'textarea', id, label: shown(label, LENGTHS.label), ...valueOf(extra) };
}

/** The way back, at the bottom and set apart, on every canvas but the first. */
export function back(id = 'home', label = 'Back'): Component[] {
  return [{ type: 'divider' }, button(id, label, 'link')];
}
