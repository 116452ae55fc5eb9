import type { Raw } from './paths.ts';
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
  | 'thread'
  | 'files';

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
  /**
   * References: other objects that the same ids may belong to (an asset and a configuration item are one API object). Every
   * link goes to the object that has the id; only a link that none of them has is reported.
   */
  orObjects?: string[];
  /** A record without it cannot be moved: `required_value_missing`. */
  required?: boolean;
  /** Personal data: never logged, masked in samples shown before approval. */
  personal?: boolean;
  /** Enums: names for what the source writes instead of a name, i18n keys (`UI.k_open`) and bare ids. */
  labels?: Record<string, string>;
  /**
   * Links that are stored as edges between two records of this object: `rows` holds the edges, the two lists of paths
   * name their ends. The value is the other end of every edge that touches the record, itself for a self-link. With
   * `names` (how each end calls the edge) the value is a list of texts, `Backed up by: 42`.
   */
  edges?: { rows: string[]; ends: [string[], string[]]; names?: [string[], string[]] };
  /**
   * Links to records of every kind, kept as rows of one list: their ids are added to those at `paths`. Rows whose kind is
   * among `isNot` are left out; a kind that nobody knows is taken, and the id decides (see `orObjects`).
   */
  links?: { rows: string[]; id: string[]; kind: string[]; isNot: string[] };
  /** References: the records of another object whose indexed field refers to this one are linked as well. */
  reverse?: { object: string; field: string };
  /** References: records are found by it from the other end (`reverse`). */
  indexed?: true;
  /** Rows that become one line of text each, in a list; a part without a value is left out of its line. */
  lines?: { rows: string[]; parts: LinePart[] };
}

export interface LinePart {
  paths: string[];
  /** Written before the value: `due 2025-03-01 09:00 UTC`. */
  prefix?: string;
  /** Times are written in UTC, texts as words without markup. */
  as?: 'text' | 'time';
}

/** What makes a record a person whom thread entries may name as their author. */
export interface PersonDefinition {
  /** A contact of the workspace, or a teammate who speaks as himself. */
  as: 'contact' | 'teammate';
  /** Fields by whose value entries refer to the person; earlier ones win when two people share a value. */
  ids: string[];
  name: string;
}

/** One list of things that belong to a record and travel with it (thread entries, attachments). */
export interface ChildDefinition {
  key: string;
  /** Key of the child in the Infraon profile. */
  source: string;
  /** Field paths inside one child row. */
  fields: Record<string, { paths: string[]; evidence: Evidence }>;
  unknownPrivacy?: 'internal';
  /** The record is moved, with a warning, when this list cannot be read. */
  optional?: true;
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

/** Read from this key of the Infraon profile, or derived by a named rule from what another object's records say. */
export type SourceDefinition =
  | { kind: 'endpoint'; object: string }
  | {
      kind: 'derived';
      from: string;
      rule: DerivationName;
      /** Key of the profile that is read instead wherever a connection describes it. */
      unlessListed?: string;
    };

export type DerivationName = 'company' | 'sla_policy';

/** Makes records out of other objects' records, which pass by one at a time: it keeps aggregates, never the records. */
export interface Derivation {
  add(raw: Raw): void;
  /** In an order that does not depend on that of the records. */
  records(): Raw[];
}

export interface ObjectDefinition {
  name: string;
  label: string;
  plural: string;
  source: SourceDefinition;
  /** Objects whose records must be loaded before this one's. */
  dependsOn: string[];
  /**
   * Objects loaded after this one whose records its custom attributes may refer to: those links are made in a second
   * pass, once the other end exists.
   */
  linksTo?: string[];
  /** Source field that names the record to people (`display_id`); defaults to the source id. */
  displayField?: string;
  fields: FieldDefinition[];
  children?: ChildDefinition[];
  /**
   * What the proposer does with fields that discovery finds beyond the catalogue: technicians' profiles may carry
   * national ids, birth dates and home addresses (Infraon reference, technician), so theirs are withheld.
   */
  discovered?: 'propose' | 'withhold';
  person?: PersonDefinition;
  /** Field by which records differ in what custom fields they have (asset types): discovery reads some of each. */
  variants?: string;
  destination: {
    resource: ResourceName;
    /** Custom objects: type identifier in the schema sheet. */
    type?: { identifier: string; name: string };
    /** Documents: the file of the handoff package that holds them, as rows or as a tree. */
    document?: { file: string; shape: 'table' | 'tree' };
  };
  identity: {
    /** Identity we give (`external_id`, `company_id`, marker word): a template over field keys, `{id}`, `{display_id}`. */
    template: string;
    /** Field whose normalised value must be unique among the object's records of a run. */
    unique?: { field: string; code: 'duplicate_email' };
    /** Target with the same value on every record, by which the destination's search finds them all. */
    listedBy?: { target: string; value: string | boolean };
  };
  mapping: RuleDefinition[];
  /** Source keys or raw paths (with all that lies below) that are deliberately not moved, and where they are kept. */
  leftBehind?: { source: string; reason: string; goes_to: string }[];
  verify: { ignore?: string[] };
  rollback: { created: 'delete' | 'archive' | 'keep'; updated: 'restore' | 'keep' };
}

/** Identity function that gives a module its type; the registry checks the content at start-up. */
export function defineObject(definition: ObjectDefinition): ObjectDefinition {
  return definition;
}

/** Every object that the ids of a reference may belong to, the likeliest first. */
export function objectsOf(field: Pick<FieldDefinition, 'object' | 'orObjects'>): string[] {
  return field.object === undefined ? [] : [field.object, ...(field.orObjects ?? [])];
}

/** A row of a catalogue. Modules are tables, so their rows are written as such. */
export function field(
  key: string,
  label: string,
  type: FieldType,
  paths: string[],
  evidence: Evidence,
  more: Omit<Partial<FieldDefinition>, 'key' | 'label' | 'type' | 'paths' | 'evidence'> = {},
): FieldDefinition {
  return { key, label, type, paths, evidence, ...more };
}

/** The name of an object within a sentence: `Companies` → `companies`; `SLA policies` stays. */
export function inSentence(name: string): string {
  return /^\p{Lu}{2}/u.test(name) ? name : name.charAt(0).toLowerCase() + name.slice(1);
}

/** A row of a mapping: source field, target attribute, transform. */
export function rule(
  source: string,
  target: string,
  transform: string,
  options: Record<string, unknown> = {},
  reason?: string,
): RuleDefinition {
  return { source, target, transform, options, ...(reason === undefined ? {} : { reason }) };
}

/** A row for a custom attribute. */
export function attribute(
  source: string,
  name: string,
  transform: string,
  options: Record<string, unknown> = {},
  reason?: string,
): RuleDefinition {
  return rule(source, `custom_attributes.${name}`, transform, options, reason);
}

/** A row of what is deliberately not moved; `source` is a field key or `raw.<path>`. */
export function leftBehind(source: string, reason: string, goesTo = 'nowhere') {
  return { source, reason, goes_to: goesTo };
}
