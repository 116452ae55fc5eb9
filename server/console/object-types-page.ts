import type { ObjectTypeDocument } from '../../pipeline/prepare/object-types.ts';
import { html, type SafeHtml } from './html.ts';
import { page, type Viewer } from './page.ts';
import { table } from './table.ts';

export interface ObjectTypesView {
  types: ObjectTypeDocument[];
  mayProbe: boolean;
  error: string | null;
}

const STATES: Record<ObjectTypeDocument['state'], string> = {
  unproven: 'Not tried yet',
  missing: 'Missing in Intercom',
  incomplete: 'Incomplete',
  proven: 'Proven',
};

/** The schema sheet: what a person makes in Intercom's Settings, because no API can. */
export function objectTypesPage(viewer: Viewer, { types, mayProbe, error }: ObjectTypesView): string {
  return page(
    'Custom objects',
    viewer,
    types.length === 0
      ? html`<p>Nothing is needed yet: <a href="/console">discover Infraon</a> first.</p>`
      : html`${error !== null && html`<p class="bad" role="alert">${error}</p>`}
          <p>
            No program can make these types: make them in Intercom under
            <strong>Settings > Data > Custom objects</strong>, with exactly these names and formats, in this
            order. Then try them: each is proven by one record, which is deleted again.
          </p>
          ${
            mayProbe
              ? html`<form method="post" action="/console/object-types">
                  <button type="submit" class="primary" data-under-way="Trying…">Try the types</button>
                </form>`
              : html`<p class="muted">Operators and owners try them.</p>`
          }
          ${types.map(typeSection)}`,
    { script: mayProbe },
  );
}

function typeSection({ identifier, name, state, detail, attributes }: ObjectTypeDocument): SafeHtml {
  return html`<h2 id="${identifier}">${name}</h2>
    <p><span class="${state === 'proven' ? 'good' : 'bad'}">${STATES[state]}.</span> ${detail}</p>
    <p>Identifier: <code>${identifier}</code></p>
    <details ${state !== 'proven' && html`open`}>
      <summary>Attributes (${attributes.length})</summary>
      ${table(`Attributes of ${name}`, attributes, [
        { head: 'Attribute', cell: (attribute) => html`<code>${attribute.name}</code>`, kind: 'row' },
        { head: 'Format', cell: ({ format }) => format },
        { head: 'Options, or what it refers to', cell: detailOf },
      ])}
    </details>`;
}

function detailOf({ options, references }: ObjectTypeDocument['attributes'][number]): string {
  if (references !== undefined)
    return `${references.cardinality === 'many' ? 'any number of' : 'one'} ${references.type}`;
  return options?.join(', ') ?? '';
}
