import { describe, expect, it } from 'vitest';
import { articleHtml, partsOfArticle, rewriteArticle, wordsOfHtml } from '../../../objects/article-html.ts';
import { growthByFour } from '../../support/growth.ts';

function html(source: string): string {
  return articleHtml(source).html;
}

describe('the HTML of an article', () => {
  it.each([
    ['plain text becomes paragraphs', 'one\n\ntwo < 3\nline', '<p>one</p><p>two &lt; 3<br />line</p>'],
    [
      'names in angle brackets are words of plain text',
      'ssh <user>@<host>\nMap<String>',
      '<p>ssh &lt;user&gt;@&lt;host&gt;<br />Map&lt;String&gt;</p>',
    ],
    ['boxes become paragraphs', '<div>a</div><div>b <b>c</b></div>d', '<p>a</p><p>b <b>c</b></p><p>d</p>'],
    ['headings have two levels', '<h1>a</h1><h3>b</h3><h6>c</h6>', '<h1>a</h1><h2>b</h2><h2>c</h2>'],
    ['lists stay nested', '<ul><li>a<ul><li>b</li></ul></li></ul>', '<ul><li>a<ul><li>b</li></ul></li></ul>'],
    [
      'tables stay, boxes in cells go',
      '<table><tr><td><div>a</div><div>b</div></td></tr></table>',
      '<table><tr><td>a b </td></tr></table>',
    ],
    ['empty paragraphs go', '<p>&nbsp;</p><p></p><br>text', '<p>text</p>'],
    ['quotes hold paragraphs', '<blockquote>q</blockquote>', '<blockquote><p>q</p></blockquote>'],
    ['entities stay text', 'a &lt;script&gt; <b>b</b>', '<p>a &lt;script&gt; <b>b</b></p>'],
  ])('%s', (_name, source, expected) => {
    expect(html(source)).toBe(expected);
  });

  it.each([
    '<script>alert(1)</script>',
    '<p onclick="alert(1)" style="x">a</p>',
    '<a href="javascript:alert(1)">a</a>',
    '<a href=" java\nscript:alert(1)">a</a>',
    '<img src="x" onerror="alert(1)">',
    '<svg><script>alert(1)</script></svg>',
    '<iframe src="https://example.com/alert(1)"></iframe>',
    '<math><mi><style><img src=x onerror=alert(1)></style></mi></math>',
    '<form action="javascript:alert(1)"><input></form>',
    '<object data="alert(1)"></object>',
    '<scr<script>ipt>alert(1)</script>',
    '<a href="data:text/html,alert(1)">a</a>',
    '<p title="--><script>alert(1)</script>">a</p>',
  ])('lets nothing run: %s', (source) => {
    const safe = html(source);
    expect(safe).not.toMatch(/<script|on\w+=|javascript:|<iframe|<object|<form|<svg|style=|data:/i);
  });

  it('is the same when it is made safe again', () => {
    for (const source of [
      '<div><h3>a</h3>b<p>c</p></div>',
      '<a href="/x?a=1&amp;b=2">l</a>',
      'x <img src="/m/a b.png" alt="A &quot;b&quot;">',
    ])
      expect(html(html(source))).toBe(html(source));
  });

  it('marks the place of a picture that is part of the text', () => {
    const { html: safe, lostImages } = articleHtml('<p><img src="data:image/png;base64,AA" alt="Queue"></p>');
    expect(safe).toBe('<p><em>[image: Queue]</em></p>');
    expect(lostImages).toEqual(['Queue']);
  });

  it.each(['<div>', '<p> ', '<', '<a '])('takes hostile lengths of %s in its stride', (piece) => {
    expect(growthByFour((times) => html(piece.repeat(times)), 25_000)).toBeLessThan(10);
  });

  it('gives up layout beyond any sensible depth', () => {
    expect(html(`${'<div>'.repeat(600)}deep`)).toBe('<p>deep</p>');
  });
});

describe('rewriting', () => {
  const source = html(
    '<p>See <a href="/kb/1?a=1&amp;b=2">one <b>bold</b></a> <img src="/m/1.png" alt="A"></p>',
  );

  it('gives links and pictures new addresses', () => {
    const seen: string[] = [];
    const rewritten = rewriteArticle(source, {
      link: (href) => {
        seen.push(href);
        return 'https://help.example.com/"x"';
      },
      image: (src, alt) => ({ src: `https://app.example.com${src}#${alt}` }),
    });
    expect(seen).toEqual(['/kb/1?a=1&b=2']);
    expect(partsOfArticle(rewritten)).toEqual({
      links: ['https://help.example.com/"x"'],
      images: [{ src: 'https://app.example.com/m/1.png#A', alt: 'A' }],
    });
  });

  it('keeps the text of a link without a target, and words for a picture', () => {
    const rewritten = rewriteArticle(source, { link: () => null, image: () => ({ text: '<gone>' }) });
    expect(rewritten).toBe('<p>See one <b>bold</b> <em>&lt;gone&gt;</em></p>');
  });
});

it('compares by words, not by markup or white space', () => {
  expect(wordsOfHtml('<p class="x">a &amp;\n b</p>\n<h2>c</h2>')).toBe(
    wordsOfHtml('<p>a &#38; b</p><h3>c</h3>'),
  );
});
