import { RejectedError } from '../../../errors.ts';
import type { MappingIssue } from '../../../objects/mapping.ts';
import type { ContactPayload } from '../../../objects/payloads.ts';
import { resolveAttributes } from '../attributes.ts';
import type { LoadContext } from '../destination.ts';
import { teammateFact } from './teammate-key.ts';

export function attributesFor(payload: ContactPayload, context: LoadContext): Record<string, unknown> {
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
  dropped: MappingIssue[],
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return { ...more, phone_refused: dropped.length > 0, ...teammateFact(payload.teammate_email) };
}

/** The workspace may validate phone numbers: the record matters more than its phone, whose text is kept as an attribute. */
export async function withoutRefusedPhone<T>(
  body: Record<string, unknown>,
  send: (body: Record<string, unknown>) => Promise<T>,
): Promise<{ result: T; dropped: MappingIssue[] }> {
  try {
    return { result: await send(body), dropped: [] };
  } catch (error) {
    if (!(error instanceof RejectedError) || error.field !== 'phone' || body['phone'] === undefined)
      throw error;
    const { phone, ...rest } = body;
    return { result: await send(rest), dropped: [phoneRefused(phone, error.message)] };
  }
}

function phoneRefused(value: unknown, message: string): MappingIssue {
  return { code: 'invalid_phone', field: 'phone', value, message, suggestion: 'The number is kept as text.' };
}

/** What was left out of a contact whose making got lost: it is there without its number only where that was refused. */
export function droppedFrom({ phone }: ContactPayload, found: { phone: string | null }): MappingIssue[] {
  if (phone === undefined || found.phone !== null) return [];
  return [phoneRefused(phone, 'Intercom did not take the number.')];
}
