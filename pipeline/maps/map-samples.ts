import type { ObjectDefinition } from '../../objects/define-object.ts';
import type { InventoryField, MappingRule } from '../../objects/mapping.ts';
import type { Raw } from '../../objects/paths.ts';
import { ruleSamples } from '../../objects/propose-samples.ts';
import { readFields } from '../../objects/read-fields.ts';
import type { MapContext } from '../../objects/transforms/transform.ts';
import type { Deps } from '../deps.ts';

/** Staged records looked at for samples with a value. */
const STAGED = 40;

/**
 * Computes what rules make of real values: of staged records where a run left some, else of the samples of the
 * discovery.
 */
export async function sampler(
  deps: Deps,
  workspaceId: string,
  definition: ObjectDefinition,
  inventory: readonly InventoryField[],
  context: MapContext,
): Promise<(rule: MappingRule) => MappingRule['samples']> {
  const rows = await deps.db.sql<{ raw: Raw }[]>`
    select raw from source_records where workspace_id = ${workspaceId} and object = ${definition.name}
    order by (depth = 'full') desc, seq limit ${STAGED}`;
  const readings = rows.map(({ raw }) => ({ raw, values: readFields(raw, definition, context) }));
  return (rule) => {
    const discovered = inventory.find((field) => field.key === rule.source);
    return ruleSamples(rule, definition, readings, discovered, context);
  };
}
