import { z } from 'zod';
import { defaultProfile, mergeProfile } from '../../connectors/infraon/profile.ts';
import { probeConnection } from '../../connectors/infraon/probe.ts';
import type { Capability, InfraonCredentials } from '../../connectors/infraon/types.ts';
import { UserError } from '../../errors.ts';
import { requireRole, type Actor } from '../actors.ts';
import { writeAudit } from '../audit.ts';
import type { Deps } from '../deps.ts';
import { enqueueHealthReport } from '../install/health-report.ts';
import { requireStillInstalled } from '../install/still-installed.ts';
import { clientDeps, findConnection } from './infraon-access.ts';
import { teammateName } from '../install/teammate-name.ts';

export type SourceInput = {
  base_url: string;
  auth:
    { strategy: 'password'; username: string; password: string } | { strategy: 'api_key'; api_key: string };
  /** Corrections to the shipped profile, as data. */
  profile?: Record<string, unknown> | undefined;
};

export type SourceDocument =
  | { state: 'not_connected' }
  | {
      state: 'connected';
      base_url: string;
      auth: { strategy: 'password' | 'api_key' };
      capabilities: Capability[];
      connected_by: string;
      connected_at: string;
    };

/** People paste addresses with a path, a final slash, or without the scheme. */
const BaseUrl = z
  .string()
  .trim()
  .min(1)
  .max(2000)
  .transform((value) => (/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `https://${value}`))
  .refine((value) => URL.canParse(value));

const text = z.string().min(1).max(1000);
const Credentials = z.discriminatedUnion('strategy', [
  z.object({ strategy: z.literal('password'), username: text, password: text }),
  z.object({ strategy: z.literal('api_key'), api_key: text }),
]);

function unreadable(message: string, field: string): UserError {
  return new UserError(message, { code: 'source_invalid', field, httpStatus: 422 });
}

/** Paths of the API begin at the host's root, so of the address only scheme, host and port are kept. */
function originOf(baseUrl: string): string {
  const parsed = BaseUrl.safeParse(baseUrl);
  if (!parsed.success) {
    throw unreadable('Enter the address of Infraon, such as https://example.api.infraon.app.', 'base_url');
  }
  const url = new URL(parsed.data);
  // A user name or password in the address is kept, so that the address check refuses it with its own words.
  const credentials = url.username === '' && url.password === '' ? '' : `${url.username}:${url.password}@`;
  return url.origin === 'null' ? parsed.data : `${url.protocol}//${credentials}${url.host}`;
}

function credentialsOf(input: SourceInput): InfraonCredentials {
  const parsed = Credentials.safeParse(input.auth);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.map(String).join('.') || 'auth';
  throw unreadable(
    'Enter a user name and password, or an API key.',
    field.startsWith('auth') ? field : `auth.${field}`,
  );
}

/**
 * Checks the address, signs in, probes what this tenant can do, and stores the connection with its secrets encrypted.
 * Nothing is stored unless Infraon let us in. Throws `UserError` 422 with the codes of the API contract, 409
 * `run_active` while a run reads through the present connection.
 */
export async function connectSource(deps: Deps, actor: Actor, input: SourceInput): Promise<SourceDocument> {
  requireRole(actor, 'owner');
  const { workspaceId } = actor;
  const baseUrl = originOf(input.base_url);
  const credentials = credentialsOf(input);
  const profileOverride = input.profile ?? {};
  const profile = mergeProfile(defaultProfile(), profileOverride);
  await refuseOtherTenant(deps, workspaceId, baseUrl);

  const { capabilities, pinned } = await probeConnection({
    ...clientDeps(deps, { baseUrl, profile, credentials }),
    allowedHosts: deps.options.infraonAllowedHosts,
  });

  const sealed = deps.secrets.seal(JSON.stringify(credentials), workspaceId, 'infraon_credentials');
  await deps.db.sql.begin(async (tx) => {
    await requireStillInstalled(tx, workspaceId);
    await tx`
      insert into source_connections (workspace_id, base_url, credentials, strategy, profile_override, pinned,
        capabilities, connected_by, connected_at)
      values (${workspaceId}, ${baseUrl}, ${sealed}, ${credentials.strategy},
        ${JSON.stringify(profileOverride)}::jsonb, ${JSON.stringify(pinned)}::jsonb,
        ${JSON.stringify(capabilities)}::jsonb, ${actor.adminId}, ${deps.clock.now()})
      on conflict (workspace_id) do update set base_url = excluded.base_url, credentials = excluded.credentials,
        strategy = excluded.strategy, profile_override = excluded.profile_override, pinned = excluded.pinned,
        capabilities = excluded.capabilities, connected_by = excluded.connected_by,
        connected_at = excluded.connected_at`;
    await tx`delete from source_logins where workspace_id = ${workspaceId}`;
    await writeAudit(tx, actor, 'source_connected', {
      host: new URL(baseUrl).host,
      strategy: credentials.strategy,
      refused: capabilities.filter(({ ok }) => !ok).map(({ id }) => id),
    });
    await enqueueHealthReport(tx, workspaceId);
  });
  return getSource(deps, actor);
}

/**
 * Source ids mean something within one installation only: once records were loaded, another address would make the
 * ledger lie.
 */
async function refuseOtherTenant(deps: Deps, workspaceId: string, baseUrl: string): Promise<void> {
  const [row] = await deps.db.sql<{ baseUrl: string; active: boolean; loaded: boolean }[]>`
    select base_url as "baseUrl",
      exists (select 1 from runs r where r.workspace_id = c.workspace_id
        and r.state in ('queued', 'running', 'verifying')) as active,
      exists (select 1 from id_map m where m.workspace_id = c.workspace_id) as loaded
    from source_connections c where workspace_id = ${workspaceId}`;
  if (row === undefined || row.baseUrl === baseUrl) return;
  if (row.active) {
    throw new UserError('A run is reading from Infraon. Pause or cancel it before changing the address.', {
      code: 'run_active',
      httpStatus: 409,
    });
  }
  if (row.loaded) {
    throw new UserError(
      `Records of ${new URL(row.baseUrl).host} have been loaded into this workspace. Roll them back before connecting another Infraon.`,
      { code: 'source_in_use', field: 'base_url', httpStatus: 409 },
    );
  }
}

export async function getSource(deps: Deps, actor: Actor): Promise<SourceDocument> {
  const connection = await findConnection(deps, actor.workspaceId);
  if (connection === undefined) return { state: 'not_connected' };
  return {
    state: 'connected',
    base_url: connection.baseUrl,
    auth: { strategy: connection.strategy },
    capabilities: connection.capabilities,
    connected_by: await teammateName(deps.db.sql, actor.workspaceId, connection.connectedBy),
    connected_at: connection.connectedAt.toISOString(),
  };
}
