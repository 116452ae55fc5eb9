import { describe, expect, it } from 'vitest';
import { checkAnswer, checkFirstCanvas } from '../../../../simulators/intercom/inbox/canvas-rules.ts';

const BUTTON = { type: 'button', id: 'go', label: 'Go', style: 'secondary', action: { type: 'submit' } };
const OPTIONS = [
  { type: 'option', id: 'a', text: 'A' },
  { type: 'option', id: 'b', text: 'B' },
];

function answer(body: unknown, over: { status?: number; contentType?: string | null } = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return checkAnswer({ status: 200, contentType: 'application/json; charset=utf-8', text, ...over });
}

function problems(...components: unknown[]): string[] {
  const { violations } = answer({ canvas: { content: { components } } });
  return violations.map(({ severity, where, message }) => `${severity} ${where}: ${message}`);
}

describe('an answer as a whole', () => {
  it('passes when every component is as documented', () => {
    expect(
      problems(
        { type: 'text', text: '*Bold* and [a link](https://example.com/x)', style: 'header', align: 'left' },
        {
          type: 'text',
          id: 't2',
          text: 'As of Jan 8, 2019 at 1:05PM',
          style: 'muted',
          bottom_margin: 'none',
        },
        BUTTON,
        {
          type: 'list',
          items: [
            {
              type: 'item',
              id: 'i1',
              title: 'One',
              image: 'https://example.com/a.png',
              image_width: 20,
              image_height: 20,
              rounded_image: true,
              action: { type: 'url', url: 'https://example.com' },
            },
          ],
        },
        {
          type: 'input',
          id: 'in',
          label: 'Name',
          value: 'x',
          save_state: 'failed',
          action: { type: 'submit' },
        },
        { type: 'textarea', id: 'ta', label: 'Note', error: true },
        { type: 'dropdown', id: 'dd', options: OPTIONS, value: 'a' },
        { type: 'single-select', id: 'sg', options: OPTIONS, action: { type: 'submit' } },
        { type: 'checkbox', id: 'cb', label: 'Pick', options: OPTIONS, value: ['a', 'b'] },
        { type: 'data-table', items: [{ type: 'field-value', field: 'Status', value: '' }] },
        { type: 'divider' },
        { type: 'spacer', size: 'xl' },
        { type: 'image', url: 'https://example.com/a.png', width: 10, height: 10, align: 'full_width' },
      ),
    ).toEqual([]);
  });

  it.each([
    ['status', answer('{}', { status: 500 }), 'The status is 500 instead of 200.'],
    ['empty body', answer(''), 'The body is empty.'],
    ['not JSON', answer('<html>'), 'The body is not a JSON object.'],
    ['no canvas', answer({}), 'canvas is missing or not an object.'],
    ['results', answer({ results: {}, canvas: { content: { components: [BUTTON] } } }), 'results belongs to'],
    ['event', answer({ event: { type: 'done' } }), 'event.type is something other than completed.'],
    ['options', answer({ card_creation_options: 'x' }), 'card_creation_options is not an object.'],
    ['no list', answer({ canvas: { content: {} } }), 'content.components is not a list.'],
    [
      'live',
      answer({ canvas: { content_url: 'https://x.example', content: {} } }),
      'content_url makes a live',
    ],
  ])('reports %s', (_name, { violations }, message) => {
    expect(
      violations.filter(({ severity }) => severity === 'error').map((one) => one.message),
    ).toContainEqual(expect.stringContaining(message));
  });

  it('wants the content type of JSON', () => {
    const { violations } = answer(
      { canvas: { content: { components: [BUTTON] } } },
      { contentType: 'text/html' },
    );
    expect(violations).toEqual([
      {
        severity: 'error',
        where: 'answer',
        message: 'The content type is text/html instead of application/json.',
      },
    ]);
  });

  it('counts 64 KB in UTF-8 bytes, content and stored_data each', () => {
    const text = '字'.repeat(22_000);
    const content = { components: [{ type: 'text', text }] };
    const large = answer({ canvas: { content, stored_data: { text } } });
    expect(large.violations.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^stored_data has 660\d\d bytes/),
      expect.stringMatching(/^content has 660\d\d bytes/),
    ]);
    const fitting = { components: [{ type: 'text', text: 'a'.repeat(60_000) }] };
    expect(
      answer({ canvas: { content: fitting, stored_data: { text: 'b'.repeat(60_000) } } }).violations,
    ).toEqual([]);
  });

  it('keeps a wrong canvas for the lenient mode, and none that cannot be painted', () => {
    expect(answer({ canvas: { content: { components: [{ type: 'wheel' }] } } }).canvas).not.toBeNull();
    expect(answer({ canvas: { content: { components: 'x' } } }).canvas).toBeNull();
  });
});

