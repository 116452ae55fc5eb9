import { ConflictError, RejectedError } from '../../../errors.ts';
import { payloadHash } from '../../../objects/payload-hash.ts';
import type { ContactPayload } from '../../../objects/payloads.ts';
import { refsIn } from '../attributes.ts';
import {
  isToWrite,
  shortHash,
  type Destination,
  type Loaded,
  type LoadContext,
  type Step,
} from '../destination.ts';
import { keepingPrior } from '../keeping-prior.ts';
import { tagSteps, type TagCalls } from '../tag-steps.ts';
import { adoptContact } from './adopt-contact.ts';
import { withCleared } from './cleared-fields.ts';
import { originOf } from './companies.ts';
import { attributesFor, bodyOf, droppedFrom, factsOf, withoutRefusedPhone } from './contact-body.ts';
import { companySteps } from './contact-companies.ts';
import { readBack, readWhole } from './contact-read-back.ts';

/** People. `external_id` is ours; an address that exists already answers 409 and is adopted (Intercom API 2.16, POST /contacts). */
export const contacts: Destination<ContactPayload> = {
  requiredRefs: () => [],
  optionalRefs: (payload) => [...payload.companies, ...refsIn(payload.custom_attributes)],
  plan(payload, existing, context) {
    const first = existing === undefined ? createStep(payload) : updateStep(payload, existing);
    const steps = [
      ...(isToWrite(existing, isField) ? [first] : []),
      ...companySteps(payload, existing, context),
      ...tagSteps(payload.tags, existing, TAG_CALLS),
    ];
    return existing === undefined || existing.fresh === true ? steps : keepingPrior(steps, readPrior);
  },
  amend: (next, last) => ({ payload: withCleared(next, last, ['email', 'phone', 'name']), warnings: [] }),
  verify: readBack,
};

function createStep(payload: ContactPayload): Step {
  return {
    key: 'create',
    once: 'ever',
    operation: 'POST /contacts',
    identity: { external_id: payload.external_id },
    async perform(context, target) {
      try {
        const { result, dropped } = await withoutRefusedPhone(bodyOf(payload, context), (body) =>
          context.intercom.createContact(body),
        );
        return {
          destinationId: result.id,
          origin: 'created',
          facts: factsOf(payload, dropped),
          warnings: dropped,
        };
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
        return adoptContact(payload, error, context, target);
      }
    },
    async probe(context, target) {
      const found = await context.intercom.findContactByExternalId(payload.external_id);
      // Somebody who was there before our call has none of our values yet: the next try adopts them.
      if (found === null || originOf(found.created_at, target.intendedAt) === 'adopted') return 'absent';
      const warnings = droppedFrom(payload, found);
      const facts = factsOf(payload, warnings);
      return { happened: { destinationId: found.id, origin: 'created', facts, warnings } };
    },
  };
}

function updateStep(payload: ContactPayload, existing: Loaded): Step {
  return {
    key: `update:${shortHash(payloadHash(payload))}`,
    once: 'run',
    operation: 'PUT /contacts/{id}',
    identity: { id: existing.destinationId },
    async perform(context) {
      const shared = existing.facts['shared'] === true;
      const body = shared ? { custom_attributes: attributesFor(payload, context) } : bodyOf(payload, context);
      const { dropped } = await withoutRefusedPhone(body, (fields) =>
        context.intercom.updateContact(existing.destinationId, fields),
      );
      return {
        destinationId: existing.destinationId,
        facts: factsOf(payload, dropped, existing.facts),
        warnings: dropped,
      };
    },
    probe: () => Promise.resolve('repeat'),
  };
}

async function readPrior(id: string, context: LoadContext): Promise<Record<string, unknown>> {
  const prior = await readWhole(id, context);
  if (prior === null) throw deletedInIntercom(id);
  return { ...prior };
}

function deletedInIntercom(id: string): RejectedError {
  return new RejectedError(`The contact ${id} was deleted in Intercom.`, {
    code: 'deleted_in_intercom',
    value: id,
    suggestion:
      'Make it again, restore the contact in Intercom and retry, or waive the record to leave it deleted.',
  });
}

/** What `PUT /contacts/{id}` writes. */
function isField(field: string): boolean {
  return field !== 'companies' && !field.startsWith('tags.');
}

const TAG_CALLS: TagCalls = {
  add: {
    operation: 'POST /contacts/{id}/tags',
    send: ({ intercom }, id, tagId) => intercom.tagContact(id, tagId),
  },
  remove: {
    operation: 'DELETE /contacts/{id}/tags/{tag_id}',
    send: ({ intercom }, id, tagId) => intercom.untagContact(id, tagId),
  },
};
