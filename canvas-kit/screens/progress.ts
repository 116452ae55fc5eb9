import type { LedgerCounts, RunDocument } from '../../pipeline/runs/run-document.ts';
import { brief, button, header, muted, plain, table, type Component } from '../components.ts';
import { formatCount, formatMoment, type View } from '../format.ts';

function runName(kind: RunDocument['kind']): string {
  switch (kind) {
    case 'sample':
      return 'The sample';
    case 'full':
      return 'The migration';
    case 'delta':
      return 'The delta run';
    case 'verify':
      return 'The verification';
    case 'rollback':
      return 'The rollback';
  }
}

const STATE_WORDS: Record<RunDocument['state'], string> = {
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
  return `${runName(run.kind)} ${STATE_WORDS[run.state]}`;
}

/** Two lines, or three where words are long: a first canvas has little room. */
export const REASON_LENGTH = 85;

const SETTLED = ['created', 'updated', 'adopted', 'unchanged', 'excluded', 'waived'] as const;

function totals(run: RunDocument): {
  discovered: number;
  settled: number;
  rejected: number;
  waiting: number;
} {
  const sum = (keys: readonly (keyof LedgerCounts)[]) =>
    Object.values(run.objects).reduce(
      (total, counts) => total + keys.reduce((part, key) => part + counts[key], 0),
      0,
    );
  return {
    discovered: sum(['discovered']),
    settled: sum(SETTLED),
    rejected: sum(['rejected']),
    waiting: sum(['waiting']),
  };
}

/** A run while it is active, with what can be done to it. */
export function progressComponents(run: RunDocument, view: View): Component[] {
  const { discovered, settled, rejected, waiting } = totals(run);
  const end = run.eta_seconds === null ? null : new Date(view.now.getTime() + run.eta_seconds * 1000);
  const paused = run.state === 'paused';
  // What stands still has neither; the reason takes their room.
  const held = paused || run.state_reason !== null;
  return [
    header(runSentence(run)),
    ...(run.state_reason === null ? [] : [muted(plain(brief(run.state_reason, REASON_LENGTH)))]),
    ...table([
      ['Progress', `${Math.floor(run.progress * 100)} %`],
      // Lists come first: until then there is nothing to be counted against.
      [
        'Records',
        discovered === 0 ? 'being listed' : `${formatCount(settled)} of ${formatCount(discovered)}`,
      ],
      ['Rejected', formatCount(rejected + waiting)],
      ['Calls per minute', held ? null : formatCount(Math.round(run.rate.calls_per_minute))],
      ['Expected end', end === null || held ? null : formatMoment(end, view)],
    ]),
    button('refresh', 'Refresh', 'secondary'),
    paused
      ? button(`resume:${run.id}`, 'Resume', 'secondary')
      : button(`pause:${run.id}`, 'Pause', 'secondary'),
    ...(rejected + waiting === 0 ? [] : [button('rejections', 'Rejected records', 'secondary')]),
  ];
}
