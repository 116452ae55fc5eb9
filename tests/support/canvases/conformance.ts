import type { Canvas } from '../../../canvas-kit/components.ts';
import { FIT_BYTES } from '../../../canvas-kit/limits.ts';
import { checkAnswer, checkFirstCanvas } from '../../../simulators/intercom/inbox/canvas-rules.ts';
import { canvasProblems } from './canvas-problems.ts';

export interface Expectation {
  /** Shown when a conversation is opened: short, no primary button. */
  first: boolean;
  /** How it ends. A whole-panel error has no way back but a way out. */
  end: 'back' | 'as_of' | 'way_out';
}

const AS_OF = /\bAs of [A-Z][a-z]{2} \d{1,2}, \d{4} at \d{1,2}:\d{2}[AP]M/;
const ISO_TIME = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u0008\u202a-\u202e\u2066-\u2069]/;

/** Everything that Intercom, its review, or our own rules of the panel would object to. Two judges, written apart. */
export function problemsOf(canvas: Canvas, expected: Expectation): string[] {
  const answer = { status: 200, contentType: 'application/json', text: JSON.stringify({ canvas }) };
  const checked = checkAnswer(answer);
  const review = expected.first && checked.canvas !== null ? checkFirstCanvas(checked.canvas) : [];
  return [
    // Whose words "two days ago" are makes the difference: tenants may write so, we may not.
    ...canvasProblems(canvas, { first: expected.first }).filter(
      (problem) => !problem.startsWith('a relative date'),
    ),
    ...[...checked.violations, ...review]
      .filter(({ severity }) => severity !== 'warning')
      .map(({ where, message }) => `${where}: ${message}`),
    ...endProblems(canvas, expected.end),
    ...textProblems(canvas),
    ...linkProblems(canvas),
    ...sizeProblems(canvas),
  ];
}

function endProblems({ content }: Canvas, end: Expectation['end']): string[] {
  const { components } = content;
  const last = components.at(-1);
  if (end === 'back') {
    const isBack = last?.type === 'button' && last.style === 'link' && ['Back', 'Done'].includes(last.label);
    const apart = components.at(-2)?.type === 'divider';
    return isBack && apart ? [] : ['Back is not at the bottom, set apart'];
  }
  if (end === 'way_out') {
    return components.some(({ type }) => type === 'button') ? [] : ['an error without a way out'];
  }
  const says = components.some((component) => component.type === 'text' && AS_OF.test(component.text));
  return says ? [] : ['no "As of" with an absolute time'];
}

/** Every text of a canvas that a person reads. */
export function textsOf({ content }: Canvas): string[] {
  return content.components
    .flatMap((component): (string | undefined)[] => {
      switch (component.type) {
        case 'text':
          return [component.text];
        case 'button':
          return [component.label];
        case 'list':
          return component.items.flatMap(({ title, subtitle, tertiary_text }) => [
            title,
            subtitle,
            tertiary_text,
          ]);
        case 'data-table':
          return component.items.flatMap(({ field, value }) => [field, value]);
        case 'input':
        case 'textarea':
        case 'dropdown':
        case 'single-select':
          return [component.label];
        case 'divider':
        case 'spacer':
          return [];
      }
    })
    .filter((text) => text !== undefined);
}

function textProblems(canvas: Canvas): string[] {
  return textsOf(canvas).flatMap((text) => [
    ...(text.trim() === '' ? ['a text that shows nothing'] : []),
    ...(text.length > 1_000 ? [`a text of ${text.length} characters`] : []),
    ...(UNPRINTABLE.test(text) ? [`a character that cannot be shown: ${JSON.stringify(text)}`] : []),
    ...(text.isWellFormed() ? [] : [`half a character: ${JSON.stringify(text)}`]),
    ...(ISO_TIME.test(text) && /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text)
      ? [`a time for machines: ${text}`]
      : []),
  ]);
}

/** Only the component `text` reads Markdown; elsewhere it is shown as it is written. */
function linkProblems({ content }: Canvas): string[] {
  const linked = content.components.some(
    (component) => component.type === 'text' && component.text.includes('](https://evil.example'),
  );
  return linked ? ['a link that a tenant made'] : [];
}

function sizeProblems({ content, stored_data }: Canvas): string[] {
  const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value ?? {}));
  return [
    ...(bytes(content) > FIT_BYTES ? [`content of ${bytes(content)} bytes`] : []),
    ...(bytes(stored_data) > 4_096 ? [`stored data of ${bytes(stored_data)} bytes`] : []),
    ...(content.components.filter((component) => component.type === 'button' && component.style === 'primary')
      .length > 1
      ? ['two primary buttons']
      : []),
  ];
}
