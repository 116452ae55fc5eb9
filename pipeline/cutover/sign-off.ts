import { UserError } from '../../errors.ts';
import { requireRole, type Actor } from '../actors.ts';
import { writeAudit } from '../audit.ts';
import type { Deps } from '../deps.ts';
import { makePackage } from '../handoff/handoff.ts';
import { requireNote } from '../require-note.ts';
import { getCutover } from './board.ts';
import type { CutoverDocument } from './documents.ts';
import { storePackage } from './final-package.ts';
import { planHypercare, HYPERCARE_DAYS } from './hypercare.ts';
import { isOpen } from './items.ts';
import { planErasure } from './retention.ts';
import { findSignOff, lockForSignOff } from './signed-off.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The owner's word that the migration is done: makes the final handoff package and keeps it byte for byte, ends the
 * possibility of undoing, and begins seven days of daily checks. Throws 409 `not_ready` with what is open, 409
 * `signed_off` when it is done already.
 */
export async function signOff(deps: Deps, actor: Actor, note: string): Promise<CutoverDocument> {
  requireRole(actor, 'owner');
  requireNote(note, 'Say in a note what you decided on.');
  const { workspaceId, adminId } = actor;
  await deps.db.sql.begin(async (tx) => {
    // Whoever wants to change the ledger waits now; what is open is asked after that, so that nothing slips in between.
    await lockForSignOff(tx, workspaceId);
    if ((await findSignOff(tx, workspaceId)) !== undefined) {
      throw new UserError('The migration is signed off already.', { code: 'signed_off', httpStatus: 409 });
    }
    const open = (await getCutover(deps, actor)).items.filter(isOpen);
    if (open.length > 0) {
      throw new UserError(
        `Not ready to sign off. Open: ${open.map(({ title, detail }) => `${title} (${detail})`).join('; ')}`,
        { code: 'not_ready', httpStatus: 409 },
      );
    }
    const at = deps.clock.now();
    const handoff = await makePackage(deps, actor, { at, signOff: { note } });
    const [row] = await tx<{ id: string }[]>`
      insert into sign_offs (workspace_id, signed_by, signed_at, note, hypercare_ends_at, package_name)
      values (${workspaceId}, ${adminId}, ${at}, ${note}, ${new Date(at.getTime() + HYPERCARE_DAYS * DAY_MS)}, ${handoff.filename})
      returning id`;
    const signOffId = row?.id ?? '';
    const { size, sha256 } = await storePackage(tx, { workspaceId, signOffId }, handoff.content);
    await tx`
      update sign_offs set package_size = ${size}, package_sha256 = ${sha256}
      where workspace_id = ${workspaceId} and id = ${signOffId}`;
    await planHypercare(tx, { workspaceId, signOffId, at });
    await planErasure(tx, { workspaceId, signOffId, at });
    await writeAudit(tx, actor, 'signed_off', { note, package_sha256: sha256 });
  });
  return getCutover(deps, actor);
}

/**
 * Opens the migration again while hypercare lasts: something was found that has to be written or undone. The final
 * package of the revoked sign-off goes, so that there is never more than one that calls itself final.
 */
export async function revokeSignOff(deps: Deps, actor: Actor, note: string): Promise<CutoverDocument> {
  requireRole(actor, 'owner');
  requireNote(note, 'Say in a note what you decided on.');
  const { workspaceId, adminId } = actor;
  await deps.db.sql.begin(async (tx) => {
    await lockForSignOff(tx, workspaceId);
    const signed = await findSignOff(tx, workspaceId);
    if (signed === undefined)
      throw new UserError('The migration is not signed off.', { code: 'wrong_state', httpStatus: 409 });
    const now = deps.clock.now();
    if (signed.erasedAt !== null || now >= signed.hypercareEndsAt) {
      throw new UserError('Hypercare is over: the sign-off stands, and staged texts are erased for good.', {
        code: 'hypercare_over',
        httpStatus: 409,
      });
    }
    await tx`
      update sign_offs set revoked_by = ${adminId}, revoked_at = ${now}, revoke_note = ${note}
      where workspace_id = ${workspaceId} and id = ${signed.id}`;
    await tx`delete from sign_off_packages where workspace_id = ${workspaceId} and sign_off_id = ${signed.id}`;
    await writeAudit(tx, actor, 'sign_off_revoked', { note });
  });
  return getCutover(deps, actor);
}
