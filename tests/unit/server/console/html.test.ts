import { describe, expect, it } from 'vitest';
import { html, htmlText } from '../../../../server/console/html.ts';

describe('the html tag', () => {
  it('escapes what is inserted, in text and in attributes', () => {
    const hostile = `"><script>alert('x')</script>&`;
    expect(htmlText(html`<p title="${hostile}">${hostile}</p>`)).toBe(
      '<p title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;">' +
        '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;</p>',
    );
  });

  it('takes markup of its own as it is, alone and in lists', () => {
    const items = ['<a>', 'b'].map((text) => html`<li>${text}</li>`);
    expect(htmlText(html`${items}`)).toBe('<li>&lt;a&gt;</li><li>b</li>');
  });

  it('inserts nothing for null, undefined and false, but a zero', () => {
    expect(htmlText(html`[${null}${undefined}${false}${0}]`)).toBe('[0]');
  });
});
