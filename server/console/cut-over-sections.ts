import type { FreezeDocument, HypercareDay } from '../../pipeline/cutover/documents.ts';
import { html, type SafeHtml } from './html.ts';
import { table } from './table.ts';
import { spaced } from './words.ts';

const DAY_WORDS: Record<HypercareDay['state'], string> = {
  due: 'Due',
  running: 'Being checked',
  clean: 'Clean',
  attention: 'Needs attention',
};

const DAY_LOOKS: Record<HypercareDay['state'], string> = {
  due: 'muted',
  running: 'muted',
  clean: 'good',
  attention: 'bad',
};

/** The seven days after sign-off. */
export function hypercareSection(days: HypercareDay[]): SafeHtml {
  return html`<h2>Hypercare</h2>
    <p>
      Once a day some records of every object are read back, agents' reports and new rejections are counted,
      and Infraon is asked whether it changed.
    </p>
    ${table('Hypercare', days, [
      { head: 'Day', cell: ({ day }) => day, kind: 'row' },
      { head: 'Due', cell: ({ due_at }) => due_at },
      {
        head: 'Result',
        cell: ({ state }) => html`<span class="${DAY_LOOKS[state]}">${DAY_WORDS[state]}</span>`,
      },
      { head: 'What was found', cell: foundOn, kind: 'words' },
    ])}`;
}

function foundOn({ day, detail, run_id }: HypercareDay): SafeHtml {
  return html`${detail}
  ${run_id !== null && html`<a href="/console/runs/${run_id}">Verification of day ${day}</a>`}`;
}

/** Whether Infraon still changes, list by list. */
export function freezeSection(
  freeze: FreezeDocument,
  view: { mayConfirm: boolean; error: { form: string; message: string } | null },
): SafeHtml {
  const { error } = view;
  return html`<h2>Freeze check</h2>
    <p>${freeze.detail}</p>
    <p class="muted">
      A look reads one page of each list. A second one follows by itself after five minutes.
      ${freeze.last_look_at !== null && html`Last look: ${freeze.last_look_at}.`}
    </p>
    ${
      view.mayConfirm &&
      html`<form method="post" action="/console/cut-over/freeze-check">
        <button type="submit">Check the freeze</button>
      </form>`
    }
    <a class="button" href="/console/cut-over">Refresh</a>
    ${error?.form === 'freeze' && html`<p class="bad" role="alert">${error.message}</p>`}
    ${
      freeze.objects.length > 0 &&
      html`<details>
        <summary>What was seen of each list (${freeze.objects.length})</summary>
        ${table('Lists of the freeze check', freeze.objects, [
          { head: 'Object', cell: ({ object }) => spaced(object), kind: 'row' },
          { head: 'State', cell: ({ state }) => state },
          { head: 'Newest change', cell: ({ newest_change }) => newest_change },
          { head: 'Newest change read', cell: ({ newest_read }) => newest_read },
          { head: 'Records', cell: ({ count }) => count, kind: 'number' },
          { head: 'Detail', cell: ({ detail }) => detail, kind: 'words' },
        ])}
      </details>`
    }`;
}
