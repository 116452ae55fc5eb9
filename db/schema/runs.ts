import { sql } from 'drizzle-orm';
import {
  bigserial,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { at, createdAt, updatedAt, workspaceId } from './columns.ts';

export type RunKind = 'sample' | 'full' | 'delta' | 'verify' | 'rollback';
export type RunState =
  | 'queued'
  | 'running'
  | 'paused'
  | 'verifying'
  | 'completed'
  | 'completed_with_findings'
  | 'failed'
  | 'cancelled';

export const runs = pgTable(
  'runs',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    workspaceId: workspaceId(),
    kind: text('kind').$type<RunKind>().notNull(),
    state: text('state').$type<RunState>().notNull().default('queued'),
    /** Why it is paused or failed, for people. */
    stateReason: text('state_reason'),
    objects: jsonb('objects').$type<string[]>().notNull(),
    sampleSize: integer('sample_size'),
    ofRunId: uuid('of_run_id'),
    dryRun: boolean('dry_run').notNull().default(false),
    /** Object → version of the approved map this run is pinned to. */
    mapVersions: jsonb('map_versions').$type<Record<string, number>>().notNull(),
    /** Settings frozen when the run was planned. */
    settings: jsonb('settings').$type<Record<string, unknown>>().notNull(),
    /** Object → resumable extraction state and the source's own counts. */
    extraction: jsonb('extraction').$type<Record<string, unknown>>().notNull().default({}),
    /** Links by type, counted when the run ends. */
    edges: jsonb('edges').$type<Record<string, unknown>[]>().notNull().default([]),
    /** Compared values by class, summed when the run ends; null until then. */
    verification: jsonb('verification').$type<Record<string, number>>(),
    /** What the verdicts on files rest on, summed when the run ends; null until then. */
    files: jsonb('files').$type<Record<string, number>>(),
    /** Whole sets counted in Intercom, with how often they were looked at; null until reading back is through. */
    sets: jsonb('sets').$type<Record<string, unknown>>(),
    /** Where its records stand, as the workers last counted them: what a panel shows without counting. */
    counts: jsonb('counts').$type<{ object: string; outcome: string; step: string; records: number }[]>(),
    countedAt: at('counted_at'),
    prepared: boolean('prepared').notNull().default(false),
    /** Work that one worker does for the whole run and that failed: how often in a row, and when it is tried again. */
    troubles: jsonb('troubles')
      .$type<Record<string, { tries: number; retryAt: string | null }>>()
      .notNull()
      .default({}),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    startedAt: at('started_at'),
    finishedAt: at('finished_at'),
    approvedBy: text('approved_by'),
    approvedAt: at('approved_at'),
    /** The rollback that undid this run. */
    rolledBackBy: uuid('rolled_back_by'),
    /** Rollbacks: how contacts go, whether all was looked at, and what the API could not undo. */
    undo: jsonb('undo').$type<Record<string, unknown>>(),
  },
  (table) => [
    index('runs_by_workspace').on(table.workspaceId, table.createdAt),
    uniqueIndex('runs_one_active')
      .on(table.workspaceId)
      .where(sql`state in ('queued', 'running', 'paused', 'verifying')`),
  ],
);

/** What happens next to a record of a run. */
export type RecordStep =
  'list' | 'extract' | 'map' | 'load' | 'verify' | 'inspect' | 'undo' | 'confirm' | 'done';
/** The total ledger: every discovered record has exactly one outcome at every instant. */
export type RecordOutcome =
  | 'pending'
  | 'created'
  | 'updated'
  | 'adopted'
  | 'unchanged'
  | 'rejected'
  | 'waiting'
  | 'excluded'
  | 'waived';

export interface StoredReason {
  field: string | null;
  value: unknown;
  message: string;
  suggestion: string | null;
  /** Of a waived record: what the person wrote who left it behind, who that was (teammate id) and when. */
  waived?: { note: string; by: string; at: string };
}

/** Something a person should know about a record that moved all the same; `stage` says who noticed. */
export interface StoredWarning extends StoredReason {
  code: string;
  stage?: 'load';
}

/**
 * What was found in Intercom before a record was written over, kept so that a restart does not take our own writes for
 * people's.
 */
export interface StoredLook {
  /** Fields that people changed since our last write, with their values: they are left as they are. */
  kept: { field: string; actual: unknown }[];
}

