import { UserError } from '../../errors.ts';
import { requireRole, type Actor } from '../actors.ts';
import { writeAudit } from '../audit.ts';
import type { Deps } from '../deps.ts';
import { requireNote } from '../require-note.ts';
import { keepConfirmation } from './keep-confirmation.ts';
import { CHECKS, judgeAll } from './preflight-checks.ts';
import { CONFIRMATIONS } from './preflight-confirmations.ts';
import type { PreflightCheck } from './preflight-document.ts';
import { readFacts } from './preflight-facts.ts';

/** Everything that has to be right, or confirmed by a person, before records move. */
export async function getPreflight(deps: Deps, actor: Actor): Promise<{ checks: PreflightCheck[] }> {
  return { checks: judgeAll(await readFacts(deps, actor.workspaceId)) };
}

/**
 * The checks that keep a run from starting: errors that fail or wait for a confirmation.
 * @param objects the objects of the run; all when absent. Maps and types of other objects do not block it.
 */
export async function blockingChecks(
  deps: Deps,
  workspaceId: string,
  objects?: readonly string[],
): Promise<PreflightCheck[]> {
  const checks = judgeAll(await readFacts(deps, workspaceId, objects));
  return checks.filter((check) => check.severity === 'error' && check.state !== 'pass');
}

/** Records that a person vouches for something no API can tell, and checks everything again. */
export async function confirmPreflight(
  deps: Deps,
  actor: Actor,
  checkId: string,
  note: string,
): Promise<{ checks: PreflightCheck[] }> {
  await vouchFor(deps, actor, checkId, note);
  return getPreflight(deps, actor);
}

/** The word of a person alone: asks nobody. Throws 404 for an unknown check, 409 for one that is measured, 422 without a note. */
export async function vouchFor(deps: Deps, actor: Actor, checkId: string, note: string): Promise<void> {
  requireRole(actor, 'operator');
  if (!CONFIRMATIONS.some(({ id }) => id === checkId)) {
    if (!CHECKS.some(({ id }) => id === checkId)) {
      throw new UserError(`There is no check "${checkId}".`, { code: 'unknown_check', httpStatus: 404 });
    }
    throw new UserError('This check is measured and cannot be confirmed. Do what it says, then look again.', {
      code: 'not_confirmable',
      httpStatus: 409,
    });
  }
  requireNote(note, 'Say in a note what you did or saw.');
  await deps.db.sql.begin(async (tx) => {
    await keepConfirmation(tx, actor, checkId, note, deps.clock.now());
    await writeAudit(tx, actor, 'preflight_confirmed', { check: checkId, note });
  });
}
