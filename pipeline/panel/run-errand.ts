import { AppError, UserError, messageOf } from '../../errors.ts';
import type { Actor } from '../actors.ts';
import type { Deps } from '../deps.ts';
import { probeObjectTypes, getObjectTypes } from '../prepare/object-types.ts';
import type { PreflightCheck } from '../readiness/preflight-document.ts';
import { getPreflight } from '../readiness/preflight.ts';
import { startRun } from '../runs/runs.ts';
import { connectSource } from '../source/source.ts';
import type { ErrandRequest } from './errands.ts';
import { panelViewer } from './panel-viewer.ts';

interface Outcome {
  refusal: { code: string; message: string; field: string | null } | null;
  checks: PreflightCheck[] | null;
}

/**
 * Does what somebody asked for in the panel, with the role they have now, and stores how it ended. Nothing that the two
 * systems answer is thrown on: the person reads it and decides. An errand that was asked for again meanwhile is another
 * one, and is left alone.
 */
export async function runErrand(deps: Deps, workspaceId: string, errandId: string): Promise<void> {
  const { sql } = deps.db;
  const [row] = await sql<{ input: string; requestedBy: string }[]>`
    select input, requested_by as "requestedBy" from panel_errands
    where workspace_id = ${workspaceId} and id = ${errandId} and state = 'running'`;
  if (row === undefined) return;
  const viewer = await panelViewer(deps, workspaceId, row.requestedBy);
  if (viewer === null) return;
  const request = JSON.parse(deps.secrets.open(row.input, workspaceId, 'panel_errand')) as ErrandRequest;
  const { refusal, checks } = await outcomeOf(deps, viewer.actor, request);
  const now = deps.clock.now();
  await sql.begin(async (tx) => {
    const ended = await tx`
      update panel_errands set state = ${refusal === null ? 'done' : 'failed'}, code = ${refusal?.code ?? null},
        message = ${refusal?.message ?? null}, field = ${refusal?.field ?? null}, input = null, finished_at = ${now}
      where workspace_id = ${workspaceId} and id = ${errandId} and state = 'running'
      returning 1`;
    if (ended.length === 0 || checks === null) return;
    await tx`
      insert into panel_errands (workspace_id, kind, requested_by, state, checks, started_at, finished_at)
      values (${workspaceId}, 'readiness', ${row.requestedBy}, 'done', ${JSON.stringify(checks)}::jsonb, ${now}, ${now})
      on conflict (workspace_id, kind) do update set checks = excluded.checks, finished_at = excluded.finished_at`;
  });
}

async function outcomeOf(deps: Deps, actor: Actor, request: ErrandRequest): Promise<Outcome> {
  try {
    return { refusal: null, checks: await done(deps, actor, request) };
  } catch (error) {
    if (!(error instanceof UserError)) return { refusal: unexpected(deps, error), checks: null };
    const { code, message, field } = error;
    // What stands in the way of a start is shown in the place of the run.
    const checks = code === 'preflight_failed' ? await checkedNow(deps, actor) : null;
    return { refusal: { code, message, field: field ?? null }, checks };
  }
}

async function done(deps: Deps, actor: Actor, request: ErrandRequest): Promise<PreflightCheck[] | null> {
  switch (request.kind) {
    case 'connect':
      await connectSource(deps, actor, request.input);
      return null;
    case 'readiness':
      return checkedNow(deps, actor);
    case 'start':
      await startRun(deps, actor, request.input);
      return null;
  }
}

/** The checks after custom object types that are not proven were tried again: a person may just have made them. */
async function checkedNow(deps: Deps, actor: Actor): Promise<PreflightCheck[]> {
  const { types } = await getObjectTypes(deps, actor);
  if (types.some((type) => type.state !== 'proven')) {
    await probeObjectTypes(deps, actor).catch((error: unknown) => {
      // Somebody else is probing, or Intercom refuses us: the checks say so in their own words.
      if (!(error instanceof AppError)) throw error;
    });
  }
  return (await getPreflight(deps, actor)).checks;
}

/** Our own words: a message of another system may quote what it was sent. */
function unexpected(deps: Deps, error: unknown): Outcome['refusal'] {
  deps.log.error({ reason: messageOf(error) }, 'an errand of the panel raised an error');
  return {
    code: 'try_again_later',
    message: 'Infraon or Intercom did not answer as expected. Try again in a minute.',
    field: null,
  };
}
