import type { Standing } from '../../pipeline/panel/standing.ts';
import type { RollbackCounts, RollbackDocument } from '../../pipeline/rollback/rollback-document.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import {
  back,
  brief,
  button,
  canvas,
  errorText,
  header,
  link,
  muted,
  paragraph,
  plain,
  table,
  type Canvas,
  type Component,
} from '../components.ts';
import { asOf, counted, formatCount, formatTime, type View } from '../format.ts';
import { FIRST_CANVAS_HEIGHT, totalHeight } from '../limits.ts';
import { REASON_LENGTH, progressComponents, runSentence } from './progress.ts';

/** Where the migration stands, and so what is offered next. */
export type Step =
  | { kind: 'connect'; failure: string | null }
  | { kind: 'connecting' }
  | { kind: 'discover'; failure: string | null }
  | { kind: 'discovering'; discovery: Standing['discovery'] }
  | { kind: 'review'; maps: Standing['maps'] }
  | { kind: 'sample' }
  | { kind: 'starting' }
  | { kind: 'running'; run: RunDocument }
  | { kind: 'approve'; run: RunDocument }
  | { kind: 'start' }
  | { kind: 'finished'; run: RunDocument };

/** The first canvas of whoever leads the migration: short, no primary button, one thing to do next. */
export function overviewScreen(step: Step, view: View, options: { back: boolean }): Canvas {
  const above = stepComponents(step, view);
  const below = [muted(`${asOf(view)}. ${link('Open console', `${view.consoleUrl}/console`)}`)];
  const find = button('find', 'Find an Infraon record', 'link');
  // Where there is no room for the search, every moved conversation offers it as well.
  const mayFind = step.kind === 'finished' || step.kind === 'running';
  const fits = totalHeight([...above, find, ...below]) < FIRST_CANVAS_HEIGHT;
  return canvas([...above, ...(mayFind && fits ? [find] : []), ...below, ...(options.back ? back() : [])], {
    view: 'overview',
  });
}

function stepComponents(step: Step, view: View): Component[] {
  switch (step.kind) {
    case 'connect':
      return [
        header('Move from Infraon Desk'),
        ...(step.failure === null ? [] : [errorText(plain(brief(step.failure, REASON_LENGTH)))]),
        muted('Nothing is connected yet. Connecting reads only; nothing is moved and nobody is notified.'),
        button('connect_form', 'Connect Infraon', 'secondary'),
      ];
    case 'connecting':
      return [
        header('Connecting to Infraon'),
        muted('The connection is being tried out. This takes up to a minute.'),
        button('refresh', 'Refresh', 'secondary'),
      ];
    case 'discover':
      return [
        header('Infraon is connected'),
        ...(step.failure === null
          ? []
          : [errorText(`Discovery failed: ${plain(brief(step.failure, REASON_LENGTH))}`)]),
        muted('Discovery counts every object and field. It reads only.'),
        button('discover', 'Discover', 'secondary'),
        button('connect_form', 'Connect Infraon', 'secondary'),
      ];
    case 'discovering':
      return [
        header('Discovery is running'),
        muted(`Started ${formatTime(step.discovery.started_at ?? view.now, view.timezone)}.`),
        ...table(
          step.discovery.objects
            .slice(0, 6)
            .map(({ object, count }) => [object.replaceAll('_', ' '), formatCount(count)]),
        ),
        button('refresh', 'Refresh', 'secondary'),
      ];
    case 'review':
      return reviewComponents(step.maps);
    case 'sample':
      return [
        header('All maps are approved'),
        muted('A sample moves a small set of hard cases, to be looked at before anything else.'),
        button('readiness', 'Check readiness', 'secondary'),
        button('run_sample', 'Run sample', 'secondary'),
        button('maps', 'Review maps', 'secondary'),
      ];
    case 'starting':
      return [
        header('Starting the run'),
        muted('Readiness is checked first. This takes up to a minute.'),
        button('refresh', 'Refresh', 'secondary'),
      ];
    case 'running':
      return progressComponents(step.run, view);
    case 'approve':
      return [
        header(runSentence(step.run)),
        ...resultTable(step.run),
        ...differencesLink(step.run, view),
        button('approve_sample', 'Approve sample', 'secondary'),
        button('run_sample', 'Run sample', 'secondary'),
        ...rejectedButton(step.run),
      ];
    case 'start':
      return [
        header('The sample is approved'),
        muted('The full load can be paused, resumed and undone.'),
        button('readiness_full', 'Check readiness', 'secondary'),
        button('start_migration', 'Start migration', 'secondary'),
        button('rejections', 'Rejected records', 'secondary'),
      ];
    case 'finished':
      return finishedComponents(step.run, view);
  }
}

