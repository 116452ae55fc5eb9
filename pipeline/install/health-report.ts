import { pushInstallStatus, type InstallStatus } from '../../connectors/intercom/oauth.ts';
import { enqueue } from '../../db/queue.ts';
import type { Queryable } from '../../db/client.ts';
import { messageOf } from '../../errors.ts';
import type { Deps } from '../deps.ts';
import { installationHealth } from './installation-health.ts';
import { findInstallation, intercomBaseUrl } from './installations.ts';

/** Lets a worker look at the health of a workspace soon: something happened that may have changed it. */
export async function enqueueHealthReport(sql: Queryable, workspaceId: string): Promise<void> {
  await enqueue(sql, 'report_health', { workspaceId }, { jobKey: `health:${workspaceId}`, maxAttempts: 3 });
}

/**
 * Tells Intercom when the installation became healthy or unhealthy (installation health check guide: pushed on change,
 * `POST /app_install/status`). UNKNOWN is no change: a service that is silent for a minute mails nobody. Without a
 * token that works there is no way to push; Intercom then asks by itself, at least daily.
 */
export async function reportHealth(deps: Deps, workspaceId: string): Promise<void> {
  const status = await installationHealth(deps, workspaceId);
  const installation = await findInstallation(deps, workspaceId);
  if (status.state === 'UNKNOWN' || installation?.state !== 'active' || installation.token === null) return;
  const told = wordsOf(status);
  const [before] = await deps.db.sql<{ told: string | null }[]>`
    select reported_health as told from installations where workspace_id = ${workspaceId}`;
  // Intercom takes an installation for healthy until it hears otherwise.
  if (told === (before?.told ?? 'OK')) return;
  try {
    const apiUrl = intercomBaseUrl(deps, installation.region);
    await pushInstallStatus(deps.intercomHttp, { apiUrl, token: installation.token, status });
  } catch (error) {
    deps.log.warn({ workspaceId, reason: messageOf(error) }, 'a change of health could not be reported');
    return;
  }
  await rememberHealth(deps, workspaceId, status);
}

/** What Intercom knows now, because it was pushed or because it asked. */
export async function rememberHealth(
  deps: Pick<Deps, 'db'>,
  workspaceId: string,
  status: InstallStatus,
): Promise<void> {
  if (status.state === 'UNKNOWN') return;
  await deps.db.sql`
    update installations set reported_health = ${wordsOf(status)} where workspace_id = ${workspaceId}`;
}

function wordsOf(status: InstallStatus): string {
  return status.state === 'OK' ? 'OK' : `${status.state}: ${status.message ?? ''}`;
}