describe('a component', () => {
  it.each([
    [{ type: 'wheel' }, 'error component 1 (wheel): wheel is an unknown component type.'],
    [{}, 'error component 1: It has no type.'],
    ['x', 'error component 1: It is not an object.'],
    [{ type: 'text' }, 'error component 1 (text): text is missing.'],
    [{ type: 'text', text: 'x', style: 'bold' }, 'style must be one of header, paragraph, muted, error.'],
    [{ type: 'text', text: 'a <b>b</b>' }, 'The text holds HTML'],
    [{ type: 'text', text: 'two minutes ago' }, 'warning component 1 (text): The text has a relative date'],
    [
      { type: 'text', text: '[x](http://example.com)' },
      'The address of the link x must be an https address.',
    ],
    [{ ...BUTTON, action: undefined }, 'error component 1 (button go): action is missing.'],
    [{ ...BUTTON, action: { type: 'sheet', url: 'https://x.example' } }, 'action opens a sheet'],
    [{ ...BUTTON, action: { type: 'url', url: 'ftp://x.example' } }, 'must be an https address.'],
    [{ ...BUTTON, colour: 'red' }, 'warning component 1 (button go): colour is no documented field.'],
    [{ type: 'dropdown', id: 'd', options: OPTIONS.slice(0, 1) }, 'It has 1 options; 2 to 10 are allowed.'],
    [{ type: 'checkbox', id: 'c', options: [] }, 'It has 0 options; 1 or more are allowed.'],
    [{ type: 'checkbox', id: 'c', option: OPTIONS }, 'warning component 1 (checkbox c): It sends option'],
    [{ type: 'checkbox', id: 'c' }, 'options is missing.'],
    [{ type: 'dropdown', id: 'd', options: OPTIONS, value: 'z' }, 'Its value "z" is no option\'s id.'],
    [
      { type: 'list', items: [{ type: 'item', id: 'i', title: 'T', image: 'https://x.example/a.png' }] },
      'error component 1 (list), entry 1: An image needs image_width and image_height.',
    ],
    [{ type: 'list', items: [{ type: 'row', id: 'i', title: 'T' }] }, 'Its type must be item.'],
    [{ type: 'image', url: 'https://x.example/a.png', width: 10 }, 'height is missing.'],
    [{ type: 'image', url: 'http://x.example/a.png', width: 10, height: 10 }, 'must be an https address.'],
  ])('%j', (component, message) => {
    expect(problems(component)).toContainEqual(expect.stringContaining(message));
  });

  it('may not share its id with another component or item', () => {
    const list = { type: 'list', items: [{ type: 'item', id: 'go', title: 'T' }] };
    expect(problems(BUTTON, list)).toEqual([expect.stringContaining('The id go is used more than once')]);
  });

  it('may link to the loopback interface, where an app under development lives', () => {
    expect(problems({ ...BUTTON, action: { type: 'url', url: 'http://127.0.0.1:3000/console' } })).toEqual(
      [],
    );
    expect(problems({ ...BUTTON, action: { type: 'url', url: 'http://10.0.0.1/console' } })).not.toEqual([]);
  });
});

describe('the first canvas', () => {
  it('must not have a primary button, also not by leaving the style out', () => {
    const canvas = (style: object) => ({ content: { components: [{ ...BUTTON, ...style }] } });
    expect(checkFirstCanvas(canvas({}))).toEqual([]);
    expect(checkFirstCanvas(canvas({ style: 'primary' }))[0]?.severity).toBe('review');
    expect(checkFirstCanvas(canvas({ style: undefined }))[0]?.message).toContain(
      'has no style, so it is primary',
    );
  });
});
