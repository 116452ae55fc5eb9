import { randomUUID } from 'node:crypto';
import { api, ok, param, type ApiContext, type Reply } from '../context.ts';
import { notFound, unprocessable } from '../failure.ts';
import type { ConversationAttribute, ListOption } from '../records.ts';
import { fieldsOf, isFields, type Fields } from '../request-fields.ts';
import type { Route } from '../router.ts';
import { V216 } from '../versions.ts';
import { conversationAttributeView } from './conversation-attribute-view.ts';

/** Conversation attributes, new in 2.16 (Intercom API 2.16, Conversations Attributes). All failures are 422 or 404. */
export const conversationAttributeRoutes: Route[] = [
  { method: 'GET', path: '/conversations/attributes', since: V216, handler: api(list) },
  { method: 'POST', path: '/conversations/attributes', since: V216, handler: api(create) },
  {
    method: 'GET',
    path: '/conversations/attributes/{id}',
    since: V216,
    handler: api((context) => ok(conversationAttributeView(attributeOf(context)))),
  },
  { method: 'PUT', path: '/conversations/attributes/{id}', since: V216, handler: api(update) },
  { method: 'DELETE', path: '/conversations/attributes/{id}', since: V216, handler: api(archive) },
  { method: 'POST', path: '/conversations/attributes/{id}/options', since: V216, handler: api(addOption) },
  {
    method: 'PUT',
    path: '/conversations/attributes/{id}/options/{option_id}',
    since: V216,
    handler: api(renameOption),
  },
  {
    method: 'DELETE',
    path: '/conversations/attributes/{id}/options/{option_id}',
    since: V216,
    handler: api(archiveOption),
  },
];

const TYPES = ['string', 'integer', 'list', 'decimal', 'boolean', 'datetime', 'relationship', 'files'];
const BASE_KEYS = ['name', 'data_type', 'description', 'required', 'visible_to_team_ids'];
const OWN_KEYS: Readonly<Record<string, string[]>> = {
  string: ['multiline'],
  list: ['options'],
  relationship: ['reference'],
};

function list(context: ApiContext): Reply {
  const attributes = [...context.workspace.conversationAttributes.values()];
  const withArchived = context.query.get('include_archived') === 'true';
  const shown = attributes.filter((attribute) => withArchived || !attribute.archived);
  return ok({ type: 'list', data: shown.map(conversationAttributeView) });
}

function attributeOf(context: ApiContext): ConversationAttribute {
  const attribute = context.workspace.conversationAttributes.get(Number(param(context, 0)));
  if (attribute === undefined) {
    throw notFound('Conversation attribute not found', 'conversation_attribute_not_found');
  }
  return attribute;
}

/** Names are not checked for duplicates: two active ones with one name make `PUT /conversations/{id}` fail. */
function create(context: ApiContext): Reply {
  const fields = fieldsOf(context);
  const dataType = typeof fields['data_type'] === 'string' ? fields['data_type'] : '';
  if (!TYPES.includes(dataType)) {
    throw unprocessable(`data_type '${dataType}' is not valid. Allowed types: ${TYPES.join(', ')}`);
  }
  refuseOtherKeys(fields, [...BASE_KEYS, ...(OWN_KEYS[dataType] ?? [])]);
  const name = fields['name'];
  if (typeof name !== 'string' || name.trim() === '') throw unprocessable('name is required');
  const attribute: ConversationAttribute = {
    id: 0,
    name,
    description: '',
    dataType,
    required: false,
    visibleToTeamIds: [],
    archived: false,
    createdAt: context.now,
    updatedAt: context.now,
    adminId: context.admin.id,
    multiline: false,
    options: dataType === 'list' ? readOptions(fields['options']) : [],
    reference: dataType === 'relationship' ? readReference(context, fields['reference']) : null,
  };
  applyCommon(attribute, fields);
  attribute.id = Number(context.workspace.ids.next('conversation_attribute'));
  context.workspace.conversationAttributes.set(attribute.id, attribute);
  return ok(conversationAttributeView(attribute));
}

function refuseOtherKeys(fields: Fields, allowed: string[]): void {
  const unknown = Object.keys(fields).find((key) => !allowed.includes(key));
  if (unknown !== undefined) throw unprocessable(`'${unknown}' is not accepted for this attribute`);
}

