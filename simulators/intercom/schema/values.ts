import type { ApiContext } from '../context.ts';
import { invalid } from '../failure.ts';
import type { AttributeValue, Reference } from '../records.ts';
import type { Workspace } from '../workspace.ts';

export type ScalarType = 'string' | 'integer' | 'float' | 'boolean' | 'date';

/** Unix seconds of an integer or an ISO 8601 text; `null` when it is neither. */
export function readDate(value: unknown): number | null {
  if (typeof value === 'number') return Number.isInteger(value) ? value : null;
  if (typeof value !== 'string') return null;
  if (/^\d{9,11}$/.test(value)) return Number(value);
  if (!/^\d{4}-\d{2}-\d{2}/.test(value)) return null;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? null : Math.floor(ms / 1_000);
}

/** A value of the declared type, or 400: types are never converted. */
export function readScalar(name: string, type: ScalarType, value: unknown): string | number | boolean {
  switch (type) {
    case 'string':
      if (typeof value === 'string') return value;
      break;
    case 'integer':
      if (typeof value === 'number' && Number.isInteger(value)) return value;
      break;
    case 'float':
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      break;
    case 'boolean':
      if (typeof value === 'boolean') return value;
      break;
    case 'date': {
      const seconds = readDate(value);
      if (seconds !== null) return seconds;
      break;
    }
  }
  throw invalid(`Custom attribute '${name}' has an invalid value for its type ${type}`, name);
}

/** Contact and company strings have a reported length limit; the reaction to longer ones is a switch. */
export function limitedString(context: ApiContext, name: string, value: string): string {
  const { stringValueLimit, longStringValue } = context.state.switches;
  if (stringValueLimit === 0 || value.length <= stringValueLimit) return value;
  if (longStringValue === 'truncate') return value.slice(0, stringValueLimit);
  throw invalid(`Custom attribute '${name}' is too long (maximum is ${stringValueLimit} characters)`, name);
}

/** One of the labels; what happens to any other value is a switch, because Intercom documented and withdrew a rule. */
export function optionValue(
  context: ApiContext,
  name: string,
  labels: readonly string[],
  value: unknown,
): string | null {
  if (typeof value === 'string' && labels.includes(value)) return value;
  switch (context.state.switches.valueOutsideOptions) {
    case 'clear':
      return null;
    case 'accept':
      return typeof value === 'string' ? value : null;
    case 'reject':
      throw invalid(`Custom attribute '${name}' has a value that is not one of its options`, name);
  }
}

/**
 * The ids of a reference value. One id or an array; an array replaces the whole set, and ids that match nothing are
 * skipped without a word (Intercom API 2.17, custom object instance model).
 */
export function referenceIds(
  workspace: Workspace,
  name: string,
  reference: Pick<Reference, 'type' | 'cardinality'>,
  value: unknown,
): string[] {
  const given: unknown[] = Array.isArray(value) ? value : [value];
  const ids = given.map((id) => (typeof id === 'string' || typeof id === 'number' ? String(id) : null));
  if (ids.some((id) => id === null))
    throw invalid(`Custom attribute '${name}' takes ids of ${reference.type}`, name);
  const known = [...new Set(ids)].filter(
    (id): id is string => id !== null && exists(workspace, reference.type, id),
  );
  if (reference.cardinality === 'one' && given.length > 1) {
    throw invalid(`Custom attribute '${name}' takes one reference`, name);
  }
  return known;
}

function exists(workspace: Workspace, type: string, id: string): boolean {
  if (type === 'contact') return workspace.contacts.get(id)?.archived === false;
  if (type === 'conversation') return workspace.conversations.has(id);
  return workspace.instances.get(type)?.has(id) === true;
}

/** A reference as answered: the list of what it points to. Nested references are left out. */
export function referenceView(
  workspace: Workspace,
  type: string,
  ids: readonly string[],
): Record<string, unknown> {
  if (type === 'contact') {
    const contacts = ids.flatMap((id) => {
      const contact = workspace.contacts.get(id);
      return contact === undefined ? [] : [{ type: 'contact', id, external_id: contact.externalId }];
    });
    return { type: 'contact.list', contacts };
  }
  if (type === 'conversation') {
    const conversations = ids
      .filter((id) => workspace.conversations.has(id))
      .map((id) => ({ type: 'conversation', id }));
    return { type: 'conversation.list', conversations };
  }
  const instances = ids.flatMap((id) => {
    const instance = workspace.instances.get(type)?.get(id);
    if (instance === undefined) return [];
    return [
      {
        id,
        external_id: instance.externalId,
        external_created_at: instance.externalCreatedAt,
        external_updated_at: instance.externalUpdatedAt,
        custom_attributes: scalarsOf(instance.customAttributes),
        type,
      },
    ];
  });
  return { type: `${type}.list`, instances };
}

function scalarsOf(values: Record<string, AttributeValue>): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !Array.isArray(value)));
}
