import { ConflictError, NotFoundError, RejectedError } from '../../../errors.ts';
import type { Contact } from '../../../connectors/intercom/schemas.ts';
import type { ContactPayload } from '../../../objects/payloads.ts';
import type { MappingIssue } from '../../../objects/mapping.ts';
import { payloadHash } from '../../../objects/payload-hash.ts';
import { compareAttributes, compareValue, refsIn, resolveAttributes } from '../attributes.ts';
import {
  isToWrite,
  shortHash,
  type Comparison,
  type Destination,
  type Loaded,
  type LoadContext,
  type Step,
  type StepResult,
  type StepTarget,
} from '../destination.ts';
import { keepingPrior } from '../keeping-prior.ts';
import { originOf } from './companies.ts';
import { companySteps } from './contact-companies.ts';
import { tagSteps, type TagCalls } from '../tag-steps.ts';
import { withCleared } from './cleared-fields.ts';

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
  async verify(payload, loaded, context) {
    const actual = await context.intercom.getContact(loaded.destinationId);
    if (actual === null) return null;
    const companyIds = payload.companies.flatMap((ref) => context.resolve(ref)?.destinationId ?? []);
    const attached = await attachedCompanies(actual, companyIds, context);
    return {
      comparisons: [
        ...compareFields(payload, actual, loaded),
        ...compareAttributes(attributesFor(payload, context), actual.custom_attributes),
        ...(companyIds.length === 0 ? [] : [compareCompanies(companyIds, attached)]),
        ...(await compareTags(payload.tags, actual, context)),
      ],
      updatedAt: actual.updated_at,
    };
  },
};

function attributesFor(payload: ContactPayload, context: LoadContext): Record<string, unknown> {
  return resolveAttributes(payload.custom_attributes, context);
}

export function bodyOf(payload: ContactPayload, context: LoadContext): Record<string, unknown> {
  const { external_id, role, email, phone, name, signed_up_at } = payload;
  return {
    external_id,
    role,
    email,
    phone,
    name,
    signed_up_at,
    custom_attributes: attributesFor(payload, context),
  };
}

export function factsOf(
  payload: ContactPayload,
  context: LoadContext,
  dropped: MappingIssue[],
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  const adminId =
    payload.teammate_email === undefined ? undefined : context.teammateId(payload.teammate_email);
  return {
    ...more,
    phone_refused: dropped.length > 0,
    ...(adminId === undefined ? {} : { admin_id: adminId }),
  };
}

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
          facts: factsOf(payload, context, dropped),
          warnings: dropped,
        };
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
        return adopt(payload, error, context, target);
      }
    },
    async probe(context, target) {
      const found = await context.intercom.findContactByExternalId(payload.external_id);
      // Somebody who was there before our call has none of our values yet: the next try adopts them.
      if (found === null || originOf(found.created_at, target.intendedAt) === 'adopted') return 'absent';
      return {
        happened: { destinationId: found.id, origin: 'created', facts: factsOf(payload, context, []) },
      };
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
        facts: factsOf(payload, context, dropped, existing.facts),
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
    suggestion: 'Waive the record, or restore the contact in Intercom and retry.',
  });
}

/**
 * 409: somebody with that e-mail or external id is there. A person of ours who has the same address as another person
 * of the same kind is a duplicate for people to decide; the same human in two roles, or a customer who was there before
 * us, is adopted: our attributes are added, nothing of theirs is replaced but an empty external id.
 */
async function adopt(
  payload: ContactPayload,
  conflict: ConflictError,
  context: LoadContext,
  target: StepTarget,
): Promise<StepResult> {
  const id = conflict.existingId;
  if (id === undefined) {
    throw new RejectedError('Intercom says the contact exists and does not say which.', {
      code: 'contact_conflict',
      value: payload.email,
      cause: conflict,
    });
  }
  // A rollback of ours archived it: it comes back as what it was, ours.
  const wasOurs = conflict.archived && (await context.wasTakenBack(id));
  if (conflict.archived && !wasOurs) await target.keepPrior({ id, archived: true });
  if (conflict.archived) await restore(id, payload, context);
  const found = await readWhole(id, context);
  if (found === null) {
    throw new RejectedError(
      'A deleted contact still holds this identity in Intercom, for about seven days.',
      {
        code: 'contact_conflict',
        value: payload.external_id,
        suggestion: 'Retry after seven days, or ask Intercom to release the external id.',
        cause: conflict,
      },
    );
  }
  const owner = await context.ownerOf('contacts', id);
  if (owner !== undefined && owner.ref === target.record.ref && owner.sourceId !== target.record.sourceId) {
    throw new RejectedError(
      `The address ${payload.email ?? ''} already belongs to another record (${owner.sourceId}).`,
      {
        code: 'duplicate_email',
        field: 'email',
        value: payload.email,
        suggestion: 'Correct the address of one of the two, or load this one without an address.',
        cause: conflict,
      },
    );
  }
  const ours = found.external_id === payload.external_id;
  const free = found.external_id === null || found.external_id === '';
  const shared = owner !== undefined || !(ours || free);
  const body = shared ? { custom_attributes: attributesFor(payload, context) } : bodyOf(payload, context);
  // Ours, and made after we began: an earlier call of ours was carried out late.
  const isOurs = wasOurs || (ours && originOf(found.created_at, target.intendedAt) === 'created');
  if (!isOurs) await target.keepPrior({ ...found });
  const { dropped } = await withoutRefusedPhone(body, (fields) => context.intercom.updateContact(id, fields));
  return {
    destinationId: id,
    origin: isOurs ? 'created' : 'adopted',
    facts: factsOf(payload, context, dropped, shared ? { shared: true } : {}),
    warnings: dropped,
  };
}

