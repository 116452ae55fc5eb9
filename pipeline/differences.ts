import type { DifferenceClass } from '../db/schema/ledger.ts';

export const DIFFERENCE_CLASSES = [
  'equal',
  'equal_after_normalising',
  'lossy_by_design',
  'late',
  'changed_at_source',
  'changed_in_intercom',
  'mismatch',
  'missing',
  'extra',
] as const satisfies readonly DifferenceClass[];

/** Nobody is known to have made them, so they count as ours. Sign-off needs none. */
export const UNEXPLAINED: readonly DifferenceClass[] = ['mismatch', 'missing', 'extra'];

/** Those, and what may only not be visible yet. */
export const UNSETTLED: readonly DifferenceClass[] = [...UNEXPLAINED, 'late'];
