import { setTimeout as sleep } from 'node:timers/promises';
import type { RateGate } from '../../connectors/http/rate-limiter.ts';
import { createIntercomClient, type IntercomClient } from '../../connectors/intercom/client.ts';
import { createIntercomTransport } from '../../connectors/intercom/transport.ts';
import { WINDOW_MS } from '../../db/rate-budget.ts';
import { AuthError, UserError } from '../../errors.ts';
import type { Deps } from '../deps.ts';
import { intercomBaseUrl } from './installations.ts';

/** What a workspace's installation says, without its token. */
export interface InstallationFacts {
  workspaceId: string;
  name: string;
  region: string;
  timezone: string;
  /** The teammate who installed the app. */
  adminId: string;
}

interface InstallationRow extends InstallationFacts {
  accessToken: string | null;
  state: 'active' | 'unauthorized' | 'uninstalled';
}

/**
 * For single calls outside a run: lets everything through, and only after a refusal waits until the window that
 * Intercom named is over.
 */
function singleCallGate(now: () => number): RateGate {
  let waitUntilMs = 0;
  return {
    async take() {
      const pauseMs = waitUntilMs - now();
      if (pauseMs > 0) await sleep(pauseMs);
    },
    observe(headers, refused) {
      if (!refused) return;
      const resetAtMs = headers.resetAtMs ?? 0;
      waitUntilMs = resetAtMs > now() ? resetAtMs : now() + WINDOW_MS;
    },
  };
}

/**
 * The workspace's Intercom client. Throws `UserError` 409 `not_installed` when the app is not installed there (any
 * more), and `AuthError` when the stored token is known to be dead.
 */
export async function intercomFor(
  deps: Deps,
  workspaceId: string,
  gate: RateGate = singleCallGate(() => deps.clock.now().getTime()),
  onCall?: (operation: string, status: number | null, date?: string) => void,
  fence?: () => void,
): Promise<{ client: IntercomClient; installation: InstallationFacts }> {
  const rows = await deps.db.sql<InstallationRow[]>`
    select workspace_id as "workspaceId", name, region, timezone, admin_id as "adminId",
      access_token as "accessToken", state
    from installations where workspace_id = ${workspaceId}`;
  const row = rows[0];
  if (row === undefined || row.accessToken === null || row.state === 'uninstalled') {
    throw new UserError('The app is not installed in this workspace. Install it again.', {
      code: 'not_installed',
      httpStatus: 409,
    });
  }
  if (row.state === 'unauthorized') {
    throw new AuthError('Intercom no longer accepts the token of this workspace', {
      code: 'intercom_unauthorized',
      status: 401,
    });
  }
  const baseUrl = intercomBaseUrl(deps, row.region);
  const transport = createIntercomTransport({
    http: deps.intercomHttp,
    baseUrl,
    token: deps.secrets.open(row.accessToken, workspaceId, 'intercom_token'),
    gate,
    now: () => deps.clock.now().getTime(),
    ...(onCall === undefined ? {} : { onCall }),
    ...(fence === undefined ? {} : { fence }),
  });
  const installation: InstallationFacts = {
    workspaceId: row.workspaceId,
    name: row.name,
    region: row.region,
    timezone: row.timezone,
    adminId: row.adminId,
  };
  return { client: createIntercomClient(transport, baseUrl), installation };
}