function applyCommon(attribute: ConversationAttribute, fields: Fields): void {
  const { description, required, multiline } = fields;
  const teams = fields['visible_to_team_ids'];
  if (description !== undefined) {
    if (typeof description !== 'string') throw unprocessable('description must be a string');
    attribute.description = description;
  }
  if (required !== undefined) {
    if (typeof required !== 'boolean') throw unprocessable('required must be a boolean');
    attribute.required = required;
  }
  if (multiline !== undefined) {
    if (typeof multiline !== 'boolean') throw unprocessable('multiline must be a boolean');
    attribute.multiline = multiline;
  }
  if (teams !== undefined) {
    if (!Array.isArray(teams)) throw unprocessable('visible_to_team_ids must be an array');
    attribute.visibleToTeamIds = teams.map(String);
  }
}

function readOptions(value: unknown): ListOption[] {
  if (!Array.isArray(value)) throw unprocessable('A list attribute must have at least 2 active options');
  const options = value.map((option) => ({ id: randomUUID(), label: readLabel(option), archived: false }));
  if (new Set(options.map((option) => option.label)).size !== options.length) {
    throw unprocessable('Option labels must be unique');
  }
  if (options.length < 2) throw unprocessable('A list attribute must have at least 2 active options');
  return options;
}

function readLabel(option: unknown): string {
  if (!isFields(option)) throw unprocessable('label is required');
  const { label } = option;
  if (label === undefined || label === null || label === '') throw unprocessable('label is required');
  if (typeof label !== 'string') throw unprocessable('label must be a string');
  if (Object.keys(option).some((key) => key !== 'label')) throw unprocessable("only 'label' is accepted");
  return label;
}

/** The related type must exist, and only the user interface makes types. */
function readReference(context: ApiContext, value: unknown): { type: 'one' | 'many'; objectTypeId: string } {
  const type = isFields(value) ? value['type'] : undefined;
  const objectTypeId = isFields(value) ? value['object_type_id'] : undefined;
  if (type !== 'one' && type !== 'many') throw unprocessable("reference.type must be 'one' or 'many'");
  if (typeof objectTypeId !== 'string' || !context.workspace.objectTypes.has(objectTypeId)) {
    throw unprocessable('reference.object_type_id does not name an existing custom object type');
  }
  return { type, objectTypeId };
}

function update(context: ApiContext): Reply {
  const attribute = attributeOf(context);
  const fields = fieldsOf(context);
  const own = attribute.dataType === 'list' ? [] : (OWN_KEYS[attribute.dataType] ?? []);
  refuseOtherKeys(fields, ['name', 'description', 'required', 'visible_to_team_ids', ...own]);
  const { name } = fields;
  if (name !== undefined) {
    if (typeof name !== 'string' || name.trim() === '') throw unprocessable('name must be a string');
    attribute.name = name;
  }
  if (fields['reference'] !== undefined) attribute.reference = readReference(context, fields['reference']);
  applyCommon(attribute, fields);
  attribute.updatedAt = context.now;
  return ok(conversationAttributeView(attribute));
}

function archive(context: ApiContext): Reply {
  const attribute = attributeOf(context);
  attribute.archived = true;
  attribute.updatedAt = context.now;
  return ok(conversationAttributeView(attribute));
}

function listAttributeOf(context: ApiContext): ConversationAttribute {
  const attribute = attributeOf(context);
  if (attribute.dataType !== 'list') throw unprocessable('Options can only be managed on list attributes');
  return attribute;
}

function optionOf(context: ApiContext, attribute: ConversationAttribute): ListOption {
  const option = attribute.options.find((each) => each.id === param(context, 1));
  if (option === undefined) throw notFound('List option not found', 'conversation_attribute_not_found');
  return option;
}

function addOption(context: ApiContext): Reply {
  const attribute = listAttributeOf(context);
  attribute.options.push({ id: randomUUID(), label: readLabel(fieldsOf(context)), archived: false });
  attribute.updatedAt = context.now;
  return ok(conversationAttributeView(attribute));
}

function renameOption(context: ApiContext): Reply {
  const attribute = listAttributeOf(context);
  optionOf(context, attribute).label = readLabel(fieldsOf(context));
  attribute.updatedAt = context.now;
  return ok(conversationAttributeView(attribute));
}

function archiveOption(context: ApiContext): Reply {
  const attribute = listAttributeOf(context);
  const option = optionOf(context, attribute);
  const active = attribute.options.filter((each) => !each.archived && each !== option);
  if (active.length < 2) throw unprocessable('A list attribute must have at least 2 active options');
  option.archived = true;
  attribute.updatedAt = context.now;
  return ok(conversationAttributeView(attribute));
}
