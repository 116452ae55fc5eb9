import type { Queryable } from '../../db/client.ts';
import { UserError } from '../../errors.ts';

/**
 * For whoever asked another system first and stores its answer now: an erasure of the workspace meanwhile refuses it,
 * and one that comes waits for the transaction, so that it erases this as well. Throws `UserError` 409 `not_installed`.
 */
export async function requireStillInstalled(tx: Queryable, workspaceId: string): Promise<void> {
  const [row] = await tx<{ state: string }[]>`
    select state from installations where workspace_id = ${workspaceId} for share`;
  if (row?.state !== 'uninstalled') return;
  throw new UserError('The app was removed from this workspace meanwhile. Install it again.', {
    code: 'not_installed',
    httpStatus: 409,
  });
}
