import { sql } from 'drizzle-orm';
import { bigserial, index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { at, createdAt, updatedAt, workspaceId } from './columns.ts';
import { runs } from './runs.ts';

/** The crosswalk: which Intercom thing a source record became. */
export const idMap = pgTable(
  'id_map',
  {
    workspaceId: workspaceId(),
    object: text('object').notNull(),
    sourceId: text('source_id').notNull(),
    displayId: text('display_id'),
    resource: text('resource').notNull(),
    destinationId: text('destination_id').notNull(),
    /** Resource-specific facts load needs again (teammate id, custom object type). */
    facts: jsonb('facts').$type<Record<string, unknown>>().notNull().default({}),
    /** `partial`: the record exists but some of its steps are not done (a conversation without its last replies). */
    state: text('state').$type<'partial' | 'complete'>().notNull(),
    /** How it came to be ours; `adopted` records are never deleted by a rollback. */
    origin: text('origin').$type<'created' | 'adopted'>().notNull(),
    /** Hash of the mapped payload that was last written completely. */
    loadedHash: text('loaded_hash'),
    createdInRun: uuid('created_in_run').notNull(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.object, table.sourceId] }),
    index('id_map_destination').on(table.workspaceId, table.resource, table.destinationId),
    /** Records that are finished when the whole run is loaded. */
    index('id_map_unfinished')
      .on(table.workspaceId)
      .where(sql`loaded_hash like '%!unfinished'`),
    index('id_map_display_id').on(table.workspaceId, table.displayId),
    index('id_map_number').on(table.workspaceId, sql`lower(${table.displayId})`),
    index('id_map_typed_id').on(table.workspaceId, sql`lower(${table.sourceId})`),
  ],
);

/** Append-only list of our writes: the intent is committed before the call, the outcome after it. */
export const loadJournal = pgTable(
  'load_journal',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    workspaceId: workspaceId(),
    runId: uuid('run_id')
      .notNull()
      .references(() => runs.id, { onDelete: 'cascade' }),
    object: text('object').notNull(),
    sourceId: text('source_id').notNull(),
    /** Step of the record's plan: `create`, `part:3`, `attributes`, `tag:vpn`, `close`. */
    step: text('step').notNull(),
    operation: text('operation').notNull(),
    state: text('state').$type<'intent' | 'done' | 'refused' | 'void' | 'superseded'>().notNull(),
    /** What the declared probe needs to find the result again. */
    identity: jsonb('identity').$type<Record<string, unknown>>().notNull(),
    /** State before an update, for rollback and for the people-first check. */
    prior: jsonb('prior').$type<Record<string, unknown>>(),
    destinationId: text('destination_id'),
    result: jsonb('result').$type<Record<string, unknown>>(),
    createdAt: createdAt(),
    /** When a worker that may act first looked for the result of a call whose outcome nobody knows. */
    doubtedAt: at('doubted_at'),
    settledAt: at('settled_at'),
  },
  (table) => [
    index('load_journal_record').on(table.workspaceId, table.object, table.sourceId),
    index('load_journal_undone')
      .on(table.workspaceId, table.object)
      .where(sql`step in ('undo:archive', 'undo:delete')`),
    index('load_journal_run').on(table.runId, table.id),
    index('load_journal_open')
      .on(table.runId)
      .where(sql`state = 'intent'`),
  ],
);

/** Attributes and tags that prepare found or made in the workspace. */
export const preparedItems = pgTable(
  'prepared_items',
  {
    workspaceId: workspaceId(),
    /** `contact`, `company`, `conversation` attribute, or `tag`. */
    kind: text('kind').notNull(),
    name: text('name').notNull(),
    destinationId: text('destination_id').notNull(),
    origin: text('origin').$type<'created' | 'adopted'>().notNull(),
    detail: jsonb('detail').$type<Record<string, unknown>>().notNull().default({}),
    runId: uuid('run_id'),
    updatedAt: updatedAt(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.kind, table.name] })],
);

export type DifferenceClass =
  | 'equal'
  | 'equal_after_normalising'
  | 'lossy_by_design'
  | 'late'
  | 'changed_at_source'
  | 'changed_in_intercom'
  | 'mismatch'
  | 'missing'
  | 'extra';

/** Differences that verify reports; equal values are only counted. */
export const findings = pgTable(
  'findings',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    workspaceId: workspaceId(),
    runId: uuid('run_id')
      .notNull()
      .references(() => runs.id, { onDelete: 'cascade' }),
    object: text('object').notNull(),
    sourceId: text('source_id').notNull(),
    class: text('class').$type<DifferenceClass>().notNull(),
    field: text('field').notNull(),
    expected: jsonb('expected'),
    actual: jsonb('actual'),
    createdAt: createdAt(),
    repairedAt: at('repaired_at'),
  },
  (table) => [index('findings_by_run').on(table.runId, table.object, table.class)],
);
