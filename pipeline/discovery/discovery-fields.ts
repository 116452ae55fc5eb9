import type { FieldType, ObjectDefinition } from '../../objects/define-object.ts';
import type { InventoryField } from '../../objects/mapping.ts';
import { maskPersonal } from '../../objects/mask.ts';
import type { Raw } from '../../objects/paths.ts';
import { CUSTOM_PREFIX, RAW_PREFIX, customFieldsOf } from '../../objects/read-fields.ts';
import { coerceValue, typeOfValue } from '../../objects/read-values.ts';
import { cutText } from '../../objects/transforms/text.ts';
import { labelOfPath, leafFinder } from './discovery-paths.ts';
import { looksPersonal } from './personal-data.ts';

const MAX_OPTIONS = 50;
const MAX_OPTION_LENGTH = 200;
const MAX_SAMPLES = 3;
const MAX_SAMPLE_LENGTH = 300;

/** What is known about one field so far; values themselves are not kept. */
interface FieldTally {
  key: string;
  label: string;
  custom: boolean;
  personal: boolean;
  filled: number;
  types: Map<FieldType, number>;
  /** Undefined once there were more distinct values than a list can offer. */
  values: Set<string> | undefined;
  declared: Set<string>;
  samples: Map<string, unknown>;
}

export interface FieldInventory {
  /** @param values the record's fields as `readFields` gives them. */
  add(raw: Raw, values: Record<string, unknown>): void;
  records(): number;
  filled(key: string): number;
  /** Distinct texts of a custom field, whatever its type looks like; undefined when there are more than a list offers. */
  distinct(key: string): ReadonlySet<string> | undefined;
  fields(): InventoryField[];
}

/**
 * Aggregates the fields of an object's records one record at a time: catalogue fields, custom fields, and every other
 * value by its path. Holds distinct values up to the length of a list, and three samples, per field.
 */
export function createFieldInventory(
  definition: ObjectDefinition,
  timezone: string,
  overrides: Record<string, string[]> = {},
): FieldInventory {
  const leavesOf = leafFinder(definition, overrides);
  const tallies = new Map<string, FieldTally>();
  let records = 0;

  function tallyFor(key: string, label: string, custom: boolean, personal: boolean): FieldTally {
    const known = tallies.get(key);
    if (known !== undefined) return known;
    const tally: FieldTally = {
      key,
      label,
      custom,
      personal,
      filled: 0,
      types: new Map(),
      values: new Set(),
      declared: new Set(),
      samples: new Map(),
    };
    tallies.set(key, tally);
    return tally;
  }

  for (const field of definition.fields) {
    tallyFor(field.key, field.label, false, field.personal === true).types.set(field.type, 0);
  }

  return {
    add(raw, values) {
      records += 1;
      for (const field of definition.fields) {
        const value = values[field.key];
        const tally = tallies.get(field.key);
        if (value !== undefined && tally !== undefined) count(tally, field.type, value);
      }
      for (const field of customFieldsOf(raw)) {
        const tally = tallyFor(field.key, field.label, true, looksPersonal(field.label));
        if (tally.label === tally.key.slice(CUSTOM_PREFIX.length)) tally.label = field.label;
        for (const option of field.options) tally.declared.add(option);
        const value = values[field.key];
        if (value === undefined) tally.types.set(field.type, tally.types.get(field.type) ?? 0);
        else count(tally, field.type, value);
      }
      for (const { path, value } of leavesOf(raw)) {
        const type = typeOfValue(value);
        const coerced = coerceValue(value, { type }, timezone);
        if (coerced === undefined) continue;
        const personal = looksPersonal(path) || type === 'email' || type === 'phone';
        count(tallyFor(RAW_PREFIX + path, labelOfPath(path), false, personal), type, coerced);
      }
    },
    records: () => records,
    filled: (key) => tallies.get(key)?.filled ?? 0,
    distinct: (key) => (tallies.has(key) ? tallies.get(key)?.values : new Set()),
    fields: () => [...tallies.values()].map((tally) => describe(tally, records)),
  };
}

