import { setTimeout as sleep } from 'node:timers/promises';
import { enqueue } from '../../db/queue.ts';
import { requireRole, type Actor } from '../actors.ts';
import type { Deps } from '../deps.ts';
import { CONFIRMATIONS, confirmationChecks } from '../readiness/preflight-confirmations.ts';
import type { PreflightCheck } from '../readiness/preflight-document.ts';
import { readConfirmations } from '../readiness/preflight-facts.ts';
import type { StartRunInput } from '../runs/run-document.ts';
import type { SourceInput } from '../source/source.ts';
import type { UseCases } from '../use-cases.ts';

/** What a person asks for in the panel and Infraon or Intercom have to answer. */
export type ErrandRequest =
  { kind: 'connect'; input: SourceInput } | { kind: 'readiness' } | { kind: 'start'; input: StartRunInput };

export type ErrandKind = ErrandRequest['kind'];

export interface Errand {
  /** `none`: nobody asked for it. */
  state: 'none' | 'running' | 'done' | 'failed';
  /** Why it failed: the code and words of a `UserError`. */
  code: string | null;
  message: string | null;
  field: string | null;
}

/**
 * How long an answer is waited for before the panel says that it is under way. A panel answers within a second, however
 * slow the systems behind it are.
 */
const WAIT_MS = 500;
const LOOK_EVERY_MS = 40;

/** Longer than trying out a connection can take: whoever worked on it is gone, and it may be asked for again. */
export const ABANDONED_MS = 2 * 60_000;
export const ABANDONED = 'It did not come to an end. Try again.';

/**
 * Lets a worker do it and waits a moment for the outcome. Asking again while one of the kind is under way changes nothing:
 * a double click is one errand.
 */
export async function sendErrand(deps: Deps, actor: Actor, request: ErrandRequest): Promise<Errand> {
  requireRole(actor, neededRole(request));
  const { workspaceId, adminId } = actor;
  const now = deps.clock.now();
  const input = deps.secrets.seal(JSON.stringify(request), workspaceId, 'panel_errand');
  await deps.db.sql.begin(async (tx) => {
    const [row] = await tx<{ id: string }[]>`
      insert into panel_errands (workspace_id, kind, requested_by, input, state, started_at)
      values (${workspaceId}, ${request.kind}, ${adminId}, ${input}, 'running', ${now})
      on conflict (workspace_id, kind) do update set id = excluded.id, requested_by = excluded.requested_by,
        input = excluded.input, state = 'running', code = null, message = null, field = null,
        started_at = excluded.started_at, finished_at = null
      where panel_errands.state <> 'running' or panel_errands.started_at < ${new Date(now.getTime() - ABANDONED_MS)}
      returning id`;
    if (row === undefined) return;
    await enqueue(tx, 'run_errand', { workspaceId, errandId: row.id }, { jobKey: `errand:${row.id}` });
  });
  return settledErrand(deps, workspaceId, request.kind);
}

function neededRole(request: ErrandRequest): 'owner' | 'operator' {
  if (request.kind === 'connect') return 'owner';
  return request.kind === 'start' && request.input.kind === 'rollback' ? 'owner' : 'operator';
}

async function settledErrand(deps: Deps, workspaceId: string, kind: ErrandKind): Promise<Errand> {
  const end = performance.now() + WAIT_MS;
  for (;;) {
    const errand = await readErrand(deps, workspaceId, kind);
    if (errand.state !== 'running' || performance.now() >= end) return errand;
    await sleep(LOOK_EVERY_MS);
  }
}

/** What became of the errand that was asked for last. */
export function getErrand(deps: Deps, actor: Actor, kind: ErrandKind): Promise<Errand> {
  return readErrand(deps, actor.workspaceId, kind);
}

async function readErrand(deps: Deps, workspaceId: string, kind: ErrandKind): Promise<Errand> {
  const [row] = await deps.db.sql<(Errand & { startedAt: Date })[]>`
    select state, code, message, field, started_at as "startedAt" from panel_errands
    where workspace_id = ${workspaceId} and kind = ${kind}`;
  if (row === undefined) return { state: 'none', code: null, message: null, field: null };
  const { startedAt, ...errand } = row;
  if (errand.state !== 'running' || deps.clock.now().getTime() - startedAt.getTime() < ABANDONED_MS)
    return errand;
  return { state: 'failed', code: 'abandoned', message: ABANDONED, field: null };
}

/** The checks as they were last made, with what people have confirmed since; null before the first time. */
export async function lastReadiness(
  deps: Deps,
  actor: Actor,
): Promise<{ checks: PreflightCheck[]; checkedAt: Date } | null> {
  const { workspaceId } = actor;
  const [row] = await deps.db.sql<{ checks: PreflightCheck[]; checkedAt: Date }[]>`
    select checks, finished_at as "checkedAt" from panel_errands
    where workspace_id = ${workspaceId} and kind = 'readiness' and checks is not null`;
  if (row === undefined) return null;
  const measured = row.checks.filter((check) => !CONFIRMATIONS.some(({ id }) => id === check.id));
  const confirmed = confirmationChecks(await readConfirmations(deps, workspaceId));
  return { checks: [...measured, ...confirmed], checkedAt: row.checkedAt };
}

/** Vouches for what stood beside the button that starts a run, and for nothing that did not. */
export async function confirmShown(
  { lastReadiness: last, vouchFor }: Pick<UseCases, 'lastReadiness' | 'vouchFor'>,
  actor: Actor,
  shown: readonly string[],
  note: string,
): Promise<void> {
  for (const { id, state } of (await last(actor))?.checks ?? [])
    if (state === 'needs_confirmation' && shown.includes(id)) await vouchFor(actor, id, note);
}

/** What is shown next to whoever asked for a run: a second press of the button finds the run that the first asked for. */
export type StartOutcome = 'waiting' | 'started' | 'active' | 'not_ready' | 'refused';

export function startOutcome({ state, code }: Errand): StartOutcome {
  if (state === 'running') return 'waiting';
  if (state !== 'failed') return 'started';
  if (code === 'run_active') return 'active';
  return code === 'preflight_failed' ? 'not_ready' : 'refused';
}
