import { UserError } from '../../errors.ts';
import { requireRole, type Actor } from '../actors.ts';
import { writeAudit } from '../audit.ts';
import type { Deps } from '../deps.ts';
import { keepConfirmation } from '../readiness/keep-confirmation.ts';
import { getSettingsFor } from '../settings.ts';
import { requireNote } from '../require-note.ts';
import { CUTOVER_CONFIRMATIONS } from './confirmations.ts';
import type { CutoverDocument, SignOffDocument } from './documents.ts';
import { boardFacts, type BoardFacts, type RunFacts } from './facts.ts';
import { judgeFreeze } from './freeze.ts';
import { hypercareDays } from './hypercare.ts';
import { FROZEN, isOpen, judgeItems } from './items.ts';
import { erasureDue } from './retention.ts';
import { findSignOff, type SignOff } from './signed-off.ts';
import { freezeFacts, planLooks } from './source-looks.ts';

/** The go/no-go board: computed anew whenever somebody looks, so that it cannot be out of date. */
export async function getCutover(deps: Deps, actor: Actor): Promise<CutoverDocument> {
  const { sql } = deps.db;
  const { workspaceId } = actor;
  const now = deps.clock.now();
  const [facts, looks, signOff] = await Promise.all([
    boardFacts(sql, deps.registry, workspaceId, now),
    freezeFacts(sql, workspaceId, now),
    findSignOff(sql, workspaceId),
  ]);
  const freeze = judgeFreeze(looks);
  const items = judgeItems(facts, freeze);
  return {
    freeze,
    forecast: nextDelta(facts.delta),
    items,
    verdict: items.some(isOpen) ? 'no_go' : 'go',
    last_delta: lastDelta(facts),
    hypercare:
      signOff === undefined
        ? null
        : {
            started_at: signOff.signedAt.toISOString(),
            ends_at: signOff.hypercareEndsAt.toISOString(),
            days: await hypercareDays(sql, workspaceId, signOff.id),
          },
    signed_off: signOff === undefined ? null : await signOffDocument(deps, workspaceId, signOff),
  };
}

function secondsOf({ startedAt, finishedAt }: RunFacts): number | null {
  if (startedAt === null || finishedAt === null) return null;
  return Math.round((finishedAt.getTime() - startedAt.getTime()) / 1000);
}

function nextDelta(delta: RunFacts | null): CutoverDocument['forecast'] {
  const forecast = delta?.forecast ?? null;
  return delta === null || forecast === null ? null : { ...forecast, based_on: delta.id };
}

function lastDelta({ delta }: BoardFacts): CutoverDocument['last_delta'] {
  if (delta === null) return null;
  return {
    id: delta.id,
    state: delta.state,
    started_at: delta.startedAt?.toISOString() ?? null,
    finished_at: delta.finishedAt?.toISOString() ?? null,
    seconds: secondsOf(delta),
    written: delta.written,
    unchanged: delta.unchanged,
  };
}

async function signOffDocument(deps: Deps, workspaceId: string, signOff: SignOff): Promise<SignOffDocument> {
  const settings = await getSettingsFor(deps, workspaceId);
  return {
    by: signOff.signedByName,
    at: signOff.signedAt.toISOString(),
    note: signOff.note,
    package: {
      name: signOff.packageName,
      size: Number(signOff.packageSize),
      sha256: signOff.packageSha256,
    },
    erase_at: erasureDue(signOff, settings.retention_days).toISOString(),
    erased_at: signOff.erasedAt?.toISOString() ?? null,
    revocable_until: signOff.hypercareEndsAt.toISOString(),
  };
}

/** Records that a person vouches for what nothing can measure. Throws 404 for an unknown item, 409 for a measured one. */
export async function confirmCutover(
  deps: Deps,
  actor: Actor,
  itemId: string,
  note: string,
): Promise<CutoverDocument> {
  requireRole(actor, 'operator');
  requireNote(note, 'Say in a note what you did or saw.');
  const board = await getCutover(deps, actor);
  const item = board.items.find(({ id }) => id === itemId);
  if (item === undefined)
    throw new UserError(`There is no item "${itemId}" on the board.`, {
      code: 'unknown_item',
      httpStatus: 404,
    });
  const isSaid = CUTOVER_CONFIRMATIONS.some(({ id }) => id === itemId);
  if (!isSaid && !(itemId === FROZEN && item.state !== 'go' && item.state !== 'no_go')) {
    throw new UserError('This item is measured and cannot be confirmed. Do what it says, then look again.', {
      code: 'not_confirmable',
      httpStatus: 409,
    });
  }
  await deps.db.sql.begin(async (tx) => {
    await keepConfirmation(tx, actor, itemId, note, deps.clock.now());
    await writeAudit(tx, actor, 'cutover_confirmed', { item: itemId, note });
  });
  return getCutover(deps, actor);
}

/** Lets workers look at the source now and once more some minutes later. Throws 409 `source_not_connected`. */
export async function checkFreeze(deps: Deps, actor: Actor): Promise<CutoverDocument> {
  requireRole(actor, 'operator');
  const { workspaceId, adminId } = actor;
  await deps.db.sql.begin(async (tx) => {
    const connected =
      await tx`select 1 from source_connections where workspace_id = ${workspaceId} for update`;
    if (connected.length === 0) {
      throw new UserError('Infraon is not connected yet. Connect it first.', {
        code: 'source_not_connected',
        httpStatus: 409,
      });
    }
    await planLooks(tx, { workspaceId, requestedBy: adminId, now: deps.clock.now() });
    await writeAudit(tx, actor, 'freeze_checked');
  });
  return getCutover(deps, actor);
}
