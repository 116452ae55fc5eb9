import type { Actor, Role } from '../actors.ts';
import type { Deps } from '../deps.ts';

export interface PanelViewer {
  actor: Actor;
  /** Of the workspace: Intercom tells no zone of the person. */
  timezone: string;
}

/**
 * Who looks at the panel, decided from our own tables; null when the app is not installed there (any more). A
 * teammate we have not seen is a viewer.
 */
export async function panelViewer(
  deps: Pick<Deps, 'db'>,
  workspaceId: string,
  adminId: string,
): Promise<PanelViewer | null> {
  const [row] = await deps.db.sql<{ timezone: string; role: Role | null }[]>`
    select i.timezone, t.role from installations i
    left join teammates t on t.workspace_id = i.workspace_id and t.admin_id = ${adminId}
    where i.workspace_id = ${workspaceId} and i.state = 'active'`;
  if (row === undefined) return null;
  return { actor: { workspaceId, adminId, role: row.role ?? 'viewer' }, timezone: row.timezone };
}
