import { describe, expect, it } from 'vitest';
import { listedFiles, messageFiles } from '../../../objects/message-files.ts';
import type { FileRef } from '../../../objects/payloads.ts';

const SHOT: FileRef = {
  key: '1',
  name: 'shot.png',
  content_type: 'image/png',
  size: 9,
  path: '/media/uploads/7/shot.png',
};
const listed = listedFiles([SHOT]);
const names = (html: string, ids: string[] = []) => messageFiles(html, ids, listed).map((file) => file.name);

describe('files of a message', () => {
  it('are those it names, also one that nobody lists', () => {
    expect(messageFiles('', ['1'], listed)).toEqual([SHOT]);
    expect(messageFiles('text', ['9'], listed)).toMatchObject([{ key: '9', name: 'file 9', path: null }]);
  });

  it('include a stored picture once, listed or not, named or not', () => {
    const image = '<p><img src="https://desk.example/media/uploads/7/shot.png"></p>';
    expect(messageFiles(image, [], listed)).toEqual([SHOT]);
    expect(messageFiles(image, ['1'], listed)).toEqual([SHOT]);
    expect(names('<p><img alt="x" src=/media/a/b%20c.png><img src="/media/a/b%20c.png?v=2"></p>')).toEqual([
      'b c.png',
      'b c.png',
    ]);
  });

  it('include a picture whose description has brackets or a loose quote', () => {
    for (const alt of ['"Settings > Network"', '"load <5"', "'a > b'", '5"', "it's"])
      expect(names(`<p><img alt=${alt} src="/media/uploads/7/shot.png"> it's 5" > 3</p>`)).toEqual([
        'shot.png',
      ]);
    expect(names('<p><img alt="x > y" src="data:image/png;base64,AAAA"></p>')).toEqual(['x > y.png']);
  });

  it('include pictures that the markup holds', () => {
    const [file] = messageFiles('<p>x<img alt="dot.png" src="data:image/png;base64,AAAA"></p>', [], listed);
    expect(file).toMatchObject({ name: 'dot.png', content_type: 'image/png', size: 3 });
    expect(names('<p><img src="data:image/svg+xml,%3Csvg/%3E"></p>')).toEqual(['image-1.svg']);
  });

  it('leave out what is elsewhere or no picture', () => {
    expect(
      names('<p><img src="https://other.example/x.png"><img src="cid:a@b"><img src="x"><img></p>'),
    ).toEqual([]);
    expect(names('<p><img src="data:text/html,<script>"></p>')).toEqual([]);
  });

  it('include the markup, made harmless and otherwise untouched, where words are not all of it', () => {
    const html = '<table><tr><td colspan="2">a<script>x()</script></td></tr></table>';
    const [copy] = messageFiles(html, [], listed);
    expect(copy).toMatchObject({ name: 'original.html', keeps: 'table with merged cells' });
    const text = Buffer.from(copy!.path!.split(',')[1]!, 'base64').toString('utf8');
    expect(text.endsWith(html)).toBe(true);
    expect(text).toContain("default-src 'none'");
    expect(Buffer.byteLength(text)).toBe(copy!.size);
    expect(names('<table><tr><td colspan="1">a</td></tr></table><sup>2</sup>')).toEqual(['original.html']);
    expect(names('<p>plain <b>bold</b></p>')).toEqual([]);
  });

  it('are found in time that grows with the length of the text', () => {
    const started = process.cpuUsage();
    messageFiles(`<p>${'<img src="'.repeat(60_000)}${'<td colspan='.repeat(60_000)}</p>`, [], listed);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(1500);
  });
});
