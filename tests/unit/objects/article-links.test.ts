import { describe, expect, it } from 'vitest';
import { leadsToDesk, recordOf, recordWords, recordWordsIn } from '../../../objects/article-links.ts';

const DESK = 'https://desk.example.com/infraon';

describe('links of articles', () => {
  it('are looked through for ids and numbers, wherever in the address they are', () => {
    expect(recordWords('/portal/knowledgebase/187610000000000000502')).toEqual(['187610000000000000502']);
    expect(recordWords('https://desk12.example.com/a?id=INC0000042&tab=notes#x=77')).toEqual([
      'INC0000042',
      '77',
    ]);
    expect(recordWords('/kb/%E0%A4%A/INC%2042')).toEqual(['INC 42']);
    expect(recordWords('/about')).toEqual([]);
  });
  it('lead into the desk when they are relative or on its host', () => {
    expect(leadsToDesk('/kb/1', undefined)).toBe(true);
    expect(leadsToDesk('https://desk.example.com/kb/1', DESK)).toBe(true);
    for (const href of ['https://other.example.com/kb/1', 'mailto:a@example.com', 'tel:+1', '#top'])
      expect(leadsToDesk(href, DESK)).toBe(false);
    expect(leadsToDesk('https://desk.example.com/kb/1', undefined)).toBe(false);
  });
  it('mean the last record that they name', () => {
    const known = new Map(['11', '22'].map((word) => [word, { ref: 'article', sourceId: word }]));
    expect(recordOf('/kb/11/22/33', (word) => known.get(word))?.sourceId).toBe('22');
    expect(recordOf('/kb/33', (word) => known.get(word))).toBeUndefined();
  });
  it('of a body are read from its markup only', () => {
    const html = '<a href="/kb/1111">a</a> /kb/2222 <a href="https://other.example.com/3333">b</a>';
    expect(recordWordsIn(html, DESK)).toEqual(['1111']);
  });
});