/** With all its tags and companies: inside a contact ten of each are shown at most. */
async function readWhole(id: string, { intercom }: LoadContext): Promise<Contact | null> {
  const contact = await intercom.getContact(id);
  if (contact === null) return null;
  const isCut = (
    list: { data?: unknown[] | null | undefined; total_count?: number | null | undefined } | null | undefined,
  ) => (list?.total_count ?? 0) > (list?.data ?? []).length;
  const idsOnly = (items: { id: string }[]) => ({ data: items.map((item) => ({ id: item.id })) });
  return {
    ...contact,
    ...(isCut(contact.tags) ? { tags: idsOnly(await intercom.listContactTags(id)) } : {}),
    ...(isCut(contact.companies) ? { companies: idsOnly(await intercom.listContactCompanies(id)) } : {}),
  };
}

async function restore(id: string, payload: ContactPayload, context: LoadContext): Promise<void> {
  try {
    await context.intercom.unarchiveContact(id);
  } catch (error) {
    if (!(error instanceof RejectedError || error instanceof NotFoundError)) throw error;
    throw new RejectedError('An archived contact holds this identity and cannot be brought back.', {
      code: 'contact_conflict',
      value: payload.external_id,
      suggestion: 'A contact that is being deleted keeps its external id for about seven days; retry then.',
      cause: error,
    });
  }
}

/** The workspace may validate phone numbers: the record matters more than its phone, whose text is kept as an attribute. */
async function withoutRefusedPhone<T>(
  body: Record<string, unknown>,
  send: (body: Record<string, unknown>) => Promise<T>,
): Promise<{ result: T; dropped: MappingIssue[] }> {
  try {
    return { result: await send(body), dropped: [] };
  } catch (error) {
    if (!(error instanceof RejectedError) || error.field !== 'phone' || body['phone'] === undefined)
      throw error;
    const { phone, ...rest } = body;
    return {
      result: await send(rest),
      dropped: [
        {
          code: 'invalid_phone',
          field: 'phone',
          value: phone,
          message: error.message,
          suggestion: 'The number is kept as text.',
        },
      ],
    };
  }
}

/** What `PUT /contacts/{id}` writes. */
function isField(field: string): boolean {
  return field !== 'companies' && !field.startsWith('tags.');
}

function compareFields(payload: ContactPayload, actual: Contact, loaded: Loaded): Comparison[] {
  if (loaded.facts['shared'] === true) return [];
  const phoneRefused = loaded.facts['phone_refused'] === true && actual.phone === null;
  return (['external_id', 'email', 'name', 'phone', 'signed_up_at'] as const)
    .filter((field) => payload[field] !== undefined)
    .map((field) =>
      field === 'phone' && phoneRefused
        ? { field, class: 'lossy_by_design', expected: payload.phone, actual: null }
        : compareValue(field, payload[field], actual[field]),
    );
}

/** Companies and tags that a contact shows inside itself (Intercom API 2.16, contact). */
const SHOWN_INSIDE = 10;

/** A contact shows at most ten companies inside itself; more are read from the list. */
async function attachedCompanies(
  actual: Contact,
  expected: string[],
  context: LoadContext,
): Promise<string[]> {
  const nested = (actual.companies?.data ?? []).map((company) => company.id);
  if (expected.every((id) => nested.includes(id))) return nested;
  return (await context.intercom.listContactCompanies(actual.id)).map((company) => company.id);
}

function compareCompanies(expected: string[], actual: string[]): Comparison {
  const missing = expected.filter((id) => !actual.includes(id));
  return missing.length === 0
    ? { field: 'companies', class: 'equal' }
    : { field: 'companies', class: 'missing', expected, actual };
}

/** Tags inside a contact have no names, and at most ten are shown; more are read from the list. */
async function compareTags(names: string[], actual: Contact, context: LoadContext): Promise<Comparison[]> {
  if (names.length === 0) return [];
  const wanted = await Promise.all(names.map(async (name) => ({ name, id: await context.tagId(name) })));
  let there = (actual.tags?.data ?? []).map((tag) => tag.id);
  if (there.length >= SHOWN_INSIDE && wanted.some(({ id }) => !there.includes(id)))
    there = (await context.intercom.listContactTags(actual.id)).map((tag) => tag.id);
  return wanted.map(({ name, id }) =>
    there.includes(id)
      ? { field: `tags.${name}`, class: 'equal' }
      : { field: `tags.${name}`, class: 'missing', expected: name, actual: there },
  );
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
