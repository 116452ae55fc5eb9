import type { LedgerCounts, RunDocument } from '../pipeline/runs/run-document.ts';
import { formatCount, formatMoment, type View } from './format.ts';

/** A row of a table: what it is, and how it stands; null leaves the row out. */
export type Fact = readonly [string, string | null];

const NAMES: Record<RunDocument['kind'], string> = {
  sample: 'The sample',
  full: 'The migration',
  delta: 'The delta run',
  verify: 'The verification',
  rollback: 'The rollback',
};

const STATES: Record<RunDocument['state'], string> = {
  queued: 'is queued',
  running: 'is running',
  paused: 'is paused',
  verifying: 'is being verified',
  completed: 'is complete',
  completed_with_findings: 'is complete with findings',
  failed: 'failed',
  cancelled: 'was cancelled',
};

/** `The sample is running`. */
export function runSentence(run: RunDocument): string {
  return `${NAMES[run.kind]} ${STATES[run.state]}`;
}

const SETTLED = ['created', 'updated', 'adopted', 'unchanged', 'excluded', 'waived'] as const;

/** Over all objects. */
function sumOf({ objects }: RunDocument, ...keys: (keyof LedgerCounts)[]): number {
  return Object.values(objects).reduce(
    (total, counts) => total + keys.reduce((part, key) => part + counts[key], 0),
    0,
  );
}

/** Rejected, or waiting for a record that is: the list behind the button holds both. */
export function setAsideIn(run: RunDocument): number {
  return sumOf(run, 'rejected', 'waiting');
}

export function rejectedIn(run: RunDocument): number {
  return sumOf(run, 'rejected');
}

/** Differences that stand in the way of a sign-off. */
export function wrongIn({ verification: { mismatch, missing, extra } }: RunDocument): number {
  return mismatch + missing + extra;
}

/** A run while it is active. */
export function progressFacts(run: RunDocument, view: View): Fact[] {
  const discovered = sumOf(run, 'discovered');
  const end = run.eta_seconds === null ? null : new Date(view.now.getTime() + run.eta_seconds * 1000);
  // What stands still has neither; the reason takes their room.
  const held = run.state === 'paused' || run.state_reason !== null;
  return [
    ['Progress', `${Math.floor(run.progress * 100)} %`],
    // Lists come first: until then there is nothing to be counted against.
    [
      'Records',
      discovered === 0
        ? 'being listed'
        : `${formatCount(sumOf(run, ...SETTLED))} of ${formatCount(discovered)}`,
    ],
    ['Rejected', formatCount(setAsideIn(run))],
    ['Calls per minute', held ? null : formatCount(Math.round(run.rate.calls_per_minute))],
    ['Expected end', end === null || held ? null : formatMoment(end, view)],
  ];
}

/** What was compared is said of a run that came to its end: before that it is a part. */
export function resultFacts(run: RunDocument): Fact[] {
  const waiting = sumOf(run, 'waiting');
  const rejected = formatCount(rejectedIn(run));
  const ended = run.state === 'completed' || run.state === 'completed_with_findings';
  return [
    ['Found', formatCount(sumOf(run, 'discovered'))],
    // In one row, because the list behind it holds both.
    ['Rejected', waiting === 0 ? rejected : `${rejected}, ${formatCount(waiting)} waiting`],
    ['Values compared', ended ? formatCount(run.verification.checked) : null],
    ['Differences', ended ? formatCount(wrongIn(run)) : null],
    ['Balanced', run.balanced ? 'Yes' : 'No'],
  ];
}
