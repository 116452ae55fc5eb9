import { createHash, randomBytes } from 'node:crypto';
import { AuthError, RateLimitError, UserError, messageOf } from '../../errors.ts';
import {
  apiHost,
  appHost,
  authorizeUrl,
  exchangeCode,
  pushInstallStatus,
  regionOf,
  type Region,
} from '../../connectors/intercom/oauth.ts';
import { createIntercomClient, type IntercomClient } from '../../connectors/intercom/client.ts';
import { createIntercomTransport } from '../../connectors/intercom/transport.ts';
import type { Admin } from '../../connectors/intercom/schemas.ts';
import type { Queryable } from '../../db/client.ts';
import type { Role } from '../actors.ts';
import { writeAudit } from '../audit.ts';
import type { Deps } from '../deps.ts';
import { mirrorTeammates } from './teammates.ts';

/** Consent is one page; a state older than this belongs to an abandoned installation. */
const STATE_LIFE_MS = 15 * 60_000;

export interface Installation {
  workspaceId: string;
  name: string;
  region: string;
  timezone: string;
  /** The installing admin. */
  adminId: string;
  state: 'active' | 'unauthorized' | 'uninstalled';
  /** Null after an uninstall. */
  token: string | null;
}

/** REST address of a workspace's region. */
export function intercomBaseUrl(deps: Pick<Deps, 'options'>, region: string): string {
  return apiHost(regionOf(region), deps.options.intercomApiUrl);
}

/** Web address of a workspace's region: `/oauth`, App Store, deep links. */
export function appUrl(deps: Pick<Deps, 'options'>, region: string): string {
  return appHost(regionOf(region), deps.options.intercomAppUrl);
}

/**
 * Where a person sees a record in Intercom, or null where no such page is known. The paths are used by public
 * integrations and are not part of Intercom's API documentation.
 */
export function deepLink(
  deps: Pick<Deps, 'options'>,
  workspace: { workspaceId: string; region: string },
  resource: string,
  id: string,
): string | null {
  const root = `${appUrl(deps, workspace.region)}/a`;
  const own = encodeURIComponent(workspace.workspaceId);
  switch (resource) {
    case 'conversations':
      return `${root}/inbox/${own}/inbox/conversation/${encodeURIComponent(id)}`;
    case 'contacts':
      return `${root}/apps/${own}/users/${encodeURIComponent(id)}`;
    case 'articles':
      return `${root}/apps/${own}/articles/articles/${encodeURIComponent(id)}/show`;
    default:
      return null;
  }
}

/** Null when the app was never installed there. */
export async function findInstallation(
  deps: Pick<Deps, 'db' | 'secrets'>,
  workspaceId: string,
): Promise<Installation | null> {
  const [row] = await deps.db.sql<(Omit<Installation, 'token'> & { sealed: string | null })[]>`
    select workspace_id as "workspaceId", name, region, timezone, admin_id as "adminId", state,
      access_token as sealed
    from installations where workspace_id = ${workspaceId}`;
  if (row === undefined) return null;
  const { sealed, ...installation } = row;
  const token = sealed === null ? null : deps.secrets.open(sealed, workspaceId, 'intercom_token');
  return { ...installation, token };
}

/** For the few calls a person waits for outside a run: they take nothing from the budget and give up when it is used up. */
export function clientForToken(
  deps: Pick<Deps, 'intercomHttp' | 'clock'>,
  baseUrl: string,
  token: string,
): IntercomClient {
  let refused = false;
  const transport = createIntercomTransport({
    http: deps.intercomHttp,
    baseUrl,
    token,
    gate: {
      take: () => (refused ? Promise.reject(budgetUsedUp(deps)) : Promise.resolve()),
      observe: (_headers, wasRefused) => {
        refused ||= wasRefused;
      },
    },
    now: () => deps.clock.now().getTime(),
  });
  return createIntercomClient(transport, baseUrl);
}

