import type { Queryable } from '../../db/client.ts';
import type { DifferenceClass } from '../../db/schema/ledger.ts';
import type { StoredReason } from '../../db/schema/runs.ts';
import { DIFFERENCE_CLASSES } from '../differences.ts';
import { newestCounts, SET_FIELD } from '../verify/sets/set-state.ts';
import { csvTable } from './csv.ts';
import { ROWS_AT_A_TIME } from './snapshot.ts';

/** Where a person opens a record in Intercom. */
export type LinkTo = (resource: string, id: string) => string | null;

/** Of every record the newest row of a run that moved records; a run that only read back says nothing new of it. */
function newestMoves(sql: Queryable, workspaceId: string) {
  return sql`(
    select distinct on (r.object, r.source_id) r.object, r.source_id, r.display_id, r.run_id, r.outcome, r.reason_code, r.reason,
      r.waits_for, r.attempts
    from run_records r join runs on runs.id = r.run_id
    where r.workspace_id = ${workspaceId} and runs.kind in ('sample', 'full', 'delta')
    order by r.object, r.source_id, r.id desc)`;
}

interface CrosswalkRow {
  object: string;
  sourceId: string;
  number: string | null;
  resource: string;
  destinationId: string;
  state: string;
  run: string;
}

const CROSSWALK = ['object', 'source_id', 'number', 'resource', 'destination_id', 'link', 'state', 'run'];

/** Every record that is in Intercom or in this package, by its old id. `state` is what the last run did to it. */
export function crosswalk(sql: Queryable, workspaceId: string, linkTo: LinkTo): AsyncGenerator<string> {
  const rows = sql<CrosswalkRow[]>`
    select m.object, m.source_id as "sourceId", coalesce(m.display_id, r.display_id) as number, m.resource,
      m.destination_id as "destinationId",
      case when m.state = 'partial' then 'partial' else coalesce(r.outcome, m.origin) end as state,
      coalesce(r.run_id, m.created_in_run)::text as run
    from id_map m
    left join ${newestMoves(sql, workspaceId)} r on r.object = m.object and r.source_id = m.source_id
    where m.workspace_id = ${workspaceId}
    order by m.object, m.source_id`.cursor(ROWS_AT_A_TIME);
  return csvTable(CROSSWALK, rows, (row) => [
    row.object,
    row.sourceId,
    row.number,
    row.resource,
    row.destinationId,
    linkTo(row.resource, row.destinationId),
    row.state,
    row.run,
  ]);
}

interface VerificationRow {
  row: 'record' | 'finding' | 'set';
  object: string;
  sourceId: string;
  number: string | null;
  run: string;
  counts: Partial<Record<DifferenceClass, number>> | null;
  class: DifferenceClass | null;
  field: string | null;
  expected: unknown;
  actual: unknown;
  repairedAt: Date | null;
}

const VERIFICATION = [
  'row',
  'object',
  'source_id',
  'number',
  'run',
  'class',
  'field',
  'expected',
  'actual',
  'repaired_at',
  'checked',
  ...DIFFERENCE_CLASSES,
];

/** The gravest first: what a record is worth as a whole. */
const GRAVITY: readonly DifferenceClass[] = [
  'missing',
  'mismatch',
  'extra',
  'late',
  'changed_in_intercom',
  'changed_at_source',
  'lossy_by_design',
  'equal_after_normalising',
  'equal',
];

/**
 * One row per record with how many values came out in which class, and after it one row per difference; before them one
 * row per kind of thing that was counted as a whole, and one per thing that is too many or gone.
 */
