import { api, ok, param, type ApiContext, type ApiHandler, type Reply } from '../context.ts';
import { ApiFailure, invalid, missing, notFound } from '../failure.ts';
import { numberedPage } from '../paging.ts';
import type { ObjectInstance, ObjectType } from '../records.ts';
import { fieldsOf, onlyKeys, pageNumber, pageSize, stringField, type Fields } from '../request-fields.ts';
import type { Route } from '../router.ts';
import { readDate } from '../schema/values.ts';
import { mergeAttributes } from '../schema/model-attributes.ts';
import { V216 } from '../versions.ts';
import type { Workspace } from '../workspace.ts';
import { instanceView, readInstanceValues } from './instance-values.ts';

const STABLE_SINCE = 13;

/** Custom object instances; their types exist only through the user interface (Intercom API 2.16). */
export const instanceRoutes: Route[] = [
  { method: 'POST', path: '/custom_object_instances/{type}', since: STABLE_SINCE, handler: gated(upsert) },
  { method: 'GET', path: '/custom_object_instances/{type}', since: STABLE_SINCE, handler: gated(find) },
  {
    method: 'DELETE',
    path: '/custom_object_instances/{type}',
    since: STABLE_SINCE,
    handler: gated(removeByExternalId),
  },
  {
    method: 'GET',
    path: '/custom_object_instances/{type}/{id}',
    since: STABLE_SINCE,
    handler: gated(getOne),
  },
  {
    method: 'DELETE',
    path: '/custom_object_instances/{type}/{id}',
    since: STABLE_SINCE,
    handler: gated(removeById),
  },
];

function gated(run: ApiHandler): Route['handler'] {
  return api((context) => {
    if (!context.state.switches.customObjectsOnPlan) {
      throw new ApiFailure(403, 'api_plan_restricted', 'Active subscription needed.');
    }
    return run(context);
  });
}

function typeOf(context: ApiContext): ObjectType {
  const identifier = param(context, 0);
  const type = context.workspace.objectTypes.get(identifier);
  if (type === undefined) throw notFound(`Custom object type \`${identifier}\` not found`);
  return type;
}

function instancesOf(workspace: Workspace, identifier: string): Map<string, ObjectInstance> {
  const instances = workspace.instances.get(identifier) ?? new Map<string, ObjectInstance>();
  workspace.instances.set(identifier, instances);
  return instances;
}

function byExternalId(workspace: Workspace, identifier: string, externalId: string): ObjectInstance | null {
  const id = workspace.instancesByExternalId.get(identifier)?.get(externalId);
  return id === undefined ? null : (instancesOf(workspace, identifier).get(id) ?? null);
}

/** By `external_id`; without one, every call makes a new instance. */
function upsert(context: ApiContext): Reply {
  const type = typeOf(context);
  const fields = fieldsOf(context);
  onlyKeys(context, fields, [
    'external_id',
    'external_created_at',
    'external_updated_at',
    'custom_attributes',
  ]);
  const externalId = stringField(fields, 'external_id') ?? null;
  if (externalId === 'reference_not_found')
    throw invalid("'reference_not_found' is a reserved external_id", 'external_id');
  const values = readInstanceValues(context, type, fields);
  const { workspace } = context;
  const existing = externalId === null ? null : byExternalId(workspace, type.identifier, externalId);
  const instance = existing ?? blank(context, type, externalId);
  instance.customAttributes = mergeAttributes(instance.customAttributes, values);
  instance.externalCreatedAt = dateField(fields, 'external_created_at', instance.externalCreatedAt);
  instance.externalUpdatedAt = dateField(fields, 'external_updated_at', instance.externalUpdatedAt);
  instance.updatedAt = context.now;
  return ok(instanceView(workspace, instance));
}

function dateField(fields: Fields, key: string, stored: number | null): number | null {
  return fields[key] === undefined ? stored : readDate(fields[key]);
}

function blank(context: ApiContext, type: ObjectType, externalId: string | null): ObjectInstance {
  const instance: ObjectInstance = {
    id: context.workspace.ids.next('instance'),
    type: type.identifier,
    externalId,
    externalCreatedAt: null,
    externalUpdatedAt: null,
    createdAt: context.now,
    updatedAt: context.now,
    customAttributes: {},
  };
  instancesOf(context.workspace, type.identifier).set(instance.id, instance);
  if (externalId !== null) {
    const index = context.workspace.instancesByExternalId.get(type.identifier) ?? new Map<string, string>();
    context.workspace.instancesByExternalId.set(type.identifier, index.set(externalId, instance.id));
  }
  return instance;
}

