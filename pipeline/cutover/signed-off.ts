import { UserError } from '../../errors.ts';
import type { Queryable } from '../../db/client.ts';

/** The sign-off in force, or undefined while the migration is open. */
export async function findSignOff(sql: Queryable, workspaceId: string): Promise<SignOff | undefined> {
  const [row] = await sql<SignOff[]>`
    select s.id, s.signed_by as "signedBy", coalesce(nullif(t.name, ''), s.signed_by) as "signedByName", s.signed_at as "signedAt",
      s.note, s.hypercare_ends_at as "hypercareEndsAt", s.package_name as "packageName", s.package_size::text as "packageSize",
      s.package_sha256 as "packageSha256", s.erased_at as "erasedAt"
    from sign_offs s left join teammates t on t.workspace_id = s.workspace_id and t.admin_id = s.signed_by
    where s.workspace_id = ${workspaceId} and s.revoked_at is null`;
  return row;
}

export interface SignOff {
  id: string;
  signedBy: string;
  signedByName: string;
  signedAt: Date;
  note: string;
  hypercareEndsAt: Date;
  packageName: string;
  packageSize: string;
  packageSha256: string;
  erasedAt: Date | null;
}

/** Held while somebody signs off: what would change the ledger is refused meanwhile. */
export async function lockForSignOff(tx: Queryable, workspaceId: string): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtext('sign-off'), hashtext(${workspaceId}))`;
}

/**
 * For the transaction of everything that writes to Intercom or takes it back: nothing may make the final package untrue.
 * Throws `UserError` 409 `signed_off`, and 409 `signing_off` while the package is being made: waiting for it would hold
 * connections that the making needs.
 */
export async function assertNotSignedOff(tx: Queryable, workspaceId: string): Promise<void> {
  const [lock] = await tx<{ free: boolean }[]>`
    select pg_try_advisory_xact_lock_shared(hashtext('sign-off'), hashtext(${workspaceId})) as free`;
  if (lock?.free !== true) {
    throw new UserError('The migration is being signed off at this moment. Try again in a minute.', {
      code: 'signing_off',
      httpStatus: 409,
    });
  }
  const signOff = await findSignOff(tx, workspaceId);
  if (signOff === undefined) return;
  throw new UserError(
    `The migration was signed off by ${signOff.signedByName} on ${signOff.signedAt.toISOString()}. Nothing is written to Intercom or undone any more. ` +
      'Within hypercare an owner can revoke the sign-off.',
    { code: 'signed_off', httpStatus: 409 },
  );
}

/** Reading back compares with staged payloads. Throws `UserError` 409 `erased` when they are gone. */
export async function assertNotErased(tx: Queryable, workspaceId: string): Promise<void> {
  const signOff = await findSignOff(tx, workspaceId);
  if (signOff?.erasedAt == null) return;
  throw new UserError(
    `The staged texts were erased on ${signOff.erasedAt.toISOString()}, after sign-off: there is nothing to compare with any more.`,
    { code: 'erased', httpStatus: 409 },
  );
}
