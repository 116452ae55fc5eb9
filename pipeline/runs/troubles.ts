import type { Queryable } from '../../db/client.ts';

interface Place {
  workspaceId: string;
  runId: string;
}

/**
 * Work that one worker does for a whole run (a list, preparing, counting) and that failed. It is kept with the run: whoever
 * looks at the run asks for such work anew, and with that the queue forgets how often its job was tried.
 */
export async function isResting(
  sql: Queryable,
  { workspaceId, runId }: Place,
  work: string,
): Promise<boolean> {
  const rows = await sql`
    select 1 from runs
    where workspace_id = ${workspaceId} and id = ${runId} and (troubles->${work}->>'retryAt')::timestamptz > now()`;
  return rows.length > 0;
}

/** One try more that failed; answers how many there were in a row. */
export async function countTrouble(
  sql: Queryable,
  { workspaceId, runId }: Place,
  work: string,
): Promise<number> {
  const rows = await sql<{ tries: number }[]>`
    update runs set troubles = troubles || jsonb_build_object(${work}::text, jsonb_build_object(
      'tries', coalesce((troubles->${work}->>'tries')::int, 0) + 1, 'retryAt', null))
    where workspace_id = ${workspaceId} and id = ${runId}
    returning (troubles->${work}->>'tries')::int as tries`;
  return rows[0]?.tries ?? 1;
}

export async function restUntil(
  sql: Queryable,
  { workspaceId, runId }: Place,
  work: string,
  retryAt: Date,
): Promise<void> {
  await sql`
    update runs set troubles = jsonb_set(troubles, array[${work}, 'retryAt'], to_jsonb(${retryAt}::timestamptz))
    where workspace_id = ${workspaceId} and id = ${runId} and troubles ? ${work}`;
}

export async function forgetTrouble(
  sql: Queryable,
  { workspaceId, runId }: Place,
  work: string,
): Promise<void> {
  await sql`
    update runs set troubles = troubles - ${work}::text
    where workspace_id = ${workspaceId} and id = ${runId} and troubles ? ${work}`;
}
