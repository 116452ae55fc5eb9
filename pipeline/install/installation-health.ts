import { setTimeout as sleep } from 'node:timers/promises';
import { AuthError, messageOf } from '../../errors.ts';
import type { InstallStatus } from '../../connectors/intercom/oauth.ts';
import type { Deps } from '../deps.ts';
import { findConnection, infraonFor } from '../source/infraon-access.ts';
import { clientForToken, findInstallation, intercomBaseUrl } from './installations.ts';

/** Intercom gives no time limit for the health check; the answer should come within a second. */
const CHECK_DEADLINE_MS = 800;

type Answer = 'ok' | 'refused' | 'silent';

async function within(work: Promise<unknown>, deps: Deps, what: string): Promise<Answer> {
  const answered: Promise<Answer> = work.then(
    () => 'ok',
    (error: unknown) => {
      if (error instanceof AuthError) return 'refused';
      deps.log.warn({ what, reason: messageOf(error) }, 'health check got no answer');
      return 'silent';
    },
  );
  return Promise.race([answered, sleep(CHECK_DEADLINE_MS, 'silent' as const, { ref: false })]);
}

/** Signing in proves nothing while an old token is kept, and nothing at all with an API key: so something is read. */
async function readOnePage(deps: Deps, workspaceId: string): Promise<void> {
  const { client, connection } = await infraonFor(deps, workspaceId);
  const readable = deps.registry
    .all()
    .flatMap(({ source }) => (source.kind === 'endpoint' ? [source.object] : []))
    .find((object) => !(object in connection.pinned.disabled));
  await (readable === undefined ? client.login() : client.listPage(readable, null));
}

async function markUnauthorized(deps: Pick<Deps, 'db'>, workspaceId: string): Promise<void> {
  await deps.db.sql`
    update installations set state = 'unauthorized', updated_at = now()
    where workspace_id = ${workspaceId} and state = 'active'`;
}

const REINSTALL: InstallStatus = {
  state: 'UNHEALTHY',
  message: 'Intercom no longer accepts the access of this app. Install it again; the migration is kept.',
  cta_type: 'REINSTALL_CTA',
};

/**
 * What the daily health check of a workspace is told: our access first, then the Infraon connection. A silent service
 * is UNKNOWN, because each UNHEALTHY mails the workspace's admins. A workspace that has not connected Infraon is OK.
 */
export async function installationHealth(deps: Deps, workspaceId: string): Promise<InstallStatus> {
  const installation = await findInstallation(deps, workspaceId);
  if (installation?.token == null || installation.state !== 'active') return REINSTALL;
  const connection = await findConnection(deps, workspaceId);
  const baseUrl = intercomBaseUrl(deps, installation.region);
  const [intercom, infraon] = await Promise.all([
    within(clientForToken(deps, baseUrl, installation.token).me(), deps, 'intercom'),
    connection === undefined ? ('ok' as const) : within(readOnePage(deps, workspaceId), deps, 'infraon'),
  ]);
  if (intercom === 'refused') {
    await markUnauthorized(deps, workspaceId);
    return REINSTALL;
  }
  if (infraon === 'refused') {
    return {
      state: 'UNHEALTHY',
      message: 'Infraon rejected the stored credentials. Connect it again to go on with the migration.',
      cta_type: 'URL_CTA',
      cta_label: 'Reconnect Infraon',
      cta_url: `${deps.options.publicUrl}/`,
    };
  }
  return intercom === 'silent' || infraon === 'silent' ? { state: 'UNKNOWN' } : { state: 'OK' };
}
