import type { ObjectDefinition } from './define-object.ts';
import { CUSTOM_TARGET, isRecordRef, type MappingIssue, type RecordRef } from './mapping.ts';
import type {
  ArticlePayload,
  AttributeValue,
  CompanyPayload,
  ContactPayload,
  ConversationPayload,
  CustomObjectPayload,
  FileRef,
  DocumentPayload,
  Payload,
  ThreadPart,
} from './payloads.ts';
import { isEmptyValue } from './paths.ts';
import { textOf } from './read-values.ts';
import { RESOURCES } from './resources.ts';
import type { ArticleBody, Publication } from './transforms/article.ts';

type Values = Record<string, unknown>;
type Built = { payload: Payload; warnings: MappingIssue[] } | { issues: MappingIssue[] };

/** The identity of a record by its definition's template; undefined when the source lacks a value it needs. */
export function identityOf(definition: ObjectDefinition, values: Values): string | undefined {
  let complete = true;
  const identity = definition.identity.template.replace(/\{(\w+)\}/g, (_whole, key: string) => {
    const value = textOf(values[key]) ?? (key === 'display_id' ? textOf(values.id) : undefined);
    if (value === undefined) complete = false;
    return value ?? '';
  });
  return complete ? identity : undefined;
}

/**
 * Attributes state the whole truth: a mapped attribute without a value is null (an empty list for references), so that
 * a value taken away at the source is taken away in Intercom too.
 */
function customAttributes(targets: Values): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const [target, value] of Object.entries(targets)) {
    if (!target.startsWith(CUSTOM_TARGET)) continue;
    attributes[target.slice(CUSTOM_TARGET.length)] = attributeValue(value);
  }
  return attributes;
}

function attributeValue(value: unknown): AttributeValue {
  if (isRecordRef(value)) return value;
  if (Array.isArray(value)) {
    const items = value as unknown[];
    return items.every(isRecordRef) ? items : items.map((item) => textOf(item) ?? '').join(', ');
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value === undefined || value === null ? null : JSON.stringify(value);
}

function missing(definition: ObjectDefinition, target: string): MappingIssue {
  const source = definition.mapping.find((rule) => rule.target === target)?.source;
  return {
    code: 'required_value_missing',
    field: source === undefined || source === '' ? target : source,
    value: null,
    message: `Intercom needs a value for ${target}, and the record has none.`,
    suggestion: 'Supply the value.',
  };
}

function text(value: unknown): string | undefined {
  const words = textOf(value);
  return words === undefined || words === '' ? undefined : words;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function refs(value: unknown): RecordRef[] {
  return Array.isArray(value) ? value.filter(isRecordRef) : isRecordRef(value) ? [value] : [];
}

function strings(value: unknown): string[] {
  const items: unknown[] = Array.isArray(value) ? value : [value];
  return items.filter((item): item is string => typeof item === 'string');
}

/** The object without its undefined members: payloads are stored as JSON and compared by hash. */
function present<T extends object>(payload: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined)) as T;
}

function contact(identity: string, targets: Values): ContactPayload {
  return present<ContactPayload>({
    resource: 'contacts',
    external_id: identity,
    role: 'user',
    email: text(targets.email),
    phone: text(targets.phone),
    name: text(targets.name),
    signed_up_at: number(targets.signed_up_at),
    teammate_email: text(targets.teammate_email),
    companies: refs(targets.companies),
    tags: strings(targets.tags),
    custom_attributes: customAttributes(targets),
  });
}

function company(identity: string, targets: Values): CompanyPayload {
  return present<CompanyPayload>({
    resource: 'companies',
    company_id: identity,
    name: text(targets.name) ?? '',
    website: text(targets.website),
    industry: text(targets.industry),
    size: number(targets.size),
    remote_created_at: number(targets.remote_created_at),
    custom_attributes: customAttributes(targets),
  });
}

function customObject(definition: ObjectDefinition, identity: string, targets: Values): CustomObjectPayload {
  const files = Array.isArray(targets.files) ? (targets.files as FileRef[]) : [];
  return present<CustomObjectPayload>({
    resource: 'custom_object_instances',
    type: definition.destination.type?.identifier ?? '',
    external_id: identity,
    external_created_at: number(targets.external_created_at),
    external_updated_at: number(targets.external_updated_at),
    files: files.length === 0 ? undefined : files,
    custom_attributes: customAttributes(targets),
  });
}

function conversation(identity: string, targets: Values): ConversationPayload {
  const marker = identity.replace(/[^\p{L}\p{N}]/gu, '');
  const parts = Array.isArray(targets.parts) ? (targets.parts as ThreadPart[]) : [];
  const files = Array.isArray(targets.files) ? (targets.files as FileRef[]) : [];
  const stated = number(targets.created_at) ?? 0;
  const first = parts[0]?.created_at;
  return present<ConversationPayload>({
    resource: 'conversations',
    marker,
    from: refs(targets.from)[0] ?? { ref: '', sourceId: '' },
    body: `${text(targets.body) ?? ''}\n\n${marker}`,
    /** A thread squeezed in front of the present by a skewed clock still begins after its conversation. */
    created_at: first === undefined ? stated : Math.min(stated, first - 1),
    title: text(targets.title),
    company: refs(targets.company)[0],
    state: targets.state === 'closed' ? 'closed' : 'open',
    assignee: refs(targets.assignee)[0],
    tags: strings(targets.tags),
    parts,
    files: files.length === 0 ? undefined : files,
    custom_attributes: customAttributes(targets),
  });
}

function article(identity: string, targets: Values): ArticlePayload {
  const { html, links, images, files } = targets.body as ArticleBody;
  const { state, restricted } = targets.publication as Publication;
  return present<ArticlePayload>({
    resource: 'articles',
    marker: identity.replace(/[^\p{L}\p{N}]/gu, ''),
    title: text(targets.title) ?? '',
    body: html,
    links,
    images,
    files,
    author: refs(targets.author)[0],
    collection: strings(targets.collection),
    state,
    restricted,
    tags: strings(targets.tags),
    custom_attributes: customAttributes(targets),
  });
}

function document(identity: string, targets: Values): DocumentPayload {
  return present<DocumentPayload>({
    resource: 'documents',
    external_id: identity,
    title: text(targets.title) ?? '',
    parent: text(targets.parent),
    custom_attributes: customAttributes(targets),
  });
}

/** Puts mapped values into the shape of the object's resource; required ones that are missing are issues. */
export function buildPayload(definition: ObjectDefinition, values: Values, targets: Values): Built {
  const identity = identityOf(definition, values);
  const { resource } = definition.destination;
  const given = new Set(['external_id', 'company_id', 'marker']);
  const issues = Object.entries(RESOURCES[resource].standard)
    .filter(
      ([name, standard]) => standard.required === true && !given.has(name) && isEmptyValue(targets[name]),
    )
    .map(([name]) => missing(definition, name));
  if (identity === undefined) issues.push(missing(definition, 'external_id'));
  if (identity === undefined || issues.length > 0) return { issues };
  switch (resource) {
    case 'contacts':
      return { payload: contact(identity, targets), warnings: [] };
    case 'companies':
      return { payload: company(identity, targets), warnings: [] };
    case 'custom_object_instances':
      return { payload: customObject(definition, identity, targets), warnings: [] };
    case 'conversations':
      return { payload: conversation(identity, targets), warnings: [] };
    case 'articles':
      return { payload: article(identity, targets), warnings: [] };
    case 'documents':
      return { payload: document(identity, targets), warnings: [] };
  }
}
