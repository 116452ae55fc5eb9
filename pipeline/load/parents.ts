import type { Queryable } from '../../db/client.ts';
import type { RecordOutcome } from '../../db/schema/runs.ts';
import type { RecordRef } from '../../objects/mapping.ts';
import type { Payload } from '../../objects/payloads.ts';
import type { FrozenRun } from '../runs/frozen-run.ts';
import { destinationOf } from './destinations.ts';

/** What became of a record's parent in this run; `undefined` when the run has no such record. */
export interface ParentState {
  outcome: RecordOutcome;
  reasonCode: string | null;
  displayId: string | null;
}

/** The ledger rows of all required parents of a batch. */
export async function parentStates(
  sql: Queryable,
  run: FrozenRun,
  payloads: Payload[],
): Promise<Map<string, ParentState>> {
  const refs: RecordRef[] = payloads.flatMap((payload) => destinationOf(payload).requiredRefs(payload));
  if (refs.length === 0) return new Map();
  const rows = await sql<(ParentState & { object: string; sourceId: string })[]>`
    select r.object, r.source_id as "sourceId", r.outcome, r.reason_code as "reasonCode",
      r.display_id as "displayId"
    from run_records r join jsonb_to_recordset(${JSON.stringify(refs)}::jsonb) as v(ref text, "sourceId" text)
      on r.object = v.ref and r.source_id = v."sourceId"
    where r.workspace_id = ${run.workspaceId} and r.run_id = ${run.id}`;
  return new Map(rows.map((row) => [`${row.object}\u0000${row.sourceId}`, row]));
}
