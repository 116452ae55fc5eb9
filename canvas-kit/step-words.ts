import { gaveUp, type Step } from '../pipeline/panel/next-step.ts';
import type { RollbackCounts, RollbackDocument } from '../pipeline/rollback/rollback-document.ts';
import type { RunDocument } from '../pipeline/runs/run-document.ts';
import { counted, formatCount, formatTime, type View } from './format.ts';
import {
  progressFacts,
  rejectedIn,
  resultFacts,
  runSentence,
  setAsideIn,
  wrongIn,
  type Fact,
} from './run-words.ts';

/** Something a person can choose; `verb` is the panel's, and names what it does. */
export interface Way {
  verb: string;
  label: string;
  /** The run it is about. */
  run?: string;
}

/** Where the migration stands and what comes next, as the panel and the console both say it. */
export interface StepWords {
  title: string;
  /** Why the last try failed, in words from elsewhere. */
  failure?: string | null;
  /** Why it stands as it does, in words from elsewhere. */
  reason?: string | null;
  words?: string;
  facts?: readonly Fact[];
  /** A page of the console with more than there is room for. */
  more?: { label: string; path: string };
  ways: readonly Way[];
}

const CONNECT: Way = { verb: 'connect_form', label: 'Connect Infraon' };
const DISCOVER: Way = { verb: 'discover', label: 'Discover' };
const REVIEW: Way = { verb: 'maps', label: 'Review maps' };
const SAMPLE: Way = { verb: 'run_sample', label: 'Run sample' };
const START: Way = { verb: 'start_migration', label: 'Start migration' };
const REFRESH: Way = { verb: 'refresh', label: 'Refresh' };
const REJECTED: Way = { verb: 'rejections', label: 'Rejected records' };
/** What comes after the load: a first canvas has little room, so the delta and the undo are on the board. */
const CUT_OVER: Way = { verb: 'cut_over', label: 'Cut-over board' };

export function stepWords(step: Step, view: View): StepWords {
  switch (step.kind) {
    case 'connect':
      return {
        title: 'Move from Infraon Desk',
        failure: step.failure,
        words: 'Nothing is connected yet. Connecting reads only; nothing is moved and nobody is notified.',
        ways: [CONNECT],
      };
    case 'connecting':
      return {
        title: 'Connecting to Infraon',
        words: 'The connection is being tried out. This takes up to a minute.',
        ways: [REFRESH],
      };
    case 'discover':
      return {
        title: 'Infraon is connected',
        failure: step.failure === null ? null : `Discovery failed: ${step.failure}`,
        words: 'Discovery counts every object and field. It reads only.',
        ways: [DISCOVER, CONNECT],
      };
    case 'discovering':
      return {
        title: 'Discovery is running',
        words: `Started ${formatTime(step.discovery.started_at ?? view.now, view.timezone)}.`,
        facts: step.discovery.objects
          .slice(0, 6)
          .map(({ object, count }) => [object.replaceAll('_', ' '), formatCount(count)]),
        ways: [REFRESH],
      };
    case 'review':
      return { title: 'Review maps', words: reviewWords(step.maps), ways: [REVIEW, DISCOVER] };
    case 'sample':
      return {
        title: 'All maps are approved',
        words: 'A sample moves a small set of hard cases, to be looked at before anything else.',
        ways: [{ verb: 'readiness', label: 'Check readiness' }, SAMPLE, REVIEW],
      };
    case 'starting':
      return { ...STARTING, ways: [REFRESH] };
    case 'running':
      return runningWords(step.run, view);
    case 'approve':
      return {
        ...resultWords(step.run),
        ways: [
          { verb: 'approve_sample', label: 'Approve sample', run: step.run.id },
          SAMPLE,
          ...(rejectedIn(step.run) === 0 ? [] : [REJECTED]),
        ],
      };
    case 'start':
      return {
        title: 'The sample is approved',
        words: 'The full load can be paused, resumed and undone.',
        ways: [{ verb: 'readiness_full', label: 'Check readiness' }, START, REJECTED],
      };
    case 'finished':
      return step.run.rollback === null ? finishedWords(step.run) : undoneWords(step.run, step.run.rollback);
  }
}

export const STARTING = {
  title: 'Starting the run',
  words: 'Readiness is checked first. This takes up to a minute.',
};

function reviewWords(maps: readonly { state: string }[]): string {
  const approved = maps.filter((map) => map.state === 'approved').length;
  return maps.length === 0
    ? 'Discovery proposed no map. The console shows what was found.'
    : `${approved} of ${counted(maps.length, 'map')} approved. Nothing moves before its map is approved.`;
}

function runningWords(run: RunDocument, view: View): StepWords {
  const hold: Way =
    run.state === 'paused'
      ? { verb: 'resume', label: 'Resume', run: run.id }
      : { verb: 'pause', label: 'Pause', run: run.id };
  return {
    title: runSentence(run),
    reason: run.state_reason,
    facts: progressFacts(run, view),
    ways: [REFRESH, hold, ...(setAsideIn(run) === 0 ? [] : [REJECTED])],
  };
}

/** Value beside value needs more room than a panel has. */
function resultWords(run: RunDocument): Omit<StepWords, 'ways'> {
  return {
    title: runSentence(run),
    facts: resultFacts(run),
    ...(wrongIn(run) === 0 || gaveUp(run)
      ? {}
      : { more: { label: 'Look at the differences', path: `/console/runs/${run.id}` } }),
  };
}

function finishedWords(run: RunDocument): StepWords {
  const again = gaveUp(run);
  return {
    ...resultWords(run),
    reason: again ? run.state_reason : null,
    ways: [
      ...(again && run.kind === 'sample' ? [SAMPLE] : []),
      ...(again && run.kind === 'full' ? [START] : []),
      REJECTED,
      ...(!again && run.kind !== 'sample' ? [CUT_OVER] : []),
    ],
  };
}

/** What an undo did, or what it would do; the list of what is spared is too long for a panel. */
function undoneWords(run: RunDocument, rollback: RollbackDocument): StepWords {
  // Records apart from what was made for them: a hundred archived attributes are no hundred people.
  const { workspace, ...objects } = rollback.objects;
  const counts = Object.values(objects);
  const sum = (key: keyof RollbackCounts) => formatCount(counts.reduce((total, one) => total + one[key], 0));
  const made = workspace === undefined ? 0 : workspace.delete + workspace.archive;
  return {
    title: rollback.dry_run ? 'Dry run of the undo' : runSentence(run),
    facts: [
      ['Deleted', sum('delete')],
      ['Archived', sum('archive')],
      ['Restored', sum('restore')],
      ['Spared', sum('spare')],
      ['Tags and attributes', made === 0 ? null : formatCount(made)],
    ],
    more: {
      label: rollback.dry_run ? 'What is spared, and undo' : 'What was spared, and what is left',
      path: `/console/runs/${run.id}`,
    },
    ways: [CUT_OVER],
  };
}
