/**
 * The destination table: what each Intercom resource accepts, and what one record costs in API calls. It is not
 * uniform (Intercom API 2.16): contacts, companies and custom object instances take our id; conversations and articles
 * do not and lean on the intent row and a probe; custom object *types* cannot be created by any API.
 */
export type ResourceName =
  'contacts' | 'companies' | 'custom_object_instances' | 'conversations' | 'articles' | 'documents';

/** `string` values are limited to 255 characters on contacts and companies (reported, not promised, by Intercom). */
export type AttributeType =
  'string' | 'text' | 'integer' | 'decimal' | 'boolean' | 'datetime' | 'list' | 'relationship';

export interface StandardAttribute {
  type:
    | 'string'
    | 'text'
    | 'unixSeconds'
    | 'email'
    | 'phone'
    | 'integer'
    | 'reference'
    | 'references'
    | 'list'
    | 'thread'
    | 'files'
    | 'state'
    | 'article_body'
    | 'collection'
    | 'publication';
  required?: boolean;
}

export interface ResourceDescription {
  name: ResourceName;
  standard: Record<string, StandardAttribute>;
  /** How a new custom attribute comes into being. */
  attributes: {
    createdBy: 'data_attributes' | 'conversation_attributes' | 'settings' | 'nobody';
    model: 'contact' | 'company' | 'conversation' | 'custom_object' | 'article' | 'document';
  };
  /** What reference attributes of custom objects call these records (Intercom API, custom objects); custom objects have their own type. */
  referenceType?: string;
  /** API calls for one new record: fixed part, and per sub-item. */
  cost: { fixed: number; perCompany?: number; perPart?: number; perTag?: number };
  rollback: { created: ('delete' | 'archive')[]; updated: 'restore'[] };
}

export const RESOURCES: Record<ResourceName, ResourceDescription> = {
  contacts: {
    name: 'contacts',
    standard: {
      external_id: { type: 'string', required: true },
      role: { type: 'string' },
      email: { type: 'email' },
      phone: { type: 'phone' },
      name: { type: 'string' },
      signed_up_at: { type: 'unixSeconds' },
      teammate_email: { type: 'email' },
      companies: { type: 'references' },
      tags: { type: 'list' },
    },
    attributes: { createdBy: 'data_attributes', model: 'contact' },
    referenceType: 'contact',
    cost: { fixed: 1, perCompany: 1, perTag: 1 },
    rollback: { created: ['archive', 'delete'], updated: ['restore'] },
  },
  companies: {
    name: 'companies',
    standard: {
      company_id: { type: 'string', required: true },
      name: { type: 'string', required: true },
      website: { type: 'string' },
      industry: { type: 'string' },
      size: { type: 'integer' },
      remote_created_at: { type: 'unixSeconds' },
    },
    attributes: { createdBy: 'data_attributes', model: 'company' },
    cost: { fixed: 1 },
    rollback: { created: ['delete'], updated: ['restore'] },
  },
  custom_object_instances: {
    name: 'custom_object_instances',
    standard: {
      external_id: { type: 'string', required: true },
      external_created_at: { type: 'unixSeconds' },
      external_updated_at: { type: 'unixSeconds' },
      files: { type: 'files' },
    },
    attributes: { createdBy: 'settings', model: 'custom_object' },
    cost: { fixed: 1 },
    rollback: { created: ['delete'], updated: ['restore'] },
  },
  conversations: {
    name: 'conversations',
    standard: {
      marker: { type: 'string', required: true },
      from: { type: 'reference', required: true },
      body: { type: 'text', required: true },
      created_at: { type: 'unixSeconds', required: true },
      title: { type: 'string' },
      company: { type: 'reference' },
      state: { type: 'state', required: true },
      assignee: { type: 'reference' },
      tags: { type: 'list' },
      parts: { type: 'thread' },
      files: { type: 'files' },
    },
    attributes: { createdBy: 'conversation_attributes', model: 'conversation' },
    referenceType: 'conversation',
    cost: { fixed: 4, perPart: 1, perTag: 1 },
    rollback: { created: ['delete'], updated: ['restore'] },
  },
  articles: {
    name: 'articles',
    standard: {
      marker: { type: 'string', required: true },
      title: { type: 'string', required: true },
      body: { type: 'article_body', required: true },
      publication: { type: 'publication', required: true },
      author: { type: 'reference' },
      collection: { type: 'collection' },
      tags: { type: 'list' },
    },
    attributes: { createdBy: 'nobody', model: 'article' },
    cost: { fixed: 1, perTag: 1 },
    rollback: { created: ['delete'], updated: ['restore'] },
  },
  /** What Intercom has no place for: kept by us and handed over as files, so that it can be rebuilt. */
  documents: {
    name: 'documents',
    standard: {
      external_id: { type: 'string', required: true },
      title: { type: 'string', required: true },
      parent: { type: 'string' },
    },
    attributes: { createdBy: 'nobody', model: 'document' },
    cost: { fixed: 0 },
    rollback: { created: ['delete'], updated: ['restore'] },
  },
};
