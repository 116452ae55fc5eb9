import { isObject } from '../../objects/paths.ts';
import type { ScopeDocument, ScopeObject } from './scope-document.ts';

/** One table or list of the scope, independent of how it is written down. */
export type Block =
  | { kind: 'heading'; level: 1 | 2 | 3; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'table'; head: string[]; rows: string[][] };

function percent(rate: number): string {
  if (rate > 0 && rate < 0.01) return '< 1 %';
  return `${Math.round(rate * 100)} %`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds} seconds`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} minutes`;
  return `${Math.round(seconds / 360) / 10} hours`;
}

/** A link that leads nowhere, as the discovery reports it. */
function linkText(value: unknown): string | null {
  if (!isObject(value) || typeof value.object !== 'string' || typeof value.id !== 'string') return null;
  return `${value.object.replaceAll('_', ' ')} ${value.id}`;
}

function exampleText(example: ScopeObject['quality'][number]['examples'][number]): string {
  const id = example.display_id ?? example.source_id;
  const { value } = example;
  const link = linkText(value);
  if (link !== null) return `${id} → ${link}`;
  const shown =
    typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value);
  return [id, shown].filter((part) => part !== '').join(': ');
}

function mapText(object: ScopeObject): string {
  const { map } = object;
  if (map === null) return 'No map: this object could not be read.';
  if (map.state === 'proposed') return `Map version ${map.version}, proposed and not yet approved.`;
  return `Map version ${map.version}, approved by ${map.approved_by ?? 'unknown'} on ${map.approved_at ?? ''}.`;
}

function objectBlocks(object: ScopeObject): Block[] {
  const blocks: Block[] = [
    { kind: 'heading', level: 2, text: object.label },
    { kind: 'text', text: `${object.count} records → ${object.destination}. ${mapText(object)}` },
  ];
  if (object.fields.length > 0) {
    blocks.push({
      kind: 'table',
      head: ['Field', 'Type', 'Filled', 'Goes to'],
      rows: object.fields.map((field) => [
        field.custom ? `${field.label} (custom, ${field.key})` : `${field.label} (${field.key})`,
        field.type,
        percent(field.fill_rate),
        field.goes_to,
      ]),
    });
  }
  if (object.lossy.length > 0) {
    blocks.push(
      { kind: 'heading', level: 3, text: 'Not moved completely' },
      { kind: 'list', items: object.lossy },
    );
  }
  if (object.quality.length > 0) {
    blocks.push(
      { kind: 'heading', level: 3, text: 'What to know about the data' },
      {
        kind: 'table',
        head: ['Finding', 'Records', 'Examples'],
        rows: object.quality.map((finding) => [
          `${finding.meaning} (${finding.code})`,
          String(finding.count),
          finding.examples.map(exampleText).join('; '),
        ]),
      },
    );
  }
  return blocks;
}

function typeBlocks(scope: ScopeDocument): Block[] {
  if (scope.object_types.length === 0) return [];
  return [
    { kind: 'heading', level: 2, text: 'Custom object types to create' },
    {
      kind: 'text',
      text: 'No Intercom API creates custom object types. Create these in Settings > Data > Custom objects, with exactly these names.',
    },
    ...scope.object_types.flatMap((type): Block[] => [
      { kind: 'heading', level: 3, text: `${type.name} (${type.identifier}): ${type.state}` },
      { kind: 'text', text: type.detail },
      {
        kind: 'table',
        head: ['Attribute', 'Format', 'Options or reference'],
        rows: type.attributes.map((attribute) => [
          attribute.name,
          attribute.format,
          attribute.references === undefined
            ? (attribute.options ?? []).join(', ')
            : `${attribute.references.cardinality} ${attribute.references.type}`,
        ]),
      },
    ]),
  ];
}

/** The scope in the order in which people read it. */
function scopeBlocks(scope: ScopeDocument): Block[] {
  const estimate =
    scope.estimate === null
      ? 'No estimate yet.'
      : `${scope.estimate.calls.toLocaleString('en-US')} Intercom calls, about ${duration(scope.estimate.seconds)} at the chosen share of the rate budget.`;
  return [
    { kind: 'heading', level: 1, text: `Migration scope: ${scope.source} to ${scope.workspace}` },
    {
      kind: 'text',
      text:
        scope.discovered_at === null
          ? 'The discovery is not finished.'
          : `Discovered on ${scope.discovered_at}.`,
    },
    ...(scope.problems === null ? [] : [{ kind: 'text' as const, text: `Problems: ${scope.problems}` }]),
    {
      kind: 'table',
      head: ['Object', 'Records', 'In Intercom', 'Map'],
      rows: scope.objects.map((object) => [
        object.label,
        String(object.count),
        object.destination,
        object.map === null ? 'none' : `version ${object.map.version}, ${object.map.state}`,
      ]),
    },
    { kind: 'text', text: `Estimate: ${estimate}` },
    ...scope.objects.flatMap(objectBlocks),
    ...typeBlocks(scope),
    { kind: 'heading', level: 2, text: 'What does not migrate' },
    { kind: 'list', items: scope.not_migrated.map(({ what, why }) => `${what}: ${why}`) },
  ];
}

const HTML_ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => HTML_ENTITIES[character] ?? '');
}

function htmlBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}>${escapeHtml(block.text)}</h${block.level}>`;
    case 'text':
      return `<p>${escapeHtml(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
    case 'table': {
      const head = block.head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('');
      const rows = block.rows.map(
        (row) => `<tr>${row.map((cell) => `<td dir="auto">${escapeHtml(cell)}</td>`).join('')}</tr>`,
      );
      return `<table><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
    }
  }
}

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1c2024}' +
  'table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{border:1px solid #d0d5da;padding:.3rem .6rem;text-align:start;vertical-align:top;overflow-wrap:anywhere}th{white-space:nowrap}' +
  'th{background:#f3f5f7}h2{margin-top:2.5rem;border-bottom:1px solid #d0d5da}';

/** A document of its own, so that it can be kept and printed without this product. */
export function scopeHtml(scope: ScopeDocument): string {
  const blocks = scopeBlocks(scope);
  const title = blocks[0]?.kind === 'heading' ? blocks[0].text : 'Migration scope';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body>
${blocks.map(htmlBlock).join('\n')}
</body></html>
`;
}

/** Cells hold any text of the tenant: what Markdown would read as its own is escaped, and no HTML gets through. */
function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*[\]#|~]/g, (character) => `\\${character}`)
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

function markdownBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${escapeMarkdown(block.text)}`;
    case 'text':
      return escapeMarkdown(block.text);
    case 'list':
      return block.items.map((item) => `- ${escapeMarkdown(item)}`).join('\n');
    case 'table': {
      const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
      return [
        line(block.head),
        line(block.head.map(() => '---')),
        ...block.rows.map((row) => line(row.map(escapeMarkdown))),
      ].join('\n');
    }
  }
}

export function scopeMarkdown(scope: ScopeDocument): string {
  return `${scopeBlocks(scope).map(markdownBlock).join('\n\n')}\n`;
}
