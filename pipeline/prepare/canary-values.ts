import type { SchemaType } from '../../objects/attributes.ts';
import { isObject } from '../../objects/paths.ts';

/** Values that prove an attribute, and what counts as having kept them. Pure. */
export type SheetAttribute = SchemaType['attributes'][number];

const TEXT = 'Infraon canary';
const NUMBER = 7;
const DECIMAL = 1.5;
const SECONDS_PER_DAY = 86_400;

/** The value written for an attribute; undefined for references, which need an instance to point at. */
export function canaryValue(attribute: SheetAttribute, nowSeconds: number): unknown {
  switch (attribute.format) {
    case 'text':
      return TEXT;
    case 'number':
      return NUMBER;
    case 'decimal':
      return DECIMAL;
    case 'boolean':
      return true;
    case 'date':
      return nowSeconds;
    case 'list':
      return attribute.options?.[0];
    case 'reference':
      return undefined;
  }
}

function secondsOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value > 100_000_000_000 ? Math.floor(value / 1000) : value;
  if (typeof value !== 'string') return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.floor(at / 1000);
}

/** Ids in a reference as read back: ids, records, or a list object that holds records (Intercom API 2.16). */
export function referencedIds(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => referencedIds(item));
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  if (!isObject(value)) return [];
  const inner = value.instances ?? value.data ?? value.contacts ?? value.conversations;
  if (inner !== undefined) return referencedIds(inner);
  return value.id === undefined ? [] : referencedIds(value.id);
}

/**
 * Whether the value read back is the value written. Formats are compared by meaning: the description types every
 * custom attribute as text, while its examples hold numbers.
 */
export function isKept(attribute: SheetAttribute, written: unknown, read: unknown): boolean {
  if (read === undefined || read === null) return false;
  switch (attribute.format) {
    case 'number':
    case 'decimal':
      return read !== '' && Number(read) === written;
    case 'boolean':
      return read === written || (typeof read === 'string' && read === String(written));
    case 'date': {
      const seconds = secondsOf(read);
      // A date without a time of day keeps the day.
      return (
        seconds === written ||
        (seconds !== undefined &&
          typeof written === 'number' &&
          seconds === written - (written % SECONDS_PER_DAY))
      );
    }
    case 'reference':
      return referencedIds(read).includes(String(written));
    case 'text':
    case 'list':
      return read === written;
  }
}
