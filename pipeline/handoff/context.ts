import type { Queryable } from '../../db/client.ts';
import type { Actor } from '../actors.ts';
import type { Manifest } from './manifest.ts';

/** What every file of one package says alike. */
export interface PackageContext {
  workspace: Manifest['workspace'];
  /** Host of the Infraon installation; null when none is connected. */
  source: string | null;
  createdBy: Manifest['created_by'];
  at: Date;
  /** Of the final package: what the owner wrote who signed off; `createdBy` and `at` say who and when. */
  signOff: { note: string } | undefined;
  runs: Manifest['runs'];
}

interface HeadRow {
  name: string | null;
  region: string | null;
  baseUrl: string | null;
  admin: string | null;
}

interface RunRow {
  id: string;
  kind: string;
  state: string;
  started: Date | null;
  finished: Date | null;
  maps: Record<string, number>;
}

export async function packageContext(
  sql: Queryable,
  actor: Actor,
  at: Date,
  signOff?: { note: string },
): Promise<PackageContext> {
  const { workspaceId, adminId } = actor;
  const [head] = await sql<HeadRow[]>`
    select i.name, i.region, c.base_url as "baseUrl", t.name as admin
    from (select ${workspaceId}::text as id) w
    left join installations i on i.workspace_id = w.id
    left join source_connections c on c.workspace_id = w.id
    left join teammates t on t.workspace_id = w.id and t.admin_id = ${adminId}`;
  const runs = await sql<RunRow[]>`
    select id, kind, state, started_at as started, finished_at as finished, map_versions as maps
    from runs where workspace_id = ${workspaceId} order by created_at, id`;
  return {
    workspace: { id: workspaceId, name: head?.name ?? workspaceId, region: head?.region ?? 'US' },
    source: head?.baseUrl == null ? null : new URL(head.baseUrl).host,
    createdBy: { id: adminId, name: head?.admin || adminId },
    at,
    signOff,
    runs: runs.map(({ started, finished, ...run }) => ({
      ...run,
      started_at: started?.toISOString() ?? null,
      finished_at: finished?.toISOString() ?? null,
    })),
  };
}
