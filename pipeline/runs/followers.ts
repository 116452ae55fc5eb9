import type { Queryable } from '../../db/client.ts';

/**
 * Records that wait for one of these go back to loading, in the run of both.
 * @param parents the condition on `p`, the ledger row of what is waited for (and `c`, of the record that waits).
 * @returns how many.
 */
export async function wakeFollowers(tx: Queryable, parents: ReturnType<Queryable>): Promise<number> {
  const woken = await tx`
    update run_records c
    set step = 'load', outcome = 'pending', reason_code = null, reason = null, waits_for = null, not_before = null
    from run_records p
    where c.run_id = p.run_id and c.outcome = 'waiting' and c.waits_for = p.object || ':' || p.source_id and ${parents}
    returning 1`;
  return woken.length;
}
