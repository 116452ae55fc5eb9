import { NotFoundError } from '../../../errors.ts';
import type { ContactPayload } from '../../../objects/payloads.ts';
import { isToWrite, type Loaded, type LoadContext, type Step } from '../destination.ts';
import { requireId } from '../steps.ts';

export function companyStepKey(companyId: string): string {
  return `company:${companyId}`;
}

/** Where a person works: who left is taken off, and a link that people removed in Intercom stays removed. */
export function companySteps(
  payload: ContactPayload,
  existing: Loaded | undefined,
  { resolve }: LoadContext,
): Step[] {
  const idsOf = (refs: ContactPayload['companies']) =>
    refs.flatMap((ref) => resolve(ref)?.destinationId ?? []);
  const wanted = idsOf(payload.companies);
  const last = existing?.update?.last;
  if (last?.resource !== 'contacts') return wanted.map((id) => attachStep(id, 'ever'));
  if (existing?.update?.kept.has('companies') === true) return [];
  const left = idsOf(last.companies).filter((id) => !wanted.includes(id));
  const isMissing = isToWrite(existing, (field) => field === 'companies');
  return [...left.map(detachStep), ...(isMissing ? wanted.map((id) => attachStep(id, 'run')) : [])];
}

function detachStep(companyId: string): Step {
  return {
    key: `leave:${companyId}`,
    once: 'run',
    operation: 'DELETE /contacts/{id}/companies/{company_id}',
    identity: { company: companyId },
    async perform(context, target) {
      try {
        await context.intercom.detachCompany(requireId(target), companyId);
      } catch (error) {
        if (!(error instanceof NotFoundError)) throw error;
      }
      return {};
    },
    // Leaving again changes nothing.
    probe: () => Promise.resolve('repeat'),
  };
}

function attachStep(companyId: string, once: Step['once']): Step {
  return {
    key: companyStepKey(companyId),
    once,
    operation: 'POST /contacts/{id}/companies',
    identity: { company: companyId },
    async perform(context, target) {
      await context.intercom.attachCompany(requireId(target), companyId);
      return {};
    },
    // Attaching again changes nothing, so it is simply sent again.
    probe: () => Promise.resolve('repeat'),
  };
}
