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
