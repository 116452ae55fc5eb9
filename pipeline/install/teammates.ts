import type { Admin } from '../../connectors/intercom/schemas.ts';
import type { Queryable } from '../../db/client.ts';
import { UserError } from '../../errors.ts';
import { requireRole, type Actor, type Role } from '../actors.ts';
import { writeAudit } from '../audit.ts';
import type { Deps } from '../deps.ts';

export interface Teammate {
  id: string;
  name: string;
  email: string;
  has_inbox_seat: boolean;
  role: Role;
}

/** Intercom's list of teammates as it is now. People who left lose their sessions. */
export async function mirrorTeammates(
  tx: Queryable,
  workspaceId: string,
  admins: readonly Admin[],
): Promise<void> {
  for (const { id, name, email, has_inbox_seat } of admins) {
    await tx`
      insert into teammates (workspace_id, admin_id, name, email, has_inbox_seat)
      values (${workspaceId}, ${id}, ${name}, ${email}, ${has_inbox_seat})
      on conflict (workspace_id, admin_id) do update set name = excluded.name, email = excluded.email,
        has_inbox_seat = excluded.has_inbox_seat, updated_at = now()`;
  }
  const ids = admins.map(({ id }) => id);
  await tx`delete from teammates where workspace_id = ${workspaceId} and admin_id <> all(${ids})`;
  await tx`delete from sessions where workspace_id = ${workspaceId} and admin_id <> all(${ids})`;
}

export async function listTeammates(deps: Pick<Deps, 'db'>, actor: Actor): Promise<Teammate[]> {
  const rows = await deps.db.sql<Teammate[]>`
    select admin_id as id, name, email, has_inbox_seat, role from teammates
    where workspace_id = ${actor.workspaceId} order by name, admin_id`;
  return [...rows];
}

/** Owners decide who may do what; the last owner stays one. */
export async function setRole(
  deps: Pick<Deps, 'db'>,
  actor: Actor,
  id: string,
  role: Role,
): Promise<Teammate> {
  requireRole(actor, 'owner');
  return deps.db.sql.begin(async (tx) => {
    const owners = await tx<{ id: string }[]>`
      select admin_id as id from teammates
      where workspace_id = ${actor.workspaceId} and role = 'owner' for update`;
    if (role !== 'owner' && owners.length === 1 && owners[0]?.id === id) {
      throw new UserError('Make somebody else an owner first: a migration needs one.', {
        code: 'last_owner',
        httpStatus: 409,
      });
    }
    const [changed] = await tx<Teammate[]>`
      update teammates set role = ${role}, updated_at = now()
      where workspace_id = ${actor.workspaceId} and admin_id = ${id}
      returning admin_id as id, name, email, has_inbox_seat, role`;
    if (changed === undefined) {
      throw new UserError('No teammate of this workspace has that id.', {
        code: 'not_found',
        httpStatus: 404,
      });
    }
    await writeAudit(tx, actor, 'role_changed', { teammate: id, role });
    return changed;
  });
}
