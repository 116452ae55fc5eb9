import { NotFoundError, RejectedError, type ConflictError } from '../../../errors.ts';
import type { ContactPayload } from '../../../objects/payloads.ts';
import type { LoadContext, StepResult, StepTarget } from '../destination.ts';
import { originOf } from './companies.ts';
import { attributesFor, bodyOf, factsOf, withoutRefusedPhone } from './contact-body.ts';
import { readWhole } from './contact-read-back.ts';

/**
 * 409: somebody with that e-mail or external id is there. A person of ours who has the same address as another person
 * of the same kind is a duplicate for people to decide; the same human in two roles, or a customer who was there before
 * us, is adopted: our attributes are added, nothing of theirs is replaced but an empty external id.
 */
export async function adoptContact(
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
  if (!conflict.archived) return takeOver(id, payload, conflict, context, target, wasOurs);
  await restore(id, payload, context);
  try {
    return await takeOver(id, payload, conflict, context, target, wasOurs);
  } catch (error) {
    // Set aside, the record leaves the contact as it was: nothing would put it back, for it does not become ours.
    if (error instanceof RejectedError) await context.intercom.archiveContact(id);
    throw error;
  }
}

async function takeOver(
  id: string,
  payload: ContactPayload,
  conflict: ConflictError,
  context: LoadContext,
  target: StepTarget,
  wasOurs: boolean,
): Promise<StepResult> {
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
    facts: factsOf(payload, dropped, shared ? { shared: true } : {}),
    warnings: dropped,
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
