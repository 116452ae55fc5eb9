import { messageOf } from '../../errors.ts';
import type { SecretPurpose } from '../../db/secret.ts';
import type { Deps } from '../deps.ts';

/** Every column that holds a sealed text for longer than a few days. */
const SEALED = [
  { table: 'installations', column: 'access_token', purpose: 'intercom_token' },
  { table: 'source_connections', column: 'credentials', purpose: 'infraon_credentials' },
] as const satisfies { table: string; column: string; purpose: SecretPurpose }[];

/**
 * Seals with the present key what an earlier one sealed, so that the earlier one can be taken out of the environment.
 * Any number of processes may do it at once: a row that somebody changed meanwhile is left to them. What no key opens
 * stays as it is and is named in the log, because only a person can connect that workspace again.
 */
export async function resealSecrets(deps: Pick<Deps, 'db' | 'secrets' | 'log'>): Promise<number> {
  const { sql } = deps.db;
  let resealed = 0;
  for (const { table, column, purpose } of SEALED) {
    const rows = await sql<{ workspaceId: string; sealed: string }[]>`
      select workspace_id as "workspaceId", ${sql(column)} as sealed from ${sql(table)} where ${sql(column)} is not null`;
    for (const { workspaceId, sealed } of rows) {
      if (deps.secrets.isCurrent(sealed)) continue;
      try {
        const renewed = deps.secrets.seal(
          deps.secrets.open(sealed, workspaceId, purpose),
          workspaceId,
          purpose,
        );
        const { count } = await sql`
          update ${sql(table)} set ${sql(column)} = ${renewed}
          where workspace_id = ${workspaceId} and ${sql(column)} = ${sealed}`;
        resealed += count;
      } catch (error) {
        deps.log.warn(
          { workspaceId, purpose, reason: messageOf(error) },
          'a secret could not be sealed anew',
        );
      }
    }
  }
  if (resealed > 0) deps.log.info({ resealed }, 'secrets are sealed with the present key');
  return resealed;
}