export function verification(sql: Queryable, workspaceId: string): AsyncGenerator<string> {
  const rows = sql<VerificationRow[]>`
    with checked as (
      select distinct on (object, source_id) object, source_id, display_id, run_id, verification
      from run_records where workspace_id = ${workspaceId} and verification is not null and undo is null
      order by object, source_id, id desc)
    select 'record' as row, object, source_id as "sourceId", display_id as number, run_id::text as run, verification as counts,
      null as class, null as field, null::jsonb as expected, null::jsonb as actual, null::timestamptz as "repairedAt", 0 as id
    from checked
    union all
    select 'finding', c.object, c.source_id, c.display_id, f.run_id::text, null, f.class, f.field, f.expected, f.actual, f.repaired_at, f.id
    from findings f join checked c on c.run_id = f.run_id and c.object = f.object and c.source_id = f.source_id
    where f.workspace_id = ${workspaceId} and not starts_with(f.field, ${SET_FIELD})
    union all
    select 'finding', f.object, f.source_id, null, f.run_id::text, null, f.class, f.field, f.expected, f.actual, f.repaired_at, f.id
    from findings f join ${newestCounts(sql, workspaceId)} n on n.run_id = f.run_id and f.field = ${SET_FIELD} || n.set
    where f.workspace_id = ${workspaceId}
    union all
    select 'set', '', '', null, n.run_id::text, null, null, n.set, n.counts->'expected', n.counts->'found', null, 0
    from ${newestCounts(sql, workspaceId)} n
    order by object, "sourceId", id, field`.cursor(ROWS_AT_A_TIME);
  return csvTable(VERIFICATION, rows, (row) => {
    const counts = row.counts ?? {};
    const figures = DIFFERENCE_CLASSES.map((name) => counts[name] ?? 0);
    return [
      row.row,
      row.object,
      row.sourceId,
      row.number,
      row.run,
      row.class ?? GRAVITY.find((name) => (counts[name] ?? 0) > 0),
      row.field,
      row.expected,
      row.actual,
      row.repairedAt,
      ...(row.row !== 'record'
        ? ['', ...DIFFERENCE_CLASSES.map(() => '')]
        : [figures.reduce((sum, figure) => sum + figure, 0), ...figures]),
    ];
  });
}

interface RejectionRow {
  object: string;
  sourceId: string;
  number: string | null;
  outcome: string;
  code: string | null;
  reason: StoredReason | null;
  waivedBy: string | null;
  waitsFor: string | null;
  attempts: number;
  run: string;
}

const REJECTIONS = [
  'object',
  'source_id',
  'number',
  'state',
  'code',
  'message',
  'note',
  'waived_by',
  'waived_at',
  'field',
  'value',
  'suggestion',
  'waits_for',
  'attempts',
  'run',
];

/** Records that did not move: rejected, waiting for another one, or waived by a person: by whom, when and why. */
export function rejections(sql: Queryable, workspaceId: string): AsyncGenerator<string> {
  const rows = sql<RejectionRow[]>`
    select object, source_id as "sourceId", display_id as number, outcome, reason_code as code, reason, waits_for as "waitsFor",
      attempts, run_id::text as run, coalesce(nullif(t.name, ''), r.reason->'waived'->>'by') as "waivedBy"
    from ${newestMoves(sql, workspaceId)} r
    left join teammates t on t.workspace_id = ${workspaceId} and t.admin_id = r.reason->'waived'->>'by'
    where outcome in ('rejected', 'waiting', 'waived')
    order by object, source_id`.cursor(ROWS_AT_A_TIME);
  return csvTable(REJECTIONS, rows, (row) => {
    const waived = row.outcome === 'waived' ? row.reason?.waived : undefined;
    // Before a decision was kept apart, its note took the place of the message.
    const isOldWaiver = row.outcome === 'waived' && waived === undefined;
    return [
      row.object,
      row.sourceId,
      row.number,
      row.outcome,
      row.code,
      isOldWaiver ? '' : row.reason?.message,
      isOldWaiver ? row.reason?.message : waived?.note,
      row.waivedBy,
      waived?.at,
      row.reason?.field,
      row.reason?.value,
      row.reason?.suggestion,
      row.waitsFor,
      row.attempts,
      row.run,
    ];
  });
}
