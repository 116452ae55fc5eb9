import type { Queryable } from '../../db/client.ts';
import { WORKSPACE_ITEMS, type UndoAction } from './undo-plan.ts';

/** Something that stays behind because no call of the API takes it back. */
export interface Residue {
  code: string;
  message: string;
  count: number;
  /** The first of them, by name or id. */
  examples: string[];
}

const EXAMPLES = 20;

interface Row {
  kind: string;
  action: UndoAction;
  count: string;
  examples: string[];
}

interface Rule {
  code: string;
  message: string;
  applies: (row: Row) => boolean;
}

const PEOPLE_STAY: readonly UndoAction[] = ['restore', 'keep', 'spare'];
const ATTRIBUTES = ['item:contact', 'item:company', 'item:conversation', 'item:conversation_option'];

/** What each kind of undoing leaves behind in Intercom (Intercom API 2.16, and the reports of integrators). */
const RULES: Rule[] = [
  {
    code: 'conversations_in_reporting',
    message:
      'Deleted conversations keep a trace in reporting and are listed by id in GET /conversations/deleted. Removing that too needs a scope that this app does not ask for.',
    applies: ({ kind, action }) => kind === 'conversations' && action === 'delete',
  },
  {
    code: 'contacts_archived',
    message: 'Archived contacts are hidden, not deleted. A later run brings them back.',
    applies: ({ kind, action }) => kind === 'contacts' && action === 'archive',
  },
  {
    code: 'external_ids_locked',
    message:
      'Deleted contacts are reported to lock their external id for about seven days; until then a later run rejects them with contact_conflict.',
    applies: ({ kind, action }) => kind === 'contacts' && action === 'delete',
  },
  {
    code: 'contact_counters',
    message:
      'Contacts that stay may show the times of conversations that are gone (last replied, last contacted); no call sets these.',
    applies: ({ kind, action }) => kind === 'contacts' && PEOPLE_STAY.includes(action),
  },
  {
    code: 'companies_archived',
    message: 'Intercom archives deleted companies; an integration that syncs them may create them again.',
    applies: ({ kind, action }) => kind === 'companies' && action === 'delete',
  },
  {
    code: 'attributes_archived',
    message:
      'Attributes are archived, since no call deletes them. Those of conversations cannot be brought back by a call: a later run makes new ones.',
    applies: ({ kind, action }) => ATTRIBUTES.includes(kind) && action === 'archive',
  },
  {
    code: 'items_in_use',
    message: 'Tags, attributes and collections of the migration that something still uses stay.',
    applies: ({ kind, action }) => kind.startsWith('item:') && action === 'spare',
  },
  {
    code: 'records_spared',
    message: 'Records that people changed or use, and what those need, stay. The list says why.',
    applies: ({ kind, action }) => !kind.startsWith('item:') && action === 'spare',
  },
];

/** What no call of the API takes back, counted from the rows of the rollback; of a dry run, what it would leave. */
export async function residueOf(
  sql: Queryable,
  run: { id: string; workspaceId: string },
): Promise<Residue[]> {
  const { id, workspaceId } = run;
  const rows = await sql<Row[]>`
    select case object when ${WORKSPACE_ITEMS} then 'item:' || (undo->>'resource') else undo->>'resource' end as kind,
      undo->>'action' as action, count(*) as count,
      (array_agg(coalesce(case object when ${WORKSPACE_ITEMS} then display_id end, undo->>'destinationId') order by id))[1:${EXAMPLES}]
        as examples
    from run_records
    where workspace_id = ${workspaceId} and run_id = ${id} and undo->>'action' is not null and outcome <> 'rejected'
    group by 1, 2`;
  const found = RULES.flatMap(({ code, message, applies }) => collected(code, message, rows.filter(applies)));
  return [...found, ...(await others(sql, workspaceId, id))];
}

function collected(code: string, message: string, rows: Row[]): Residue[] {
  const count = rows.reduce((sum, row) => sum + Number(row.count), 0);
  const examples = rows.flatMap((row) => row.examples).slice(0, EXAMPLES);
  return count === 0 ? [] : [{ code, message, count, examples }];
}

async function others(sql: Queryable, workspaceId: string, runId: string): Promise<Residue[]> {
  const types = await sql<{ type: string }[]>`
    select distinct undo->'facts'->>'type' as type from run_records
    where workspace_id = ${workspaceId} and run_id = ${runId} and undo->>'resource' = 'custom_object_instances'
      and undo->'facts'->>'type' is not null order by 1`;
  const kept = await sql<{ count: string; examples: string[] | null }[]>`
    select count(*) as count, (array_agg(undo->>'destinationId' order by id))[1:${EXAMPLES}] as examples from run_records
    where workspace_id = ${workspaceId} and run_id = ${runId} and undo->'reasons' @> '[{"code": "not_undoable"}]'::jsonb`;
  const refused = await sql<{ count: string; examples: string[] | null }[]>`
    select count(*) as count, (array_agg(undo->>'destinationId' order by id))[1:${EXAMPLES}] as examples from run_records
    where workspace_id = ${workspaceId} and run_id = ${runId} and outcome = 'rejected'`;
  return [
    ...collected(
      'object_types',
      'Custom object types were made by people in Settings and no call removes them. Remove them there if they are not wanted.',
      types.length === 0
        ? []
        : [
            {
              kind: 'type',
              action: 'keep',
              count: String(types.length),
              examples: types.map(({ type }) => type),
            },
          ],
    ),
    ...collected(
      'not_undoable',
      'Some of what was written cannot be taken back by a call (messages added to a conversation later, values whose forerunners are not on record).',
      kept.map(({ count, examples }) => ({ kind: '', action: 'keep', count, examples: examples ?? [] })),
    ),
    ...collected(
      'refused',
      'Intercom refused to take these back. See the rejected records, and retry.',
      refused.map(({ count, examples }) => ({ kind: '', action: 'keep', count, examples: examples ?? [] })),
    ),
  ];
}
