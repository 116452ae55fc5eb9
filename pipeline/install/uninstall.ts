import { AuthError, messageOf } from '../../errors.ts';
import { revokeToken } from '../../connectors/intercom/oauth.ts';
import { requireRole, type Actor } from '../actors.ts';
import type { Deps } from '../deps.ts';
import { clientForToken, findInstallation, intercomBaseUrl } from './installations.ts';

export type UninstallOutcome = 'erased' | 'nothing_stored' | 'still_installed' | 'undecided';

/**
 * Intercom's uninstall notice is not known to be signed, so it is a hint: data is erased only when `/me` refuses our
 * token with 401, which is what an uninstall makes it do at once.
 */
export async function handleUninstallHint(deps: Deps, workspaceId: string): Promise<UninstallOutcome> {
  const installation = await findInstallation(deps, workspaceId);
  if (installation?.token == null) return 'nothing_stored';
  try {
    const baseUrl = intercomBaseUrl(deps, installation.region);
    await clientForToken(deps, baseUrl, installation.token).me();
    return 'still_installed';
  } catch (error) {
    if (!(error instanceof AuthError) || error.status !== 401) {
      deps.log.warn({ workspaceId, reason: messageOf(error) }, 'uninstall hint could not be checked');
      return 'undecided';
    }
  }
  await eraseWorkspace(deps, workspaceId);
  return 'erased';
}

/** An owner gives up the access and has everything erased, without Intercom's App Store. */
export async function removeInstallation(deps: Deps, actor: Actor): Promise<Record<string, number>> {
  requireRole(actor, 'owner');
  const installation = await findInstallation(deps, actor.workspaceId);
  if (installation?.token != null) {
    const apiUrl = intercomBaseUrl(deps, installation.region);
    await revokeToken(deps.intercomHttp, { apiUrl, token: installation.token });
  }
  return eraseWorkspace(deps, actor.workspaceId);
}

/**
 * Deletes every row of a workspace in every table that has a `workspace_id`, the token and the credentials among
 * them, and leaves a receipt of counts. The installation's row stays as an empty marker.
 */
async function eraseWorkspace(deps: Deps, workspaceId: string): Promise<Record<string, number>> {
  const counts = await deps.db.sql.begin(async (tx) => {
    await tx`select 1 from installations where workspace_id = ${workspaceId} for update`;
    // Runs go last: their rows would take the others along by cascade, uncounted.
    const tables = await tx<{ name: string }[]>`
      select c.table_name as name from information_schema.columns c
      join information_schema.tables t using (table_schema, table_name)
      where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' and c.column_name = 'workspace_id'
        and c.table_name not in ('erasure_receipts', 'installations')
      order by c.table_name = 'runs', c.table_name`;
    const erased: Record<string, number> = {};
    for (const { name } of tables) {
      const { count } = await tx`delete from ${tx(name)} where workspace_id = ${workspaceId}`;
      if (count > 0) erased[name] = count;
    }
    await tx`
      update installations set name = '', admin_id = '', timezone = 'UTC', access_token = null,
        state = 'uninstalled', uninstalled_at = now(), updated_at = now()
      where workspace_id = ${workspaceId}`;
    await tx`
      insert into erasure_receipts (workspace_id, counts) values (${workspaceId}, ${tx.json(erased)})`;
    return erased;
  });
  deps.log.info({ workspaceId, counts }, 'workspace erased');
  return counts;
}
