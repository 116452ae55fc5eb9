import type { RecordChange } from '../../db/journal.ts';
import type { ClaimedRecord } from '../../db/leases.ts';
import type { BatchScope } from '../runs/batch.ts';
import { actionFor } from '../failure-policy.ts';
import type { Progress } from './progress.ts';

/** Tries of one record before its batch counts as failing. */
const MAX_TRIES = 20;

/** What becomes of a record. */
export type Change = Omit<RecordChange, 'recordId'>;
/** How far a try has come when it fails. */
export interface Journey {
  progress?: Progress;
}

export function rejected(
  code: string,
  message: string,
  more: { field?: string | null; value?: unknown; suggestion?: string | null; waitsFor?: string } = {},
): Change {
  return {
    step: 'done',
    outcome: more.waitsFor === undefined ? 'rejected' : 'waiting',
    reasonCode: code,
    reason: {
      field: more.field ?? null,
      value: more.value ?? null,
      message,
      suggestion: more.suggestion ?? null,
    },
    waitsFor: more.waitsFor ?? null,
  };
}

/**
 * A record's failure is a row, not an exception that ends the batch; what concerns every record is thrown on. Tries count
 * while nothing of the record gets done: a long thread may lose many answers and still come to its end.
 */
export function afterFailure(
  error: unknown,
  { deps }: BatchScope,
  record: ClaimedRecord,
  { progress }: Journey,
): Change {
  const startsOver = progress?.wrote === true;
  const attempts = startsOver ? 1 : record.attempts;
  const failure = actionFor(error, deps.clock.now(), attempts);
  switch (failure.action) {
    case 'reject':
      return rejected(failure.code, failure.message, failure);
    case 'retry':
      // After that many tries it is not this record that is in trouble: the batch fails, and in the end the run waits.
      if (attempts >= MAX_TRIES) throw error;
      return { step: 'load', outcome: 'pending', notBefore: failure.at, startsOver };
    case 'pause':
    case 'stop':
    case 'crash':
      throw error;
  }
}
