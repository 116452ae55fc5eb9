import { api, ok, param, type ApiContext, type Reply } from '../context.ts';
import { ApiFailure, invalid, notFound, unprocessable } from '../failure.ts';
import type { AttributeModel, DataAttribute } from '../records.ts';
import { booleanField, fieldsOf, isFields, onlyKeys, stringField, type Fields } from '../request-fields.ts';
import type { Route } from '../router.ts';
import { V216 } from '../versions.ts';
import { conversationAttributesAsData } from './conversation-attribute-view.ts';
import { STANDARD_ATTRIBUTES } from './standard-attributes.ts';

/** Contact and company attributes (Intercom API 2.16, Data Attributes). */
export const dataAttributeRoutes: Route[] = [
  { method: 'GET', path: '/data_attributes', handler: api(list) },
  { method: 'POST', path: '/data_attributes', handler: api(create) },
  { method: 'PUT', path: '/data_attributes/{id}', handler: api(update) },
];

const ATTRIBUTE_LIMIT = 250;

function list(context: ApiContext): Reply {
  const model = context.query.get('model');
  if (model === 'conversation') {
    if (context.version >= V216) {
      throw unprocessable(
        'model=conversation is no longer supported. Use GET /conversations/attributes instead',
      );
    }
    return ok({ type: 'list', data: conversationAttributesAsData(context.workspace) });
  }
  if (model !== null && model !== 'contact' && model !== 'company') {
    throw invalid('The Data Attribute model field must be either contact or company', 'model');
  }
  const withArchived = context.query.get('include_archived') === 'true';
  const standard = STANDARD_ATTRIBUTES.filter((attribute) => model === null || attribute.model === model);
  const custom = [...context.workspace.dataAttributes.values()].filter(
    (attribute) => (model === null || attribute.model === model) && (withArchived || !attribute.archived),
  );
  const older =
    context.version < V216 && model === null ? conversationAttributesAsData(context.workspace) : [];
  return ok({ type: 'list', data: [...standard, ...custom.map(attributeView), ...older] });
}

function create(context: ApiContext): Reply {
  const fields = fieldsOf(context);
  onlyKeys(context, fields, ['name', 'model', 'data_type', 'description', 'messenger_writable', 'options']);
  const model = stringField(fields, 'model');
  if (model !== 'contact' && model !== 'company') {
    throw invalid('The Data Attribute model field must be either contact or company', 'model');
  }
  const type = typeOf(fields);
  const name = stringField(fields, 'name') ?? '';
  refuseName(context, name, model);
  const options = type === 'options' ? readOptions(fields) : null;
  const active = [...context.workspace.dataAttributes.values()].filter((attribute) => !attribute.archived);
  if (active.length >= ATTRIBUTE_LIMIT) {
    throw invalid(`You have reached the maximum of ${ATTRIBUTE_LIMIT} custom attributes`);
  }
  const attribute: DataAttribute = {
    id: Number(context.workspace.ids.next('data_attribute')),
    model,
    name,
    description: stringField(fields, 'description') ?? '',
    dataType: type === 'options' ? 'string' : type === 'datetime' ? 'date' : type,
    options,
    messengerWritable: booleanField(fields, 'messenger_writable') ?? false,
    archived: false,
    adminId: context.admin.id,
    createdAt: context.now,
    updatedAt: context.now,
    reference: null,
  };
  context.workspace.dataAttributes.set(attribute.id, attribute);
  context.workspace.dataAttributesByName.set(name, attribute);
  return ok(attributeView(attribute));
}

const TYPES = ['string', 'integer', 'float', 'boolean', 'datetime', 'date', 'options'] as const;

function typeOf(fields: Fields): (typeof TYPES)[number] {
  const type = TYPES.find((known) => known === fields['data_type']);
  if (type === undefined) throw invalid("Data Type isn't an option", 'data_type');
  return type;
}

/** The error text allows letters, digits, currency signs and hyphens; official examples add spaces and underscores. */
const NAME = /^[\p{L}\p{N}\p{Sc}_ -]+$/u;

function refuseName(context: ApiContext, name: string, model: AttributeModel): void {
  if (!NAME.test(name)) {
    throw invalid(
      'Your name for this attribute must only contain alphanumeric characters, currency symbols, and hyphens',
      'name',
    );
  }
  const wanted = model === 'contact' ? 'people' : 'company';
  const existing = context.workspace.dataAttributesByName.get(name);
  if (existing !== undefined) {
    const place = existing.model === 'contact' ? 'people' : 'company';
    throw invalid(
      `You already have '${name}' in your ${place} data. To save this as new ${wanted} data, use a different name.`,
      'name',
    );
  }
  if (STANDARD_ATTRIBUTES.some((attribute) => attribute.name === name && attribute.model === model)) {
    throw invalid(`'${name}' is the name of a standard attribute`, 'name');
  }
}

function readOptions(fields: Fields): string[] {
  const options = fields['options'];
  if (!Array.isArray(options)) throw invalid("Options isn't an array", 'options');
  const values = options.map((option) => (isFields(option) ? option['value'] : undefined));
  if (!values.every((value): value is string => typeof value === 'string' && value !== '')) {
    throw invalid('Every option needs a value', 'options');
  }
  if (new Set(values).size < 2) throw invalid('A list attribute needs at least two options', 'options');
  return values;
}

function update(context: ApiContext): Reply {
  const attribute = context.workspace.dataAttributes.get(Number(param(context, 0)));
  if (attribute === undefined)
    throw notFound("We couldn't find that data attribute to update", 'field_not_found');
  const fields = fieldsOf(context);
  if (fields['data_type'] !== undefined) throw invalid('The data type cannot be changed', 'data_type');
  onlyKeys(context, fields, ['archived', 'description', 'messenger_writable', 'options']);
  const options = fields['options'] === undefined ? attribute.options : readOptions(fields);
  const archived = booleanField(fields, 'archived') ?? attribute.archived;
  const isUsed =
    attribute.reference !== null ||
    [...context.workspace.segments.values()].some(({ dataAttributeIds }) =>
      dataAttributeIds.includes(attribute.id),
    );
  if (archived && !attribute.archived && isUsed) {
    throw new ApiFailure(
      422,
      'data_invalid',
      'The Data Attribute you are trying to archive has a dependant object',
    );
  }
  attribute.options = options;
  attribute.archived = archived;
  attribute.description = stringField(fields, 'description') ?? attribute.description;
  attribute.messengerWritable = booleanField(fields, 'messenger_writable') ?? attribute.messengerWritable;
  attribute.updatedAt = context.now;
  return ok(attributeView(attribute));
}

function attributeView(attribute: DataAttribute): Record<string, unknown> {
  return {
    id: attribute.id,
    type: 'data_attribute',
    name: attribute.name,
    full_name: `custom_attributes.${attribute.name}`,
    label: attribute.name,
    ...(attribute.description === '' ? {} : { description: attribute.description }),
    data_type: attribute.dataType === 'reference' ? 'string' : attribute.dataType,
    ...(attribute.options === null ? {} : { options: attribute.options }),
    api_writable: true,
    ui_writable: false,
    messenger_writable: attribute.messengerWritable,
    custom: true,
    archived: attribute.archived,
    admin_id: attribute.adminId,
    created_at: attribute.createdAt,
    updated_at: attribute.updatedAt,
    model: attribute.model,
  };
}