export const runRecords = pgTable(
  'run_records',
  {
    id: bigserial('id', { mode: 'number' }).notNull().unique(),
    runId: uuid('run_id')
      .notNull()
      .references(() => runs.id, { onDelete: 'cascade' }),
    workspaceId: workspaceId(),
    object: text('object').notNull(),
    sourceId: text('source_id').notNull(),
    displayId: text('display_id'),
    step: text('step').$type<RecordStep>().notNull(),
    outcome: text('outcome').$type<RecordOutcome>().notNull().default('pending'),
    mapped: jsonb('mapped').$type<Record<string, unknown>>(),
    mappedHash: text('mapped_hash'),
    /** Hash of the staged record from which `mapped` was made. */
    sourceHash: text('source_hash'),
    look: jsonb('look').$type<StoredLook>(),
    /** Whose value a person chose for fields that were changed on both sides. */
    take: text('take').$type<'infraon' | 'intercom'>(),
    /** Normalised value that only one record of the object may have (a person's e-mail). */
    uniqueKey: text('unique_key'),
    warnings: jsonb('warnings').$type<StoredWarning[]>().notNull().default([]),
    reasonCode: text('reason_code'),
    reason: jsonb('reason').$type<StoredReason>(),
    /** `object:source_id` of the parent this record waits for. */
    waitsFor: text('waits_for'),
    attempts: integer('attempts').notNull().default(0),
    /** Not to be claimed before (an unknown outcome waits for the search index). */
    notBefore: at('not_before'),
    leaseToken: uuid('lease_token'),
    /** Difference class → number of compared values. */
    verification: jsonb('verification').$type<Record<string, number>>(),
    /** `bytes`, or why a file was compared by name, size and type only → number of files; null where there is none. */
    files: jsonb('files').$type<Record<string, number>>(),
    /** Rollbacks: what is to become of the thing in Intercom, and why (pipeline/rollback/undo-plan.ts). */
    undo: jsonb('undo').$type<Record<string, unknown>>(),
    /** The rollback that took back what this run wrote to the record. */
    undoneBy: uuid('undone_by'),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.object, table.sourceId] }),
    index('run_records_claim').on(table.runId, table.object, table.step, table.id),
    /** The newest row of one record, for the panel and the ledger. */
    index('run_records_record').on(table.workspaceId, table.object, table.sourceId, table.id),
    /** Holds all that counting a run needs, so that 100,000 records are counted without reading one. */
    index('run_records_ledger').on(table.workspaceId, table.runId, table.object, table.outcome, table.step),
    index('run_records_waiting')
      .on(table.runId, table.waitsFor)
      .where(sql`waits_for is not null`),
    index('run_records_unique_key')
      .on(table.runId, table.object, table.uniqueKey)
      .where(sql`unique_key is not null`),
    /** Records with links that wait for their other end. */
    index('run_records_gaps')
      .on(table.runId)
      .where(sql`warnings @> '[{"code": "parent_missing", "stage": "load"}]'`),
    index('run_records_later')
      .on(table.runId, table.object, table.step, table.notBefore)
      .where(sql`not_before is not null`),
    /** While nothing has been read back yet, adding up what was compared finds that at once. */
    index('run_records_compared')
      .on(table.workspaceId, table.runId)
      .where(sql`verification is not null`),
    index('run_records_lease')
      .on(table.leaseToken)
      .where(sql`lease_token is not null`),
    check(
      'run_records_outcome',
      sql`outcome in ('pending','created','updated','adopted','unchanged','rejected','waiting','excluded','waived')`,
    ),
    check(
      'run_records_reason',
      sql`(outcome in ('rejected','waiting')) = (reason_code is not null) or outcome = 'waived'`,
    ),
  ],
);

/** Short leases of batches: a worker that dies loses them within seconds, whatever the queue still believes. */
export const leases = pgTable(
  'leases',
  {
    token: uuid('token').primaryKey(),
    workspaceId: workspaceId(),
    runId: uuid('run_id')
      .notNull()
      .references(() => runs.id, { onDelete: 'cascade' }),
    /** Object of a batch, or the name of a piece of work that only one worker may do at a time (step `exclusive`). */
    object: text('object').notNull(),
    step: text('step').notNull(),
    worker: text('worker').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [
    uniqueIndex('leases_exclusive')
      .on(table.runId, table.object)
      .where(sql`step = 'exclusive'`),
  ],
);

/** Calls to Intercom made by a run, by object and operation. */
export const runCalls = pgTable(
  'run_calls',
  {
    runId: uuid('run_id')
      .notNull()
      .references(() => runs.id, { onDelete: 'cascade' }),
    workspaceId: workspaceId(),
    object: text('object').notNull(),
    operation: text('operation').notNull(),
    calls: integer('calls').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.runId, table.object, table.operation] })],
);

/** Seconds of a run by what it was waiting for (pipeline/runs/bottleneck.ts). */
export const runWaits = pgTable(
  'run_waits',
  {
    runId: uuid('run_id')
      .notNull()
      .references(() => runs.id, { onDelete: 'cascade' }),
    workspaceId: workspaceId(),
    side: text('side').notNull(),
    seconds: real('seconds').notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.side] })],
);

/** One budget per workspace, shared by every process through this row (db/rate-budget.ts). */
export const rateBudgets = pgTable('rate_budgets', {
  workspaceId: workspaceId().primaryKey(),
  /** Calls Intercom allows per window, as its header last said. */
  callLimit: integer('call_limit').notNull(),
  /** Calls granted to our processes in the current window. */
  granted: integer('granted').notNull().default(0),
  /** Calls granted in the window before: the rate shown to people. */
  previousGranted: integer('previous_granted').notNull().default(0),
  windowEndsAt: at('window_ends_at').notNull(),
  share: integer('share_percent').notNull(),
  updatedAt: updatedAt(),
});
