import type { AttributeValue } from '../../objects/payloads.ts';
import { isRecordRef, type RecordRef } from '../../objects/mapping.ts';
import { withoutAddedLinks } from './record-links.ts';
import type { Comparison, LoadContext } from './destination.ts';

type Resolving = Pick<LoadContext, 'resolve' | 'settings'>;

/**
 * Custom attributes as Intercom takes them: references as Intercom ids, unresolved ones left out. How many ids an attribute
 * takes is not published (Intercom API 2.16, custom objects): all are sent unless the settings say otherwise.
 */
export function resolveAttributes(
  attributes: Record<string, AttributeValue>,
  context: Resolving,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, resolveValue(value, context)]),
  );
}

function resolveValue(value: AttributeValue, { resolve, settings }: Resolving): unknown {
  const refs = Array.isArray(value) ? value : isRecordRef(value) ? [value] : undefined;
  if (refs === undefined) return value;
  const ids = refs.flatMap((ref) => resolve(ref)?.destinationId ?? []);
  return ids.slice(0, settings.links_per_attribute ?? ids.length);
}

export function refsIn(attributes: Record<string, AttributeValue>): RecordRef[] {
  return Object.values(attributes).flatMap((value) =>
    Array.isArray(value) ? value : isRecordRef(value) ? [value] : [],
  );
}

export function compareAttributes(
  expected: Record<string, unknown>,
  actual: Record<string, unknown>,
  prefix = 'custom_attributes.',
): Comparison[] {
  return Object.entries(expected).map(([name, value]) =>
    compareValue(`${prefix}${name}`, value, actual[name]),
  );
}

/**
 * Text that differs only in white space is equal after normalising: Intercom trims and folds it. Numbers and texts of
 * numbers are the same value (custom object attributes are described as strings); references are sets.
 */
export function compareValue(field: string, expected: unknown, actual: unknown): Comparison {
  if (Array.isArray(expected)) return compareSets(field, expected.map(String), idsOf(actual));
  const absent = isEmpty(actual);
  if (isEmpty(expected))
    return absent ? { field, class: 'equal' } : { field, class: 'extra', expected, actual };
  if (absent) return { field, class: 'missing', expected, actual: actual ?? null };
  if (expected === actual) return { field, class: 'equal' };
  if (String(expected) === String(actual)) return { field, class: 'equal_after_normalising' };
  if (typeof expected === 'string' && typeof actual === 'string' && fold(expected) === fold(actual)) {
    return { field, class: 'equal_after_normalising' };
  }
  return { field, class: 'mismatch', expected, actual };
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

export function fold(text: string): string {
  return withoutAddedLinks(text.replace(/\s+/g, ' ')).trim();
}

const LISTS = ['instances', 'data', 'contacts', 'conversations'];

/** A reference attribute comes back as an id, a list of ids, or a list of instances, contacts or conversations. */
export function idsOf(value: unknown): string[] {
  if (Array.isArray(value)) return (value as unknown[]).flatMap(idsOf);
  if (typeof value === 'object' && value !== null) {
    const lists = value as Record<string, unknown>;
    const list = LISTS.map((name) => lists[name]).find((candidate) => Array.isArray(candidate));
    if (list !== undefined) return idsOf(list);
    const { id } = lists;
    return typeof id === 'string' || typeof id === 'number' ? [String(id)] : [];
  }
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
}

function compareSets(field: string, expected: string[], actual: string[]): Comparison {
  const [wanted, there] = [new Set(expected), new Set(actual)];
  const missing = expected.filter((item) => !there.has(item));
  const extra = actual.filter((item) => !wanted.has(item));
  if (missing.length > 0) return { field, class: 'missing', expected, actual };
  if (extra.length > 0) return { field, class: 'extra', expected, actual };
  return { field, class: 'equal' };
}
