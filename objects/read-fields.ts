import type { ChildDefinition, FieldDefinition, FieldType, ObjectDefinition } from './define-object.ts';
import { readFileRows } from './file-rows.ts';
import { firstValue, isEmptyValue, isObject, readPath, type Raw } from './paths.ts';
import { readLines, readLinks } from './read-rows.ts';
import { coerceValue, idOf, nameOf, textOf, typeOfValue } from './read-values.ts';
import { readThread } from './thread-rows.ts';

export interface ReadContext {
  /** IANA zone of the Infraon tenant, for times that carry no offset. */
  timezone: string;
  /** Paths that a connection uses instead of the catalogue's, by field key. */
  paths?: Record<string, string[]>;
}

/** Prefixes of source keys that are not in the catalogue: a custom field by its column, any other value by its path. */
export const CUSTOM_PREFIX = 'custom.';
export const RAW_PREFIX = 'raw.';

export interface CustomField {
  /** `custom.col_…`; the column is stable across renames (Infraon reference, field metadata). */
  key: string;
  label: string;
  type: FieldType;
  options: string[];
  value: unknown;
}

function customType(word: string | undefined, value: unknown): FieldType {
  switch (word) {
    case 'text':
      return 'string';
    case 'textarea':
      return 'html';
    case 'dropdown':
      return Array.isArray(value) ? 'list' : 'enum';
    case 'datetime-local':
      return 'datetime';
    case undefined:
    default:
      return typeOfValue(value);
  }
}

const CUSTOM_VALUES = ['custom_field_data', 'close_info.custom_field_data'];

/** The custom fields of one record: definitions travel with the record (`custom_field[]`), values lie beside them. */
export function customFieldsOf(raw: Raw): CustomField[] {
  const found = new Map<string, CustomField>();
  const definitions = Array.isArray(raw.custom_field) ? (raw.custom_field as unknown[]) : [];
  for (const definition of definitions) {
    if (!isObject(definition)) continue;
    const column = textOf(firstValue(definition, ['data_key', 'name']));
    if (column === undefined) continue;
    const options = Array.isArray(definition.options) ? (definition.options as unknown[]) : [];
    found.set(column, {
      key: CUSTOM_PREFIX + column,
      label: textOf(definition.label) ?? column,
      type: customType(textOf(definition.type), undefined),
      options: options.map((option) => nameOf(option)).filter((option) => option !== undefined),
      value: undefined,
    });
  }
  const words = new Map(
    definitions.filter(isObject).map((item) => [textOf(firstValue(item, ['data_key', 'name'])), item.type]),
  );
  for (const path of CUSTOM_VALUES) {
    const values = readPath(raw, path);
    if (!isObject(values)) continue;
    for (const [column, value] of Object.entries(values)) {
      const known = found.get(column);
      if (isEmptyValue(value) || known?.value !== undefined) continue;
      found.set(column, {
        key: CUSTOM_PREFIX + column,
        label: known?.label ?? column,
        type: customType(textOf(words.get(column)), value),
        options: known?.options ?? [],
        value,
      });
    }
  }
  return [...found.values()];
}

/** The links of one record; a self-link counts once, read from its first end. */
function readEdges(raw: Raw, field: FieldDefinition, ownId: string | undefined): string[] | undefined {
  const { edges } = field;
  if (edges === undefined || ownId === undefined) return undefined;
  const rows = firstValue(raw, edges.rows);
  const links = new Set<string>();
  for (const row of Array.isArray(rows) ? (rows as unknown[]) : [rows]) {
    const [from, to] = edges.ends.map((paths) => idOf(firstValue(row, paths)));
    if (from === undefined || to === undefined || (from !== ownId && to !== ownId)) continue;
    const other = from === ownId ? to : from;
    const name = edges.names === undefined ? undefined : firstValue(row, edges.names[from === ownId ? 0 : 1]);
    if (edges.names === undefined) links.add(other);
    else links.add(`${textOf(name) ?? 'Related'}: ${other}`);
  }
  return links.size === 0 ? undefined : [...links];
}

/** Where the engine puts the links that other records hold, by field. */
export const REVERSE_LINKS = '$linked';

function linkedFrom(raw: Raw, key: string): string[] {
  const ids = readPath(raw, `${REVERSE_LINKS}.${key}`);
  return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
}

function childOf(definition: ObjectDefinition, key: string): ChildDefinition | undefined {
  return definition.children?.find((child) => child.key === key);
}

/**
 * Every field of the catalogue that has a value in a raw record, and its custom fields under `custom.<column>`.
 * Raw records carry `$children.<source>` (rows) and `$joined.<as>`, both from the connector.
 */
export function readFields(
  raw: Raw,
  definition: ObjectDefinition,
  context: ReadContext,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const pathsOf = (field: FieldDefinition) => context.paths?.[field.key] ?? field.paths;
  for (const field of definition.fields) {
    const child = ['thread', 'files'].includes(field.type) ? childOf(definition, field.key) : undefined;
    const found = firstValue(raw, pathsOf(field));
    const value =
      child === undefined
        ? coerceValue(found, field, context.timezone)
        : field.type === 'files'
          ? readFileRows(found, child)
          : readThread(found, child, context.timezone);
    if (value !== undefined) values[field.key] = value;
    const links = [
      ...(field.links === undefined ? [] : readLinks(raw, field.links)),
      ...(field.reverse === undefined ? [] : linkedFrom(raw, field.key)),
    ];
    if (links.length > 0) {
      const known = Array.isArray(value) ? (value as unknown[]) : [];
      values[field.key] = [...new Set([...known, ...links])];
    }
    const lines = field.lines === undefined ? [] : readLines(raw, field.lines, context.timezone);
    if (lines.length > 0) values[field.key] = lines;
  }
  const ownId = textOf(values.id);
  for (const field of definition.fields) {
    const others = readEdges(raw, field, ownId);
    if (others === undefined) continue;
    const known = values[field.key];
    values[field.key] = [...new Set([...(Array.isArray(known) ? (known as unknown[]) : []), ...others])];
  }
  for (const field of customFieldsOf(raw)) {
    const value = coerceValue(field.value, { type: field.type }, context.timezone);
    if (value !== undefined) values[field.key] = value;
  }
  return values;
}

/** The value of a rule's source: a field, a custom field, or (`raw.<path>`) any other value of the record. */
export function readSource(
  raw: Raw,
  source: string,
  values: Record<string, unknown>,
  timezone: string,
): unknown {
  if (Object.hasOwn(values, source)) return values[source];
  if (!source.startsWith(RAW_PREFIX)) return undefined;
  const value = readPath(raw, source.slice(RAW_PREFIX.length));
  return coerceValue(value, { type: typeOfValue(value) }, timezone);
}

/** Values that people supplied for a record, in the form of their fields; null takes a value away. */
export function applyFixes(
  values: Record<string, unknown>,
  fixes: Record<string, unknown>,
  definition: ObjectDefinition,
  timezone: string,
): Record<string, unknown> {
  const fixed = { ...values };
  for (const [key, value] of Object.entries(fixes)) {
    const field = definition.fields.find((candidate) => candidate.key === key);
    const coerced = field === undefined ? value : coerceValue(value, field, timezone);
    if (isEmptyValue(coerced)) delete fixed[key];
    else fixed[key] = coerced;
  }
  return fixed;
}
