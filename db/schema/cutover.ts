import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { at, workspaceId } from './columns.ts';

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

/** What one look at the source saw of one object. Times are of the source's clock. */
export interface LookedAt {
  object: string;
  /** Change of the record that was changed last; null when the list is empty or its order by change is not proven. */
  newest: string | null;
  /** Whether the newest change could be asked for, or only a count. */
  sorted: boolean;
  count: number | null;
  /** Why neither could be read, for people. */
  problem: string | null;
}

/** Looks at the source before the cut-over: two some minutes apart say whether it still changes. */
export const sourceLooks = pgTable(
  'source_looks',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    workspaceId: workspaceId(),
    requestedBy: text('requested_by').notNull(),
    dueAt: at('due_at').notNull(),
    takenAt: at('taken_at'),
    objects: jsonb('objects').$type<LookedAt[]>().notNull().default([]),
  },
  (table) => [index('source_looks_by_workspace').on(table.workspaceId, table.id)],
);

/** The owner's word that the migration is done. One counts at a time; a revoked one stays as history. */
export const signOffs = pgTable(
  'sign_offs',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    workspaceId: workspaceId(),
    signedBy: text('signed_by').notNull(),
    signedAt: at('signed_at').notNull(),
    note: text('note').notNull(),
    hypercareEndsAt: at('hypercare_ends_at').notNull(),
    packageName: text('package_name').notNull(),
    packageSize: bigint('package_size', { mode: 'number' }).notNull().default(0),
    packageSha256: text('package_sha256').notNull().default(''),
    revokedBy: text('revoked_by'),
    revokedAt: at('revoked_at'),
    revokeNote: text('revoke_note'),
    /** When the staged texts of the workspace were erased; `erased` counts them by table. */
    erasedAt: at('erased_at'),
    erased: jsonb('erased').$type<Record<string, number>>().notNull().default({}),
  },
  (table) => [
    uniqueIndex('sign_offs_one_in_force')
      .on(table.workspaceId)
      .where(sql`revoked_at is null`),
  ],
);

/** The final handoff package, byte for byte, in pieces that fit into memory: the rows it was made of are erased later. */
export const signOffPackages = pgTable(
  'sign_off_packages',
  {
    workspaceId: workspaceId(),
    signOffId: uuid('sign_off_id')
      .notNull()
      .references(() => signOffs.id, { onDelete: 'cascade' }),
    seq: integer('seq').notNull(),
    bytes: bytea('bytes').notNull(),
  },
  (table) => [primaryKey({ columns: [table.signOffId, table.seq] })],
);

/** What a daily check of the days after sign-off saw, besides its verification run. */
export interface HypercareFacts {
  rejections: number;
  /** Reports of agents since the check before. */
  reports: number;
  /** Objects whose source changed after what was read last. */
  changed_at_source: string[];
  /** Objects whose source could not be asked. */
  not_asked: string[];
}

export const hypercareChecks = pgTable(
  'hypercare_checks',
  {
    workspaceId: workspaceId(),
    signOffId: uuid('sign_off_id')
      .notNull()
      .references(() => signOffs.id, { onDelete: 'cascade' }),
    day: integer('day').notNull(),
    dueAt: at('due_at').notNull(),
    checkedAt: at('checked_at'),
    runId: uuid('run_id'),
    facts: jsonb('facts').$type<HypercareFacts>(),
  },
  (table) => [primaryKey({ columns: [table.signOffId, table.day] })],
);
