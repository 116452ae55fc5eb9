import type { ApiContext } from '../context.ts';
import { invalid } from '../failure.ts';
import type { AttributeValue, ObjectInstance, ObjectType, ObjectTypeAttribute } from '../records.ts';
import { isFields, type Fields } from '../request-fields.ts';
import { readDate, readScalar, referenceIds, referenceView } from '../schema/values.ts';
import type { Workspace } from '../workspace.ts';

/**
 * The `custom_attributes` of an instance request. Several mistakes are silent: an unreadable date becomes null, a list
 * value that matches no option clears the attribute, references that match nothing are skipped (Intercom API 2.17, custom
 * object instance model).
 */
export function readInstanceValues(
  context: ApiContext,
  type: ObjectType,
  fields: Fields,
): Record<string, AttributeValue> {
  const given = fields['custom_attributes'];
  if (given === undefined || given === null) return {};
  if (!isFields(given)) throw invalid('custom_attributes must be an object', 'custom_attributes');
  const values: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(given)) {
    const attribute = type.attributes.get(name);
    if (attribute === undefined) {
      if (context.state.switches.unknownInstanceAttribute === 'drop') continue;
      throw invalid(`Custom attribute '${name}' does not exist`, name);
    }
    values[name] = value === null ? null : readValue(context.workspace, attribute, value);
  }
  return values;
}

function readValue(workspace: Workspace, attribute: ObjectTypeAttribute, value: unknown): AttributeValue {
  const { name } = attribute;
  switch (attribute.format) {
    case 'text':
      return readScalar(name, 'string', value);
    case 'number':
      return readScalar(name, 'integer', value);
    case 'decimal':
      return readScalar(name, 'float', value);
    case 'boolean':
      return readScalar(name, 'boolean', value);
    case 'date':
      return readDate(value);
    case 'list': {
      const option = attribute.options.find(
        (each) => !each.archived && (each.label === value || each.id === value),
      );
      return option?.label ?? null;
    }
    case 'reference':
      return attribute.references === null
        ? null
        : referenceIds(workspace, name, attribute.references, value);
  }
}

export function instanceView(workspace: Workspace, instance: ObjectInstance): Record<string, unknown> {
  const type = workspace.objectTypes.get(instance.type);
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(instance.customAttributes)) {
    const reference = type?.attributes.get(name)?.references ?? null;
    values[name] =
      reference !== null && Array.isArray(value) ? referenceView(workspace, reference.type, value) : value;
  }
  return {
    id: instance.id,
    type: instance.type,
    custom_attributes: values,
    external_id: instance.externalId,
    external_created_at: instance.externalCreatedAt,
    external_updated_at: instance.externalUpdatedAt,
    created_at: instance.createdAt,
    updated_at: instance.updatedAt,
  };
}
