import { describe, expect, it } from 'vitest';
import { readableText } from '../../../../objects/transforms/html.ts';
import { cutText } from '../../../../objects/transforms/text.ts';
import { growthByFour } from '../../../support/growth.ts';
import { apply, brief } from './context.ts';

describe('readableText', () => {
  it('keeps paragraphs, line breaks and lists', () => {
    expect(
      readableText(
        '<p>Hello,<br>it fails.</p><p>Steps:</p><ol><li>open</li><li>wait</li></ol><ul><li>a</li></ul>',
      ),
    ).toBe('Hello,\nit fails.\n\nSteps:\n\n 1. open\n 2. wait\n\n- a');
  });

  it('keeps targets of links, and does not say an address twice', () => {
    expect(readableText('<p>See <a href="https://kb.example/1">the guide</a>.</p>')).toBe(
      'See the guide (https://kb.example/1).',
    );
    expect(readableText('<a href="https://kb.example">https://kb.example</a>')).toBe('https://kb.example');
  });

  it('writes rows of a table as lines', () => {
    expect(
      readableText(
        '<p>Hosts</p><table><thead><tr><th>Name</th><th>IP</th></tr></thead><tr><td>a</td><td><b>10.0.0.1</b></td></tr></table>',
      ),
    ).toBe('Hosts\n\nName | IP\na | 10.0.0.1');
  });

  it('keeps the words of a cell whole, and the caption', () => {
    expect(
      readableText(
        '<table><caption>Hosts <i>down</i></caption><tr><td>srv<b>01</b>.lan</td><td>10.<span>1</span>.2.3</td></tr>' +
          '<tr><td>one<br>two</td><td><p>x</p><p>y</p></td></tr><tr><td><b>a </b>b</td><td>ann<span>@</span>example.com</td></tr></table>',
      ),
    ).toBe('Hosts down\nsrv01.lan | 10.1.2.3\none two | x y\na b | ann@example.com');
  });

  it('reads a table that only lays out a mail as running text', () => {
    const mail =
      '<table><tr><td><p>First.</p><p>Second.</p><table><tr><td>x</td><td>y</td></tr></table></td></tr></table>';
    expect(readableText(mail)).toBe('First.\n\nSecond.\n\nx | y');
  });

  it('marks quotes, decodes entities, names images and drops their data', () => {
    expect(readableText('<blockquote>R&amp;D &lt;3&nbsp;caf&eacute;</blockquote>')).toBe('> R&D <3 café');
    expect(
      readableText(
        '<p>Look: <img src="/media/shot.png?x=1"> <img alt="logo" src="data:image/png;base64,AAAA"><img src="data:x"></p>',
      ),
    ).toBe('Look: [image: shot.png] [image: logo][image]');
  });

  it('drops scripts, styles and comments', () => {
    expect(readableText('<style>p{}</style><script>alert(1)</script><!-- x --><p>text</p>')).toBe('text');
  });

  it('leaves right-to-left text, emoji and CJK as they are', () => {
    const text = 'مرحبا، لا يعمل 🖨️ プリンター שלום';
    expect(readableText(`<p dir="rtl">${text}</p>`)).toBe(text);
  });

  it('keeps plain text with its line breaks', () => {
    expect(readableText('line 1\r\nline 2\n\n\n\nmail <ann@example.com> 1 < 2 &amp; 3')).toBe(
      'line 1\nline 2\n\nmail <ann@example.com> 1 < 2 & 3',
    );
  });

  it('gives up layout, not text, beyond any sensible depth', () => {
    const deep = `${'<div>'.repeat(50_000)}the &amp; text${'</div>'.repeat(50_000)}<p>end</p>`;
    expect(readableText(deep).replace(/\s+/g, ' ')).toBe('the & text end');
  });

  it('takes four times as long for four times the text, up to a megabyte', () => {
    const line = '<p>Some <b>words</b> and <a href="https://x.example/?q=1">a link</a> &amp; more</p>';
    expect(line.length * 13_000).toBeGreaterThan(1_000_000);
    expect(growthByFour((lines) => readableText(line.repeat(lines)), 3_250)).toBeLessThan(10);
    expect(readableText(line.repeat(13_000))).toContain(
      'Some words and a link (https://x.example/?q=1) & more',
    );
  });
});

describe('text transforms', () => {
  it('text: readable, with a substitute where the destination must have one', () => {
    expect(brief(apply('text', '<p>a</p>'))).toBe('a');
    expect(brief(apply('text', undefined))).toBeUndefined();
    expect(brief(apply('text', '<p> </p>', { whenEmpty: '(no text)' }))).toBe('(no text)');
    expect(brief(apply('text', 'abcdef', { maxLength: 4 }))).toEqual({
      value: 'abc…',
      warnings: ['value_not_allowed'],
    });
  });

  it('string: one line', () => {
    expect(brief(apply('string', '  a \n b\t c '))).toBe('a b c');
    expect(brief(apply('string', ['a', 'b']))).toBe('a, b');
    expect(brief(apply('string', 7))).toBe('7');
  });

  it('truncate: 255 characters unless told, and says so', () => {
    expect(brief(apply('truncate', 'short'))).toBe('short');
    const { value, warnings } = brief(apply('truncate', 'x'.repeat(300))) as {
      value: string;
      warnings: string[];
    };
    expect(value).toHaveLength(255);
    expect(value.endsWith('x…')).toBe(true);
    expect(warnings).toEqual(['value_not_allowed']);
  });

  it('never cuts through an emoji', () => {
    const family = '👨‍👩‍👧‍👦';
    expect(cutText(`ab${family}cd`, 6, '…')).toBe('ab…');
    expect(cutText(family.repeat(3), family.length + 3, '…')).toBe(`${family}…`);
  });

  it('list_join, template, constant and link', () => {
    expect(brief(apply('list_join', ['a', ' ', 'b']))).toBe('a, b');
    expect(brief(apply('list_join', ['a', 'b'], { separator: ' | ' }))).toBe('a | b');
    expect(
      brief(apply('template', undefined, { template: '{a} / {b}' }, { values: { a: 'x', b: '<p>y</p>' } })),
    ).toBe('x / y');
    expect(brief(apply('template', undefined, { template: '{a}' }))).toBeUndefined();
    expect(brief(apply('constant', undefined, { value: true }))).toBe(true);
    expect(brief(apply('link', undefined))).toBeUndefined();
    expect(
      brief(
        apply('link', undefined, {}, { linkTemplate: 'https://desk.example/t/{id}', values: { id: 'A 1' } }),
      ),
    ).toBe('https://desk.example/t/A%201');
  });

  it('answers bad options with an issue', () => {
    expect(brief(apply('truncate', 'x', { maxLength: -1 }))).toBe('!value_not_allowed');
    expect(brief(apply('string', 'x', { unknown: 1 }))).toBe('!value_not_allowed');
  });
});
