import postgres from 'postgres';
import { UserError } from '../../errors.ts';
import type { Queryable } from '../../db/client.ts';
import { assertNotSignedOff } from '../cutover/signed-off.ts';
import { ACTIVE_STATES } from './run-state.ts';

/** Stops a run for a reason that a person has to read; its rows stay as they are and `resume` goes on from them. */
export async function pauseForReason(
  sql: Queryable,
  workspaceId: string,
  runId: string,
  reason: string,
): Promise<void> {
  await sql`
    update runs set state = 'paused', state_reason = ${reason}
    where workspace_id = ${workspaceId} and id = ${runId} and state = any(${[...ACTIVE_STATES]})`;
}

/** One run of a workspace is active at a time; the database says so, and this says it to people. Other errors pass. */
export function activeRunError(error: unknown): unknown {
  if (!(error instanceof postgres.PostgresError) || error.constraint_name !== 'runs_one_active') return error;
  return new UserError('Another run is active. Wait for it, or cancel it.', {
    code: 'run_active',
    httpStatus: 409,
    cause: error,
  });
}

/**
 * Opens a finished run again, because a record of it was fixed. Throws when another run is active (see above) and when
 * the run was given up: its records are taken up by the next run. Throws 409 `signed_off` after sign-off.
 */
export async function reopenRuns(tx: Queryable, workspaceId: string, runIds: string[]): Promise<void> {
  await assertNotSignedOff(tx, workspaceId);
  await tx`
    update runs set state = 'running', finished_at = null, verification = null, files = null, sets = null, counts = null,
      counted_at = null
    where workspace_id = ${workspaceId} and id = any(${runIds}::uuid[]) and state in ('completed', 'completed_with_findings')`;
  const closed = await tx`
    select 1 from runs where workspace_id = ${workspaceId} and id = any(${runIds}::uuid[]) and state in ('cancelled', 'failed')`;
  const undone = await tx`
    select 1 from runs where workspace_id = ${workspaceId} and id = any(${runIds}::uuid[]) and rolled_back_by is not null`;
  if (undone.length > 0) {
    throw new UserError(
      'The run of this record was rolled back. Start a new run: it takes the record up again.',
      {
        code: 'rolled_back',
        httpStatus: 409,
      },
    );
  }
  if (closed.length > 0) {
    throw new UserError(
      'The run of this record was cancelled. Start a new run: it takes the record up again.',
      {
        code: 'wrong_state',
        httpStatus: 409,
      },
    );
  }
}
