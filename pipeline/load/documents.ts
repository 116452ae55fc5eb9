import type { DocumentPayload } from '../../objects/payloads.ts';
import { payloadHash } from '../../objects/payload-hash.ts';
import { compareAttributes, compareValue } from './attributes.ts';
import {
  shortHash,
  type Comparison,
  type Destination,
  type Loaded,
  type Step,
  type StepTarget,
} from './destination.ts';

type Document = Omit<DocumentPayload, 'resource'>;

/**
 * What Intercom has no place for is kept with its row of the id map, from which the handoff package is written. No call
 * is made, so an unknown outcome is settled by saying the same again.
 */
export const documents: Destination<DocumentPayload> = {
  requiredRefs: () => [],
  optionalRefs: () => [],
  plan: (payload, existing) => [keepStep(payload, existing)],
  verify(payload, loaded) {
    const { resource: _resource, custom_attributes, ...fields } = payload;
    const kept = documentIn(loaded);
    if (kept === null) return Promise.resolve(null);
    const comparisons: Comparison[] = [
      ...Object.entries(fields).map(([name, value]) =>
        compareValue(name, value, kept[name as keyof Document]),
      ),
      ...compareAttributes(custom_attributes, kept.custom_attributes),
      {
        field: 'record',
        class: 'lossy_by_design',
        expected: 'a record in Intercom',
        actual: 'a document in the handoff package',
      },
    ];
    return Promise.resolve({ comparisons, updatedAt: null });
  },
};

/** The document that a row of the id map keeps. */
export function documentIn({ facts }: Pick<Loaded, 'facts'>): Document | null {
  const { document } = facts;
  return typeof document === 'object' && document !== null ? (document as Document) : null;
}

function keepStep(payload: DocumentPayload, existing: Loaded | undefined): Step {
  const { resource: _resource, ...document } = payload;
  const keep = ({ record }: StepTarget) => {
    const prior = existing?.fresh === false ? documentIn(existing) : null;
    return Promise.resolve({
      destinationId: `handoff:${record.ref}:${record.sourceId}`,
      origin: 'created' as const,
      facts: { document },
      ...(prior === null ? {} : { prior: { document: prior } }),
    });
  };
  return {
    key: existing === undefined ? 'create' : `update:${shortHash(payloadHash(payload))}`,
    once: existing === undefined ? 'ever' : 'run',
    operation: 'handoff document',
    identity: { external_id: payload.external_id },
    perform: (_context, target) => keep(target),
    probe: async (_context, target) => ({ happened: await keep(target) }),
  };
}
