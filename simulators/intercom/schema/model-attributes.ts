import type { ApiContext } from '../context.ts';
import { invalid } from '../failure.ts';
import type { AttributeModel, AttributeValue, DataAttribute } from '../records.ts';
import { isFields, type Fields } from '../request-fields.ts';
import type { Workspace } from '../workspace.ts';
import { limitedString, optionValue, readScalar, referenceIds, referenceView } from './values.ts';

/** Checks `custom_attributes` of a contact or company request and returns the values to store; `null` clears. */
export function readModelAttributes(
  context: ApiContext,
  model: AttributeModel,
  fields: Fields,
): Record<string, AttributeValue> {
  const given = fields['custom_attributes'];
  if (given === undefined || given === null) return {};
  if (!isFields(given)) throw invalid('custom_attributes must be an object', 'custom_attributes');
  const values: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(given)) {
    const attribute = context.workspace.dataAttributesByName.get(name);
    if (attribute?.model !== model || attribute.archived) {
      throw invalid(`Custom attribute '${name}' does not exist`, name);
    }
    values[name] = value === null ? null : readValue(context, attribute, value);
  }
  return values;
}

function readValue(context: ApiContext, attribute: DataAttribute, value: unknown): AttributeValue {
  const { name, dataType } = attribute;
  if (attribute.reference !== null) return referenceIds(context.workspace, name, attribute.reference, value);
  if (attribute.options !== null) return optionValue(context, name, attribute.options, value);
  if (dataType === 'reference') return null;
  const scalar = readScalar(name, dataType, value);
  return typeof scalar === 'string' ? limitedString(context, name, scalar) : scalar;
}

/** Merges new values into stored ones; `null` removes. */
export function mergeAttributes(
  stored: Record<string, AttributeValue>,
  values: Record<string, AttributeValue>,
): Record<string, AttributeValue> {
  const merged = { ...stored, ...values };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

/** `custom_attributes` as answered: archived attributes are left out, references are resolved. */
export function modelAttributesView(
  workspace: Workspace,
  values: Record<string, AttributeValue>,
): Record<string, unknown> {
  const view: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    const attribute = workspace.dataAttributesByName.get(name);
    if (attribute === undefined || attribute.archived) continue;
    view[name] =
      attribute.reference !== null && Array.isArray(value)
        ? referenceView(workspace, attribute.reference.type, value)
        : value;
  }
  return view;
}
