import type { Queryable } from '../../db/client.ts';
import type { Actor } from '../actors.ts';

/** Keeps what a person vouches for, by name and with a note; the newest word counts. */
export async function keepConfirmation(
  tx: Queryable,
  actor: Actor,
  id: string,
  note: string,
  at: Date,
): Promise<void> {
  await tx`
    insert into confirmations (workspace_id, check_id, note, admin_id, created_at)
    values (${actor.workspaceId}, ${id}, ${note}, ${actor.adminId}, ${at})
    on conflict (workspace_id, check_id) do update set note = excluded.note, admin_id = excluded.admin_id,
      created_at = excluded.created_at`;
}
