import type { Queryable } from '../db/client.ts';
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
