import type { ResourceName } from './resources.ts';

/**
 * The object contract: one declarative, JSON-able description per Infraon record type. The engine reads it and never
 * names an object; adding an object is adding a file under `modules/`.
 */
export type FieldType =
  | 'string'
  | 'html'
  | 'integer'
  | 'decimal'
  | 'boolean'
  | 'datetime'
  | 'enum'
  | 'email'
  | 'phone'
  | 'list'
  | 'reference'
  | 'references'
  | 'thread';

/** How well a source path is known; 'inferred' ones are shown to the owner as guesses. */
export type Evidence = 'documented' | 'seen' | 'inferred';

export interface FieldDefinition {
  /** Stable name of the field inside the product; rules refer to it as `source`. */
  key: string;
  label: string;
  type: FieldType;
  /** Source paths, first non-empty wins (`a.b`, `a[].b`); a connection may override them with data. */
  paths: string[];
  evidence: Evidence;
  /** References: the object referred to. */
  object?: string;
  /** A record without it cannot be moved: `required_value_missing`. */
  required?: boolean;
  /** Personal data: never logged, masked in samples shown before approval. */
  personal?: boolean;
  /** A flag in the same source object that must be true for a value to count, e.g. an i18n table. */
  labels?: Record<string, string>;
}

/** One list of things that belong to a record and travel with it (thread entries, attachments). */
export interface ChildDefinition {
  key: string;
  /** Key of the child in the Infraon profile. */
  source: string;
  /** Field paths inside one child row. */
  fields: Record<string, { paths: string[]; evidence: Evidence }>;
  unknownPrivacy?: 'internal';
}

export interface RuleDefinition {
  /** Field key, `custom.<key>` for a custom field, or '' for a rule that takes no source. */
  source: string;
  /** Attribute of the resource: `name`, `custom_attributes.<Name>`. */
  target: string;
  transform: string;
  options?: Record<string, unknown>;
  reason?: string;
}

export interface ObjectDefinition {
  name: string;
  label: string;
  plural: string;
  /** Read from this key of the Infraon profile, or derived from another object's records by the company rule. */
  source: { kind: 'endpoint'; object: string } | { kind: 'derived'; from: string; rule: 'company' };
  /** Objects whose records must be loaded before this one's. */
  dependsOn: string[];
  /** Source field that names the record to people (`display_id`); defaults to the source id. */
  displayField?: string;
  fields: FieldDefinition[];
  children?: ChildDefinition[];
  destination: {
    resource: ResourceName;
    /** Custom objects: type identifier in the schema sheet. */
    type?: { identifier: string; name: string };
  };
  identity: {
    /** Template of the identity we give (`external_id`, `company_id`, marker word); `{id}`, `{display_id}`. */
    template: string;
    /** Field whose normalised value must be unique among the object's records of a run. */
    unique?: { field: string; code: 'duplicate_email' };
  };
  mapping: RuleDefinition[];
  /** Source keys that are deliberately not moved, and where they are kept. */
  leftBehind?: { source: string; reason: string; goes_to: string }[];
  verify: { ignore?: string[] };
  rollback: { created: 'delete' | 'archive' | 'keep'; updated: 'restore' | 'keep' };
}

/** Identity function that gives a module its type; the registry checks the content at start-up. */
export function defineObject(definition: ObjectDefinition): ObjectDefinition {
  return definition;
}
