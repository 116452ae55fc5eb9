import type { FreezeDocument, HypercareDay } from '../../pipeline/cutover/documents.ts';
import { html, type SafeHtml } from './html.ts';

const DAY_WORDS: Record<HypercareDay['state'], string> = {
  due: 'Due',
  running: 'Being checked',
  clean: 'Clean',
  attention: 'Needs attention',
};

/** The seven days after sign-off. */
export function hypercareSection(days: HypercareDay[]): SafeHtml {
  return html`<h2>Hypercare</h2>
    <p>
      Once a day some records of every object are read back, agents' reports and new rejections are counted,
      and Infraon is asked whether it changed.
    </p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Due</th>
            <th scope="col">Result</th>
            <th scope="col">What was found</th>
          </tr>
        </thead>
        <tbody>
          ${days.map(
            (day) =>
              html`<tr>
                <th scope="row">${day.day}</th>
                <td>${day.due_at}</td>
                <td class="${day.state === 'attention' ? 'bad' : day.state === 'clean' ? 'good' : 'muted'}">
                  ${DAY_WORDS[day.state]}
                </td>
                <td>
                  ${day.detail}
                  ${day.run_id !== null && html`<a href="/console/runs/${day.run_id}">Verification of day ${day.day}</a>`}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
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
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">Object</th>
                <th scope="col">State</th>
                <th scope="col">Newest change</th>
                <th scope="col">Newest change read</th>
                <th scope="col" class="number">Records</th>
                <th scope="col">Detail</th>
              </tr>
            </thead>
            <tbody>
              ${freeze.objects.map(
                (seen) =>
                  html`<tr>
                    <th scope="row">${seen.object.replaceAll('_', ' ')}</th>
                    <td>${seen.state}</td>
                    <td>${seen.newest_change}</td>
                    <td>${seen.newest_read}</td>
                    <td class="number">${seen.count}</td>
                    <td>${seen.detail}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
      </details>`
    }`;
}
