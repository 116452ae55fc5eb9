import { NotFoundError, RejectedError } from '../../errors.ts';
import type { CustomObjectPayload } from '../../objects/payloads.ts';
import { payloadHash } from '../../objects/payload-hash.ts';
import { compareAttributes, compareValue, refsIn, resolveAttributes } from './attributes.ts';
import { fileWarnings } from './files/file-facts.ts';
import { compareKept, keepFileSteps } from './files/kept-files.ts';
import { originIn } from './people/companies.ts';
import {
  shortHash,
  type Destination,
  type Loaded,
  type LoadContext,
  type Step,
  type StepResult,
  type StepTarget,
} from './destination.ts';

/**
 * Upsert by our `external_id` (Intercom API 2.16, custom object instances). A list value that is not an option clears
 * the attribute and an unknown reference is skipped, both in silence: that is why every instance is read back.
 */
export const customObjectInstances: Destination<CustomObjectPayload> = {
  requiredRefs: () => [],
  optionalRefs: (payload) => refsIn(payload.custom_attributes),
  plan: (payload, existing, context) => [upsertStep(payload, existing, context), ...keepFileSteps(payload)],
  async verify(payload, loaded, context) {
    const actual = await context.intercom.getInstance(payload.type, loaded.destinationId);
    if (actual === null) return null;
    return {
      comparisons: [
        compareValue('external_id', payload.external_id, actual.external_id),
        ...(['external_created_at', 'external_updated_at'] as const)
          .filter((name) => payload[name] !== undefined)
          .map((name) => compareValue(name, payload[name], actual[name])),
        ...compareAttributes(resolveAttributes(payload.custom_attributes, context), actual.custom_attributes),
        ...compareKept(payload, loaded.facts),
      ],
      updatedAt: actual.updated_at,
    };
  },
  standingWarnings: fileWarnings,
};

function upsertStep(
  payload: CustomObjectPayload,
  existing: Loaded | undefined,
  links: Pick<LoadContext, 'resolve' | 'settings'>,
): Step {
  const { resource, type, custom_attributes, files, ...fields } = payload;
  // Links that can be made by now are part of what this write is about: a later pass of the same run is another write.
  // The plan decides which; ends that appear before the call leaves are for that pass.
  const written = { ...payload, custom_attributes: resolveAttributes(custom_attributes, links) };
  return {
    key: existing !== undefined ? `update:${shortHash(payloadHash(written))}` : 'create',
    once: existing !== undefined ? 'run' : 'ever',
    operation: 'POST /custom_object_instances/{type}',
    identity: { type, external_id: payload.external_id },
    async perform(context: LoadContext, target: StepTarget): Promise<StepResult> {
      try {
        const mayBeThere =
          existing === undefined ? await context.hasForeignInstances(type) : existing.fresh !== true;
        const prior = mayBeThere ? await priorOf(existing, payload, context).catch(absentAsNull) : null;
        if (prior !== null) await target.keepPrior({ ...prior });
        const instance = await context.intercom.upsertInstance(type, {
          ...fields,
          custom_attributes: written.custom_attributes,
        });
        return {
          destinationId: instance.id,
          facts: { type },
          origin: await originIn(context, instance, target),
        };
      } catch (error) {
        if (!(error instanceof NotFoundError)) throw error;
        throw typeMissing(type, error);
      }
    },
    probe: () => Promise.resolve('repeat'),
  };
}

/** The refusal of a record whose custom object type nobody has made, or somebody has removed. */
export function typeMissing(type: string, cause: NotFoundError): RejectedError {
  return new RejectedError(`Intercom has no custom object type ${type}.`, {
    code: 'object_type_missing',
    value: type,
    suggestion:
      'Create the type in Intercom (Settings > Data > Custom objects), check readiness, then retry.',
    cause,
  });
}

/** What a look before the update has read already, else what the instance's own id finds. */
function priorOf(
  existing: Loaded | undefined,
  { type, external_id }: CustomObjectPayload,
  { intercom }: LoadContext,
) {
  return existing?.update === undefined
    ? intercom.findInstance(type, external_id)
    : intercom.getInstance(type, existing.destinationId);
}

function absentAsNull(error: unknown): null {
  if (error instanceof NotFoundError) return null;
  throw error;
}
