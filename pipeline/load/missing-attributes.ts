import type { IntercomClient } from '../../connectors/intercom/client.ts';
import { RejectedError } from '../../errors.ts';
import type { Payload } from '../../objects/payloads.ts';

/** Name of the first attribute of a payload that the workspace does not have, if one is missing. */
export type MissingAttribute = (payload: Payload) => Promise<string | undefined>;

/** The lists are read at most once a batch, and only when a record was refused. */
export function createMissingAttribute(intercom: IntercomClient): MissingAttribute {
  const lists = new Map<string, Promise<Set<string>>>();

  async function namesOf(resource: 'contacts' | 'companies' | 'conversations'): Promise<Set<string>> {
    const attributes =
      resource === 'conversations'
        ? await intercom.listConversationAttributes()
        : await intercom.listDataAttributes(resource === 'contacts' ? 'contact' : 'company');
    return new Set(attributes.filter((each) => each.archived !== true).map((each) => each.name));
  }

  return async (payload) => {
    const { resource } = payload;
    if (resource !== 'contacts' && resource !== 'companies' && resource !== 'conversations') return undefined;
    const names = lists.get(resource) ?? namesOf(resource);
    lists.set(resource, names);
    const there = await names;
    return Object.keys(payload.custom_attributes).find((name) => !there.has(name));
  };
}

/** Which times are refused is not published (Intercom API reference, 6.2); it names the field, of a message or a reply. */
function refusedTime(error: RejectedError): RejectedError {
  return new RejectedError(
    `Intercom does not take the time of this record or of one of its entries: ${error.message}`,
    {
      code: 'created_at_refused',
      field: 'created',
      suggestion:
        'Supply another time for the record, or correct the entry in Infraon; then retry. Waive it if the time cannot be changed.',
      requestId: error.requestId,
      status: error.status,
      cause: error,
    },
  );
}

/**
 * Intercom refuses a record with one code for whatever is wrong with a value (`parameter_invalid`), so whether its
 * attribute is gone is found out by looking. Any other error is given back as it came.
 */
export async function explainRefusal(
  error: unknown,
  payload: Payload,
  missingAttribute: MissingAttribute,
): Promise<unknown> {
  // What we refuse ourselves has a code of its own and no status.
  if (!(error instanceof RejectedError) || error.status === undefined) return error;
  if (error.field === 'created_at') return refusedTime(error);
  const name = await missingAttribute(payload).catch(() => undefined);
  if (name === undefined) return error;
  return new RejectedError(`Intercom has no attribute "${name}" any more.`, {
    code: 'attribute_missing',
    field: `custom_attributes.${name}`,
    suggestion:
      'Bring the attribute back in Intercom, or give the rule another target in the map; then retry.',
    requestId: error.requestId,
    status: error.status,
    cause: error,
  });
}
