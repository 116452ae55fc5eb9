import { SchemaError } from '../../errors.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';
import type { Raw } from '../../objects/paths.ts';
import { readFields } from '../../objects/read-fields.ts';
import {
  isReferredTo,
  qualityContext,
  type DiscoveryContext,
  type ObjectReading,
} from './discovery-context.ts';
import { createFieldInventory } from './discovery-fields.ts';
import { createShapeTally } from './estimate.ts';
import { createQualityCheck, mergeFindings } from './quality.ts';
import { createSpreadSample } from '../extract/spread-sample.ts';

/** Records that exist only as something other objects' records say; those have been read before. */
export function discoverDerived(definition: ObjectDefinition, context: DiscoveryContext): ObjectReading {
  const from = definition.source.kind === 'derived' ? definition.source.from : '';
  const derivation = context.derivations.get(definition.name);
  if (derivation === undefined) {
    throw new SchemaError(
      `they are derived from ${from.replaceAll('_', ' ')} records, which could not be read`,
      {
        code: 'source_not_read',
      },
    );
  }
  context.derivations.delete(definition.name);
  const records = derivation.records();
  const inventory = createFieldInventory(definition, context.timezone);
  const quality = createQualityCheck(definition, qualityContext(context));
  const shape = createShapeTally(definition);
  const sample = createSpreadSample<Raw>(context.sampleSize);
  const ids = new Set<string>();
  for (const raw of records) {
    const values = readFields(raw, definition, { timezone: context.timezone });
    const sourceId = typeof values.id === 'string' ? values.id : '';
    ids.add(sourceId);
    inventory.add(raw, values);
    quality.add(raw, values, { sourceId, displayId: null });
    shape.add(values);
    sample.add(raw);
  }
  if (isReferredTo(context.registry, definition.name)) context.ids.set(definition.name, ids);
  return {
    document: {
      object: definition.name,
      count: records.length,
      fields: inventory.fields(),
      quality: mergeFindings([quality.findings(() => true)]),
    },
    samples: sample.take(),
    shape: shape.average(),
    movable: records.length,
    problems: [],
  };
}
