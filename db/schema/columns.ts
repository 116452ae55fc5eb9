import { text, timestamp } from 'drizzle-orm/pg-core';

/** Workspace id (`app.id_code` of Intercom's `/me`): on every table, in every query. */
export const workspaceId = () => text('workspace_id').notNull();
export const at = (name: string) => timestamp(name, { withTimezone: true });
export const createdAt = () => at('created_at').notNull().defaultNow();
export const updatedAt = () => at('updated_at').notNull().defaultNow();
