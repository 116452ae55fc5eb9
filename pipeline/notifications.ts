import type { JSONValue } from 'postgres';
import type { Deps } from './deps.ts';

export interface Notification {
  /** Intercom's `notif_…`: it delivers more than once and in any order. */
  id: string;
  topic: string;
  workspaceId: string;
  payload: Record<string, unknown>;
}

/** Keeps a notification of an installed workspace; a repeat, and one of any other workspace, changes nothing. */
export async function storeNotification(deps: Pick<Deps, 'db'>, notification: Notification): Promise<void> {
  const { id, topic, workspaceId, payload } = notification;
  const { sql } = deps.db;
  await sql`
    insert into webhook_events (id, workspace_id, topic, payload)
    select ${id}, workspace_id, ${topic}, ${sql.json(payload as JSONValue)}
    from installations where workspace_id = ${workspaceId} and state <> 'uninstalled'
    on conflict (id) do nothing`;
}
