import type { Contact } from '../../../connectors/intercom/schemas.ts';
import type { ContactPayload } from '../../../objects/payloads.ts';
import { compareAttributes, compareValue } from '../attributes.ts';
import type { Comparison, Loaded, LoadContext, Verification } from '../destination.ts';
import { attributesFor } from './contact-body.ts';

/** With all its tags and companies: inside a contact ten of each are shown at most. */
export async function readWhole(id: string, { intercom }: LoadContext): Promise<Contact | null> {
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

/** Every field, attribute, company and tag as Intercom has them now; null when the contact is gone. */
export async function readBack(
  payload: ContactPayload,
  loaded: Loaded,
  context: LoadContext,
): Promise<Verification | null> {
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

/** Tags that a contact shows inside itself (Intercom API 2.16, contact). */
const SHOWN_INSIDE = 10;

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
