import { LeaseLostError, RateLimitError, TransientError } from '../errors.ts';
import type { BatchScope } from './runs/batch.ts';

/**
 * Settles the intent of a call that failed. It stays open while the call may have been carried out, and when the lease
 * is lost: another worker may be at this record by now, and what became of the intent is for its look to find out.
 */
export async function settleFailedCall(
  { deps, token }: BatchScope,
  journalId: string,
  error: unknown,
): Promise<void> {
  if (error instanceof LeaseLostError) return;
  if (error instanceof TransientError && error.outcomeUnknown) return;
  const isVoid = error instanceof TransientError || error instanceof RateLimitError;
  await deps.ledger.write({
    leaseToken: token,
    settle: [{ journalId, state: isVoid ? 'void' : 'refused', result: { error: String(error) } }],
  });
}
