import {
  AuthError,
  ConflictError,
  LeaseLostError,
  NotFoundError,
  RateLimitError,
  RejectedError,
  SchemaError,
  TransientError,
} from '../errors.ts';
import { REASON_CODES, type ReasonCode } from '../objects/mapping.ts';

/**
 * Error class → what happens to the record and the run. Stages throw, they do not decide.
 * - `pause`: nothing will work until a person acts;
 * - `retry`: put the record back, costs nothing, look first when the outcome is unknown;
 * - `reject`: set this record aside, the batch goes on;
 * - `stop`: the batch is no longer ours;
 * - `crash`: our bug; the job fails with the error and is tried again by the queue.
 */
export type FailureAction =
  | { action: 'pause'; reason: string }
  | { action: 'retry'; at: Date | null }
  | {
      action: 'reject';
      code: ReasonCode;
      message: string;
      field: string | null;
      value: unknown;
      suggestion: string | null;
    }
  | { action: 'stop' }
  | { action: 'crash' };

/** Codes that a stage gave its error on purpose; anything else is Intercom's own word. */
const OUR_CODES: ReadonlySet<string> = new Set(REASON_CODES);

/** For refusals of which only Intercom's own words are known. */
const WHAT_TO_DO =
  'Correct the value here or in Infraon, or the rule in the map, then retry; waive the record if it is to stay behind.';

/** Pauses between tries of one record, in ms, by the number of tries it has had. */
const RETRY_MS = [0, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000];

export function actionFor(error: unknown, now: Date, attempts: number): FailureAction {
  if (error instanceof AuthError) {
    const reason = `The connection was refused (${error.code}). Reconnect, then resume the run.`;
    return { action: 'pause', reason };
  }
  if (error instanceof LeaseLostError) return { action: 'stop' };
  if (error instanceof RateLimitError) return { action: 'retry', at: error.retryAt };
  if (error instanceof TransientError) {
    const waitMs = RETRY_MS[Math.min(attempts, RETRY_MS.length - 1)] ?? 0;
    return { action: 'retry', at: new Date(now.getTime() + waitMs) };
  }
  if (
    error instanceof RejectedError ||
    error instanceof NotFoundError ||
    error instanceof ConflictError ||
    error instanceof SchemaError
  ) {
    const known = OUR_CODES.has(error.code);
    return {
      action: 'reject',
      code: known ? (error.code as ReasonCode) : 'destination_rejected',
      message: known ? error.message : `Intercom refused the record: ${error.message}`,
      field: error.field ?? null,
      value: error instanceof RejectedError ? (error.value ?? null) : null,
      suggestion: (error instanceof RejectedError ? error.suggestion : undefined) ?? WHAT_TO_DO,
    };
  }
  return { action: 'crash' };
}
