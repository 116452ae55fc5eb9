import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { HttpClient } from '../../connectors/http/client.ts';
import { createInfraonClient } from '../../connectors/infraon/client.ts';
import { defaultProfile, mergeProfile, type InfraonProfile } from '../../connectors/infraon/profile.ts';
import {
  PinnedFacts,
  noFacts,
  type Capability,
  type ClientDeps,
  type InfraonClient,
  type InfraonCredentials,
} from '../../connectors/infraon/types.ts';
import { UserError } from '../../errors.ts';
import type { Deps } from '../deps.ts';
import { createSharedLogin } from './shared-login.ts';

/** The Infraon connection of a workspace as stored, without its secrets. */
export interface SourceConnection {
  baseUrl: string;
  strategy: 'password' | 'api_key';
  pinned: PinnedFacts;
  capabilities: Capability[];
  /** Corrections to the shipped profile that were given with the connection. */
  profileOverride: Record<string, unknown>;
  /** Teammate's Intercom id. */
  connectedBy: string;
  connectedAt: Date;
}

export interface InfraonAccess {
  client: InfraonClient;
  profile: InfraonProfile;
  connection: SourceConnection;
}

const StoredCredentials = z.discriminatedUnion('strategy', [
  z.object({ strategy: z.literal('password'), username: z.string(), password: z.string() }),
  z.object({ strategy: z.literal('api_key'), api_key: z.string() }),
]);

interface ConnectionRow {
  baseUrl: string;
  credentials: string;
  strategy: 'password' | 'api_key';
  profileOverride: Record<string, unknown>;
  pinned: unknown;
  capabilities: Capability[];
  connectedBy: string;
  connectedAt: Date;
}

/**
 * Clients by transport, then by workspace. A client holds the login token and the short-lived look-up lists, and every
 * sign-in updates the account's last login on the tenant, so the batches of one process share one client. A new
 * connection (its time differs) replaces it.
 */
const clients = new WeakMap<HttpClient, Map<string, { key: string; access: InfraonAccess }>>();

async function readRow(deps: Deps, workspaceId: string): Promise<ConnectionRow | undefined> {
  const rows = await deps.db.sql<ConnectionRow[]>`
    select base_url as "baseUrl", credentials, strategy, profile_override as "profileOverride", pinned, capabilities,
      connected_by as "connectedBy", connected_at as "connectedAt"
    from source_connections where workspace_id = ${workspaceId}`;
  return rows[0];
}

function connectionOf(row: ConnectionRow): SourceConnection {
  const pinned = PinnedFacts.safeParse(row.pinned);
  return {
    baseUrl: row.baseUrl,
    strategy: row.strategy,
    // Facts of an older version that no longer fit are probed again at the next connect; until then the profile alone serves.
    pinned: pinned.success ? pinned.data : noFacts(),
    capabilities: row.capabilities,
    profileOverride: row.profileOverride,
    connectedBy: row.connectedBy,
    connectedAt: row.connectedAt,
  };
}

/** The stored connection, or undefined when the workspace has none. Reads no secret. */
export async function findConnection(deps: Deps, workspaceId: string): Promise<SourceConnection | undefined> {
  const row = await readRow(deps, workspaceId);
  return row === undefined ? undefined : connectionOf(row);
}

const FieldPaths = z.object({
  objects: z.record(
    z.string(),
    z.object({
      fields: z.record(z.string(), z.object({ paths: z.array(z.string()).optional() })).optional(),
    }),
  ),
});

/**
 * Paths by field key that the connection reads instead of the catalogue's, for one object of the profile: the part of
 * a correction that mapping needs (`ReadContext.paths`).
 */
export function fieldPathsOf(connection: SourceConnection, sourceObject: string): Record<string, string[]> {
  const parsed = FieldPaths.safeParse(connection.profileOverride);
  if (!parsed.success) return {};
  const paths: Record<string, string[]> = {};
  for (const [key, field] of Object.entries(parsed.data.objects[sourceObject]?.fields ?? {})) {
    if (field.paths !== undefined && field.paths.length > 0) paths[key] = field.paths;
  }
  return paths;
}

/** What every client of this process needs, whether its connection is stored or only being tried. */
export function clientDeps(
  deps: Deps,
  source: { baseUrl: string; profile: InfraonProfile; credentials: InfraonCredentials },
): Omit<ClientDeps, 'pinned'> {
  return {
    http: deps.infraonHttp,
    ...source,
    clock: () => deps.clock.now(),
    log: deps.log,
    random: Math.random,
    sleep: (ms) => sleep(ms),
  };
}

/**
 * The workspace's Infraon client, built from the stored connection. Throws `UserError` 409 `source_not_connected`.
 */
export async function infraonFor(deps: Deps, workspaceId: string): Promise<InfraonAccess> {
  const row = await readRow(deps, workspaceId);
  if (row === undefined) {
    throw new UserError('Infraon is not connected yet. Connect it first.', {
      code: 'source_not_connected',
      httpStatus: 409,
    });
  }
  const cached = clients.get(deps.infraonHttp) ?? new Map<string, { key: string; access: InfraonAccess }>();
  clients.set(deps.infraonHttp, cached);
  const key = `${row.baseUrl} ${row.connectedAt.getTime()}`;
  const known = cached.get(workspaceId);
  if (known?.key === key) return known.access;

  const connection = connectionOf(row);
  const profile = mergeProfile(defaultProfile(), row.profileOverride);
  const opened = deps.secrets.open(row.credentials, workspaceId, 'infraon_credentials');
  const credentials: InfraonCredentials = StoredCredentials.parse(JSON.parse(opened));
  const client = createInfraonClient({
    ...clientDeps(deps, { baseUrl: connection.baseUrl, profile, credentials }),
    pinned: connection.pinned,
    sharedLogin: createSharedLogin(deps, {
      workspaceId,
      connectedAt: connection.connectedAt,
      pauseMs: profile.auth.reloginWindowMs,
    }),
  });
  const access = { client, profile, connection };
  cached.set(workspaceId, { key, access });
  return access;
}
