import type { Contact } from '../../../connectors/intercom/schemas.ts';
import type { ContactPayload } from '../../../objects/payloads.ts';
import { companyStepKey } from './contact-companies.ts';
import { bodyOf, factsOf } from './contact-body.ts';
import type { LoadContext } from '../destination.ts';
import { tagStepKey } from '../steps.ts';

/** What the intent row of one item keeps: enough to know the contact again, and what else the item asks for. */
export interface BulkIdentity {
  external_id: string;
  facts: Record<string, unknown>;
  /** Step of the contact's plan → Intercom id of the company or tag that shows it is done. */
  steps: Record<string, string>;
}

/**
 * A contact as an item of POST /contacts/bulk (Intercom API Preview): companies go by our own id, and only those that
 * are in Intercom, because an unknown one would be made.
 */
export async function bulkItem(
  payload: ContactPayload,
  context: LoadContext,
): Promise<{ item: Record<string, unknown>; identity: BulkIdentity }> {
  const companies = payload.companies.flatMap((ref) => {
    const company = context.resolve(ref);
    const companyId = company?.facts['company_id'];
    return company === undefined || typeof companyId !== 'string'
      ? []
      : [{ id: company.destinationId, companyId }];
  });
  const tags = await Promise.all(payload.tags.map(async (name) => ({ name, id: await context.tagId(name) })));
  return {
    item: {
      ...bodyOf(payload, context),
      ...(companies.length === 0
        ? {}
        : { companies: companies.map(({ companyId }) => ({ company_id: companyId })) }),
      ...(tags.length === 0 ? {} : { tags: { add: tags.map(({ id }) => ({ id })) } }),
    },
    identity: {
      external_id: payload.external_id,
      facts: factsOf(payload, []),
      steps: Object.fromEntries([
        ...companies.map(({ id }): [string, string] => [companyStepKey(id), id]),
        ...tags.map(({ name, id }): [string, string] => [tagStepKey(name), id]),
      ]),
    },
  };
}

/** Steps that the listed contact shows as done; it shows ten companies and tags at most, the rest is done singly. */
export function stepsSeen(contact: Contact, { steps }: BulkIdentity): string[] {
  const shown = new Set(
    [...(contact.companies?.data ?? []), ...(contact.tags?.data ?? [])].map(({ id }) => id),
  );
  return Object.entries(steps).flatMap(([step, id]) => (shown.has(id) ? [step] : []));
}
