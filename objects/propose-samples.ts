import type { ObjectDefinition } from './define-object.ts';
import { applyRule, type ApplicableRule } from './map-record.ts';
import type { InventoryField, MappingRule } from './mapping.ts';
import { maskPersonal } from './mask.ts';
import type { Raw } from './paths.ts';
import { readSource } from './read-fields.ts';
import type { MapContext } from './transforms/transform.ts';

const MAX_SAMPLES = 3;
const MAX_LENGTH = 300;

interface Reading {
  raw: Raw;
  values: Record<string, unknown>;
}

/** Long texts are cut; entries of a thread are long and personal, so that their number has to do. */
function shorten(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === 'string') return value.length > MAX_LENGTH ? `${value.slice(0, MAX_LENGTH)}…` : value;
  if (!Array.isArray(value)) return value;
  const items = value as unknown[];
  const isThread = items.some((item) => typeof item === 'object' && item !== null && 'body' in item);
  return isThread ? `${items.length} entries` : items.slice(0, 10);
}

/** What a rule makes of real values. Values of personal fields are masked: nobody has approved anything yet. */
export function ruleSamples(
  rule: ApplicableRule,
  definition: ObjectDefinition,
  readings: readonly Reading[],
  discovered: InventoryField | undefined,
  context: MapContext,
): MappingRule['samples'] {
  const field = definition.fields.find((candidate) => candidate.key === rule.source);
  const show = (value: unknown) => shorten(field?.personal === true ? maskPersonal(value) : value);
  const result = (values: Record<string, unknown>, raw: Raw): unknown => {
    const outcome = applyRule(rule, values, raw, definition, context);
    return 'issue' in outcome ? `${outcome.issue.code}: ${outcome.issue.message}` : outcome.value;
  };
  /** The inventory masks what it took from outside the catalogue, where nothing here says what is personal. */
  const masked = field === undefined && rule.source !== '' ? (discovered?.samples ?? []) : [];
  if (masked.length > 0) return fromInventory(masked);
  const samples = new Map<string, MappingRule['samples'][number]>();
  for (const { raw, values } of readings) {
    const source = rule.source === '' ? null : readSource(raw, rule.source, values, context.timezone);
    if (source === undefined) continue;
    const sample = { source: show(source), result: show(result(values, raw)) };
    samples.set(JSON.stringify(sample), sample);
    if (samples.size >= MAX_SAMPLES) return [...samples.values()];
  }
  if (samples.size > 0 || rule.source === '') return [...samples.values()];
  return fromInventory(discovered?.samples ?? []);

  function fromInventory(values: readonly unknown[]): MappingRule['samples'] {
    return values.slice(0, MAX_SAMPLES).map((source) => ({
      source: shorten(source),
      result: shorten(result({ [rule.source]: source }, {})),
    }));
  }
}
