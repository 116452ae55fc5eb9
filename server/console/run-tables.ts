import { LEDGER_COLUMNS, type RunDocument } from '../../pipeline/runs/run-document.ts';
import { formatCount } from '../../canvas-kit/format.ts';
import { html, type SafeHtml } from './html.ts';
import { table } from './table.ts';
import { runName, runState, spaced } from './words.ts';

export function runsTable(runs: RunDocument[]): SafeHtml {
  return table(
    'Runs',
    runs,
    [
      {
        head: 'Run',
        cell: (run) => html`<a href="/console/runs/${run.id}">${runName(run)}</a>`,
        kind: 'row',
      },
      { head: 'State', cell: runState },
      { head: 'Progress', cell: ({ progress }) => `${Math.round(progress * 100)} %`, kind: 'number' },
      { head: 'Balanced', cell: ({ balanced }) => (balanced ? 'yes' : 'no') },
      { head: 'Started', cell: ({ started_at }) => started_at },
      { head: 'Finished', cell: ({ finished_at }) => finished_at },
    ],
    { empty: 'No run yet.' },
  );
}

export function ledgerTable({ objects }: RunDocument): SafeHtml {
  return table(
    'Ledger',
    Object.entries(objects),
    [
      { head: 'Object', cell: ([object]) => spaced(object), kind: 'row' },
      ...LEDGER_COLUMNS.map((name) => ({
        head: name,
        cell: ([, counts]: [string, RunDocument['objects'][string]]) => formatCount(counts[name]),
        kind: 'number' as const,
      })),
    ],
    { empty: 'No record was listed yet.' },
  );
}
