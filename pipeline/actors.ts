import { UserError } from '../errors.ts';

export type Role = 'owner' | 'operator' | 'viewer';

/** Who acts; every use case that changes something writes the audit log in this name. */
export interface Actor {
  workspaceId: string;
  adminId: string;
  role: Role;
}

const RANK: Record<Role, number> = { viewer: 0, operator: 1, owner: 2 };

/**
 * Throws 403 unless the actor has at least this role. Installing authorises every teammate of the workspace to open
 * the app, so who may do what is ours to enforce.
 */
export function requireRole(actor: Actor, role: Role): void {
  if (RANK[actor.role] >= RANK[role]) return;
  throw new UserError(
    `This needs the role ${role}; yours is ${actor.role}. Ask an owner of the migration to change it.`,
    { code: 'forbidden', httpStatus: 403 },
  );
}

/** Whether the actor has at least this role, for screens that offer only what is allowed. */
export function hasRole(actor: Pick<Actor, 'role'>, role: Role): boolean {
  return RANK[actor.role] >= RANK[role];
}
