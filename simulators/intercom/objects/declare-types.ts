import type {
  ConversationAttribute,
  DataAttribute,
  ListOption,
  ObjectType,
  ObjectTypeAttribute,
  Reference,
} from '../records.ts';
import { isFields } from '../request-fields.ts';
import type { Workspace } from '../workspace.ts';

const FORMATS = ['text', 'number', 'decimal', 'list', 'boolean', 'date', 'reference'] as const;

/** Thrown when the person in Settings would see a red field. */
export class DeclarationRefused extends Error {}

/**
 * A person in Settings > Data makes or extends custom object types. The identifiers `contact`, `company` and `conversation`
 * stand for the data of those records, where a person can add what the API cannot: references from a contact.
 * Declaring a known type again adds attributes and options and keeps what is there.
 */
export function declareType(workspace: Workspace, declaration: unknown, nowSeconds: number): void {
  if (!isFields(declaration) || typeof declaration['identifier'] !== 'string') {
    throw new DeclarationRefused('a type needs an identifier');
  }
  const { identifier, name } = declaration;
  const list = declaration['attributes'] ?? [];
  if (!Array.isArray(list)) throw new DeclarationRefused('attributes is an array');
  const attributes = list.map(readAttribute);
  if (identifier === 'contact' || identifier === 'company') {
    for (const attribute of attributes) addModelAttribute(workspace, identifier, attribute, nowSeconds);
    return;
  }
  if (identifier === 'conversation') {
    for (const attribute of attributes) addConversationAttribute(workspace, attribute, nowSeconds);
    return;
  }
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(identifier)) {
    throw new DeclarationRefused(`'${identifier}' is not a type identifier: letters, digits and underscores`);
  }
  const type: ObjectType = workspace.objectTypes.get(identifier) ?? {
    identifier,
    name: typeof name === 'string' ? name : identifier,
    attributes: new Map(),
  };
  for (const attribute of attributes)
    type.attributes.set(attribute.name, merged(type.attributes.get(attribute.name), attribute));
  workspace.objectTypes.set(identifier, type);
}

function readAttribute(value: unknown): ObjectTypeAttribute {
  if (!isFields(value) || typeof value['name'] !== 'string')
    throw new DeclarationRefused('an attribute needs a name');
  const { name } = value;
  const format = FORMATS.find((known) => known === value['format']);
  if (format === undefined)
    throw new DeclarationRefused(`format of '${name}' is one of ${FORMATS.join(', ')}`);
  return {
    name,
    format,
    options: format === 'list' ? readOptions(name, value['options']) : [],
    references: format === 'reference' ? readReference(name, value['references']) : null,
  };
}

function readOptions(name: string, value: unknown): ListOption[] {
  if (!Array.isArray(value)) throw new DeclarationRefused(`list '${name}' needs options`);
  return value.map((option: unknown) => {
    const label = isFields(option) ? (option['label'] ?? option['value']) : option;
    if (typeof label !== 'string' || label === '')
      throw new DeclarationRefused(`an option of '${name}' has no label`);
    return { id: optionId(name, label), label, archived: false };
  });
}

/** Looks like the uuids of the platform, and is the same for the same option in every run. */
function optionId(name: string, label: string): string {
  let hash = 2_166_136_261;
  for (const character of `${name}/${label}`)
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return `0f${hash.toString(16).padStart(8, '0')}-option`;
}

function readReference(name: string, value: unknown): Reference {
  const type = isFields(value) ? value['type'] : undefined;
  const cardinality = isFields(value) ? value['cardinality'] : undefined;
  if (typeof type !== 'string' || (cardinality !== 'one' && cardinality !== 'many')) {
    throw new DeclarationRefused(`reference '${name}' needs a type and a cardinality of one or many`);
  }
  const people = type === 'person' || type === 'people' || type === 'user';
  return { type: people ? 'contact' : type, cardinality };
}

function merged(existing: ObjectTypeAttribute | undefined, added: ObjectTypeAttribute): ObjectTypeAttribute {
  if (existing === undefined) return added;
  if (existing.format !== added.format)
    throw new DeclarationRefused(`'${added.name}' exists with another format`);
  const labels = new Set(existing.options.map((option) => option.label));
  return {
    ...added,
    options: [...existing.options, ...added.options.filter((option) => !labels.has(option.label))],
  };
}

const MODEL_TYPES = {
  text: 'string',
  number: 'integer',
  decimal: 'float',
  list: 'string',
  boolean: 'boolean',
  date: 'date',
  reference: 'reference',
} as const;

function addModelAttribute(
  workspace: Workspace,
  model: 'contact' | 'company',
  added: ObjectTypeAttribute,
  nowSeconds: number,
): void {
  const existing = workspace.dataAttributesByName.get(added.name);
  if (existing !== undefined) {
    if (existing.model !== model) throw new DeclarationRefused(`'${added.name}' exists in the other model`);
    return;
  }
  const attribute: DataAttribute = {
    id: Number(workspace.ids.next('data_attribute')),
    model,
    name: added.name,
    description: '',
    dataType: MODEL_TYPES[added.format],
    options: added.format === 'list' ? added.options.map((option) => option.label) : null,
    messengerWritable: false,
    archived: false,
    adminId: workspace.admins.keys().next().value ?? '0',
    createdAt: nowSeconds,
    updatedAt: nowSeconds,
    reference: added.references,
  };
  workspace.dataAttributes.set(attribute.id, attribute);
  workspace.dataAttributesByName.set(attribute.name, attribute);
}

const CONVERSATION_TYPES = {
  text: 'string',
  number: 'integer',
  decimal: 'decimal',
  list: 'list',
  boolean: 'boolean',
  date: 'datetime',
  reference: 'relationship',
} as const;

function addConversationAttribute(
  workspace: Workspace,
  added: ObjectTypeAttribute,
  nowSeconds: number,
): void {
  const known = [...workspace.conversationAttributes.values()];
  if (known.some((attribute) => attribute.name === added.name && !attribute.archived)) return;
  const attribute: ConversationAttribute = {
    id: Number(workspace.ids.next('conversation_attribute')),
    name: added.name,
    description: '',
    dataType: CONVERSATION_TYPES[added.format],
    required: false,
    visibleToTeamIds: [],
    archived: false,
    createdAt: nowSeconds,
    updatedAt: nowSeconds,
    adminId: workspace.admins.keys().next().value ?? '0',
    multiline: false,
    options: added.options,
    reference:
      added.references === null
        ? null
        : { type: added.references.cardinality, objectTypeId: added.references.type },
  };
  workspace.conversationAttributes.set(attribute.id, attribute);
}
