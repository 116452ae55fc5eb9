import { ok, param, type ApiContext, type Reply } from '../context.ts';
import { invalid, notFound } from '../failure.ts';
import { findCompany } from '../people/company-store.ts';
import type { AttributeValue, Conversation, ConversationAttribute } from '../records.ts';
import {
  booleanField,
  fieldsOf,
  idField,
  isFields,
  onlyKeys,
  stringField,
  type Fields,
} from '../request-fields.ts';
import { optionValue, readScalar, referenceIds, type ScalarType } from '../schema/values.ts';
import { PREVIEW } from '../versions.ts';
import { appendPart, conversationOf, OPERATOR } from './conversation-store.ts';
import { conversationView } from './conversation-view.ts';

const PRIORITIES = ['none', 'low', 'medium', 'high', 'urgent'];

/** Title, attributes, company, read flag; priority in Preview only (PUT /conversations/{id}). */
export function updateConversation(context: ApiContext): Reply {
  const conversation = conversationOf(context, param(context, 0));
  const fields = fieldsOf(context);
  const keys = ['read', 'title', 'custom_attributes', 'company_id'];
  onlyKeys(context, fields, context.version >= PREVIEW ? [...keys, 'priority', 'admin_id'] : keys);
  const values = readConversationValues(context, fields);
  const companyId = companyOf(context, fields, conversation);
  const title = stringField(fields, 'title');
  const read = booleanField(fields, 'read');
  const priority = context.version >= PREVIEW ? priorityOf(context, fields) : undefined;
  for (const [id, value] of values) {
    if (value === null) conversation.customAttributes.delete(id);
    else conversation.customAttributes.set(id, value);
  }
  conversation.companyId = companyId;
  if (title !== undefined) conversation.title = title;
  if (read !== undefined && read !== null) conversation.read = read;
  if (priority !== undefined) conversation.priority = priority;
  conversation.updatedAt = context.now;
  if (context.state.switches.attributeEventParts) {
    const partType = 'conversation_attribute_updated_by_admin';
    for (let left = values.size; left > 0; left -= 1) {
      appendPart(context.workspace, conversation, { partType, author: OPERATOR }, context.now);
    }
  }
  return ok(conversationView(context, conversation));
}

/** Fails as soon as the workspace has two active attributes of one name, whichever attribute the request names. */
function readConversationValues(context: ApiContext, fields: Fields): Map<number, AttributeValue> {
  const given = fields['custom_attributes'];
  const values = new Map<number, AttributeValue>();
  if (given === undefined || given === null) return values;
  if (!isFields(given)) throw invalid('custom_attributes must be an object', 'custom_attributes');
  const byName = new Map<string, ConversationAttribute>();
  for (const attribute of context.workspace.conversationAttributes.values()) {
    if (attribute.archived) continue;
    if (byName.has(attribute.name)) {
      throw invalid(
        `There are multiple conversation attributes with the name '${attribute.name}'`,
        'custom_attributes',
      );
    }
    byName.set(attribute.name, attribute);
  }
  for (const [name, value] of Object.entries(given)) {
    const attribute = byName.get(name);
    if (attribute === undefined) throw invalid(`Custom attribute '${name}' does not exist`, name);
    values.set(attribute.id, value === null ? null : readValue(context, attribute, value));
  }
  return values;
}

const SCALARS: Readonly<Record<string, ScalarType>> = {
  string: 'string',
  integer: 'integer',
  decimal: 'float',
  boolean: 'boolean',
  datetime: 'date',
};

function readValue(context: ApiContext, attribute: ConversationAttribute, value: unknown): AttributeValue {
  const { name } = attribute;
  if (attribute.reference !== null) {
    const { objectTypeId, type } = attribute.reference;
    return referenceIds(context.workspace, name, { type: objectTypeId, cardinality: type }, value);
  }
  if (attribute.dataType === 'list') {
    const labels = attribute.options.filter((option) => !option.archived).map((option) => option.label);
    return optionValue(context, name, labels, value);
  }
  const scalar = SCALARS[attribute.dataType];
  if (scalar === undefined) throw invalid(`Custom attribute '${name}' cannot be set here`, name);
  return readScalar(name, scalar, value);
}

function companyOf(context: ApiContext, fields: Fields, conversation: Conversation): string | null {
  if (fields['company_id'] === undefined) return conversation.companyId;
  const id = idField(fields, 'company_id');
  if (id === undefined) return null;
  if (findCompany(context, id) === null) throw notFound('Company Not Found', 'company_not_found');
  return id;
}

function priorityOf(context: ApiContext, fields: Fields): string | undefined {
  const { priority } = fields;
  if (priority === undefined) return undefined;
  const adminId = idField(fields, 'admin_id');
  if (adminId !== undefined && !context.workspace.admins.has(adminId)) throw notFound();
  if (typeof priority !== 'string' || !PRIORITIES.includes(priority)) {
    throw invalid(`priority must be one of ${PRIORITIES.join(', ')}`, 'priority');
  }
  return priority;
}
