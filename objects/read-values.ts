import type { FieldDefinition, FieldType } from './define-object.ts';
import { parseTime } from './dates.ts';
import { firstValue, isEmptyValue, isObject } from './paths.ts';

/** Words that Infraon shows for an untranslated key: `UI.k_In_progress` → `In progress`. */
export function wordsOfKey(key: string): string {
  const match = /^[A-Za-z]+\.(?:k_)?(\w+)$/.exec(key);
  if (!match) return key;
  const words = (match[1] ?? '').replaceAll('_', ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value);
  return undefined;
}

const NAME_KEYS = [
  'name',
  'label',
  'full_name',
  'tag_name',
  'dept_name',
  'location_name',
  'team_name',
  'role_name',
  'title',
  'value',
  'display_key',
  'id',
];

/** The word that stands for a value: names of `{id, name}` objects, i18n keys through `labels`, else their words. */
export function nameOf(value: unknown, labels: Record<string, string> = {}): string | undefined {
  const text = scalarText(isObject(value) ? firstValue(value, NAME_KEYS) : value)?.trim();
  if (text === undefined || text === '') return undefined;
  const label = Object.hasOwn(labels, text) ? labels[text] : undefined;
  return label ?? (text.startsWith('UI.') ? wordsOfKey(text) : text);
}

const ID_KEYS = ['id', 'profile_id', 'ci_id', 'requester_id', 'user_id', 'asset_id', 'tag_id', 'team_id'];

/** The id in a reference given as an id or as an object that carries one. */
export function idOf(value: unknown): string | undefined {
  const text = scalarText(isObject(value) ? firstValue(value, ID_KEYS) : value)?.trim();
  return text === undefined || text === '' || text === '-1' ? undefined : text;
}

const PHONE_KEYS = ['e164Number', 'internationalNumber'];

/** The best number of a phone object: complete ones first, else what can be put together. */
export function phoneOf(value: unknown): string | undefined {
  if (!isObject(value)) {
    const written = scalarText(value)?.trim();
    /** Computed contact fields hold a number on some rows and an address on others. */
    return written === undefined || written === '' || written.includes('@') ? undefined : written;
  }
  const complete = scalarText(firstValue(value, PHONE_KEYS));
  if (complete !== undefined) return complete.trim();
  const national = scalarText(firstValue(value, ['number', 'nationalNumber']))?.trim();
  const dial = scalarText(value.dialCode)?.replaceAll(/\D/g, '');
  if (national === undefined) return undefined;
  if (national.startsWith('+') || dial === undefined || dial === '') return national;
  return `+${dial} ${national.replace(/^0+/, '')}`;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  const text = scalarText(isObject(value) ? nameOf(value) : value)?.trim();
  if (text === undefined || !/^[-+]?\d+(\.\d+)?$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(Math.trunc(number)) ? number : undefined;
}

const TRUE_WORDS = new Set(['true', 'yes', 'y', '1', 'active', 'on']);
const FALSE_WORDS = new Set(['false', 'no', 'n', '0', 'inactive', 'off']);

function booleanOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = nameOf(value)?.toLowerCase();
  if (word === undefined) return undefined;
  if (TRUE_WORDS.has(word)) return true;
  return FALSE_WORDS.has(word) ? false : undefined;
}

/** Any value as one readable text; objects without a name become JSON rather than nothing. */
export function textOf(value: unknown): string | undefined {
  if (isEmptyValue(value)) return undefined;
  if (Array.isArray(value)) {
    const texts = value.map(textOf).filter((text) => text !== undefined);
    return texts.length === 0 ? undefined : texts.join(', ');
  }
  return nameOf(value) ?? JSON.stringify(value);
}

function listOf<T>(value: unknown, read: (item: unknown) => T | undefined): T[] | undefined {
  const items = Array.isArray(value) ? value : [value];
  const read_ = items.map((item) => read(item)).filter((item) => item !== undefined);
  return read_.length === 0 ? undefined : [...new Set(read_)];
}

/**
 * A raw value in the form of its field type: names of enums, ISO times in UTC, ids of references, the best number of a
 * phone. A value that does not fit the type is kept as text, so that a transform can name it; emptiness is undefined.
 */
export function coerceValue(
  value: unknown,
  field: Pick<FieldDefinition, 'type' | 'labels'>,
  timezone: string,
): unknown {
  if (isEmptyValue(value)) return undefined;
  if (field.type === 'list') return listOf(value, (item) => nameOf(item, field.labels) ?? textOf(item));
  if (field.type === 'references') return listOf(value, idOf);
  if (field.type === 'thread' || field.type === 'files') return value;
  const single = Array.isArray(value) ? (value as unknown[]).find((item) => !isEmptyValue(item)) : value;
  switch (field.type) {
    case 'reference':
      return idOf(single);
    case 'enum':
      return nameOf(single, field.labels) ?? textOf(single);
    case 'phone':
      return phoneOf(single);
    case 'integer':
    case 'decimal':
      return numberOf(single) ?? textOf(single);
    case 'boolean':
      return booleanOf(single) ?? textOf(single);
    case 'datetime': {
      const text = textOf(single);
      if (text === undefined) return undefined;
      const instant = parseTime(text, timezone);
      return instant === undefined ? text : new Date(instant).toISOString();
    }
    case 'email':
      return textOf(single)?.trim();
    case 'string':
      return Array.isArray(value) ? textOf(value) : (nameOf(single, field.labels) ?? textOf(single));
    case 'html':
      return textOf(single);
  }
}

/** A whole tag of a known element; stopping at the next `<` keeps the search linear. */
const HTML_TAG =
  /<\/?(?:p|br|div|span|b|i|u|strong|em|a|ul|ol|li|table|tr|td|th|tbody|thead|h[1-6]|img|pre|code|blockquote|hr|font|html|body|style|script)(?:\s[^<>]*)?\/?>/i;

/** Whether a text is markup. `<ann@example.com>` and `a < b` are not. */
export function looksLikeHtml(text: string): boolean {
  return HTML_TAG.test(text);
}

/** The field type that a value of unknown meaning shows by itself. */
export function typeOfValue(value: unknown): FieldType {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'decimal';
  if (Array.isArray(value)) return 'list';
  if (isObject(value)) {
    if (['internationalNumber', 'e164Number', 'nationalNumber'].some((key) => key in value)) return 'phone';
    return 'name' in value || 'display_key' in value ? 'enum' : 'string';
  }
  if (typeof value !== 'string') return 'string';
  const text = value.trim();
  if (parseTime(text, 'UTC') !== undefined) return 'datetime';
  if (/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(text)) return 'email';
  return looksLikeHtml(text) ? 'html' : 'string';
}
