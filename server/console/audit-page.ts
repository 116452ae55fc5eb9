import type { Page } from '../../pipeline/paging.ts';
import type { AuditEntry } from '../../pipeline/audit.ts';
import { counted } from '../../canvas-kit/format.ts';
import { html, type HtmlValue } from './html.ts';
import { page, type Viewer } from './page.ts';
import { table } from './table.ts';
import { withTimesOf } from './times.ts';

export interface AuditView {
  entries: Page<AuditEntry>;
  /** Names of teammates, by id. */
  names: ReadonlyMap<string, string>;
}

/** Who did what, newest first. */
export function auditPage(viewer: Viewer, { entries, names }: AuditView): string {
  const { items, next_cursor: next, total } = withTimesOf(viewer.timezone, entries);
  return page(
    'Audit log',
    viewer,
    html`<p>${counted(total, 'entry', 'entries')}, newest first. Nothing here can be changed.</p>
      ${table(
        'Audit log',
        items,
        [
          { head: 'When', cell: ({ at }) => at },
          { head: 'Who', cell: ({ admin_id }) => names.get(admin_id) ?? admin_id },
          { head: 'What', cell: ({ action }) => sentence(action) },
          { head: 'Details', cell: ({ detail }) => details(detail), kind: 'words' },
        ],
        { empty: 'Nobody has done anything yet.' },
      )}
      ${next !== null && html`<p><a class="button" href="/console/audit?cursor=${next}">Older entries</a></p>`}`,
  );
}

function sentence(action: string): string {
  const words = action.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function details(detail: AuditEntry['detail']): HtmlValue {
  return Object.entries(detail)
    .filter(([, value]) => value !== null && value !== '')
    .map(([key, value]) => `${key.replaceAll('_', ' ')}: ${textOf(value)}`)
    .join('; ');
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([key, entry]) => `${key} ${textOf(entry)}`)
      .join(', ');
  return String(value);
}
