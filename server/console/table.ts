import { html, type HtmlValue, type SafeHtml } from './html.ts';

/** `row` names its row; `value` may break anywhere; `words` have room for a sentence. */
type Kind = 'row' | 'number' | 'value' | 'words';

export interface Column<Row> {
  head: string;
  cell: (row: Row) => HtmlValue;
  kind?: Kind;
}

/**
 * A table that scrolls by itself where it is wider than the window. The caption names it for whoever hears the page; who
 * sees it has the heading above. Columns that are false are left out.
 */
export function table<Row>(
  caption: string,
  rows: readonly Row[],
  columns: readonly (Column<Row> | false)[],
  options: { empty?: string; rowId?: (row: Row) => string } = {},
): SafeHtml {
  const { empty = 'There is none.', rowId } = options;
  if (rows.length === 0) return html`<p class="muted">${empty}</p>`;
  const shown = columns.filter((column) => column !== false);
  const name = `table-${caption.toLowerCase().replaceAll(/\W+/g, '-')}`;
  return html`<div class="scroll" role="group" aria-labelledby="${name}" tabindex="0">
    <table>
      <caption id="${name}">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${shown.map(heading)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr ${rowId !== undefined && html`id="${rowId(row)}"`}>
              ${shown.map((column) => cell(column.cell(row), column.kind))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function heading({ head, kind }: { head: string; kind?: Kind | undefined }): SafeHtml {
  return kind === 'number'
    ? html`<th scope="col" class="number">${head}</th>`
    : html`<th scope="col">${head}</th>`;
}

function cell(content: HtmlValue, kind: Kind | undefined): SafeHtml {
  if (kind === 'row') return html`<th scope="row">${content}</th>`;
  return kind === undefined ? html`<td>${content}</td>` : html`<td class="${kind}">${content}</td>`;
}
