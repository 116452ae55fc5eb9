import type { Queryable } from '../../db/client.ts';
import { DIFFERENCE_CLASSES } from '../differences.ts';
import { fileProofs } from '../runs/report.ts';
import type { SetCount } from '../verify/sets/compare-set.ts';
import { newestCounts } from '../verify/sets/set-state.ts';
import type { PackageContext } from './context.ts';

/** Names come from people and tenants: what Markdown or HTML would read as its own is escaped. */
function plain(text: string): string {
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .replace(/[\\`*_[\]#|~]/g, (character) => `\\${character}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .trim();
}

function table(head: string[], rows: (string | number)[][]): string {
  const line = (cells: (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const FILES: [string, string][] = [
  ['README.md', 'this page'],
  ['scope.html', 'the written migration scope: what was there, where each part went, what does not move'],
  ['maps.json', 'every version of every map, with who approved it and when'],
  ['crosswalk.csv', 'old id and number → Intercom resource, id and link'],
  ['verification.csv', 'per record how many values came out in which class, and every difference'],
  ['rejections.csv', 'records that did not move: rejected, waiting, or waived with a note'],
  [
    'rollback.csv',
    'of every rollback that was carried out, what stays in Intercom because no call takes it back, with up to 20 ids each',
  ],
  ['catalogue.json', 'the service catalogue as a tree, with its forms and workflow triggers'],
  ['sla.csv', 'SLA policies; the column `evidence` says where each comes from'],
  ['files.csv', 'every file of a moved record: where it is now, with its SHA-256, or why it stayed behind'],
  [
    'files/',
    'the files of problems, changes and releases, which Intercom has no place for, by object and id',
  ],
  ['workflows.json', 'the workflows of the source, to rebuild from'],
  ['manifest.json', 'SHA-256 and size of every other file, when, by whom, and which runs'],
];

async function counts(sql: Queryable, workspaceId: string) {
  const [row] = await sql<{ moved: string; documents: string; set_aside: string; waived: string }[]>`
    with newest as (
      select distinct on (r.object, r.source_id) r.outcome from run_records r join runs on runs.id = r.run_id
      where r.workspace_id = ${workspaceId} and runs.kind in ('sample', 'full', 'delta')
      order by r.object, r.source_id, r.id desc)
    select
      (select count(*) from id_map where workspace_id = ${workspaceId} and resource <> 'documents') as moved,
      (select count(*) from id_map where workspace_id = ${workspaceId} and resource = 'documents') as documents,
      (select count(*) from newest where outcome in ('rejected', 'waiting')) as set_aside,
      (select count(*) from newest where outcome = 'waived') as waived`;
  const [classes] = await sql<{ classes: Record<string, number> | null }[]>`
    select jsonb_object_agg(class, values) as classes from (
      select v.key as class, sum(v.value::int) as values
      from (select distinct on (object, source_id) verification from run_records
        where workspace_id = ${workspaceId} and verification is not null and undo is null order by object, source_id, id desc) r,
        jsonb_each_text(r.verification) v
      group by v.key) c`;
  const sets = await sql<{ counts: SetCount }[]>`
    select counts from ${newestCounts(sql, workspaceId)} n order by set`;
  const [proofs] = await sql<{ files: Record<string, number> }[]>`
    select files from runs
    where workspace_id = ${workspaceId} and kind <> 'delta' and sample_size is null and files <> '{}'::jsonb and rolled_back_by is null
    order by finished_at desc limit 1`;
  return {
    ...row,
    classes: classes?.classes ?? {},
    sets: sets.map(({ counts }) => counts),
    files: proofs?.files ?? {},
  };
}

const SETS_NOTE =
  'How many things of each kind Intercom has that carry an identity of this migration, against how many this package lists.';

function setsTable(sets: readonly SetCount[]): string {
  return table(
    ['Set', 'Expected', 'Found', 'Too many', 'Missing', 'Note'],
    sets.map(({ set, expected, found, extra, missing, unchecked, note }) => [
      plain(set),
      expected,
      found ?? 'not counted',
      extra,
      missing,
      note === null ? (unchecked === 0 ? '' : `${unchecked} not looked at one by one`) : plain(note),
    ]),
  );
}

function filesLine(files: Record<string, number>): string {
  const proofs = fileProofs(files);
  const why = proofs.unread.map(({ reason, count }) => `${count}: ${plain(reason)}`).join('; ');
  return (
    `Of the files in Intercom, ${proofs.by_bytes} were compared byte by byte and ${proofs.by_name_and_size} by name, size and type` +
    (why === '' ? '.' : ` (${why}).`)
  );
}

/** What the package is, in words, with the figures of the moment it was made. */
export async function* readmeFile(sql: Queryable, context: PackageContext): AsyncGenerator<string> {
  const { workspace, source, createdBy, at, signOff, runs } = context;
  const figures = await counts(sql, workspace.id);
  const state =
    signOff === undefined
      ? 'This package is preliminary: the migration is not signed off, and a later package may say something else.'
      : `This package is final: ${plain(createdBy.name)} signed the migration off with these words: ${plain(signOff.note)}`;
  yield [
    `# Handoff: ${plain(source ?? 'Infraon Desk')} to ${plain(workspace.name)}`,
    `Made on ${at.toISOString()} by ${plain(createdBy.name)}. ${state}`,
    `${figures.moved ?? 0} records are in Intercom and ${figures.documents ?? 0} more are handed over in this package. ${figures.set_aside ?? 0} wait for a person, ${figures.waived ?? 0} were waived.`,
    '## Files',
    table(['File', 'What it is'], FILES),
    '## Check it',
    'With the product: `npm run verify-handoff -- handoff.zip`. It needs no network and no account, and it fails when one byte of any file is changed. Without it: compare the SHA-256 of each file with `manifest.json`.',
    'The CSV files are UTF-8 with commas; in Excel, open them with Data > From Text/CSV and set **Data Type Detection** to **Do not detect data types**: ids have up to 21 digits, of which a number keeps only 15. In LibreOffice, mark all columns as **Text** in the import window. A cell that a spreadsheet could take for a formula begins with an apostrophe.',
    '## Verification',
    table(
      ['Class', 'Values'],
      DIFFERENCE_CLASSES.map((name) => [name, figures.classes[name] ?? 0]),
    ),
    'The class of a value: `equal` and `equal_after_normalising` (other white space or markup) arrived; `lossy_by_design` was announced in the map; `changed_at_source` and `changed_in_intercom` were changed by people afterwards and left alone; `late` was not visible yet; `mismatch`, `missing` and `extra` are unexplained.',
    ...(figures.sets.length === 0 ? [] : ['## Counted as a whole', SETS_NOTE, setsTable(figures.sets)]),
    ...(Object.keys(figures.files).length === 0 ? [] : [filesLine(figures.files)]),
    '## Runs',
    runs.length === 0
      ? 'No run was started yet.'
      : table(
          ['Run', 'Kind', 'State', 'Started', 'Finished'],
          runs.map((run) => [run.id, run.kind, run.state, run.started_at ?? '', run.finished_at ?? '']),
        ),
    '## To rebuild by hand',
    'Workflows, Fin, live SLA timers, saved reports and dashboards do not migrate. The service catalogue and the SLA policies are lossy by design: Intercom has no such records, so they are listed here to be rebuilt. SLA policies without an endpoint are rebuilt from the tickets they were applied to; their targets and business hours have to be taken from the screens of Infraon.',
    'Links of the desk inside texts carry the new address behind them where the record had been moved by then; all others, and texts that name a ticket by its number, stay as they were. To find where it went, look it up in `crosswalk.csv`, or with **Find an Infraon record** in the inbox panel.',
  ].join('\n\n');
  yield '\n';
}
