import type { CompanyPayload } from '../../../objects/payloads.ts';
import { payloadHash } from '../../../objects/payload-hash.ts';
import { compareAttributes, compareValue, refsIn, resolveAttributes } from '../attributes.ts';
import { withCleared } from './cleared-fields.ts';
import {
  shortHash,
  type Destination,
  type Loaded,
  type LoadContext,
  type Step,
  type StepResult,
  type StepTarget,
} from '../destination.ts';

/** A record this much older than our intent was not made by it; clocks may differ by less. */
const CREATED_BEFORE_US_SECONDS = 60;

/** Natural upsert by our `company_id`: an unknown outcome is settled by sending it again (Intercom API 2.16, POST /companies). */
export const companies: Destination<CompanyPayload> = {
  requiredRefs: () => [],
  optionalRefs: (payload) => refsIn(payload.custom_attributes),
  plan: (payload, existing) => [upsertStep(payload, existing)],
  amend: (next, last) => ({
    payload: withCleared(next, last, ['website', 'industry', 'size']),
    warnings: [],
  }),
  async verify(payload, loaded, context) {
    const actual = await context.intercom.getCompany(loaded.destinationId);
    if (actual === null) return null;
    const { resource, custom_attributes, ...fields } = payload;
    return {
      comparisons: [
        ...Object.entries(fields).map(([name, value]) =>
          compareValue(name, value, actual[name as keyof typeof actual]),
        ),
        ...compareAttributes(resolveAttributes(payload.custom_attributes, context), actual.custom_attributes),
      ],
      updatedAt: actual.updated_at,
    };
  },
};

function upsertStep(payload: CompanyPayload, existing: Loaded | undefined): Step {
  const { resource, custom_attributes, ...fields } = payload;
  return {
    key: existing !== undefined ? `update:${shortHash(payloadHash(payload))}` : 'create',
    once: existing !== undefined ? 'run' : 'ever',
    operation: 'POST /companies',
    identity: { company_id: payload.company_id },
    async perform(context: LoadContext, target: StepTarget): Promise<StepResult> {
      const isFresh = existing?.fresh === true;
      const prior = isFresh ? null : await priorOf(existing, payload, context);
      if (prior !== null) await target.keepPrior({ ...prior });
      const company = await context.intercom.upsertCompany({
        ...fields,
        custom_attributes: resolveAttributes(custom_attributes, context),
      });
      return {
        destinationId: company.id,
        origin: await originIn(context, company, target),
        facts: { company_id: payload.company_id },
      };
    },
    probe: () => Promise.resolve('repeat'),
  };
}

/** What a look before the update has read already, else what the company's own id finds. */
function priorOf(existing: Loaded | undefined, payload: CompanyPayload, { intercom }: LoadContext) {
  return existing?.update === undefined
    ? intercom.findCompany(payload.company_id)
    : intercom.getCompany(existing.destinationId);
}

/** What a rollback took away and this call brought back is ours, however old it is. */
export async function originIn(
  context: LoadContext,
  thing: { id: string; created_at: number | null },
  target: StepTarget,
): Promise<'created' | 'adopted'> {
  const origin = originOf(thing.created_at, target.intendedAt);
  return origin === 'adopted' && (await context.wasTakenBack(thing.id)) ? 'created' : origin;
}

/** Created by this very call, or there before: an upsert does not say, its creation time does. */
export function originOf(createdAtSeconds: number | null, intendedAt: Date): 'created' | 'adopted' {
  if (createdAtSeconds === null) return 'created';
  return createdAtSeconds < intendedAt.getTime() / 1000 - CREATED_BEFORE_US_SECONDS ? 'adopted' : 'created';
}
