import { z } from 'zod';

/** One rule of a map as stored, edited and shown. `options` are checked by the named transform. */
export const MappingRule = z.object({
  id: z.string(),
  source: z.string(),
  target: z.string().min(1),
  transform: z.string().min(1),
  options: z.record(z.string(), z.unknown()).default({}),
  confidence: z.number().min(0).max(1),
  reasons: z.array(z.string()),
  samples: z.array(z.object({ source: z.unknown(), result: z.unknown() })),
});
export type MappingRule = z.infer<typeof MappingRule>;

/** A source field without a home in Intercom, said out loud. */
export const UnmappedField = z.object({ source: z.string(), reason: z.string(), goes_to: z.string() });
export type UnmappedField = z.infer<typeof UnmappedField>;

export const ObjectMap = z.object({ rules: z.array(MappingRule), unmapped: z.array(UnmappedField) });
export type ObjectMap = z.infer<typeof ObjectMap>;

/** One discovered field: the inventory that proposals are made from. */
export const InventoryField = z.object({
  key: z.string(),
  label: z.string(),
  type: z.string(),
  custom: z.boolean(),
  fill_rate: z.number(),
  options: z.array(z.string()),
  samples: z.array(z.unknown()),
});
export type InventoryField = z.infer<typeof InventoryField>;

/** A symbolic reference to another record; load resolves it through the id map. */
export interface RecordRef {
  ref: string;
  sourceId: string;
  /** Other objects that the id may belong to: when one of them has it, this link is not missing but theirs. */
  or?: string[];
}

export function isRecordRef(value: unknown): value is RecordRef {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as RecordRef).ref === 'string' &&
    typeof (value as RecordRef).sourceId === 'string'
  );
}

export const REASON_CODES = [
  'missing_email',
  'masked_email',
  'duplicate_email',
  'contact_conflict',
  'invalid_phone',
  'parent_rejected',
  'parent_missing',
  'required_value_missing',
  'value_not_allowed',
  'attribute_missing',
  'too_many_links',
  'created_at_refused',
  'attachment_too_large',
  'attachment_unavailable',
  'article_without_author',
  'article_restricted',
  'object_type_missing',
  'edited_in_intercom',
  'deleted_in_intercom',
  'unknown_outcome',
  'destination_rejected',
  'source_unreadable',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** What the source changed after a record was loaded and Intercom cannot follow: said as a warning, never a rejection. */
export type ChangeNotice = 'edited_at_source' | 'deleted_at_source';

/** Why a record cannot be mapped, in words for the person who will fix it. */
export interface MappingIssue {
  code: ReasonCode | ChangeNotice;
  field: string | null;
  value: unknown;
  message: string;
  suggestion: string | null;
}

/** How targets that are attributes of the customer's own begin: `custom_attributes.Site`. */
export const CUSTOM_TARGET = 'custom_attributes.';
