import type { z } from 'zod';
import type { FieldDefinition, FieldType, ObjectDefinition } from '../define-object.ts';
import type { MappingIssue, RecordRef, ReasonCode } from '../mapping.ts';
import type { Raw } from '../paths.ts';
import type { CompanyRule } from '../company.ts';
import type { FolderNode, FolderRule } from '../folders.ts';
import type { AttributeType, StandardAttribute } from '../resources.ts';

/** A person of the run, found by any id that a thread entry may carry. */
export interface KnownPerson {
  as: 'contact' | 'teammate';
  ref: RecordRef;
  name: string;
}

/** What mapping may know beside the record itself. All of it is data; nothing here does I/O. */
export interface MapContext {
  /** IANA zone of the Infraon tenant. */
  timezone: string;
  now: Date;
  /** ISO 3166 country for phone numbers without a country code. */
  defaultCountry?: string;
  companyRule: CompanyRule;
  /** Source ids of people who may be loaded without an e-mail address. */
  allowWithoutEmail?: ReadonlySet<string>;
  /** Paths that the connection uses instead of the catalogue's, by field key. */
  paths?: Record<string, string[]>;
  /** Address of a record in Infraon's own pages, with `{id}` and `{display_id}`; no such address is documented. */
  linkTemplate?: string;
  /** Whether a referenced record is part of the migration; without it every reference is taken on trust. */
  exists?: (ref: RecordRef) => boolean;
  /** Address of the desk, to tell its own pages from others in links. */
  sourceUrl?: string;
  /** The record that an id or number in a link names; without it no link is followed. */
  record?: (word: string) => RecordRef | undefined;
  /** Store of the customer's that keeps the desk's files under their old paths. */
  filesUrl?: string;
  /** What an article's folders are made of, and Infraon's own tree of categories where that is asked for. */
  folderRule?: FolderRule;
  folders?: readonly FolderNode[];
  /** Finds an author; without it only the people of the record itself are recognised. */
  person?: (id: string) => KnownPerson | undefined;
}

/** One record on its way through the rules. */
export interface RecordContext extends MapContext {
  raw: Raw;
  values: Record<string, unknown>;
  definition: ObjectDefinition;
  /** The catalogue field of the rule's source, when it has one. */
  field: FieldDefinition | undefined;
  source: string;
  /** Whether the resource cannot do without the target. */
  required: boolean;
  /** `allow_without_email` of the person who fixed the record. */
  allowedWithoutEmail: boolean;
}

export type Outcome = { value: unknown; warnings?: MappingIssue[] } | { issue: MappingIssue };

export type Produced = AttributeType | StandardAttribute['type'];

export interface Transform {
  options: z.ZodType;
  accepts: readonly FieldType[] | 'any' | 'none';
  produces: Produced;
  /** Never throws on a value; options are parsed against the schema first, and bad ones are an issue. */
  apply(value: unknown, options: unknown, context: RecordContext): Outcome;
}

interface TransformSpec<S extends z.ZodType> {
  options: S;
  accepts: Transform['accepts'];
  produces: Produced;
  /** Called for an empty value too; others get `{value: undefined}` without being asked. */
  handlesEmpty?: boolean;
  apply(value: unknown, options: z.output<S>, context: RecordContext): Outcome;
}

/** Gives a transform its parsed options, so that each one is written against their type. */
export function defineTransform<S extends z.ZodType>(spec: TransformSpec<S>): Transform {
  return {
    options: spec.options,
    accepts: spec.accepts,
    produces: spec.produces,
    apply(value, options, context) {
      if (value === undefined && spec.handlesEmpty !== true) return { value: undefined };
      const parsed = spec.options.safeParse(options);
      if (parsed.success) return spec.apply(value, parsed.data, context);
      return {
        issue: issueOf(context, 'value_not_allowed', value, 'The options of this rule are not valid.', {
          suggestion: 'Correct the rule in the map.',
        }),
      };
    },
  };
}

/** An issue about the rule's source field, naming it as people know it. */
export function issueOf(
  context: Pick<RecordContext, 'source' | 'field'>,
  code: ReasonCode,
  value: unknown,
  message: string,
  more: { suggestion?: string; field?: string } = {},
): MappingIssue {
  const field = more.field ?? (context.source === '' ? null : context.source);
  return { code, field, value: value ?? null, message, suggestion: more.suggestion ?? null };
}
