import type {
  RollbackCounts,
  RollbackDocument,
  RollbackItem,
} from '../../pipeline/rollback/rollback-document.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import { formatCount } from '../../canvas-kit/format.ts';
import { html, type SafeHtml } from './html.ts';
import { table } from './table.ts';
import { spaced } from './words.ts';

/** Typed by whoever undoes the migration. */
export const UNDO_WORD = 'UNDO';

const EXAMPLES_SHOWN = 5;

const COUNTS = ['delete', 'archive', 'restore', 'spare', 'keep', 'gone', 'undone', 'refused'] as const;

export interface RollbackView {
  run: RunDocument;
  rollback: RollbackDocument;
  /** The first of what is spared. */
  spared: { items: RollbackItem[]; total: number };
  mayUndo: boolean;
  error: string | null;
}

/** What a rollback does, or would do: counts, what is spared and why, what no call takes back, and the way to do it. */
export function rollbackSection(view: RollbackView): SafeHtml {
  const { rollback, run } = view;
  const looked = rollback.stage !== 'inspecting';
  return html`<p class="notice">
      ${
        rollback.dry_run
          ? 'This is a dry run: nothing was or will be changed by it.'
          : 'This undoes what was moved. It may be paused and goes on where it was.'
      }
      ${!looked && 'Records are being looked at; the counts grow.'}
    </p>
    <h2>${rollback.dry_run ? 'What would become of it' : 'What becomes of it'}</h2>
    ${countsTable(rollback)}
    <h2>Spared</h2>
    ${sparedTable(view)}
    <h2>What stays behind</h2>
    ${
      rollback.residue.length === 0
        ? html`<p class="muted">${looked ? 'Nothing.' : 'Not known yet.'}</p>`
        : html`<ul>
            ${rollback.residue.map(({ message, count, examples }) => {
              const named =
                examples.length === 0 ? '' : `, such as ${examples.slice(0, EXAMPLES_SHOWN).join(', ')}`;
              return html`<li>${message} (${formatCount(count)}${named})</li>`;
            })}
          </ul>`
    }
    ${rollback.dry_run && run.state === 'completed' && view.mayUndo && undoForm(view)}`;
}

function countsTable({ objects }: RollbackDocument): SafeHtml {
  return table(
    'What becomes of it',
    Object.entries(objects),
    [
      {
        head: 'Object',
        cell: ([object]) => (object === 'workspace' ? 'Tags, attributes and collections' : spaced(object)),
        kind: 'row',
      },
      ...COUNTS.map((name) => ({
        head: name,
        cell: ([, counts]: [string, RollbackCounts]) => formatCount(counts[name]),
        kind: 'number' as const,
      })),
    ],
    { empty: 'Nothing was looked at yet.' },
  );
}

function sparedTable({ spared, run }: RollbackView): SafeHtml {
  if (spared.total === 0)
    return html`<p class="muted">${run.finished_at === null ? 'Nothing so far.' : 'Nothing.'}</p>`;
  return html`<p>
      ${spared.total} stay as people made them.
      ${
        spared.total > spared.items.length &&
        html`The first ${spared.items.length} are below;
          <a href="/api/v1/runs/${run.id}/rollback?action=spare">all as JSON</a>.`
      }
    </p>
    ${table('Spared', spared.items, [
      {
        head: 'Record',
        cell: ({ object, display_id, source_id }) => `${spaced(object)} ${display_id ?? source_id}`,
        kind: 'row',
      },
      { head: 'In Intercom', cell: ({ resource, destination_id }) => `${resource} ${destination_id}` },
      { head: 'Why', cell: ({ reasons }) => reasons.map(({ message }) => message).join(' '), kind: 'words' },
    ])}`;
}

function undoForm({ run, rollback, error }: RollbackView): SafeHtml {
  return html`<h2>Undo</h2>
    <p>
      Undoing deletes and restores what is counted above. Records that people touch meanwhile are spared too.
      It cannot be taken back; the migration can be run again.
    </p>
    <form class="stack" method="post" action="/console/runs/${run.id}/undo">
      <fieldset>
        <legend>Contacts that loading created</legend>
        <p>
          <input
            type="radio"
            id="contacts-archive"
            name="contacts"
            value="archive"
            ${rollback.contacts === 'archive' && html`checked`}
          />
          <label for="contacts-archive">Archive them: they can come back</label>
        </p>
        <p>
          <input
            type="radio"
            id="contacts-delete"
            name="contacts"
            value="delete"
            ${rollback.contacts === 'delete' && html`checked`}
          />
          <label for="contacts-delete">Delete them for good</label>
        </p>
      </fieldset>
      <p class="field">
        <label for="word">Type ${UNDO_WORD} to undo</label>
        <input
          id="word"
          name="word"
          autocomplete="off"
          required
          ${error !== null && html`aria-invalid="true" aria-describedby="word-error" autofocus`}
        />
        ${error !== null && html`<span class="bad" role="alert" id="word-error">${error}</span>`}
      </p>
      <button type="submit">Undo the migration</button>
    </form>`;
}
