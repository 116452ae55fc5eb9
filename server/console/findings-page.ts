import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import type { FindingDocument } from '../../pipeline/reconcile/findings.ts';
import type { NamedRepair } from '../../pipeline/reconcile/repair.ts';
import type { Page } from '../../pipeline/paging.ts';
import { html, type SafeHtml } from './html.ts';
import { page, type Viewer } from './page.ts';
import { table } from './table.ts';
import { withTimesOf } from './times.ts';
import { spaced } from './words.ts';

export const FINDINGS = '/console/findings';

export type DifferenceClass = Exclude<keyof RunDocument['verification'], 'checked'>;

/** What each class means, those first that stand in the way of the sign-off. */
export const CLASSES: Record<DifferenceClass, string> = {
  mismatch: 'Different in Intercom',
  missing: 'Missing in Intercom',
  extra: 'Too much in Intercom',
  late: 'Not visible yet, looked at again',
  changed_in_intercom: 'Changed by a person in Intercom',
  changed_at_source: 'Changed in Infraon since',
  lossy_by_design: 'Shortened or left out, as the map announced',
  equal_after_normalising: 'Equal, written differently',
  equal: 'Equal',
};

export function isDifferenceClass(word: unknown): word is DifferenceClass {
  return typeof word === 'string' && Object.hasOwn(CLASSES, word);
}

export interface FindingsView {
  run: RunDocument;
  chosen: DifferenceClass;
  findings: Page<FindingDocument>;
  mayRepair: boolean;
  error: string | null;
}

/** The address of one class of a run's differences. */
export function findingsAddress(run: string, chosen: DifferenceClass, cursor?: string): string {
  const query = new URLSearchParams({ run, class: chosen, ...(cursor === undefined ? {} : { cursor }) });
  return `${FINDINGS}?${query.toString()}`;
}

/** Differences that reading back found, value beside value, and what can be done about each. */
export function findingsPage(viewer: Viewer, view: FindingsView): string {
  const { run, chosen, mayRepair, error } = view;
  const { items, total, next_cursor: next } = withTimesOf(viewer.timezone, view.findings);
  const repairable = items.some((finding) => finding.repairable);
  return page(
    'Differences',
    viewer,
    html`${error !== null && html`<p class="bad" role="alert">${error}</p>`}
      <p>
        <strong>${CLASSES[chosen]}:</strong>
        ${total}${total > items.length && `, ${items.length} of them here`}. Found by reading back in
        <a href="/console/runs/${run.id}">this run</a>.
      </p>
      ${
        mayRepair &&
        repairable &&
        html`<form method="post" action="${FINDINGS}">
          ${hidden(view)}
          <button type="submit">Repair all that can be</button>
        </form>`
      }
      ${table('Differences', items, [
        { head: 'Record', cell: recordOf, kind: 'row' },
        { head: 'Field', cell: ({ field }) => field.replace(/^custom_attributes\./, '') },
        { head: 'Expected', cell: ({ expected }) => shown(expected), kind: 'value' },
        { head: 'In Intercom', cell: ({ actual }) => shown(actual), kind: 'value' },
        { head: 'What to do', cell: (finding) => whatToDo(finding, view), kind: 'words' },
      ])}
      ${next !== null && html`<p><a class="button" href="${findingsAddress(run.id, chosen, next)}">More</a></p>`}`,
  );
}

function hidden({ run, chosen }: FindingsView): SafeHtml {
  return html`<input type="hidden" name="run" value="${run.id}" />
    <input type="hidden" name="class" value="${chosen}" />`;
}

function recordOf({ object, display_id, source_id }: FindingDocument): string {
  return `${spaced(object)} ${display_id ?? source_id}`;
}

function whatToDo(finding: FindingDocument, view: FindingsView): SafeHtml {
  return html`${finding.suggestion}
  ${view.mayRepair && finding.repairs.length > 0 && repairForm(finding, view)}`;
}

/** Repairs that are only made when a person names them, named for what they do. */
const BY_NAME: Record<NamedRepair, string> = { reload: 'Delete and load again', create: 'Make again' };

/** The mildest way. */
function repairForm(finding: FindingDocument, view: FindingsView): SafeHtml {
  const { id, repairable, repairs } = finding;
  const action: NamedRepair | null = repairable ? null : repairs.includes('create') ? 'create' : 'reload';
  const words = action === null ? 'Repair' : BY_NAME[action];
  return html`<form method="post" action="${FINDINGS}">
    ${hidden(view)}
    <input type="hidden" name="id" value="${id}" />
    ${action !== null && html`<input type="hidden" name="action" value="${action}" />`}
    <button type="submit" aria-label="${words}: ${recordOf(finding)}">${words}</button>
  </form>`;
}

const VALUE_LENGTH = 200;

function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= VALUE_LENGTH ? text : `${text.slice(0, VALUE_LENGTH).toWellFormed()}…`;
}
