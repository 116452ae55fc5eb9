import { index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { at, updatedAt, workspaceId } from './columns.ts';

/**
 * `waiting`: the other end is not in Intercom yet (or not part of this run); `made`: written; `missing`: it should be
 * there and is not; `rejected`: one of its ends was set aside; `dangling`: it names a record that Infraon does not have.
 */
export type LinkState = 'waiting' | 'made' | 'missing' | 'rejected' | 'dangling';

/** Every edge that a mapped payload names: the graph of what was moved, readable from both ends. */
export const recordLinks = pgTable(
  'record_links',
  {
    workspaceId: workspaceId(),
    fromObject: text('from_object').notNull(),
    fromId: text('from_id').notNull(),
    /** Where the payload names it: `from`, `company`, `custom_attributes.assets`. */
    field: text('field').notNull(),
    toObject: text('to_object').notNull(),
    toId: text('to_id').notNull(),
    /** The run that looked at it last. */
    runId: uuid('run_id').notNull(),
    state: text('state').$type<LinkState>().notNull(),
    /** Why it is not made, or not verified: a reason code of the record at fault, `not_read_back`, `changed_in_intercom`. */
    code: text('code'),
    /** When reading back found it last; null since it was written anew. */
    verifiedAt: at('verified_at'),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({
      name: 'record_links_pk',
      columns: [table.workspaceId, table.fromObject, table.fromId, table.field, table.toObject, table.toId],
    }),
    index('record_links_to').on(table.workspaceId, table.toObject, table.toId),
    index('record_links_run').on(table.runId, table.state),
  ],
);
