import type { Step } from '../../pipeline/panel/next-step.ts';
import {
  back,
  brief,
  button,
  canvas,
  errorText,
  header,
  link,
  muted,
  plain,
  table,
  type Canvas,
  type Component,
} from '../components.ts';
import { asOf, type View } from '../format.ts';
import { FIRST_CANVAS_HEIGHT, totalHeight } from '../limits.ts';
import { stepWords, type Way } from '../step-words.ts';

/** Two lines, or three where words are long: a first canvas has little room. */
const REASON_LENGTH = 85;

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
  const { title, failure, reason, words, facts, more, ways } = stepWords(step, view);
  const short = (text: string) => plain(brief(text, REASON_LENGTH));
  return [
    header(title),
    ...(failure == null ? [] : [errorText(short(failure))]),
    ...(reason == null ? [] : [muted(short(reason))]),
    ...(words === undefined ? [] : [muted(words)]),
    ...table(facts ?? []),
    ...(more === undefined ? [] : [muted(link(more.label, `${view.consoleUrl}${more.path}`))]),
    ...ways.map(wayButton),
  ];
}

function wayButton({ verb, label, run }: Way): Component {
  return button(
    run === undefined ? verb : `${verb}:${run}`,
    label,
    verb === 'cut_over' ? 'link' : 'secondary',
  );
}