/** With `external_id` one instance, otherwise a list, which older versions do not have. */
function find(context: ApiContext): Reply {
  const type = typeOf(context);
  const externalId = context.query.get('external_id');
  if (externalId !== null) {
    const instance = byExternalId(context.workspace, type.identifier, externalId);
    if (instance === null) throw notFound('Custom object instance not found');
    return ok(instanceView(context.workspace, instance));
  }
  if (context.version < V216) throw missing('external_id not specified', 'external_id');
  const contactId = context.query.get('references_contact_id');
  const conversationId = context.query.get('references_conversation_id');
  const all = [...instancesOf(context.workspace, type.identifier).values()];
  const linked =
    contactId !== null
      ? linkedTo(context.workspace, type, 'contact', contactId)
      : conversationId !== null
        ? linkedTo(context.workspace, type, 'conversation', conversationId)
        : null;
  const shown = (linked === null ? all : all.filter((instance) => linked.has(instance.id))).reverse();
  const address = `${context.state.url}/custom_object_instances/${type.identifier}`;
  const page = numberedPage(shown, pageNumber(context.query), pageSize(context.query, 20, 150), address);
  return ok({
    type: 'list',
    pages: page.pages,
    total_count: page.total,
    data: page.items.map((instance) => instanceView(context.workspace, instance)),
  });
}

/** Links may sit on the contact or conversation, or on the instance itself. */
function linkedTo(
  workspace: Workspace,
  type: ObjectType,
  model: 'contact' | 'conversation',
  id: string,
): Set<string> {
  const found = new Set<string>();
  if (model === 'contact') {
    for (const [name, value] of Object.entries(workspace.contacts.get(id)?.customAttributes ?? {})) {
      const reference = workspace.dataAttributesByName.get(name)?.reference;
      if (reference?.type === type.identifier && Array.isArray(value))
        for (const each of value) found.add(each);
    }
  } else {
    for (const [attributeId, value] of workspace.conversations.get(id)?.customAttributes ?? []) {
      const reference = workspace.conversationAttributes.get(attributeId)?.reference;
      if (reference?.objectTypeId === type.identifier && Array.isArray(value))
        for (const each of value) found.add(each);
    }
  }
  const references = [...type.attributes.values()].filter(
    (attribute) => attribute.references?.type === model,
  );
  if (references.length === 0) return found;
  for (const instance of instancesOf(workspace, type.identifier).values()) {
    const points = references.some((attribute) => {
      const value = instance.customAttributes[attribute.name];
      return Array.isArray(value) && value.includes(id);
    });
    if (points) found.add(instance.id);
  }
  return found;
}

/** The path variable is described as the id or the external id; the id wins. */
function getOne(context: ApiContext): Reply {
  const type = typeOf(context);
  const id = param(context, 1);
  const instance =
    instancesOf(context.workspace, type.identifier).get(id) ??
    byExternalId(context.workspace, type.identifier, id);
  if (instance === null) throw notFound('Custom object instance not found');
  return ok(instanceView(context.workspace, instance));
}

function removeByExternalId(context: ApiContext): Reply {
  const type = typeOf(context);
  const externalId = context.query.get('external_id');
  if (externalId === null || externalId === '') throw missing('external_id not specified', 'external_id');
  return removed(context, type, byExternalId(context.workspace, type.identifier, externalId));
}

function removeById(context: ApiContext): Reply {
  const type = typeOf(context);
  return removed(
    context,
    type,
    instancesOf(context.workspace, type.identifier).get(param(context, 1)) ?? null,
  );
}

function removed(context: ApiContext, type: ObjectType, instance: ObjectInstance | null): Reply {
  if (instance === null) throw notFound('Custom object instance not found');
  deleteInstance(context.workspace, instance);
  return ok({ id: instance.id, object: type.identifier, deleted: true });
}

export function deleteInstance(workspace: Workspace, instance: ObjectInstance): void {
  workspace.instances.get(instance.type)?.delete(instance.id);
  if (instance.externalId !== null)
    workspace.instancesByExternalId.get(instance.type)?.delete(instance.externalId);
}
