import { compareValue } from '../../load/attributes.ts';
import type { SpareReason } from '../undo-plan.ts';
import { CUSTOM_TARGET } from '../../../objects/mapping.ts';

/** A body as Intercom takes it, flat: `name`, `custom_attributes.Site`. */
export function flat(body: Record<string, unknown>): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [name, value] of Object.entries(body)) {
    if (name !== 'custom_attributes') {
      if (value !== undefined) fields.set(name, value);
      continue;
    }
    for (const [attribute, inner] of Object.entries((value ?? {}) as Record<string, unknown>))
      if (inner !== undefined) fields.set(`${CUSTOM_TARGET}${attribute}`, inner);
  }
  return fields;
}

export function valueOf(thing: object, field: string): unknown {
  const raw = thing as Record<string, unknown>;
  if (!field.startsWith(CUSTOM_TARGET)) return raw[field];
  const attributes = raw['custom_attributes'] as Record<string, unknown> | undefined;
  return attributes?.[field.slice(CUSTOM_TARGET.length)];
}

/** Equal for a reader: white space, and how Intercom writes numbers and references, do not count. */
export function isEqual(field: string, expected: unknown, actual: unknown): boolean {
  if (field === 'phone') return digitsOf(expected) === digitsOf(actual);
  if (field === 'email') return textOf(expected).toLowerCase() === textOf(actual).toLowerCase();
  const wanted = isReference(expected) ? idsOf(expected) : expected;
  return ['equal', 'equal_after_normalising'].includes(compareValue(field, wanted, actual).class);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function digitsOf(value: unknown): string {
  return textOf(value).replaceAll(/[^\d+]/g, '');
}

const LISTS = ['instances', 'data', 'contacts', 'conversations'];

function isReference(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && LISTS.some((name) => Array.isArray((value as never)[name]))
  );
}

/** References are answered as lists of things and written as lists of ids. */
function idsOf(value: Record<string, unknown>): string[] {
  const list = LISTS.map((name) => value[name]).find((candidate) => Array.isArray(candidate)) ?? [];
  return (list as unknown[]).map((item) =>
    typeof item === 'object' && item !== null ? String((item as { id?: unknown }).id) : String(item),
  );
}

export interface Changes {
  /** As an update takes it. */
  body: Record<string, unknown>;
  expected: Record<string, unknown>;
  left: SpareReason[];
}

/**
 * Three-way, field by field: what still is as we wrote it gets its earlier value back, what people changed since stays
 * theirs, and what is as it was needs nothing.
 */
export function changesBack(
  prior: Record<string, unknown>,
  bodies: ReadonlyMap<string, unknown>[],
  now: object,
): Changes {
  const changes: Changes = { body: {}, expected: {}, left: [] };
  const attributes: Record<string, unknown> = {};
  for (const field of new Set(bodies.flatMap((body) => [...body.keys()]))) {
    const before = valueOf(prior, field) ?? null;
    const current = valueOf(now, field) ?? null;
    if (isEqual(field, before, current)) continue;
    const ours = bodies.flatMap((body) => (body.has(field) ? [body.get(field)] : []));
    if (!ours.some((value) => isEqual(field, value, current))) {
      changes.left.push(leftAsEdited(field, ours[0], current));
      continue;
    }
    const value = isReference(before) ? idsOf(before) : before;
    changes.expected[field] = value;
    if (field.startsWith(CUSTOM_TARGET)) attributes[field.slice(CUSTOM_TARGET.length)] = value;
    else changes.body[field] = value;
  }
  if (Object.keys(attributes).length > 0) changes.body['custom_attributes'] = attributes;
  return changes;
}

export function leftAsEdited(field: string, ours: unknown, theirs: unknown): SpareReason {
  return {
    code: 'edited',
    message: `${field} was changed in Intercom after it was loaded and stays as it is.`,
    field,
    ours: ours ?? null,
    theirs: theirs ?? null,
  };
}
