import type { InfraonClient, RawRecord } from '../../connectors/infraon/types.ts';
import { AppError, messageOf } from '../../errors.ts';
import { payloadHash } from '../../objects/payload-hash.ts';
import type { Deps } from '../deps.ts';
import { requireStillInstalled } from '../install/still-installed.ts';
import type { InfraonAccess } from '../source/infraon-access.ts';
import { keyOf, pagesOf } from '../source/read-source.ts';

/** Lists that nothing is loaded from, but that people rebuild from: they are staged when the source is discovered. */
export const WORKFLOWS = 'workflow';
const INVENTORIES = [WORKFLOWS];

/**
 * Reads the inventories into staging and forgets what is no longer listed. Returns, as sentences, what this tenant or
 * account does not give; the older copy then stays.
 */
export async function stageInventories(
  deps: Deps,
  workspaceId: string,
  { client, connection }: InfraonAccess,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const problems: string[] = [];
  for (const key of INVENTORIES) {
    // What this tenant does not offer was said when it was connected.
    if (connection.pinned.disabled[key] !== undefined) continue;
    const label = client.profile.objects[key]?.label ?? key;
    try {
      await stage(deps, workspaceId, key, await readAll(client, key, signal));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      problems.push(`The inventory of ${label} could not be read: ${messageOf(error)}`);
    }
  }
  return problems;
}

/** Rows by id; what carries none is named by its content. */
async function readAll(
  client: InfraonClient,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Map<string, RawRecord>> {
  const rows = new Map<string, RawRecord>();
  const spec = client.profile.objects[key];
  if (spec?.enabled !== true) return rows;
  for await (const page of pagesOf(client, key, signal)) {
    for (const row of page.rows) rows.set(keyOf(spec, row)?.sourceId ?? payloadHash(row), row);
  }
  return rows;
}

async function stage(
  deps: Deps,
  workspaceId: string,
  key: string,
  rows: Map<string, RawRecord>,
): Promise<void> {
  const staged = [...rows].map(([source_id, raw]) => ({ source_id, raw, raw_hash: payloadHash(raw) }));
  await deps.db.sql.begin(async (tx) => {
    await requireStillInstalled(tx, workspaceId);
    await tx`delete from source_records where workspace_id = ${workspaceId} and object = ${key}`;
    await tx`
      insert into source_records (workspace_id, object, source_id, raw, raw_hash, depth, updated_at)
      select ${workspaceId}, ${key}, source_id, raw, raw_hash, 'full', ${deps.clock.now()}
      from jsonb_to_recordset(${JSON.stringify(staged)}::jsonb) as v(source_id text, raw jsonb, raw_hash text)`;
  });
}
