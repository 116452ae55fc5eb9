import { expect, it } from 'vitest';
import { apply } from './context.ts';

const FILES = [{ file_name: 'a b.pdf', file_path: '/media/a b.pdf' }];

it('tells links to files of an article from links to records, whatever the address holds', () => {
  const html =
    '<p><a href="/media/a%20b.pdf">file</a> <a href="/kb/100%">odd</a> <a href="/kb/%E0%A4%A/42">cut</a></p>';
  const outcome = apply('article_body', html, { files: 'files' }, { raw: { files: FILES } });
  expect(outcome).toMatchObject({ value: { links: [{ href: '/kb/100%' }, { href: '/kb/%E0%A4%A/42' }] } });
});
