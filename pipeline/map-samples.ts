import type { ObjectDefinition } from '../objects/define-object.ts';
import { applyRule, type MapContext } from '../objects/map-record.ts';
import type { InventoryField, MappingRule } from '../objects/mapping.ts';
import type { Raw } from '../objects/paths.ts';
import { readFields, readSource } from '../objects/read-fields.ts';
import type { Deps } from './deps.ts';
import { maskValue } from './personal-data.ts';

const SAMPLES = 3;
/** Staged records looked at for a sample with a value. */
const STAGED = 40;

export interface SampleSource {
  staged: Raw[];
  inventory: readonly InventoryField[];
  context: MapContext;
}

/** Staged records where a run or an earlier discovery left some, else the samples of the discovery. */
export async function sampleSource(
  deps: Deps,
  workspaceId: string,
  object: string,
  inventory: readonly InventoryField[],
  context: MapContext,
): Promise<SampleSource> {
  const rows = await deps.db.sql<{ raw: Raw }[]>`
    select raw from source_records where workspace_id = ${workspaceId} and object = ${object}
    order by (depth = 'full') desc, seq limit ${STAGED}`;
  return { staged: rows.map((row) => row.raw), inventory, context };
}

function resultOf(
  rule: MappingRule,
  values: Record<string, unknown>,
  raw: Raw,
  definition: ObjectDefinition,
  context: MapContext,
): unknown {
  const outcome = applyRule(rule, values, raw, definition, context);
  return 'issue' in outcome ? `${outcome.issue.code}: ${outcome.issue.message}` : (outcome.value ?? null);
}

/** What a rule makes of real values, for the person who judges it. Personal fields are masked. */
export function samplesFor(
  rule: MappingRule,
  definition: ObjectDefinition,
  from: SampleSource,
): MappingRule['samples'] {
  const field = definition.fields.find((candidate) => candidate.key === rule.source);
  const shown = (value: unknown) => (field?.personal === true ? maskValue(value) : (value ?? null));
  const { timezone } = from.context;
  const samples = new Map<string, MappingRule['samples'][number]>();
  for (const raw of from.staged) {
    const values = readFields(raw, definition, from.context);
    const source = rule.source === '' ? null : readSource(raw, rule.source, values, timezone);
    if (source === undefined) continue;
    const sample = {
      source: shown(source),
      result: shown(resultOf(rule, values, raw, definition, from.context)),
    };
    samples.set(JSON.stringify(sample), sample);
    if (samples.size >= SAMPLES) break;
  }
  if (samples.size > 0 || rule.source === '') return [...samples.values()];
  const discovered = from.inventory.find((candidate) => candidate.key === rule.source)?.samples ?? [];
  return discovered.slice(0, SAMPLES).map((source) => ({
    source,
    result: shown(resultOf(rule, { [rule.source]: source }, {}, definition, from.context)),
  }));
}
