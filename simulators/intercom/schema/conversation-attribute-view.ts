import type { ConversationAttribute } from '../records.ts';
import type { Workspace } from '../workspace.ts';

export function conversationAttributeView(attribute: ConversationAttribute): Record<string, unknown> {
  return {
    type: 'conversation_attribute',
    id: attribute.id,
    name: attribute.name,
    description: attribute.description,
    data_type: attribute.dataType,
    required: attribute.required,
    visible_to_team_ids: attribute.visibleToTeamIds,
    archived: attribute.archived,
    created_at: attribute.createdAt,
    updated_at: attribute.updatedAt,
    admin_id: attribute.adminId,
    ...(attribute.dataType === 'string' ? { multiline: attribute.multiline } : {}),
    ...(attribute.dataType === 'list' ? { options: attribute.options } : {}),
    ...(attribute.reference === null
      ? {}
      : { reference: { type: attribute.reference.type, object_type_id: attribute.reference.objectTypeId } }),
  };
}

/** Before 2.16 conversation attributes were part of `GET /data_attributes`, read only. */
export function conversationAttributesAsData(workspace: Workspace): Record<string, unknown>[] {
  return [...workspace.conversationAttributes.values()]
    .filter((attribute) => !attribute.archived)
    .map((attribute) => ({
      id: attribute.id,
      type: 'data_attribute',
      name: attribute.name,
      full_name: attribute.name,
      label: attribute.name,
      data_type: attribute.dataType,
      ...(attribute.dataType === 'list' ? { options: attribute.options.map((option) => option.label) } : {}),
      api_writable: true,
      ui_writable: true,
      messenger_writable: false,
      custom: true,
      archived: false,
      model: 'conversation',
    }));
}
