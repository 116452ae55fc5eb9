import type { Queryable } from '../../db/client.ts';
import { canonicalJson } from '../../objects/payload-hash.ts';
import type { RecordRef } from '../../objects/mapping.ts';
import { UNEXPLAINED } from '../differences.ts';
import { fold } from '../load/attributes.ts';
import type { Comparison, Verification } from '../load/destination.ts';

/** Later than this after our last write, whatever differs was changed by others. */
const OWN_WRITE_TOLERANCE_SECONDS = 5;
/** Times come in whole seconds, and so does what we know of Intercom's clock. */
const ROUNDING_SECONDS = 1;

/** What is known of our side of a record that was read back. Times in Unix seconds of Intercom's clock. */
export interface OurWrites {
  lastAt: number;
  /** When loading began: nobody but a load writes entries that are older. */
  beganAt: number;
  /** Whether we, or what was there before us, ever gave this field that value. */
  wasOurs(field: string, value: unknown): Promise<boolean>;
}

/**
 * Whose a difference is (docs/decisions/0004-whose-difference.md). A person's is named as such and left alone; in doubt it
 * is ours, because one of ours that is taken for a person's is never repaired.
 */
export async function whoseChange(
  { comparisons, updatedAt }: Verification,
  ours: OurWrites,
): Promise<Comparison[]> {
  const later = updatedAt === null ? 0 : updatedAt - ours.lastAt;
  return Promise.all(
    comparisons.map(async (comparison): Promise<Comparison> => {
      if (!UNEXPLAINED.includes(comparison.class)) return comparison;
      const isTheirs =
        later > OWN_WRITE_TOLERANCE_SECONDS ||
        isTheirEntry(comparison, ours) ||
        (later > ROUNDING_SECONDS && (await isTheirValue(comparison, ours)));
      return isTheirs ? { ...comparison, class: 'changed_in_intercom' } : comparison;
    }),
  );
}

/** An entry that says nothing of ours and is not dated back; one that says it again is a double. */
function isTheirEntry({ field, class: kind, actual }: Comparison, { beganAt }: OurWrites): boolean {
  if (kind !== 'extra' || !field.startsWith('parts.intercom:')) return false;
  const entry = actual as { at: number; doubles?: string };
  return entry.doubles === undefined && entry.at >= beganAt;
}

/** What people can write over, with a value that no accident of ours makes of ours: not empty, cut short or an older one. */
async function isTheirValue(
  { field, class: kind, expected, actual }: Comparison,
  ours: OurWrites,
): Promise<boolean> {
  if (kind !== 'mismatch' || field === 'state' || field.startsWith('parts.')) return false;
  if (Array.isArray(expected) || actual === null || actual === undefined) return false;
  const [our, their] = [fold(text(expected)), fold(text(actual))];
  if (their === '' || our.startsWith(their) || their.startsWith(our)) return false;
  return !(await ours.wasOurs(field, actual));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : canonicalJson(value);
}

/** Looks through what was written to a record before, and what stood there before we wrote. */
export async function wasOurs(
  sql: Queryable,
  workspaceId: string,
  record: RecordRef,
  field: string,
  value: unknown,
): Promise<boolean> {
  const rows = await sql<{ values: Record<string, unknown> }[]>`
    select prior as values from load_journal
    where workspace_id = ${workspaceId} and object = ${record.ref} and source_id = ${record.sourceId} and prior is not null
    union all
    select mapped from run_records
    where workspace_id = ${workspaceId} and object = ${record.ref} and source_id = ${record.sourceId} and mapped is not null`;
  return rows.some(({ values }) => canonicalJson(valueAt(values, field)) === canonicalJson(value));
}

/** `custom_attributes.a.b` is the attribute `a.b`. */
function valueAt(values: Record<string, unknown>, field: string): unknown {
  const attribute = /^custom_attributes\.(.*)$/s.exec(field)?.[1];
  if (attribute === undefined) return values[field] ?? null;
  return (values['custom_attributes'] as Record<string, unknown> | undefined)?.[attribute] ?? null;
}
