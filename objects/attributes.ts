import type { ObjectDefinition } from './define-object.ts';
import type { ApplicableRule } from './map-record.ts';
import { CUSTOM_TARGET } from './mapping.ts';
import { RESOURCES, type AttributeType, type ResourceDescription } from './resources.ts';
import { transformNamed } from './transforms.ts';

/** A custom attribute that must exist before records of an object can be loaded. */
export interface AttributeSpec {
  name: string;
  model: ResourceDescription['attributes']['model'];
  type: AttributeType;
  /** Lists: the labels, two or more. */
  options?: string[];
  /** Relationships: custom object type by its identifier. */
  references?: { type: string; cardinality: 'one' | 'many' };
}

/** One type of the schema sheet, in the shape of `GET /object-types`. */
export interface SchemaType {
  identifier: string;
  name: string;
  attributes: {
    name: string;
    format: 'text' | 'number' | 'decimal' | 'list' | 'boolean' | 'date' | 'reference';
    options?: string[];
    references?: { type: string; cardinality: 'one' | 'many' };
  }[];
}

const TYPES: Partial<Record<string, AttributeType>> = {
  string: 'string',
  text: 'text',
  email: 'string',
  phone: 'string',
  integer: 'integer',
  decimal: 'decimal',
  boolean: 'boolean',
  datetime: 'datetime',
  unixSeconds: 'datetime',
  list: 'list',
  relationship: 'relationship',
};

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function constantType(value: unknown): AttributeType {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'decimal';
  return 'string';
}

function typeOf(rule: ApplicableRule, model: AttributeSpec['model']): AttributeType {
  const options = rule.options ?? {};
  if (rule.transform === 'constant') return constantType(options.value);
  const type = TYPES[transformNamed(rule.transform)?.produces ?? ''] ?? 'string';
  /** Several tags in one attribute are a text; only an enumeration is a list in Intercom's sense. */
  if (type === 'list' && (rule.transform !== 'enum' || strings(options.allowed).length < 2)) return 'string';
  return type === 'text' && (model === 'contact' || model === 'company') ? 'string' : type;
}

function referenceOf(rule: ApplicableRule): { type: string; cardinality: 'one' | 'many' } {
  const options = rule.options ?? {};
  return {
    type: typeof options.type === 'string' ? options.type : '',
    cardinality: options.cardinality === 'one' ? 'one' : 'many',
  };
}

/**
 * The custom attributes that a map needs, in the order of its rules. A list with fewer than two options cannot exist in
 * Intercom (API 2.16, POST /data_attributes and POST /conversations/attributes), so it is a string.
 */
export function attributesOf(
  definition: ObjectDefinition,
  rules: readonly ApplicableRule[],
): AttributeSpec[] {
  const { model } = RESOURCES[definition.destination.resource].attributes;
  const specs = new Map<string, AttributeSpec>();
  for (const rule of rules) {
    if (!rule.target.startsWith(CUSTOM_TARGET)) continue;
    const name = rule.target.slice(CUSTOM_TARGET.length);
    const type = typeOf(rule, model);
    specs.set(name, {
      name,
      model,
      type,
      ...(type === 'list' ? { options: strings(rule.options?.allowed) } : {}),
      ...(type === 'relationship' ? { references: referenceOf(rule) } : {}),
    });
  }
  return [...specs.values()];
}

/** What a reference attribute calls the records of an object; undefined for those that nothing can refer to. */
export function referenceTypeOf(definition: ObjectDefinition): string | undefined {
  const { type, resource } = definition.destination;
  return type?.identifier ?? RESOURCES[resource].referenceType;
}

const FORMATS: Record<AttributeType, SchemaType['attributes'][number]['format']> = {
  string: 'text',
  text: 'text',
  integer: 'number',
  decimal: 'decimal',
  boolean: 'boolean',
  datetime: 'date',
  list: 'list',
  relationship: 'reference',
};

/** The type that the owner creates by hand for an object whose destination is a custom object; null for others. */
export function schemaTypeOf(
  definition: ObjectDefinition,
  rules: readonly ApplicableRule[],
): SchemaType | null {
  const type = definition.destination.type;
  if (type === undefined) return null;
  const attributes = attributesOf(definition, rules).map((spec) => ({
    name: spec.name,
    format: FORMATS[spec.type],
    ...(spec.options === undefined ? {} : { options: spec.options }),
    ...(spec.references === undefined ? {} : { references: spec.references }),
  }));
  return { identifier: type.identifier, name: type.name, attributes };
}
