import { describe, expect, it } from 'vitest';
import { back, button, canvas, header, input, item, list, muted } from '../../../canvas-kit/components.ts';
import type { Canvas, Component } from '../../../canvas-kit/components.ts';
import { fitCanvas } from '../../../canvas-kit/limits.ts';
import { MAX_BYTES, canvasProblems } from '../../support/canvases/canvas-problems.ts';

const first = { first: true };
const later = { first: false };

describe('what a canvas may not be', () => {
  it('accepts a short first canvas with secondary buttons', () => {
    expect(canvasProblems(canvas([header('A'), button('go', 'Go', 'secondary'), muted('B')]), first)).toEqual(
      [],
    );
  });

  it.each<[string, Component[], string]>([
    ['nothing', [], 'without components'],
    ['an id used twice', [button('a', 'A', 'link'), ...list([item('a', 'A')])], 'used twice'],
    ['a text without text', [{ type: 'text', text: ' ' }], 'text is empty'],
    ['a list without items', [{ type: 'list', items: [] }], 'an empty list'],
    ['an input without a label', [{ type: 'input', id: 'a' }], 'label of a is empty'],
    ['HTML', [muted('a <b>word</b>')], 'HTML in a text'],
    ['a relative date', [muted('Moved 3 days ago')], 'a relative date'],
    [
      'an address without https',
      [{ type: 'button', id: 'a', label: 'A', style: 'link', action: { type: 'url', url: 'http://x' } }],
      'not https',
    ],
    [
      'a choice of one',
      [{ type: 'dropdown', id: 'a', options: [{ type: 'option', id: 'b', text: 'B' }] }],
      'instead of 2 to 10',
    ],
    ['64 KB', [{ type: 'text', text: 'é'.repeat(MAX_BYTES / 2) }], 'larger than 64 KB'],
  ])('refuses %s', (_name, components, problem) => {
    expect(canvasProblems(canvas(components), later).join('; ')).toContain(problem);
  });

  it('refuses a primary button and 400 px on the first canvas only', () => {
    const tall = canvas([
      button('go', 'Go', 'primary'),
      ...Array.from({ length: 7 }, (_value, index) => input(`i${index}`, `Input ${index}`)),
    ]);
    expect(canvasProblems(tall, later)).toEqual([]);
    expect(canvasProblems(tall, first)).toHaveLength(2);
  });

  it('counts stored data in bytes too', () => {
    expect(canvasProblems(canvas([muted('a')], { view: 'é'.repeat(MAX_BYTES / 2) }), later)).toEqual([
      'stored_data is larger than 64 KB',
    ]);
  });
});

describe('cutting a canvas down', () => {
  it('leaves alone what fits', () => {
    const fine = canvas([muted('a')]);
    expect(fitCanvas(fine)).toBe(fine);
  });

  it('keeps the beginning and the way back', () => {
    const huge: Canvas = canvas([
      header('Top'),
      ...Array.from({ length: 400 }, (_value, index) => muted(`${index} ${'long '.repeat(100)}`)),
      ...list(Array.from({ length: 900 }, (_value, index) => item(`i${index}`, 'x'.repeat(60)))),
      ...back(),
    ]);
    const cut = fitCanvas(huge);
    expect(canvasProblems(cut, later)).toEqual([]);
    expect(cut.content.components[0]).toEqual(header('Top'));
    expect(cut.content.components.at(-1)).toEqual(button('home', 'Back', 'link'));
  });
});
