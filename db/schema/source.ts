import { sql } from 'drizzle-orm';
import {
  bigserial,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { at, createdAt, updatedAt, workspaceId } from './columns.ts';

/** The Infraon connection of a workspace, with what the probe pinned. */
export const sourceConnections = pgTable('source_connections', {
  workspaceId: workspaceId().primaryKey(),
  baseUrl: text('base_url').notNull(),
  /** Encrypted JSON (db/secret.ts, purpose `infraon_credentials`). */
  credentials: text('credentials').notNull(),
  strategy: text('strategy').$type<'password' | 'api_key'>().notNull(),
  profileOverride: jsonb('profile_override').$type<Record<string, unknown>>().notNull().default({}),
  pinned: jsonb('pinned').$type<Record<string, unknown>>().notNull(),
  capabilities: jsonb('capabilities').$type<{ id: string; ok: boolean; detail: string }[]>().notNull(),
  connectedBy: text('connected_by').notNull(),
  connectedAt: at('connected_at').notNull().defaultNow(),
});

/** The login that the processes of a workspace share; one of them signs in while it holds the row. */
export const sourceLogins = pgTable('source_logins', {
  workspaceId: workspaceId().primaryKey(),
  /** The connection whose credentials it is of. */
  connectedAt: at('connected_at').notNull(),
  /** Encrypted (db/secret.ts, purpose `infraon_token`); null while somebody signs in. */
  token: text('token'),
  signedInAt: at('signed_in_at'),
  proven: boolean('proven').notNull().default(false),
  holder: uuid('holder'),
  holderUntil: at('holder_until'),
  /** Why Infraon let nobody in, and when. */
  failure: text('failure'),
  failedAt: at('failed_at'),
});

/** The latest raw record of every source row: staging shared by all runs of the workspace. */
export const sourceRecords = pgTable(
  'source_records',
  {
    workspaceId: workspaceId(),
    object: text('object').notNull(),
    sourceId: text('source_id').notNull(),
    displayId: text('display_id'),
    /** Order of arrival: chunking and duplicate resolution follow it. */
    seq: bigserial('seq', { mode: 'number' }).notNull(),
    raw: jsonb('raw').$type<Record<string, unknown>>().notNull(),
    rawHash: text('raw_hash').notNull(),
    /** Hash of the row as the list last showed it: a delta reads a record again only when its row is another. */
    rowHash: text('row_hash'),
    /** `row`: as listed; `full`: with its detail and children. */
    depth: text('depth').$type<'row' | 'full'>().notNull(),
    /** Every id by which other records refer to this one (its own, and the object's aliases). */
    aliases: text('aliases').array().notNull().default([]),
    /** The aliases before the last change. */
    priorAliases: text('prior_aliases').array(),
    /** The run that last wrote this row. */
    changedInRun: uuid('changed_in_run'),
    sourceUpdatedAt: at('source_updated_at'),
    /** Why the row is not part of the migration (deleted, demo data), when it is not. */
    excluded: text('excluded'),
    /** The run in which a list last showed it; null once the source lists it no more. */
    seenInRun: uuid('seen_in_run'),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.object, table.sourceId] }),
    index('source_records_aliases').using('gin', table.aliases),
    index('source_records_display_id').on(table.workspaceId, table.displayId),
    /** Numbers and ids as people type them. */
    index('source_records_number').on(table.workspaceId, sql`lower(${table.displayId})`),
    index('source_records_typed_id').on(table.workspaceId, sql`lower(${table.sourceId})`),
  ],
);

/** Values that people supplied for rejected records; kept apart from source data so that a delta does not lose them. */
export const recordFixes = pgTable(
  'record_fixes',
  {
    workspaceId: workspaceId(),
    object: text('object').notNull(),
    sourceId: text('source_id').notNull(),
    values: jsonb('values').$type<Record<string, unknown>>().notNull(),
    adminId: text('admin_id').notNull(),
    updatedAt: updatedAt(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.object, table.sourceId] })],
);

/** One discovery per workspace; a new one overwrites it. */
export const discoveries = pgTable('discoveries', {
  workspaceId: workspaceId().primaryKey(),
  state: text('state').$type<'running' | 'done' | 'failed'>().notNull(),
  objects: jsonb('objects').$type<unknown[]>().notNull().default([]),
  estimate: jsonb('estimate').$type<{ calls: number; seconds: number }>(),
  error: text('error'),
  startedAt: at('started_at').notNull().defaultNow(),
  finishedAt: at('finished_at'),
});

export const objectMaps = pgTable(
  'object_maps',
  {
    workspaceId: workspaceId(),
    object: text('object').notNull(),
    version: integer('version').notNull(),
    state: text('state').$type<'proposed' | 'approved'>().notNull(),
    rules: jsonb('rules').$type<unknown[]>().notNull(),
    unmapped: jsonb('unmapped').$type<unknown[]>().notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    approvedBy: text('approved_by'),
    approvedAt: at('approved_at'),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.object, table.version] })],
);

/** Custom object types of the schema sheet, as last probed. */
export const objectTypes = pgTable(
  'object_types',
  {
    workspaceId: workspaceId(),
    identifier: text('identifier').notNull(),
    sheet: jsonb('sheet').$type<Record<string, unknown>>().notNull(),
    state: text('state').$type<'unproven' | 'missing' | 'incomplete' | 'proven'>().notNull(),
    detail: text('detail').notNull(),
    probedAt: at('probed_at'),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.identifier] })],
);

/**
 * What a person asked for in the panel that Infraon or Intercom have to answer: a worker asks them, and the panel shows
 * what is stored here. One of each kind per workspace; a new one overwrites it.
 */
export const panelErrands = pgTable(
  'panel_errands',
  {
    workspaceId: workspaceId(),
    kind: text('kind').$type<'connect' | 'readiness' | 'start'>().notNull(),
    id: uuid('id').notNull().defaultRandom(),
    requestedBy: text('requested_by').notNull(),
    /** Encrypted JSON (db/secret.ts, purpose `panel_errand`): it may hold a password. Gone when the errand is over. */
    input: text('input'),
    state: text('state').$type<'running' | 'done' | 'failed'>().notNull(),
    /** Of a refusal, in words for the person. */
    code: text('code'),
    message: text('message'),
    field: text('field'),
    /** The checks of a readiness errand. */
    checks: jsonb('checks').$type<unknown[]>(),
    startedAt: at('started_at').notNull(),
    finishedAt: at('finished_at'),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.kind] })],
);
