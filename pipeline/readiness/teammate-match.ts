import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../errors.ts';
import type { MappingRule } from '../../objects/mapping.ts';
import type { Raw } from '../../objects/paths.ts';
import { readFields } from '../../objects/read-fields.ts';
import { textOf } from '../../objects/read-values.ts';
import { normalEmail } from '../../objects/transforms/people.ts';
import type { Deps } from '../deps.ts';
import { fieldPathsOf, infraonFor } from '../source/infraon-access.ts';

/** A slow source must not hold up the other checks. */
const READ_DEADLINE_MS = 5_000;

const TEAMMATE_TARGET = 'teammate_email';

export interface TeammateMatch {
  people: number;
  /** Names of those who have no teammate with their address. */
  unmatched: string[];
}

/**
 * Compares the people who should be teammates with the workspace's admins, by lower-cased address. Staged records are
 * used where a run left some, else the (short) list is read from Infraon. Null when it cannot be read just now.
 * @param rulesOf the rules of an object's newest map.
 */
export async function matchTeammates(
  deps: Deps,
  workspaceId: string,
  admins: readonly { email: string }[],
  rulesOf: (object: string) => readonly MappingRule[],
  timezone: string,
): Promise<TeammateMatch | null> {
  const addresses = new Set(admins.map((admin) => admin.email.trim().toLowerCase()).filter(Boolean));
  const match: TeammateMatch = { people: 0, unmatched: [] };
  for (const definition of deps.registry.all()) {
    const rule = rulesOf(definition.name).find(({ target }) => target === TEAMMATE_TARGET);
    if (rule === undefined || definition.source.kind !== 'endpoint') continue;
    const listed = await rowsOf(deps, workspaceId, definition.name, definition.source.object);
    if (listed === null) return null;
    for (const raw of listed.rows) {
      const values = readFields(raw, definition, { timezone, paths: listed.paths });
      const address = normalEmail(textOf(values[rule.source]) ?? '');
      match.people += 1;
      if (addresses.has(address)) continue;
      const name = definition.person === undefined ? undefined : textOf(values[definition.person.name]);
      match.unmatched.push(name ?? (address || (textOf(values.id) ?? '')));
    }
  }
  return match;
}

async function rowsOf(
  deps: Deps,
  workspaceId: string,
  object: string,
  sourceObject: string,
): Promise<{ rows: Raw[]; paths: Record<string, string[]> } | null> {
  const staged = await deps.db.sql<{ raw: Raw }[]>`
    select raw from source_records
    where workspace_id = ${workspaceId} and object = ${object} and excluded is null order by seq`;
  try {
    const { client, connection } = await infraonFor(deps, workspaceId);
    const paths = fieldPathsOf(connection, sourceObject);
    if (staged.length > 0) return { rows: staged.map(({ raw }) => raw), paths };
    const rows = await Promise.race([
      client.lookupAll(sourceObject),
      sleep(READ_DEADLINE_MS, null, { ref: false }),
    ]);
    return rows === null ? null : { rows, paths };
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
