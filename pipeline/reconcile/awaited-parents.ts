import type { RecordOutcome } from '../../db/schema/runs.ts';
import type { Deps } from '../deps.ts';
import { parentName, waitingFor } from '../load/parent-words.ts';
import { keyOf, namesOf } from './rejected-people.ts';

interface Waiting {
  id: string;
  runId: string;
  /** `requester:123` */
  waitsFor: string | null;
}

/** The record that another one waits for, as the ledger knows it now. */
export interface AwaitedParent {
  /** What people know it by; null where there is only the id. */
  name: string | null;
  message: string;
  suggestion: string;
}

/** By the ledger's row of who waits. */
export async function awaitedParents(
  deps: Deps,
  workspaceId: string,
  rows: readonly Waiting[],
): Promise<ReadonlyMap<string, AwaitedParent>> {
  const asked = rows.flatMap(({ id, runId, waitsFor }) => {
    const at = waitsFor?.indexOf(':') ?? -1;
    return waitsFor === null || at < 0
      ? []
      : [{ id, runId, object: waitsFor.slice(0, at), sourceId: waitsFor.slice(at + 1) }];
  });
  if (asked.length === 0) return new Map();
  const [names, parents] = await Promise.all([
    namesOf(deps, workspaceId, asked),
    deps.db.sql<
      {
        id: string;
        object: string;
        sourceId: string;
        displayId: string | null;
        outcome: RecordOutcome;
        reasonCode: string | null;
      }[]
    >`
      select v.id, p.object, p.source_id as "sourceId", p.display_id as "displayId", p.outcome, p.reason_code as "reasonCode"
      from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) as v(id text, "runId" uuid, object text, "sourceId" text)
      join run_records p on p.run_id = v."runId" and p.object = v.object and p.source_id = v."sourceId"
      where p.workspace_id = ${workspaceId}`,
  ]);
  return new Map(
    parents.map((parent) => {
      const name = names.get(keyOf(parent)) ?? parent.displayId;
      const ref = { ref: parent.object, sourceId: parent.sourceId };
      return [parent.id, { name, ...waitingFor(parentName(ref, name), parent) }];
    }),
  );
}
