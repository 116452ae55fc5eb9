import { firstText } from '../../connectors/infraon/paths.ts';
import type { Queryable } from '../../db/client.ts';
import type { InfraonAccess } from '../source/infraon-access.ts';

/** A stamp of the source as ISO text; null when it holds none that can be read. */
export function stampOf(text: string | null): string | null {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

/**
 * The newest change that the source knows of an object, by the source's own clock: taken when a scan begins, for what is
 * changed while it goes on must be seen by the next one. Null where the order by change is not proven.
 */
export async function newestChange(
  { client, profile, connection }: InfraonAccess,
  key: string,
): Promise<string | null> {
  const paths = profile.objects[key]?.updatedAt;
  if (paths === undefined || (connection.pinned.sorts[key]?.updated ?? null) === null) return null;
  const { rows } = await client.listPage(key, null, { order: 'updated' });
  return newestOf(rows.map((row) => stampOf(firstText(row, paths))));
}

export function newestOf(stamps: readonly (string | null)[]): string | null {
  return stamps.reduce(
    (newest, stamp) => (stamp !== null && (newest === null || stamp > newest) ? stamp : newest),
    null,
  );
}

/** Where the last scan of an object that came to its end stood; staging is complete up to there. */
export async function lastWatermark(
  sql: Queryable,
  workspaceId: string,
  object: string,
): Promise<string | null> {
  const rows = await sql<{ watermark: string | null }[]>`
    select extraction->${object}->>'watermark' as watermark from runs
    where workspace_id = ${workspaceId} and kind in ('sample', 'full', 'delta') and extraction->${object}->>'listed' = 'true'
    order by created_at desc limit 1`;
  return rows[0]?.watermark ?? null;
}
