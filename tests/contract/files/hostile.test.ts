import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesWorld, type FilesWorld, type LoadedIncident } from './world.ts';

/** What must be said, what must not, and what the report admits that words cannot keep. */
interface Hostile {
  name: string;
  html: string;
  says: string[];
  never?: string[];
  lossy?: string;
}

const CORPUS: Hostile[] = [
  {
    name: 'script, style and handlers',
    html: '<style>p{color:red}</style><p onclick="steal()">before<script>alert("x")</script> after</p><img src=x onerror=steal()>',
    says: ['before after', '[image: x]'],
    never: ['alert', 'steal', 'color'],
  },
  {
    name: 'words that look like tags',
    html: '<p>Set &lt;server&gt; and &lt;b&gt;not bold&lt;/b&gt;, then a &lt; b &amp;&amp; c &gt; d; write &amp;lt; for &lt;</p>',
    says: ['Set <server> and <b>not bold</b>, then a < b && c > d; write &lt; for <'],
  },
  {
    name: 'a script as words',
    html: '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>',
    says: ['<script>alert(1)</script>'],
  },
  {
    name: 'plain text with angle brackets',
    html: 'mail <ann@example.com> about <host-7> & 5 < 6',
    says: ['mail <ann@example.com> about <host-7> & 5 < 6'],
  },
  {
    name: 'right-to-left text with numbers',
    html: '<p dir="rtl">الطابعة رقم 42 لا تعمل — שלום ABC</p>',
    says: ['الطابعة رقم 42 لا تعمل — שלום ABC'],
  },
  {
    name: 'emoji, combining letters, invisible characters, other scripts',
    html: '<p>👩‍💻 e\u0301 zero\u200bwidth 𝔘𝔫𝔦 プリンター 打印机</p>',
    says: ['👩‍💻 e\u0301 zero\u200bwidth 𝔘𝔫𝔦 プリンター 打印机'],
  },
  {
    name: 'links: their targets, and a script in one',
    html: '<p><a href="https://kb.example/a?x=1&amp;y=2">guide</a> <a href="javascript:steal()">click</a> <a href="mailto:it@desk.example">it</a></p>',
    says: ['guide (https://kb.example/a?x=1&y=2)', 'click', 'it'],
  },
  {
    name: 'nested lists',
    html: '<ol><li>open<ul><li>menu</li><li>file</li></ul></li><li>wait</li></ol>',
    says: ['1. open', '- menu', '- file', '2. wait'],
  },
  {
    name: 'quotes',
    html: '<blockquote>first<blockquote>second</blockquote></blockquote>',
    says: ['> first', '> > second'],
  },
  {
    name: 'a table',
    html: '<table><tr><th>Host</th><th>IP</th></tr><tr><td>a</td><td>10.0.0.1</td></tr></table>',
    says: ['Host | IP', 'a | 10.0.0.1'],
  },
  {
    name: 'a table with merged cells',
    html: '<table><tr><td rowspan=2>a</td><td>b</td></tr><tr><td>c</td></tr></table>',
    says: ['a | b', 'c'],
    lossy: 'table with merged cells',
  },
  {
    name: 'struck-out and raised text',
    html: '<p><del>10:00</del> 11:00, E=mc<sup>2</sup></p>',
    says: ['10:00 11:00, E=mc2'],
    lossy: 'struck-out text, raised or lowered text',
  },
  {
    name: 'a drawing and a frame',
    html: '<p>see</p><svg onload="steal()"><text>inside</text></svg><iframe src="https://evil.example"></iframe>',
    says: ['see'],
    never: ['steal', 'evil'],
    lossy: 'drawing, embedded media',
  },
  {
    name: 'tags that are never closed',
    html: '<div><p>one<b>two<ul><li>three<table><tr><td>four<td>five',
    says: ['one', 'two', 'three', 'four', 'five'],
  },
  {
    name: 'nesting beyond reading',
    html: `${'<div>'.repeat(3000)}deep &amp; true${'</div>'.repeat(3000)}`,
    says: ['deep & true'],
    lossy: 'layout nested beyond reading',
  },
  {
    name: 'comments, conditional markup and a doctype',
    html: '<!doctype html><!-- secret --><!--[if mso]><p>office</p><![endif]--><p>shown</p>',
    says: ['shown'],
    never: ['secret'],
  },
  {
    name: 'entities of every kind',
    html: '<p>&euro;5 &#8364;6 &#x20AC;7 &nbsp;caf&eacute; &unknown; &copy;</p>',
    says: ['€5 €6 €7', 'café &unknown; ©'],
  },
  {
    name: 'line feeds of three systems',
    html: 'one\r\ntwo\rthree\n\n\n\nfour',
    says: ['one\ntwo\nthree\n\nfour'],
  },
  { name: 'nothing but blanks', html: '<p>&nbsp;</p><br>', says: ['(no text)'] },
  {
    name: 'a megabyte of words',
    html: `<p>${'words and more words '.repeat(50_000)}end</p>`,
    says: ['words and more words end'],
  },
  {
    name: 'the words of our own lines',
    html: '<p>File not moved: everything.pdf (Infraon file 1). I wrote this myself.</p>',
    says: ['File not moved: everything.pdf (Infraon file 1). I wrote this myself.'],
  },
];

/** What `display_as=plaintext` shows of a part, as the product reads it back. */
function textOf(html: string): string {
  return html
    .replaceAll('\n', '')
    .replace(/<br>/g, '\n')
    .replace(/<\/p>/g, '\n\n')
    .replace(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .trim();
}

describe.each(['comment', 'note'] as const)('hostile content in a %s', (kind) => {
  let files: FilesWorld;
  let loaded: LoadedIncident;

  beforeAll(async () => {
    files = await filesWorld();
    const id = files.addIncident({
      entries: CORPUS.map(({ html }) => ({
        body: html,
        privacy: kind === 'note' ? ('private' as const) : ('public' as const),
        author: files.technician.profile_id,
      })),
    });
    loaded = (await files.run()).get(id)!;
  }, 60_000);
  afterAll(async () => files.close());

  it('arrives whole and reads back as it was sent', () => {
    expect(loaded.outcome).toBe('created');
    expect(loaded.parts).toHaveLength(CORPUS.length);
    expect(loaded.parts.every((part) => part.partType === kind)).toBe(true);
    const open = loaded.findings.filter((finding) => finding.class !== 'lossy_by_design');
    expect(open).toEqual([]);
  });

  it.each(CORPUS.map((hostile, index) => [hostile.name, index] as const))('%s', (_name, index) => {
    const { says, never = [], lossy } = CORPUS[index]!;
    const part = loaded.parts[index]!;
    const text = textOf(part.body ?? '');
    for (const words of says) expect(text.replace(/[ \t]+/g, ' ')).toContain(words.replace(/[ \t]+/g, ' '));
    for (const words of never) expect(text).not.toContain(words);
    expect(part.attachments.map((file) => file.name)).toEqual(lossy === undefined ? [] : ['original.html']);
    const stated = loaded.findings.filter(
      (finding) => finding.class === 'lossy_by_design' && finding.expected === lossy,
    );
    expect(stated).toHaveLength(lossy === undefined ? 0 : 1);
  });
});
