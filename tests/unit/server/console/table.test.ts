import { describe, expect, it } from 'vitest';
import { htmlText } from '../../../../server/console/html.ts';
import { table, type Column } from '../../../../server/console/table.ts';

interface Person {
  name: string;
  age: number;
}
const columns: Column<Person>[] = [
  { head: 'Name & title', cell: ({ name }) => name, kind: 'row' },
  { head: 'Age', cell: ({ age }) => age, kind: 'number' },
];
const people: Person[] = [{ name: '<b>Ada</b>', age: 36 }];
const textOf = (...input: Parameters<typeof table<Person>>) =>
  htmlText(table(...input)).replaceAll(/\s+/g, ' ');

describe('a table of the console', () => {
  it('escapes its caption, its heads and what stands in it', () => {
    const text = textOf('People "we" know', people, columns);
    expect(text).toContain('&lt;b&gt;Ada&lt;/b&gt;');
    expect(text).toContain('<th scope="col">Name &amp; title</th>');
    expect(text).toContain('People &quot;we&quot; know </caption>');
  });

  it('names itself, its columns and its rows to whoever hears it', () => {
    const text = textOf('People', people, columns);
    expect(text).toMatch(/aria-labelledby="table-people" tabindex="0"> <table> <caption id="table-people">/);
    expect(text).toContain('<th scope="row">');
    expect(text).toContain('<td class="number">36</td>');
  });

  it('says that there is nothing instead of showing heads alone', () => {
    expect(textOf('People', [], columns, { empty: 'Nobody <yet>.' })).toBe(
      '<p class="muted">Nobody &lt;yet&gt;.</p>',
    );
  });

  it('leaves out columns that this person does not need, and marks rows that are led to', () => {
    const text = textOf('People', people, [...columns, false], { rowId: ({ age }) => `age-${age}` });
    expect(text.match(/scope="col"/g)).toHaveLength(2);
    expect(text).toContain('<tr id="age-36">');
  });
});
