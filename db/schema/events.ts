import { sql } from 'drizzle-orm';
import { bigserial, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { at, createdAt, workspaceId } from './columns.ts';

/** Who did what; `adminId` is the teammate's Intercom id. */
export const auditLog = pgTable(
  'audit_log',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    workspaceId: workspaceId(),
    adminId: text('admin_id').notNull(),
    action: text('action').notNull(),
    detail: jsonb('detail').$type<Record<string, unknown>>().notNull().default({}),
    createdAt: createdAt(),
  },
  (table) => [index('audit_log_by_workspace').on(table.workspaceId, table.id)],
);

/** Webhook notifications by Intercom's id, so that a repeat is a no-op. */
export const webhookEvents = pgTable(
  'webhook_events',
  {
    id: text('id').primaryKey(),
    workspaceId: workspaceId(),
    topic: text('topic').notNull(),
    /** Emptied once it was processed: only the id is kept, against repeats. */
    payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
    createdAt: createdAt(),
    processedAt: at('processed_at'),
  },
  (table) => [
    index('webhook_events_open')
      .on(table.workspaceId)
      .where(sql`processed_at is null`),
  ],
);

/** Agents' "something is missing here", with the conversation they looked at. */
export const agentReports = pgTable('agent_reports', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  workspaceId: workspaceId(),
  adminId: text('admin_id').notNull(),
  conversationId: text('conversation_id').notNull(),
  text: text('text').notNull(),
  createdAt: createdAt(),
});

/** What was erased, and when: counts only. */
export const erasureReceipts = pgTable('erasure_receipts', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  workspaceId: workspaceId(),
  /** `uninstall`: every row of the workspace; `retention`: staged texts after sign-off. */
  reason: text('reason').$type<'uninstall' | 'retention'>().notNull().default('uninstall'),
  counts: jsonb('counts').$type<Record<string, number>>().notNull(),
  createdAt: createdAt(),
});