function count(tally: FieldTally, type: FieldType, value: unknown): void {
  tally.filled += 1;
  tally.types.set(type, (tally.types.get(type) ?? 0) + 1);
  // Rows carry custom values without their definitions: whether they are choices is known once the details are read.
  if (tally.values !== undefined && (type === 'enum' || type === 'list' || tally.custom)) {
    const words = Array.isArray(value) ? (value as unknown[]) : [value];
    for (const word of words) {
      if (typeof word === 'string') tally.values.add(cutText(word, MAX_OPTION_LENGTH, ''));
    }
    if (tally.values.size > MAX_OPTIONS) tally.values = undefined;
  }
  if (tally.samples.size >= MAX_SAMPLES) return;
  const shown = sampleOf(
    tally.personal || type === 'email' || type === 'phone' ? maskPersonal(value) : value,
  );
  tally.samples.set(JSON.stringify(shown), shown);
}

function sampleOf(value: unknown): unknown {
  if (typeof value === 'string') {
    return cutText(value, MAX_SAMPLE_LENGTH, '…');
  }
  if (Array.isArray(value)) {
    const items = value as unknown[];
    // Entries of a thread are personal data and long: their number says enough.
    return items.some((item) => typeof item === 'object') ? `${items.length} entries` : items.slice(0, 10);
  }
  return value;
}

/** The type that all values share; values of several kinds are text, unless one kind contains the other. */
function commonType(types: Map<FieldType, number>): FieldType {
  const seen = [...types].filter(([, times]) => times > 0).map(([type]) => type);
  const [first, ...others] = seen;
  if (first === undefined) return [...types.keys()][0] ?? 'string';
  if (others.length === 0) return first;
  const all = new Set(seen);
  if (all.size === 2 && all.has('integer') && all.has('decimal')) return 'decimal';
  return all.has('html') ? 'html' : 'string';
}

function describe(tally: FieldTally, records: number): InventoryField {
  const type = commonType(tally.types);
  const isChoice = type === 'enum' || type === 'list';
  const options = new Set([...tally.declared, ...(isChoice ? (tally.values ?? []) : [])]);
  const offered = !tally.personal && (!isChoice || tally.values !== undefined) && options.size <= MAX_OPTIONS;
  return {
    key: tally.key,
    label: tally.label,
    type,
    custom: tally.custom,
    fill_rate: records === 0 ? 0 : Math.round((tally.filled / records) * 10_000) / 10_000,
    options: offered ? [...options].sort((a, b) => a.localeCompare(b, 'en')) : [],
    samples: [...tally.samples.values()],
  };
}

/**
 * One inventory from what all rows carry and what only the sampled full records show. Values that rows leave out are
 * measured on the sample; everything else on all rows.
 */
export function combineInventories(rows: FieldInventory, sample: FieldInventory): InventoryField[] {
  if (sample.records() === 0) return rows.fields();
  const combined = new Map(rows.fields().map((field) => [field.key, field]));
  for (const field of sample.fields()) {
    const listed = combined.get(field.key);
    if (listed === undefined || rows.filled(field.key) === 0) {
      combined.set(field.key, field);
      continue;
    }
    const isChoice = field.type === 'enum' || field.type === 'list';
    const inRows = isChoice && field.custom ? rows.distinct(field.key) : new Set(listed.options);
    const options = new Set([...(inRows ?? []), ...field.options]);
    const known =
      inRows !== undefined && (inRows.size > 0 || listed.options.length > 0 || listed.type !== field.type);
    combined.set(field.key, {
      ...field,
      fill_rate: Math.max(listed.fill_rate, field.fill_rate),
      options:
        known && options.size <= MAX_OPTIONS ? [...options].sort((a, b) => a.localeCompare(b, 'en')) : [],
      samples: field.samples.length > 0 ? field.samples : listed.samples,
    });
  }
  return [...combined.values()];
}