function budgetUsedUp(deps: Pick<Deps, 'clock'>): RateLimitError {
  return new RateLimitError("Intercom's rate budget is used up", {
    code: 'rate_limit_exceeded',
    status: 429,
    retryAt: new Date(deps.clock.now().getTime() + 10_000),
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function redirectUri(deps: Pick<Deps, 'options'>): string {
  return `${deps.options.publicUrl}/oauth/callback`;
}

/**
 * Starts an installation: the state goes through Intercom and back, the browser secret stays in a cookie, and only
 * hashes of both are kept. The region is part of the state because the workspace is not known before `/me` answers.
 */
export async function beginInstallation(
  deps: Deps,
  region: Region,
): Promise<{ url: string; browserSecret: string; lifeMs: number }> {
  const state = `${region}.${randomBytes(32).toString('base64url')}`;
  const browserSecret = randomBytes(32).toString('base64url');
  const now = deps.clock.now();
  await deps.db.sql`delete from oauth_states where expires_at < ${now}`;
  await deps.db.sql`
    insert into oauth_states (state_hash, browser_hash, expires_at)
    values (${sha256(state)}, ${sha256(browserSecret)}, ${new Date(now.getTime() + STATE_LIFE_MS)})`;
  const url = authorizeUrl({
    appUrl: appUrl(deps, region),
    clientId: deps.options.intercomClientId,
    state,
    redirectUri: redirectUri(deps),
  });
  return { url, browserSecret, lifeMs: STATE_LIFE_MS };
}

/** Uses up a state; throws 400 unless it is known, fresh, unused and was started by this browser. */
async function consumeState(deps: Deps, state: string, browserSecret: string): Promise<Region> {
  const used = await deps.db.sql`
    update oauth_states set used_at = ${deps.clock.now()}
    where state_hash = ${sha256(state)} and browser_hash = ${sha256(browserSecret)}
      and used_at is null and expires_at > ${deps.clock.now()}
    returning 1`;
  if (used.length === 0) {
    throw new UserError('This installation was finished already, has expired, or began in another browser.', {
      code: 'oauth_state_invalid',
      httpStatus: 400,
    });
  }
  return regionOf(state.split('.')[0]);
}

/**
 * Finishes an installation. Everything is bound to what `/me` says, never to what a browser sends. A reinstall replaces
 * the token and keeps the rest. Throws UserError with a message fit for the App Store's failure page.
 */
export async function completeInstallation(
  deps: Deps,
  input: { state: string; browserSecret: string; code: string },
): Promise<{ workspaceId: string; adminId: string; region: string }> {
  const startedIn = await consumeState(deps, input.state, input.browserSecret);
  let granted;
  try {
    granted = await readGrant(deps, startedIn, input.code);
  } catch (cause) {
    throw installationFailure(cause);
  }
  const { me, admins, token, region } = granted;
  // Intercom's OAuth guide: an unverified address lets one person pose as another, and this answer signs a person in.
  if (me.email_verified !== true) {
    throw new UserError('Verify the e-mail address of your Intercom account, then install again.', {
      code: 'email_unverified',
      httpStatus: 403,
    });
  }
  const workspaceId = me.app.id_code;
  const self = { id: me.id, name: me.name, email: me.email, has_inbox_seat: me.has_inbox_seat ?? false };
  const teammates = admins.some((admin) => admin.id === me.id) ? admins : [...admins, self];
  const wasUnhealthy = await deps.db.sql.begin(async (tx) => {
    const [before] = await tx<{ adminId: string; state: Installation['state'] }[]>`
      select admin_id as "adminId", state from installations where workspace_id = ${workspaceId} for update`;
    const keepsInstaller =
      before !== undefined && teammates.some((teammate) => teammate.id === before.adminId);
    const sealed = deps.secrets.seal(token, workspaceId, 'intercom_token');
    await tx`
      insert into installations (workspace_id, name, region, timezone, admin_id, access_token, state)
      values (${workspaceId}, ${me.app.name}, ${region}, ${me.app.timezone ?? 'UTC'},
        ${keepsInstaller ? before.adminId : me.id}, ${sealed}, 'active')
      on conflict (workspace_id) do update set name = excluded.name, region = excluded.region,
        timezone = excluded.timezone, admin_id = excluded.admin_id, access_token = excluded.access_token,
        state = 'active', uninstalled_at = null, updated_at = now()`;
    await storeTeammates(tx, workspaceId, teammates, me.id);
    const action = before === undefined || before.state === 'uninstalled' ? 'installed' : 'reinstalled';
    await writeAudit(tx, { workspaceId, adminId: me.id }, action, { region });
    return before !== undefined && before.state !== 'active';
  });
  if (wasUnhealthy) await reportHealthy(deps, region, token);
  return { workspaceId, adminId: me.id, region };
}

async function readGrant(deps: Deps, startedIn: Region, code: string) {
  const { intercomClientId: clientId, intercomClientSecret: clientSecret } = deps.options;
  const exchange = (apiUrl: string) =>
    exchangeCode(deps.intercomHttp, { apiUrl, clientId, clientSecret, code });
  const regional = intercomBaseUrl(deps, startedIn);
  const general = intercomBaseUrl(deps, 'US');
  // Whether the regional hosts exchange codes is not documented; the default host does.
  const token = await exchange(regional).catch((error: unknown) => {
    if (regional === general) throw error;
    return exchange(general);
  });
  const me = await clientForToken(deps, regional, token).me();
  const region = me.app.region?.toUpperCase() ?? startedIn;
  const admins = await clientForToken(deps, intercomBaseUrl(deps, region), token).listAdmins();
  return { token, me, admins, region };
}

function installationFailure(cause: unknown): UserError {
  return cause instanceof AuthError
    ? new UserError('Intercom refused the authorisation. Install the app again.', {
        code: 'oauth_refused',
        httpStatus: 401,
        cause,
      })
    : new UserError('Intercom did not answer as expected. Install the app again in a few minutes.', {
        code: 'oauth_unavailable',
        httpStatus: 503,
        cause,
      });
}

/** Whoever installs becomes owner while the workspace has none; everybody else keeps the role they have. */
async function storeTeammates(
  tx: Queryable,
  workspaceId: string,
  teammates: readonly Admin[],
  installer: string,
): Promise<void> {
  await mirrorTeammates(tx, workspaceId, teammates);
  const owner: Role = 'owner';
  await tx`
    update teammates set role = ${owner}
    where workspace_id = ${workspaceId} and admin_id = ${installer}
      and not exists (select 1 from teammates where workspace_id = ${workspaceId} and role = ${owner})`;
}

/** Best effort: the daily health check says the same. */
async function reportHealthy(deps: Deps, region: string, token: string): Promise<void> {
  try {
    const apiUrl = intercomBaseUrl(deps, region);
    await pushInstallStatus(deps.intercomHttp, { apiUrl, token, status: { state: 'OK' } });
  } catch (error) {
    deps.log.warn({ reason: messageOf(error) }, 'could not report the repaired installation');
  }
}