function reviewComponents(maps: Standing['maps']): Component[] {
  const approved = maps.filter((map) => map.state === 'approved').length;
  return [
    header('Review maps'),
    paragraph(
      maps.length === 0
        ? 'Discovery proposed no map. Open the console to see what was found.'
        : `${approved} of ${counted(maps.length, 'map')} approved. Nothing moves before its map is approved.`,
    ),
    button('maps', 'Review maps', 'secondary'),
    button('discover', 'Discover', 'secondary'),
  ];
}

function finishedComponents(run: RunDocument, view: View): Component[] {
  if (run.rollback !== null) return undoneComponents(run, run.rollback, view);
  const again = run.state === 'failed' || run.state === 'cancelled';
  const ended = run.state === 'completed' || run.state === 'completed_with_findings';
  return [
    header(runSentence(run)),
    ...(run.state_reason === null || ended ? [] : [muted(plain(brief(run.state_reason, REASON_LENGTH)))]),
    ...(ended ? resultTable(run) : foundTable(run)),
    ...(ended ? differencesLink(run, view) : []),
    ...(again && run.kind === 'sample' ? [button('run_sample', 'Run sample', 'secondary')] : []),
    ...(again && run.kind === 'full' ? [button('start_migration', 'Start migration', 'secondary')] : []),
    button('rejections', 'Rejected records', 'secondary'),
    ...(ended && run.kind !== 'sample' ? [CUT_OVER] : []),
  ];
}

/** What comes after the load: a first canvas has little room, so the delta and the undo are on the board. */
const CUT_OVER = button('cut_over', 'Cut-over board', 'link');

/** What an undo did, or what it would do; the list of what is spared is too long for a panel. */
function undoneComponents(run: RunDocument, rollback: RollbackDocument, view: View): Component[] {
  // Records apart from what was made for them: a hundred archived attributes are no hundred people.
  const { workspace, ...objects } = rollback.objects;
  const counts = Object.values(objects);
  const sum = (key: keyof RollbackCounts) => formatCount(counts.reduce((total, one) => total + one[key], 0));
  const made = workspace === undefined ? 0 : workspace.delete + workspace.archive;
  return [
    header(rollback.dry_run ? 'Dry run of the undo' : runSentence(run)),
    ...table([
      ['Deleted', sum('delete')],
      ['Archived', sum('archive')],
      ['Restored', sum('restore')],
      ['Spared', sum('spare')],
      ['Tags and attributes', made === 0 ? null : formatCount(made)],
    ]),
    muted(
      link(
        rollback.dry_run ? 'What is spared, and undo' : 'What was spared, and what is left',
        `${view.consoleUrl}/console/runs/${run.id}`,
      ),
    ),
    CUT_OVER,
  ];
}

function rejectedButton(run: RunDocument): Component[] {
  const rejected = Object.values(run.objects).reduce((sum, counts) => sum + counts.rejected, 0);
  return rejected === 0 ? [] : [button('rejections', 'Rejected records', 'secondary')];
}

/** What was compared is said of a run that came to its end: before that it is a part. */
function resultTable(run: RunDocument): Component[] {
  const { verification } = run;
  const wrong = wrongIn(run);
  return table([
    ...foundRows(run),
    ['Values compared', formatCount(verification.checked)],
    ['Differences', formatCount(wrong)],
    ['Balanced', run.balanced ? 'Yes' : 'No'],
  ]);
}

function wrongIn({ verification: { mismatch, missing, extra } }: RunDocument): number {
  return mismatch + missing + extra;
}

/** Value beside value needs more room than a panel has. */
function differencesLink(run: RunDocument, { consoleUrl }: View): Component[] {
  return wrongIn(run) === 0
    ? []
    : [muted(link('Look at the differences', `${consoleUrl}/console/runs/${run.id}`))];
}

function foundTable(run: RunDocument): Component[] {
  return table([...foundRows(run), ['Balanced', run.balanced ? 'Yes' : 'No']]);
}

function foundRows(run: RunDocument): [string, string][] {
  const counts = Object.values(run.objects);
  const sum = (key: keyof (typeof counts)[number]) =>
    formatCount(counts.reduce((total, one) => total + one[key], 0));
  return [
    ['Found', sum('discovered')],
    ['Rejected', setAside(sum('rejected'), sum('waiting'))],
  ];
}

/** In one row, because the list behind it holds both. */
function setAside(rejected: string, waiting: string): string {
  return waiting === '0' ? rejected : `${rejected}, ${waiting} waiting`;
}
