import { boolean, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at, createdAt, updatedAt, workspaceId } from './columns.ts';

/** One row per Intercom workspace that installed the app. A reinstall replaces the token and keeps everything else. */
export const installations = pgTable('installations', {
  workspaceId: workspaceId().primaryKey(),
  name: text('name').notNull(),
  region: text('region').notNull(),
  timezone: text('timezone').notNull(),
  adminId: text('admin_id').notNull(),
  /** Encrypted (db/secret.ts, purpose `intercom_token`); null after uninstall. */
  accessToken: text('access_token'),
  state: text('state').$type<'active' | 'unauthorized' | 'uninstalled'>().notNull().default('active'),
  installedAt: at('installed_at').notNull().defaultNow(),
  /** What Intercom was last told about our health: `OK`, or `UNHEALTHY` with the reason. */
  reportedHealth: text('reported_health'),
  updatedAt: updatedAt(),
  uninstalledAt: at('uninstalled_at'),
});

/** Teammates as Intercom lists them, with the role each has in this product. */
export const teammates = pgTable(
  'teammates',
  {
    workspaceId: workspaceId(),
    adminId: text('admin_id').notNull(),
    name: text('name').notNull(),
    email: text('email').notNull(),
    hasInboxSeat: boolean('has_inbox_seat').notNull().default(false),
    role: text('role').$type<'owner' | 'operator' | 'viewer'>().notNull().default('viewer'),
    updatedAt: updatedAt(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.adminId] })],
);

/** Single-use OAuth states, tied to the browser that started; the workspace is not known before `/me` answers. */
export const oauthStates = pgTable('oauth_states', {
  stateHash: text('state_hash').primaryKey(),
  browserHash: text('browser_hash').notNull(),
  createdAt: createdAt(),
  expiresAt: at('expires_at').notNull(),
  usedAt: at('used_at'),
});

export const sessions = pgTable('sessions', {
  tokenHash: text('token_hash').primaryKey(),
  workspaceId: workspaceId(),
  adminId: text('admin_id').notNull(),
  createdAt: createdAt(),
  expiresAt: at('expires_at').notNull(),
});

export const settings = pgTable('settings', {
  workspaceId: workspaceId().primaryKey(),
  values: jsonb('values').$type<Record<string, unknown>>().notNull().default({}),
  updatedAt: updatedAt(),
});

/** What a person confirmed because no API can tell (workflows paused, notifications silent). */
export const confirmations = pgTable(
  'confirmations',
  {
    workspaceId: workspaceId(),
    checkId: text('check_id').notNull(),
    note: text('note').notNull(),
    adminId: text('admin_id').notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.checkId] })],
);
